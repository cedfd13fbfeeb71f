"""The journal: one line per intent and per result, appended during a run.

    {"format": 2, "lineage": ..., "serial": ..., "shop": ...}      the state it adds to
    {"intent": KEY, "op": ..., "address": ..., ...}                on disk before the call is made
                                          a create: `before`, the ids of its list, once a list
    {"result": KEY, "set": {ADDRESS: entry}, "drop": [ADDRESS]}    after it
    {"failed": KEY}  {"resolved": ADDRESS}                         nothing was made; nothing waits
    {"saved": SERIAL, "sha256": ...}                               a state file that holds all above

An intent is synced before it counts. A result is not: the next intent's sync covers it, and a
result that a power cut takes leaves an intent without a result, which the next run looks up.

When a run ends the journal is folded into the state in this order, and every gap is safe:
  1. append `saved` with the digest of the new state and sync.   Gap: the state on disk has another
     digest, so the whole journal still counts.
  2. replace the state file.   Gap: the digest fits, so results above the line are in the state
     and change nothing when folded again; creates that wait above it still wait.
  3. replace the journal by one that holds the waiting creates only, or remove it.
A line without its end was cut by a crash before anyone relied on it, and is ignored.
"""

import os
import threading
from pathlib import Path

from shopform.errors import StateError
from shopform.files import reporting, sync_directory, write_all, write_atomic
from shopform.model.prior import Prior
from shopform.state.records import FORMAT, Header, encode


class Journal:
    """The journal file of one run, made with its first record.

    `append` is for one thread at a time; `sync` may be called by many, and threads that wait
    together share one fsync. After an error of the disk the journal takes nothing more, since
    the system may forget what it could not write.
    """

    def __init__(self, path: Path, base: Prior, length: int | None) -> None:
        """`length`: of the whole lines of a journal that was left; None where there is none."""
        self.path = path
        self._base = base
        self._length = length
        self._fd: int | None = None
        self._written = 0
        self._synced = 0
        self._broken = False
        self._flush = threading.Lock()

    @property
    def exists(self) -> bool:
        return self._length is not None

    def append(self, line: bytes) -> int:
        """Write a line, whole or not at all, and return the ticket to wait for with `sync`."""
        self._refuse_broken()
        with reporting(self.path):
            fd, length = self._opened()
            try:
                write_all(fd, line)
            except OSError:
                self._broken = True
                os.ftruncate(fd, length)
                self._broken = False
                raise
        self._length = length + len(line)
        self._written += 1
        return self._written

    def sync(self, ticket: int) -> None:
        """Return when the record is on disk."""
        with self._flush:
            if self._synced >= ticket or self._fd is None:
                return
            self._refuse_broken()
            upto = self._written
            with reporting(self.path):
                try:
                    os.fsync(self._fd)
                except OSError:
                    self._broken = True
                    raise
            self._synced = upto

    def restart(self, base: Prior, lines: list[bytes]) -> None:
        """Begin again on `base`, with the records that still count; remove the file if none do."""
        with self._flush, reporting(self.path):
            self._forget()
            if lines:
                data = b"".join([self._header(base), *lines])
                write_atomic(self.path, data)
                self._length = len(data)
            else:
                self.path.unlink()
                sync_directory(self.path.parent)
                self._length = None
            self._base, self._synced = base, self._written

    def close(self) -> None:
        with self._flush:
            self._forget()

    def _forget(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _opened(self) -> tuple[int, int]:
        if self._length is None:
            start = self._header(self._base)
            write_atomic(self.path, start)
            self._length = len(start)
        if self._fd is None:
            self._fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
            os.ftruncate(self._fd, self._length)
        return self._fd, self._length

    def _header(self, base: Prior) -> bytes:
        return encode(
            Header(format=FORMAT, lineage=base.lineage, serial=base.serial, shop=base.shop)
        )

    def _refuse_broken(self) -> None:
        if self._broken:
            raise StateError(
                f"the journal `{self.path}` could not be written before and takes nothing more"
            )
