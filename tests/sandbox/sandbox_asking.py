"""How these tests talk to the shop: the standard library's client over real sockets."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from shopform.sandbox import Sandbox


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def items(self) -> list[dict[str, Any]]:
        """The objects of a list, bare or not."""
        if isinstance(self.json, list):
            return self.json
        return cast("list[dict[str, Any]]", next(v for k, v in self.json.items() if k != "paging"))


@dataclass
class Asker:
    """One connection to a shop."""

    port: int
    key: str = "sandbox"

    def __post_init__(self) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def __call__(self, method: str, path: str, body: object = None, raw: bytes = b"") -> Answer:
        data = raw or (b"" if body is None else json.dumps(body).encode())
        root = "" if path.startswith("/_sandbox") else "/REST"
        headers = {"Authorization": self.key} if self.key else {}
        try:
            self.line.request(method, root + path, data or None, headers)
            response = self.line.getresponse()
            text = response.read().decode()
        except BaseException:
            self.line.close()
            raise
        return Answer(response.status, text, {k.lower(): v for k, v in response.getheaders()})

    def made(self, path: str, /, **fields: object) -> dict[str, Any]:
        """A created object; only for shops that answer with it."""
        answer = self("POST", path, fields)
        assert answer.status == 201, answer.text
        return cast("dict[str, Any]", answer.json)


@contextmanager
def shop(**arguments: Any) -> Iterator[tuple[Sandbox, Asker]]:
    with Sandbox(**arguments) as sandbox:
        asker = Asker(sandbox.port)
        try:
            yield sandbox, asker
        finally:
            asker.line.close()
