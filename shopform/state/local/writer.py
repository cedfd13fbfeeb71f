"""The writing side of the local store: the journal and the state of a run, under its lock."""

from pathlib import Path

from shopform.errors import StateError
from shopform.files import reporting, write_atomic
from shopform.model.prior import Prior
from shopform.state.local.journal import Journal
from shopform.state.local.lock import Lock
from shopform.state.records import encode, saved_record


class LocalWriter:
    """The StateWriter of a LocalStore."""

    remote = False

    def __init__(
        self, path: Path, journal: Path, lock: Lock, base: Prior, length: int | None
    ) -> None:
        """`length` is that of the complete lines of an existing journal; None without one."""
        self._path = path
        self._lock = lock
        self._journal = Journal(journal, base, length)

    @property
    def in_use(self) -> bool:
        return self._journal.exists

    def append(self, line: bytes) -> int:
        return self._journal.append(line)

    def sync(self, ticket: int) -> None:
        self._journal.sync(ticket)

    def require_lock(self) -> None:
        if not self._lock.still_held():
            raise StateError(
                f"the lock of `{self._path}` was taken from this run",
                hint=f"`{self._journal.path}` has its results, which the next run reads",
            )

    def commit(self, base: Prior, state: bytes | None, waiting: list[bytes]) -> None:
        if state is not None:
            saved = encode(saved_record(base.serial, state))
            self._journal.sync(self._journal.append(saved))
            with reporting(self._path):
                write_atomic(self._path, state)
        self._journal.restart(base, waiting)

    def close(self) -> None:
        self._journal.close()
        self._lock.release()
