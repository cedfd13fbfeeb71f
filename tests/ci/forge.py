"""The parts of GitHub and GitLab that the recipes talk to: comments, and whose commit it was."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

NUMBER = 7


@dataclass
class Forge:
    """Comments of one pull request, and every request that was made."""

    url: str = ""
    reviewed: bool = True
    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, body: dict[str, Any]) -> object:
        self.asked.append(f"{method} {path}")
        plain = path.partition("?")[0]
        if re.search(r"/commits/\w+/(pulls|merge_requests)$", plain):
            return [{"number": NUMBER, "iid": NUMBER}] if self.reviewed else []
        if method == "GET":
            return self.comments
        if method == "POST":
            self.comments.append({"id": 100 + len(self.comments), **body})
            return self.comments[-1]
        number = int(plain.rpartition("/")[2])
        old = next(comment for comment in self.comments if comment["id"] == number)
        old.update(body)
        return old


@contextmanager
def forge() -> Iterator[Forge]:
    """A forge on loopback."""
    shared = Forge()

    class Asked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            answer = json.dumps(shared.answer(self.command, self.path, body)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_PATCH = do_PUT = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing: the test's own output is enough."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    shared.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield shared
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
