"""A Store of objects: its protocol, whatever the objects are kept in."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shopform.errors import StateError, StoreError
from shopform.files import remove, reporting
from shopform.model.prior import Prior
from shopform.state.folded_state import Ledger
from shopform.state.format import loads
from shopform.state.journal_replay import replay, unrelated
from shopform.state.lock_info import Held
from shopform.state.objects import lease as locking
from shopform.state.objects import spool as spooled
from shopform.state.objects.blobs import Blob, Blobs, Tag, write
from shopform.state.objects.lease import Lease, Times
from shopform.state.objects.probe import probe
from shopform.state.objects.segments import (
    SegmentJournal,
    Segments,
    find,
    prefix,
    seal,
)
from shopform.state.objects.spool import Spool
from shopform.state.ownership import Expected
from shopform.state.records import digest_of, encode, saved_record
from shopform.state.session import Session
from shopform.state.store import Pause


@dataclass(frozen=True, slots=True)
class _Found:
    """The state as it was at one instant.

    `in_use`: the journal has records that the state does not hold. `under_way`: it names a state
    that was not there, whose write may be on its way still. `answered`: a spool has answered
    creates that wait in the journal.
    """

    ledger: Ledger
    tag: Tag | None
    segments: Segments
    in_use: bool
    under_way: bool
    answered: bool


class ObjectStore:
    """A Store whose state is the object `key`, which must hold the state that is `expected`."""

    def __init__(
        self,
        blobs: Blobs,
        key: str,
        expected: Expected,
        folder: Path,
        times: Times | None = None,
    ) -> None:
        """`folder` is for what cannot be stored while the store is away."""
        self.blobs = blobs
        self.key = key
        self.expected = expected
        self.folder = folder
        self.times = times or Times()

    def read(self, *, repair: bool = False) -> Prior:
        spools = spooled.find(self.folder, self.describe())
        epoch = locking.epoch(self.blobs, self._lock) if spools else 0
        return self._find(epoch, spools, repair=repair).ledger.prior()

    def open(self, operation: str, timeout: float = 0.0, *, repair: bool = False) -> Session:
        lease = locking.acquire(
            self.blobs,
            self._lock,
            self.describe(),
            operation,
            timeout,
            self.times,
            lambda: probe(self.blobs, self.key),
            self._seal,
        )
        try:
            spools = spooled.find(self.folder, self.describe())
            session = None
            while session is None:
                session = self._session(lease, spools, repair=repair)
            for path in spools:
                with reporting(path):
                    remove(path)
            return session
        except BaseException:
            lease.release()
            raise

    def force_unlock(self, lock_id: str, pause: Pause = time.sleep, /) -> None:
        locking.force_unlock(
            self.blobs, self._lock, self.describe(), lock_id, self.times, self._seal, pause
        )

    def held(self) -> Held | None:
        return locking.find_held(self.blobs, self._lock, self.times)

    def describe(self) -> str:
        return self.blobs.place(self.key)

    @property
    def _lock(self) -> str:
        return f"{self.key}.lock"

    def _session(
        self, lease: Lease, spools: Mapping[Path, Spool], *, repair: bool
    ) -> Session | None:
        """The session on what is there now; None where a dead run's last write came between."""
        found = self._find(lease.epoch - 1, spools, repair=repair)
        session = Session(
            found.ledger, self.expected, lambda base: ObjectWriter(self, lease, base, found)
        )
        if not (found.under_way or found.answered):
            return session
        try:
            session.commit()
        except MovedError:
            return None
        return session

    def _seal(self, epoch: int) -> None:
        seal(self.blobs, self.key, epoch)

    def _find(self, epoch: int, spools: Mapping[Path, Spool], *, repair: bool) -> _Found:
        """Read the state; `epoch` is that of the last run, whose spool may answer its creates."""
        state, segments = self._snapshot()
        base = None if state is None else loads(state.data, self.describe())
        digest = "" if state is None else digest_of(state.data)
        counting = segments.counting(digest)
        if counting:
            lines = [encode(counting[0].header.plain()), *(x for s in counting for x in s.lines)]
            journal = self.blobs.place(prefix(self.key))
            for each in counting[1:]:  # `replay` checks the first
                if base and each.header.lineage != base.lineage and not each.held_by(digest):
                    raise unrelated(each.header.plain(), base, journal)
            ledger = replay(base, state.data if state else None, b"".join(lines), journal)
        else:
            ledger = Ledger(base or Prior())
        last = (spool for spool in spools.values() if spool.epoch == epoch)
        answers = [record for spool in last for record in spool.answers(ledger)]
        for record in answers:
            ledger.fold(record)
        self.expected.check(ledger.prior(), self.describe(), repair=repair)
        return _Found(
            ledger,
            state.tag if state else None,
            segments,
            in_use=bool(counting) and not counting[-1].held_by(digest),
            under_way=any(segment.saved not in ("", digest) for segment in counting),
            answered=bool(answers),
        )

    def _snapshot(self) -> tuple[Blob | None, Segments]:
        """State and journal as they were at one instant, beside a run that may be writing them."""
        state = self.blobs.get(self.key)
        while True:
            segments = find(self.blobs, self.key)
            again = self.blobs.get(self.key)
            if segments is not None and (state and state.tag) == (again and again.tag):
                return state, segments
            state = again


class MovedError(StateError):
    """The state was replaced by another run."""


class ObjectWriter:
    """The StateWriter of an ObjectStore."""

    remote = True

    def __init__(self, store: ObjectStore, lease: Lease, base: Prior, found: _Found) -> None:
        self._store = store
        self._lease = lease
        self._tag = found.tag
        self._left = found.in_use or found.answered
        self._spooled = False
        self._journal = SegmentJournal(store.blobs, store.key, lease, base, found.segments)

    @property
    def in_use(self) -> bool:
        return self._left or self._journal.written

    def append(self, line: bytes) -> int:
        return self._journal.append(line)

    def sync(self, ticket: int) -> None:
        self._journal.sync(ticket)

    def require_lock(self) -> None:
        self._lease.require()

    def commit(self, base: Prior, state: bytes | None, waiting: list[bytes]) -> None:
        try:
            self._commit(base, state, waiting)
        except StoreError as problem:
            raise self._spool(problem) from problem

    def close(self) -> None:
        try:
            if not (self._spooled or self._journal.sealed):
                self._journal.sync()
        except StoreError as problem:
            raise self._spool(problem) from problem
        finally:
            self._lease.release()

    def _commit(self, base: Prior, state: bytes | None, waiting: list[bytes]) -> None:
        saved = b"" if state is None else encode(saved_record(base.serial, state))
        self._journal.commit(waiting, saved)
        if state is not None:
            tag = write(self._store.blobs, self._store.key, state, self._tag)
            if tag is None:
                raise MovedError(
                    f"the state `{self._store.describe()}` was replaced by another run",
                    hint="what this run did is in the journal, and the next run reads it",
                )
            self._tag = tag
        self._journal.drop_older(base)
        self._left = False

    def _spool(self, problem: StoreError) -> StoreError:
        """Keep what is in no segment on this machine; the error that says so."""
        lines = tuple(line.decode() for line in self._journal.unsynced)
        spool = Spool(state=self._store.describe(), epoch=self._lease.epoch, records=lines)
        path = spooled.keep(self._store.folder, self._lease.id, spool)
        self._spooled = True
        return StoreError(
            str(problem),
            hint=f"what was done and could not be stored is in `{path}`: when the store can be "
            "reached, run the command again on this machine, or on another, which looks it up in "
            "the shop",
        )
