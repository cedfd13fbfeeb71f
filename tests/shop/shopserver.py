"""A small shop over real HTTP: a test says what each request is answered with."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from shopform.kinds import Kind
from shopform.kinds.standard import STANDARD
from shopform.model.live import LiveKind
from shopform.model.shop import Shop, WireNames
from shopform.model.values import Secret
from shopform.shop.client import Client
from shopform.shop.fetch import fetch

TOKEN = "canary0123456789abcdef"


@dataclass(frozen=True)
class Asked:
    """One request as it came over the wire."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Answer:
    """What to send: bytes as they are, anything else as JSON. `drop` closes without an answer,
    `cut` promises more bytes than it sends."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    cut: bool = False


DROP = Answer(drop=True)
Behaviour = Callable[[Asked], Answer]


@dataclass
class Running:
    url: str
    asked: list[Asked] = field(default_factory=list)

    def shop(self, auth: str = "bearer", wire: Mapping[str, WireNames] | None = None) -> Shop:
        token = Secret("${env:T}", TOKEN)
        return Shop(
            name="test", url=self.url, token=token, auth=auth, wire=wire or {}, catalogue=STANDARD
        )

    @property
    def lines(self) -> list[str]:
        return [str(one) for one in self.asked]


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[Running]:
    """Serve on loopback until the block ends."""

    class Shopkeeper(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length", 0))
            raw = self.rfile.read(size)
            if len(raw) < size:
                self.close_connection = True
                return
            asked = Asked(
                self.command,
                parts.path.removeprefix("/REST/"),
                dict(parse_qsl(parts.query)),
                {k.lower(): v for k, v in self.headers.items()},
                json.loads(raw) if raw else None,
            )
            with lock:
                running.asked.append(asked)
                answer = behaviour(asked)
            if answer.drop:
                self.close_connection = True
                return
            body = (
                answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            )
            self.send_response(answer.status)
            headers = {"Content-Type": "application/json", **answer.headers}
            for name, text in headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(body) + 10 * answer.cut))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = self.close_connection or answer.cut

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    lock = threading.Lock()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shopkeeper)
    server.daemon_threads = True
    running = Running(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def script(*answers: Answer) -> Behaviour:
    """These answers in turn; the last one is given for ever."""
    left = list(answers)
    return lambda _asked: left.pop(0) if len(left) > 1 else left[0]


def window(asked: Asked, items: list[Any], *, most: int = 100) -> list[Any]:
    """The page that was asked for."""
    offset = int(asked.query.get("offset", 0))
    return items[offset : offset + min(int(asked.query.get("limit", 5)), most)]


def envelope(key: str, items: list[Any], asked: Asked, *, most: int = 100, **paging: Any) -> Answer:
    page = window(asked, items, most=most)
    said: dict[str, Any] = {
        "offset": int(asked.query.get("offset", 0)),
        "limit": min(int(asked.query.get("limit", 5)), most),
        "count": len(page),
        "total": len(items),
    }
    said = {name: v for name, v in {**said, **paging}.items() if v is not None}
    return Answer({"paging": said, key: page})


def quick(running: Running, waits: list[float] | None = None, **options: Any) -> Client:
    slept = waits if waits is not None else []
    return Client(running.shop(), sleep=slept.append, **options)


def ask(client: Client, method: str) -> object:
    if method == "GET":
        return client.get("x/1")
    return client.send(method, "x" if method == "POST" else "x/1", body={"name": "n"})


def suppliers(number: int) -> list[dict[str, Any]]:
    """Newest first, as the shop lists some kinds."""
    return [{"supplier_id": str(n), "name": f"S{n}"} for n in range(number, 0, -1)]


def redirects(number: int) -> list[dict[str, Any]]:
    return [{"redirect_id": n, "from_url": f"a{n}", "to_url": "b"} for n in range(1, number + 1)]


def read(behaviour: Behaviour, kind: Kind = STANDARD["supplier"]) -> tuple[LiveKind, int]:
    with serving(behaviour) as running:
        with Client(running.shop(), sleep=lambda _s: None) as client:
            live = fetch(client, [kind.name])
        assert live.calls == len(running.asked)
        assert all(asked.query["limit"] == "100" for asked in running.asked)
        return live.kinds[kind.name], live.calls
