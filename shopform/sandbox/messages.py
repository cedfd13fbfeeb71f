"""Responses, and the refusals that are raised instead."""

import json
from dataclasses import dataclass
from enum import StrEnum

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
Headers = tuple[tuple[str, str], ...]


class Fate(StrEnum):
    """How a response is sent: whole, not at all, or shorter than announced."""

    SEND = "send"
    CLOSE = "close"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class SandboxResponse:
    """A response. `delay` is in seconds."""

    status: int
    body: bytes = b""
    type: str = TEXT
    headers: Headers = ()
    fate: Fate = Fate.SEND
    delay: float = 0.0


class Refusal(Exception):
    """The request is not executed. `why` is for people and may be empty."""

    def __init__(self, status: int, why: str = "", headers: Headers = ()) -> None:
        super().__init__(why)
        self.status = status
        self.why = why
        self.headers = headers


def answer(status: int, content: object) -> SandboxResponse:
    """Write JSON as the shop does (K-cap): four spaces, ASCII, plain slashes."""
    return SandboxResponse(status, json.dumps(content, indent=4).encode(), JSON)
