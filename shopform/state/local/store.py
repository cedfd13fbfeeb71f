"""The state in a file beside the project, its journal and its lock next to it."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from shopform import files
from shopform.errors import StateError
from shopform.files import check_writable, make_directory, read_bytes, reporting
from shopform.model.prior import Prior
from shopform.state.format import loads
from shopform.state.ownership import Expected
from shopform.state.store import Pause

if TYPE_CHECKING:
    from shopform.state.folded_state import Ledger
    from shopform.state.lock_info import Held
    from shopform.state.session import Session


class _OnDisk(NamedTuple):
    """The stored state; if there is a journal, also its ledger and the length of its lines."""

    prior: Prior
    ledger: "Ledger | None" = None
    length: int | None = None


class LocalStore:
    """A Store in a file, whose state must be that of `expected`."""

    def __init__(self, path: Path, expected: Expected) -> None:
        self.path = files.real(path) if path.is_symlink() else path
        self.expected = expected
        self.journal = self.path.with_name(self.path.name + ".journal")
        self.lock = self.path.with_name(self.path.name + ".lock")

    def read(self, *, repair: bool = False) -> Prior:
        return self._find(repair=repair).prior

    def open(self, operation: str, timeout: float = 0.0, *, repair: bool = False) -> "Session":
        from shopform.state.folded_state import Ledger
        from shopform.state.local.lock import acquire
        from shopform.state.local.writer import LocalWriter
        from shopform.state.session import Session

        with reporting(self.path):
            make_directory(self.path.parent)
        lock = acquire(self.lock, self.path, operation, timeout)
        try:
            with reporting(self.path):
                check_writable(self.path)
            found = self._find(repair=repair)
            return Session(
                found.ledger or Ledger(found.prior),
                self.expected,
                lambda base: LocalWriter(self.path, self.journal, lock, base, found.length),
            )
        except BaseException:
            lock.release()
            raise

    def force_unlock(self, lock_id: str, _pause: Pause = time.sleep, /) -> None:
        # Each run looks at this lock before each call, so there is nothing to wait for.
        from shopform.state.local.lock import force_unlock

        if not self.path.parent.is_dir():
            raise StateError(f"there is no state at `{self.path}`")
        force_unlock(self.lock, self.path, lock_id)

    def held(self) -> "Held | None":
        from shopform.state.local.lock import find_held

        return find_held(self.lock)

    def describe(self) -> str:
        return str(self.path)

    def _find(self, *, repair: bool = False) -> _OnDisk:
        state, journal = self._snapshot()
        base = None if state is None else loads(state, self.path)
        if journal is None:
            found = _OnDisk(base or Prior())
        else:
            from shopform.state.journal_replay import replay, whole_length

            ledger = replay(base, state, journal, self.journal)
            found = _OnDisk(ledger.prior(), ledger, whole_length(journal))
        self.expected.check(found.prior, self.describe(), repair=repair)
        return found

    def _snapshot(self) -> tuple[bytes | None, bytes | None]:
        """Return a consistent state and journal while another run may be writing them."""
        with reporting(self.path):
            while True:
                state = read_bytes(self.path)
                with reporting(self.journal):
                    journal = read_bytes(self.journal)
                if journal is None or read_bytes(self.path) == state:
                    return state, journal
