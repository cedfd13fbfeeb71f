"""The state in a file beside the project, its journal and its lock next to it."""

from dataclasses import dataclass
from pathlib import Path

from shopform import files
from shopform.errors import StateError
from shopform.files import check_writable, make_directory, read_bytes, reporting, write_atomic
from shopform.model.prior import Prior
from shopform.state.folded_state import Ledger
from shopform.state.format import loads
from shopform.state.journal_replay import replay, whole_length
from shopform.state.local.journal import Journal
from shopform.state.local.lock import Lock, acquire, force_unlock
from shopform.state.ownership import Expected
from shopform.state.records import encode, saved_record
from shopform.state.session import StateSession


@dataclass(frozen=True, slots=True)
class _OnDisk:
    """The stored state; `length` is that of the journal's complete lines, if there is one."""

    ledger: Ledger
    length: int | None


class LocalStore:
    """A Store in a file, whose state must be that of `expected`."""

    def __init__(self, path: Path, expected: Expected) -> None:
        self.path = files.real(path) if path.is_symlink() else path
        self.expected = expected
        self.journal = self.path.with_name(self.path.name + ".journal")
        self.lock = self.path.with_name(self.path.name + ".lock")

    def read(self, *, repair: bool = False) -> Prior:
        return self._find(repair=repair).ledger.prior()

    def open(self, operation: str, timeout: float = 0.0, *, repair: bool = False) -> StateSession:
        with reporting(self.path):
            make_directory(self.path.parent)
        lock = acquire(self.lock, self.path, operation, timeout)
        try:
            with reporting(self.path):
                check_writable(self.path)
            found = self._find(repair=repair)
            return StateSession(
                found.ledger,
                self.expected,
                lambda base: LocalWriter(self, lock, base, found.length),
            )
        except BaseException:
            lock.release()
            raise

    def force_unlock(self, lock_id: str) -> None:
        if not self.path.parent.is_dir():
            raise StateError(f"there is no state at `{self.path}`")
        force_unlock(self.lock, self.path, lock_id)

    def describe(self) -> str:
        return str(self.path)

    def _find(self, *, repair: bool = False) -> _OnDisk:
        state, journal = self._snapshot()
        base = None if state is None else loads(state, self.path)
        if journal is None:
            ledger = Ledger(base or Prior())
        else:
            ledger = replay(base, state, journal, self.journal)
        self.expected.check(ledger, self.describe(), repair=repair)
        return _OnDisk(ledger, None if journal is None else whole_length(journal))

    def _snapshot(self) -> tuple[bytes | None, bytes | None]:
        """Return a consistent state and journal while another run may be writing them."""
        with reporting(self.path):
            while True:
                state = read_bytes(self.path)
                with reporting(self.journal):
                    journal = read_bytes(self.journal)
                if journal is None or read_bytes(self.path) == state:
                    return state, journal


class LocalWriter:
    """The StateWriter of a LocalStore."""

    remote = False

    def __init__(self, store: LocalStore, lock: Lock, base: Prior, length: int | None) -> None:
        """`length` is that of the complete lines of an existing journal; None without one."""
        self._store = store
        self._lock = lock
        self._journal = Journal(store.journal, base, length)

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
                f"the lock of `{self._store.path}` was taken from this run",
                hint=f"`{self._store.journal}` has its results, which the next run reads",
            )

    def commit(self, base: Prior, state: bytes | None, waiting: list[bytes]) -> None:
        if state is not None:
            saved = encode(saved_record(base.serial, state))
            self._journal.sync(self._journal.append(saved))
            with reporting(self._store.path):
                write_atomic(self._store.path, state)
        self._journal.restart(base, waiting)

    def close(self) -> None:
        self._journal.close()
        self._lock.release()
