"""The parts of GitHub and GitLab that the recipes talk to: comments, runs, and whose commit it was.

Comments have authors and come in pages, and a job may do what its permissions say.
"""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

NUMBER = 7
BOT, STRANGER = 41, 66
PROJECT = 3
# What a request takes: the first that fits its method and path.
RIGHTS = (
    (r"GET .*/comments$|GET .*/pulls$", "pull-requests: read"),
    (r"(POST|PATCH) .*/comments", "pull-requests: write"),
    (r"GET .*/actions/", "actions: read"),
    (r"GET ", ""),
)


@dataclass
class Forge:
    """One pull request with its comments and runs, and every request that was made.

    `permissions` are those of the job that asks. A run has the head's commit, and whether it was
    one of a fork (`None`: that is deleted by now) and went well; `merged` is the commit that the
    merge made, of a branch of the project `source`.
    """

    url: str = ""
    kept: Path = Path()
    head: str = "1" * 40
    merged: str = ""
    source: int = PROJECT
    permissions: frozenset[str] = frozenset()
    comments: list[dict[str, Any]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def comment(self, author: int, body: str) -> dict[str, Any]:
        number = 100 + len(self.comments)
        self.comments.append({"id": number, "user": {"id": author}, "body": body})
        return self.comments[-1]

    def run(self, *, ended: str = "success", fork: bool | None = False) -> int:
        """A run for the head, which goes well; returns its number."""
        number = 10 + len(self.runs)
        names = {True: "stranger/shop", False: "a/shop"}
        repository = None if fork is None else {"full_name": names[fork]}
        self.runs.append(
            {
                "id": number,
                "head_sha": self.head,
                "conclusion": ended,
                "head_repository": repository,
                "sha": self.head,
                "status": ended,
                "project_id": PROJECT + (fork is not False),
            }
        )
        return number

    def keep(self, run: int, source: Path) -> None:
        """Keep what a job uploads from a folder, for the run."""
        shutil.copytree(source, self.kept / str(run), dirs_exist_ok=True)

    def fetch(self, run: int, to: Path) -> None:
        shutil.copytree(self.kept / str(run), to, dirs_exist_ok=True)

    def answer(self, method: str, address: str, body: dict[str, Any]) -> object:
        """The answer, or None for what the job may not do."""
        self.asked.append(f"{method} {address}")
        path, query = urlsplit(address).path, parse_qs(urlsplit(address).query)
        asked = f"{method} {path}"
        right = next((right for form, right in RIGHTS if re.match(form, asked)), "nothing")
        name, _, level = right.partition(": ")
        if right and not self.permissions & {right, f"{name}: write" if level == "read" else right}:
            return None
        if method == "GET":
            found = self._get(path)
            size = min(int(query.get("per_page", ["30"])[0]), 100)
            first = (int(query.get("page", ["1"])[0]) - 1) * size
            return found[first : first + size] if isinstance(found, list) else found
        if method == "POST":
            return self.comment(BOT, body["body"])
        number = int(path.rpartition("/")[2])
        old = next(comment for comment in self.comments if comment["id"] == number)
        old.update(body)
        return old

    def _get(self, path: str) -> Any:
        if found := re.search(r"/commits/(\w+)/(pulls|merge_requests)$", path):
            if found[1] != self.merged:
                return []
            head = {"sha": self.head}
            gitlab = {"iid": NUMBER, "sha": self.head, "squash_commit_sha": None}
            gitlab["source_project_id"] = self.source
            return [{"number": NUMBER, "merge_commit_sha": self.merged, "head": head, **gitlab}]
        if path.endswith("/comments"):
            return self.comments
        if path.endswith("/users/github-actions%5Bbot%5D"):
            return {"id": BOT}
        if path.endswith("/workflows/shop.yml/runs"):
            return {"workflow_runs": self.runs}
        if path.endswith(f"/merge_requests/{NUMBER}/pipelines"):
            return self.runs
        if found := re.search(r"/pipelines/(\d+)/jobs$", path):
            return [{"id": int(found[1]), "name": "plan"}, {"id": 999, "name": "validate"}]
        if found := re.search(r"/jobs/(\d+)/artifacts/plan.json$", path):
            return json.loads((self.kept / found[1] / "plan.json").read_bytes())
        raise AssertionError(path)


@contextmanager
def forge() -> Iterator[Forge]:
    """A forge on loopback."""
    shared = Forge()

    class Asked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            found = shared.answer(self.command, self.path, body)
            answer = json.dumps(found).encode()
            self.send_response(403 if found is None else 200)
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
