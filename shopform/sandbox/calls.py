"""The log of requests, without keys and image data."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request.

    `n` counts from 1 in order of arrival; `path` is below /REST; `body` is its JSON, or the string
    if it is not JSON; `status` is 0 without a response.
    """

    n: int
    time: str
    method: str
    path: str
    query: str
    body: Any
    status: int = 0
    fault: str = ""

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


Hook = Callable[[LoggedRequest], None]


def received(n: int, method: str, path: str, query: str, body: bytes, fault: str) -> LoggedRequest:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return LoggedRequest(n, now, method, path, query, _content(body), fault=fault)


def _content(body: bytes) -> Any:
    try:
        return _shortened(json.loads(body)) if body else None
    except (ValueError, RecursionError):
        return body.decode(errors="replace")


def _shortened(content: Any, key: str = "") -> Any:
    if isinstance(content, dict):
        return {name: _shortened(each, name) for name, each in content.items()}
    if isinstance(content, list):
        return [_shortened(each) for each in content]
    if key == "data" and isinstance(content, str) and len(content) > 40:
        return f"{content[:16]}... ({len(content)} characters)"
    return content
