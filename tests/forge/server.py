"""What both forges have in common: real HTTP, a log of requests, pages and faults."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request, with the names of its headers in small letters."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any = None  # JSON, or bytes as they are
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """Raised by a route to answer with an error."""

    def __init__(self, status: int, body: Any) -> None:
        self.answer = Answer(status, body)
        super().__init__(status, body)


Route = Callable[..., Answer]


class Server:
    """HTTP on loopback, started and stopped by `with`; requests are answered one at a time.

    `requests` has the method and address of each request, in order. The next requests are answered
    with the statuses in `faults` first.
    """

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.faults: list[int] = []
        self.url = ""
        self._lock = Lock()
        self._http: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._http is not None
        self._http.shutdown()
        self._http.server_close()

    def routes(self) -> Sequence[tuple[str, Route]]:
        """Return patterns of `METHOD path`, each with the function for its groups."""
        raise NotImplementedError

    def answer(self, asked: Asked, address: str) -> Answer:
        with self._lock:
            self.requests.append(f"{asked.method} {address}")
            if self.faults:
                return Answer(self.faults.pop(0), {"message": "try again"}, {"Retry-After": "0"})
            try:
                for pattern, route in self.routes():
                    if found := re.fullmatch(pattern, f"{asked.method} {asked.path}"):
                        return route(asked, *map(unquote, found.groups()))
            except Refused as refused:
                return refused.answer
            return Answer(404, {"message": "Not Found"})

    def page(self, asked: Asked, size: int, rows: Sequence[Any]) -> tuple[list[Any], int, int]:
        """Return a page of rows, its number, and the number of the next one or 0."""
        number = int(asked.query.get("page", 1))
        size = min(int(asked.query.get("per_page", size)), 100)
        after = number + 1 if len(rows) > number * size else 0
        return list(rows[(number - 1) * size : number * size]), number, after

    def link(self, asked: Asked, page: int) -> dict[str, str]:
        """Return the header for the next page, none if there is no other."""
        query = urlencode({**asked.query, "page": page})
        return {"Link": f'<{self.url}{asked.path}?{query}>; rel="next"'} if page else {}


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            asked = Asked(
                self.command,
                parts.path,
                dict(parse_qsl(parts.query)),
                {name.lower(): value for name, value in self.headers.items()},
                json.loads(data or b"{}"),
            )
            answer = server.answer(asked, self.path)
            body = answer.body
            sent = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Write nothing: the output of the test is enough."""

    return Handler
