"""The journal: one line per intent and per result, appended during a run.

    {"format": 2, "lineage": ..., "serial": ..., "shop": ...}      the state it adds to
    {"intent": KEY, "op": ..., "address": ..., ...}                on disk before the call is made
                                          a create: `before`, the ids of its list, once a list
    {"result": KEY, "set": {ADDRESS: entry}, "drop": [ADDRESS]}    after it
    {"failed": KEY}  {"resolved": ADDRESS}                         no effect; no longer pending
    {"saved": SERIAL, "sha256": ...}                               a state file with all above

An intent is synced before its call. A result is not: it is synced with the next intent, and one
that a power failure loses leaves an intent without a result, which the next run looks up.

At the end of a run the journal is folded into the state in three steps. A crash between them:
  1. append `saved` with the digest of the new state and sync.   Then: the state on disk has another
     digest, so the whole journal applies.
  2. replace the state file.   Then: the digest matches, so earlier results are in the state and
     change nothing when folded again; earlier pending creates are still pending.
  3. replace the journal by one with the pending creates only, or remove it.
A line without its line feed was truncated by a crash before anything relied on it, and is ignored.
"""

import os
import threading
from pathlib import Path

from shopform.errors import StateError
from shopform.files import reporting, sync_directory, write_all, write_atomic
from shopform.model.prior import Prior
from shopform.state.records import encode, header_of


class Journal:
    """The journal file of one run, created with its first record.

    `append` is for one thread at a time, `sync` for any, and concurrent syncs share one fsync.
    After a disk error the journal refuses all records, since the system may have dropped data.
    """

    def __init__(self, path: Path, base: Prior, length: int | None) -> None:
        """`length` is that of the complete lines of an existing journal; None without one."""
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
        """Append a line atomically, and return the ticket for `sync`."""
        self._refuse_broken()
        with reporting(self.path):
            fd, length = self._open()
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
        """Wait until a record is on disk."""
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
        """Replace the journal by one for `base` with these lines; without lines, remove it."""
        with self._flush, reporting(self.path):
            self._close()
            if lines:
                data = b"".join([encode(header_of(base)), *lines])
                write_atomic(self.path, data)
                self._length = len(data)
            else:
                self.path.unlink()
                sync_directory(self.path.parent)
                self._length = None
            self._base, self._synced = base, self._written

    def close(self) -> None:
        with self._flush:
            self._close()

    def _close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _open(self) -> tuple[int, int]:
        if self._length is None:
            start = encode(header_of(self._base))
            write_atomic(self.path, start)
            self._length = len(start)
        if self._fd is None:
            self._fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
            os.ftruncate(self._fd, self._length)
        return self._fd, self._length

    def _refuse_broken(self) -> None:
        if self._broken:
            raise StateError(f"the journal `{self.path}` is unusable after a disk error")
