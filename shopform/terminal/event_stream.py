"""Writes a run's messages: to stdout, or into a file beside the human output."""

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import IO, Any

from shopform import files
from shopform.errors import ShopformError
from shopform.render.json import events


class Stream:
    """One JSON object a line, each with its time (UTC). Safe to call from any thread.

    Without a target nothing is written, so callers need not check. `shop` is which of
    several shops the messages are about, while they are about one. A file is opened for the first
    message; `problem` is why one could not be written to its end, which stops no run.
    """

    def __init__(self) -> None:
        self.shop = ""
        self.problem: ShopformError | None = None
        self._targets: list[IO[str]] = []
        self._file: Path | None = None
        self._opened: IO[str] | None = None
        self._lock = Lock()

    def add(self, target: IO[str]) -> None:
        """Write to this from now on, the version first."""
        _write(target, events.version())
        self._targets.append(target)

    def add_file(self, path: Path) -> None:
        """Write to this file from now on. Raises OSError for a pipe without a reader."""
        if path.is_fifo():
            self._opened = files.open_stream(path)
            _write(self._opened, events.version())
        self._file = path

    def drop_unopened(self) -> None:
        """Leave a file alone that has had no message yet."""
        if self._opened is None:
            self._file = None

    def emit(self, messages: Iterable[dict[str, Any]]) -> None:
        if not self._targets and not self._file:
            return
        about = {"shop": self.shop} if self.shop else {}
        with self._lock:
            for message in messages:
                for target in self._targets:
                    _write(target, {**message, **about})
                if self._file:
                    self._write_file(self._file, {**message, **about})

    def close(self) -> None:
        """Write to a file no more."""
        if self._opened:
            with suppress(OSError):  # what cannot be written was reported
                self._opened.close()
        self._file = self._opened = None

    def _write_file(self, path: Path, message: dict[str, Any]) -> None:
        try:
            with files.reporting(path, ShopformError):
                if self._opened is None:
                    self._opened = files.open_stream(path)
                    _write(self._opened, events.version())
                _write(self._opened, message)
        except ShopformError as problem:
            self.problem, self._file = problem, None


def _write(target: IO[str], message: dict[str, Any]) -> None:
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    target.write(json.dumps({**message, "@timestamp": now}, ensure_ascii=False) + "\n")
    target.flush()
