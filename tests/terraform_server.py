"""Servers of Terraform's `http` protocol for the tests, over real HTTP.

GITLAB and GITEA do what the sources of GitLab 18.5 and Gitea 1.27 do; PLAIN is the protocol as
Terraform documents it, with LOCK and UNLOCK at the address of the state.
"""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

LOCK_KEYS = ("ID", "Operation", "Info", "Who", "Version", "Created", "Path")
TERRAFORM_KEYS = ("terraform_version", "lineage", "resources", "outputs")
# User names, passwords and roles; the second is of a job, whose token works while it runs.
USERS = {"ana": ("glpat-ana", "maintainer"), "gitlab-ci-token": ("job-1", "maintainer")}
USERS |= {"dev": ("glpat-dev", "developer"), "guest": ("glpat-guest", "guest")}
ENVIRONMENT = {"TF_HTTP_USERNAME": "ana", "TF_HTTP_PASSWORD": "glpat-ana"}


class Answer(NamedTuple):
    status: int
    body: Any = None


class Request(NamedTuple):
    method: str
    name: str
    lock: bool
    id: str | None
    body: bytes
    user: str


class TerraformServer:
    """The states of one project by their names: their versions, and who holds their locks.

    `fails` is called with the number of each request, before and after it is carried out: it
    returns whether the connection breaks there. `down`: it always does.
    """

    path = "/states/"

    def __init__(self) -> None:
        self.versions: dict[str, list[tuple[int, bytes]]] = {}
        self.locks: dict[str, dict[str, Any]] = {}
        self.requests: list[str] = []
        self.fails: Callable[[int, bool], bool] = lambda number, after: False
        self.down = False
        self.limit = 0
        self.redirect = ""
        self.url = ""
        self._mutex = threading.Lock()

    @property
    def address(self) -> str:
        return f"{self.url}{self.path}staging"

    def content(self, name: str = "staging") -> bytes:
        return max(self.versions[name])[1]

    def serials(self, name: str) -> list[int]:
        return [serial for serial, _ in self.versions.get(name, ())]

    def carry_out(
        self, method: str, target: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        url = urlsplit(target)
        if self.redirect:
            return Answer(302)
        if not url.path.startswith(self.path):
            return Answer(404, {"message": "404 Project Not Found"})
        name, _, rest = url.path.removeprefix(self.path).partition("/")
        user = _user(headers.get("Authorization", ""))
        given = parse_qs(url.query).get("ID", [None])[0]
        request = Request(method, name, rest == "lock", given, body, user)
        return self.refused(request) or self.answer(request)

    def refused(self, request: Request) -> Answer | None:
        """The answer where the user may not do that."""
        if self.limit and request.method == "POST" and len(request.body) > self.limit:
            return Answer(413, {"message": "413 Request Entity Too Large"})
        return None

    def answer(self, request: Request) -> Answer:
        holder = self.locks.get(request.name)
        if request.method == "GET":
            found = self.versions.get(request.name)
            return Answer(200, found[-1][1]) if found else Answer(404)
        if request.method == "POST":
            if holder and holder["ID"] != request.id:
                return Answer(409, holder)
            version = json.loads(request.body)["serial"], request.body
            self.versions.setdefault(request.name, []).append(version)
            return Answer(200)
        info = json.loads(request.body)
        if holder and (request.method == "LOCK" or holder["ID"] != info["ID"]):
            return Answer(423, holder)
        if request.method == "LOCK":
            self.locks[request.name] = info
        else:
            self.locks.pop(request.name, None)
        return Answer(200)


class GitLab(TerraformServer):
    path = "/api/v4/projects/7/terraform/state/"

    def refused(self, request: Request) -> Answer | None:
        role = USERS[request.user][1] if request.user else ""
        if not role:
            return Answer(401, {"message": "401 Unauthorized"})
        if role == "guest" or (role == "developer" and request.method != "GET"):
            return Answer(403, {"message": "403 Forbidden"})
        return super().refused(request)

    def answer(self, request: Request) -> Answer:
        known = request.name in self.versions
        if request.method == "GET":
            if not known:
                return Answer(404, {"message": "404 Not found"})
            found = self.versions[request.name]
            return Answer(200, max(found)[1]) if found else Answer(204)
        self.versions.setdefault(request.name, [])
        if request.lock:
            return self._lock(request)
        try:
            serial = json.loads(request.body).get("serial")
        except ValueError:
            return Answer(422, {"message": "invalid JSON"})
        if serial is None:
            return Answer(422, {"message": "No serial in payload"})
        if self.locks.get(request.name, {}).get("ID") != request.id:
            return Answer(500, {"message": "500 Internal Server Error"})
        if serial in self.serials(request.name):
            return Answer(422, {"message": "PG::UniqueViolation: duplicate key"})
        self.versions[request.name].append((serial, request.body))
        return Answer(200)

    def _lock(self, request: Request) -> Answer:
        info = json.loads(request.body)
        holder = self.locks.get(request.name)
        if request.method == "DELETE":
            given = request.id or info.get("ID")
            if given is not None and given != (holder or {}).get("ID"):
                return Answer(409)
            self.locks.pop(request.name, None)
            return Answer(200)
        if missing := [key for key in LOCK_KEYS if key not in info]:
            return Answer(400, {"error": f"{', '.join(missing)} is missing"})
        if not holder:
            kept = {"ID": info["ID"], "Who": request.user, "Created": "2026-11-30T04:00:00Z"}
            self.locks[request.name] = kept
        asked = {key: info[key] for key in ("Operation", "Info", "Version", "Path")}
        return Answer(409 if holder else 200, asked | self.locks[request.name])


class Gitea(TerraformServer):
    path = "/api/packages/acme/terraform/state/"

    def refused(self, request: Request) -> Answer | None:
        return super().refused(request) if request.user else Answer(401)

    def answer(self, request: Request) -> Answer:
        if request.lock:
            method = {"POST": "LOCK", "DELETE": "UNLOCK"}[request.method]
            return super().answer(request._replace(method=method))
        holder = self.locks.get(request.name)
        if request.method == "POST":
            document = json.loads(request.body)
            if holder and holder["ID"] != request.id:
                return Answer(423, holder)
            complete = all(key in document for key in TERRAFORM_KEYS)
            if not complete or document.get("version") != 4 or not document.get("serial"):
                return Answer(400)
            if document["serial"] in self.serials(request.name):
                return Answer(409)
        answered = super().answer(request)
        return Answer(201) if request.method == "POST" else answered


@contextmanager
def serving(server: TerraformServer) -> Iterator[TerraformServer]:
    """Let a server listen on this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet: two cost 40 ms

        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with server._mutex:
                server.requests.append(f"{self.command} {urlsplit(self.path).path}")
                number = len(server.requests)
                self.close_connection = server.down or server.fails(number, False)
                if self.close_connection:
                    return
                answer = server.carry_out(self.command, self.path, body, dict(self.headers))
                self.close_connection = server.fails(number, True)
            if not self.close_connection:
                self.send(answer)

        def send(self, answer: Answer) -> None:
            raw = isinstance(answer.body, bytes)
            text = "" if answer.body is None else json.dumps(None if raw else answer.body)
            data = answer.body if raw else text.encode()
            self.send_response(answer.status)
            if server.redirect:
                self.send_header("Location", server.redirect)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = do_LOCK = do_UNLOCK = serve  # noqa: N815

        def log_message(self, *arguments: Any) -> None:
            pass

    class Listener(ThreadingHTTPServer):
        daemon_threads = True

    with Listener(("127.0.0.1", 0), Handler) as listener:
        server.url = f"http://127.0.0.1:{listener.server_address[1]}"
        thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            thread.join()


def _user(authorization: str) -> str:
    """The name of the user whose password it is; empty for none."""
    scheme, _, given = authorization.partition(" ")
    if scheme != "Basic":
        return ""
    name, _, password = base64.b64decode(given).decode().partition(":")
    return name if USERS.get(name, ("",))[0] == password else ""
