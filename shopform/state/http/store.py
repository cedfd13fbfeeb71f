"""A Store on a server of Terraform's `http` protocol."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from shopform.errors import Locked, LockLost, StoreError
from shopform.model.prior import Prior
from shopform.state.folded_state import Ledger
from shopform.state.format import loads
from shopform.state.http.journal import (
    HttpJournal,
    JournalDocument,
    lock_removed,
    parse,
    store,
)
from shopform.state.http.server import Intervals, RemoteState, StateServer, how_to_unlock
from shopform.state.http.shelf import KEPT
from shopform.state.journal_replay import replay
from shopform.state.lock_info import Held, LockInfo, held_by, new_lock_info, not_held, other_id
from shopform.state.ownership import Expected
from shopform.state.records import encode, saved_record
from shopform.state.session import Session
from shopform.state.store import Pause


@dataclass(frozen=True, slots=True)
class _Found:
    """The state and the journal as they were at one instant."""

    ledger: Ledger
    journal: JournalDocument


class HttpStore:
    """A Store whose state is at `address`, and must be the one that is `expected`."""

    def __init__(
        self,
        address: str,
        expected: Expected,
        environment: Mapping[str, str],
        times: Intervals | None = None,
    ) -> None:
        """Raises StoreError if the environment has no credentials and the server needs them."""
        self.times = times or Intervals()
        self.expected = expected
        server = StateServer(address, environment, self.times)
        self.state = RemoteState(server, address)
        self.journal = RemoteState(server, f"{address}-journal")
        documents = [RemoteState(server, f"{address}-{name}") for name in KEPT]
        self._locked_documents = [each for each in documents if not each.serials_once]

    def read(self, *, repair: bool = False) -> Prior:
        return self._find(repair=repair).ledger.prior()

    def open(self, operation: str, timeout: float = 0.0, *, repair: bool = False) -> Session:
        info = new_lock_info(operation, self.describe())
        try:
            self._acquire(info, timeout)
            found = self._find(repair=repair)
            journal = found.journal
            if journal.lines:
                journal = self._seal(journal, info)
            return Session(
                found.ledger, self.expected, lambda base: HttpWriter(self, info, base, journal)
            )
        except Locked:
            raise
        except BaseException:
            with suppress(StoreError):
                self.release(info)
            raise

    def force_unlock(self, lock_id: str, pause: Pause = time.sleep, /) -> None:
        info = new_lock_info("force-unlock", self.describe())
        if self._unlock_documents(lock_id, info):
            return
        ours: list[RemoteState] = []
        try:
            held = dict(self._take(info, (self.state, self.journal), ours))
            if not held:
                raise not_held(self.describe())
            if lock_id not in (holder.id for holder in held.values()):
                raise other_id(self.describe(), next(iter(held.values())).id)
            # The state stays locked, so that no run that waits for it gets in between.
            if self.journal in held:
                if held[self.journal].id == lock_id:
                    self.journal.unlock(lock_id)
                for _, other in self._take(info, [self.journal], ours):
                    raise self._locked(other)
            self._seal(parse(self.journal.get(), self.journal.address), info)
            pause(self.times.fence)
        finally:
            for state in ours:
                state.unlock(info.id)
        if self.state in held and held[self.state].id == lock_id:
            self.state.unlock(lock_id)

    def held(self) -> Held | None:
        """Return the lock as it is held; the protocol only says it to one who tries to lock."""
        info = new_lock_info("state unlock-info", self.describe())
        ours: list[RemoteState] = []
        try:
            held = self._take(info, [self.state], ours) or self._take(info, [self.journal], ours)
        finally:
            for state in ours:
                state.unlock(info.id)
        return Held(holder=held[0][1], release=_release(held[0][1])) if held else None

    def describe(self) -> str:
        return self.state.address

    def release(self, info: LockInfo) -> None:
        """Free both locks, as far as they are held under this id."""
        try:
            try:
                self.journal.unlock(info.id)
            finally:
                self.state.unlock(info.id)
        except StoreError as problem:
            raise StoreError(
                problem.diagnostics[0].summary,
                hint=f"the state stays locked until `shopform force-unlock {info.id}`",
            ) from problem

    def _acquire(self, info: LockInfo, timeout: float) -> None:
        """Lock the state and then the journal, waiting for up to `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            holder = self.state.lock(info)
            if holder is None:
                holder = self.journal.lock(info)
                if holder is None:
                    return
                self.state.unlock(info.id)
            left = deadline - time.monotonic()
            if left <= 0:
                raise self._locked(holder)
            time.sleep(min(self.times.poll, left))

    def _take(
        self, info: LockInfo, states: Sequence[RemoteState], ours: list[RemoteState]
    ) -> list[tuple[RemoteState, LockInfo]]:
        """Lock what is free, adding it to `ours`; return what is not."""
        held = []
        for state in states:
            holder = state.lock(info)
            if holder is None:
                ours.append(state)
            else:
                held.append((state, holder))
        return held

    def _unlock_documents(self, lock_id: str, info: LockInfo) -> bool:
        """Free documents whose lock has this id, which a killed run left; False if none has."""
        for documents in self._locked_documents:
            holder = documents.lock(info)
            found = holder is not None and holder.id == lock_id
            documents.unlock(lock_id if found else info.id)
            if found:
                return True
        return False

    def _seal(self, journal: JournalDocument, info: LockInfo) -> JournalDocument:
        """Write the journal once more, so that an earlier holder of the lock can write no more."""
        sealed = journal.followed_by(journal.lines, info)
        store(self.journal, sealed, info)
        return sealed

    def _find(self, *, repair: bool = False) -> _Found:
        state, journal = self._snapshot()
        base = None if state is None else loads(state, self.describe())
        if journal.lines:
            ledger = replay(base, state, b"".join(journal.lines), self.journal.address)
        else:
            ledger = Ledger(base or Prior())
        self.expected.check(ledger.prior(), self.describe(), repair=repair)
        return _Found(ledger, journal)

    def _snapshot(self) -> tuple[bytes | None, JournalDocument]:
        """Return a consistent state and journal while another run may be writing them."""
        state = self.state.get()
        while True:
            journal = parse(self.journal.get(), self.journal.address)
            if not journal.lines:
                return state, journal
            again = self.state.get()
            if again == state:
                return state, journal
            state = again

    def _locked(self, holder: LockInfo) -> Locked:
        return Locked(held_by(self.describe(), holder), hint=_release(holder))


def _release(holder: LockInfo) -> str:
    return (
        "wait for that run with `--lock-timeout 5m`; this kind of store keeps the lock of a run "
        f"that was killed: if it is dead, {how_to_unlock(holder)}"
    )


class HttpWriter:
    """The StateWriter of an HttpStore."""

    remote = True

    def __init__(
        self, store: HttpStore, info: LockInfo, base: Prior, journal: JournalDocument
    ) -> None:
        self._store = store
        self._info = info
        self._failed = False
        self._journal = HttpJournal(store.journal, info, base, journal, store.times)

    @property
    def in_use(self) -> bool:
        return self._journal.in_use

    def append(self, line: bytes) -> int:
        return self._journal.append(line)

    def sync(self, ticket: int) -> None:
        self._journal.sync(ticket)

    def require_lock(self) -> None:
        self._journal.require_lock()

    def commit(self, base: Prior, state: bytes | None, waiting: list[bytes]) -> None:
        try:
            self._commit(base, state, waiting)
        except LockLost:
            self._failed = True
            raise
        except StoreError as problem:
            self._failed = True
            raise StoreError(
                str(problem),
                hint=f"when the server answers: `shopform force-unlock {self._info.id}`, and the "
                "command again, which looks up in the shop what could not be stored",
            ) from problem

    def close(self) -> None:
        """Store what is left, and free the locks; after a failed commit as far as possible."""
        with suppress(*(LockLost, StoreError) if self._failed else ()):
            try:
                self._journal.sync()
            finally:
                self._store.release(self._info)

    def _commit(self, base: Prior, state: bytes | None, waiting: list[bytes]) -> None:
        if state is not None:
            self._journal.append(encode(saved_record(base.serial, state)))
            self._journal.sync()
            if not self._store.state.post(state, self._info):
                raise lock_removed(self._info)
        self._journal.restart(base, waiting)
