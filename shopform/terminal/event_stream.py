"""Write the events of a run to stdout, or to a file in addition to other output."""

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
    """Writes one JSON object per line, with its time (UTC); thread-safe.

    Without a target nothing is written. `shop` is the one of several shops that events are about,
    if any. A file is opened for the first event; `problem` is why writing it failed, which does
    not stop the run.
    """

    def __init__(self) -> None:
        self.shop = ""
        self.problem: ShopformError | None = None
        self._targets: list[IO[str]] = []
        self._file: Path | None = None
        self._opened: IO[str] | None = None
        self._lock = Lock()

    def add(self, target: IO[str]) -> None:
        """Add a target, and write the version to it."""
        _write(target, events.version())
        self._targets.append(target)

    def add_file(self, path: Path) -> None:
        """Add a file. Raises OSError for a pipe without a reader."""
        if path.is_fifo():
            self._opened = files.open_stream(path)
            _write(self._opened, events.version())
        self._file = path

    def drop_unopened(self) -> None:
        """Remove the file if no event was written to it yet."""
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
        if self._opened:
            with suppress(OSError):  # errors were reported when writing
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
