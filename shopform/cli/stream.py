"""Writes a run's messages: to stdout, or into a file beside the human output."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from threading import Lock
from typing import IO, Any

from shopform.render import stream


class Stream:
    """One JSON object a line, each with its time (UTC). May be told things from any thread.

    Without a target nothing is written, so that who tells need not ask. `shop` is which of
    several shops the messages are about, while they are about one.
    """

    def __init__(self) -> None:
        self.shop = ""
        self._targets: list[IO[str]] = []
        self._lock = Lock()

    def add(self, target: IO[str]) -> None:
        """Write to this from now on, the version first."""
        _write(target, stream.version())
        self._targets.append(target)

    def tell(self, messages: Iterable[dict[str, Any]]) -> None:
        if not self._targets:
            return
        about = {"shop": self.shop} if self.shop else {}
        with self._lock:
            for message in messages:
                for target in self._targets:
                    _write(target, {**message, **about})


def _write(target: IO[str], message: dict[str, Any]) -> None:
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    target.write(json.dumps({**message, "@timestamp": now}, ensure_ascii=False) + "\n")
    target.flush()
