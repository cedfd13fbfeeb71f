"""What goes over the line, without the line: answers, and refusals raised on the way to one."""

import json
from dataclasses import dataclass
from enum import StrEnum

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
Headers = tuple[tuple[str, str], ...]


class Fate(StrEnum):
    """What becomes of an answer: sent, not sent, or announced longer than what is sent."""

    SEND = "send"
    CLOSE = "close"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. `delay` is how many seconds it is held back."""

    status: int
    body: bytes = b""
    type: str = TEXT
    headers: Headers = ()
    fate: Fate = Fate.SEND
    delay: float = 0.0


class Refusal(Exception):
    """The request is not carried out. `why` is for people and may be empty."""

    def __init__(self, status: int, why: str = "", headers: Headers = ()) -> None:
        super().__init__(why)
        self.status = status
        self.why = why
        self.headers = headers


def answer(status: int, content: object) -> Response:
    """JSON as the shop writes it (K-cap): four spaces, all ASCII, slashes as they are."""
    return Response(status, json.dumps(content, indent=4).encode(), JSON)
