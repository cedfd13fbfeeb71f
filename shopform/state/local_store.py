"""The state in a file beside the project, its journal and its lock next to it."""

import threading
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from shopform import files
from shopform.errors import StateError
from shopform.files import check_writable, make_directory, read_bytes, reporting, write_atomic
from shopform.kinds import BY_NAME
from shopform.model.plan import Op
from shopform.model.prior import Anchor, Entry, Intent, Prior
from shopform.model.values import Address
from shopform.state.folded_state import Ledger
from shopform.state.format import dumps, loads, refuse_shared
from shopform.state.journal import Journal, whole_length
from shopform.state.journal_replay import replay
from shopform.state.lock import Lock, acquire, force_unlock
from shopform.state.records import (
    Failed,
    Record,
    Resolved,
    Result,
    decode,
    encode,
    intended,
    saved_record,
)
from shopform.state.store import NOTHING

KEYS = 8


@dataclass(frozen=True, slots=True)
class _OnDisk:
    """What is on disk; `length` is that of the journal's whole lines, None without a journal."""

    ledger: Ledger
    length: int | None


class LocalStore:
    """A state file. `shop` is the host it must belong to, as `host_of` gives it.

    `source` is that of the shop whose copies it must remember, if that is known. `flags` choose
    it on the command line, for hints.
    """

    def __init__(
        self, path: Path, shop: str, source: str = "", flags: str = "", *, anywhere: bool = False
    ) -> None:
        self.path = files.real(path) if path.is_symlink() else path
        self.shop = shop
        self.source = source
        self.flags = flags
        self.anywhere = anywhere
        self.journal = self.path.with_name(self.path.name + ".journal")
        self.lock = self.path.with_name(self.path.name + ".lock")

    def read(self, *, mending: bool = False) -> Prior:
        return self._find(mending=mending).ledger.prior()

    def open(
        self, operation: str, timeout: float = 0.0, *, mending: bool = False
    ) -> "LocalSession":
        with reporting(self.path):
            make_directory(self.path.parent)
        lock = acquire(self.lock, self.path, operation, timeout)
        try:
            with reporting(self.path):
                check_writable(self.path)
            return LocalSession(self, lock, self._find(mending=mending))
        except BaseException:
            lock.release()
            raise

    def force_unlock(self, lock_id: str) -> None:
        if not self.path.parent.is_dir():
            raise StateError(f"there is no state at `{self.path}`")
        force_unlock(self.lock, self.path, lock_id)

    def describe(self) -> str:
        return str(self.path)

    def _find(self, *, mending: bool = False) -> _OnDisk:
        state, journal = self._snapshot()
        base = None if state is None else loads(state, self.path)
        if journal is None:
            ledger = Ledger(base or Prior())
        else:
            ledger = replay(base, state, journal, self.journal)
        if ledger.base.lineage and ledger.base.shop != self.shop and not self.anywhere:
            raise StateError(
                f"the state `{self.path}` belongs to the shop `{ledger.base.shop}`, "
                f"not to `{self.shop}`",
                hint="give each shop a state of its own, or correct the shop's `url`; if the shop"
                f" itself has moved, `shopform state rehome{self.flags}`",
            )
        if self.source and ledger.base.source not in ("", self.source):
            raise StateError(
                f"the state `{self.path}` records copies of the shop `{ledger.base.source}`, "
                f"not of `{self.source}`",
                hint="ids of one shop mean nothing in another: correct the shop's `url`, or move"
                " the file away",
            )
        strange = sorted({a.kind for a in ledger.resources} - BY_NAME.keys())
        if strange:
            raise StateError(
                f"the state `{self.path}` contains a kind that this version does not know:"
                f" `{strange[0]}`",
                hint="upgrade shopform",
            )
        if not mending:
            refuse_shared(ledger.resources, self.path, self.flags)
        return _OnDisk(ledger, None if journal is None else whole_length(journal))

    def _snapshot(self) -> tuple[bytes | None, bytes | None]:
        """State and journal as they were at one instant, beside a run that may be writing them."""
        with reporting(self.path):
            while True:
                state = read_bytes(self.path)
                with reporting(self.journal):
                    journal = read_bytes(self.journal)
                if journal is None or read_bytes(self.path) == state:
                    return state, journal


class LocalSession:
    """A Session on a LocalStore."""

    def __init__(self, store: LocalStore, lock: Lock, found: _OnDisk) -> None:
        self.prior = found.ledger.prior()
        self._store = store
        self._lock = lock
        self._ledger = found.ledger
        if not self._ledger.base.lineage:
            self._ledger.base = Prior(lineage=uuid.uuid4().hex, shop=store.shop)
        if store.source:
            self._ledger.base = replace(self._ledger.base, source=store.source)
        self._journal = Journal(store.journal, self._ledger.base, found.length)
        self._mutex = threading.Lock()
        self._seen: Prior | None = None

    @property
    def lineage(self) -> str:
        return self._ledger.base.lineage

    def intend(self, key: str, op: Op, address: Address, intent: Intent | None = None) -> None:
        same = self._ledger.knows(intent)
        self._journal.sync(self._record(intended(key, op, address, intent, same=same)))
        # Asked after the intent is on disk: who takes the lock away from now on will read it.
        self._require_lock()

    def result(
        self,
        key: str,
        set: Mapping[Address, Entry] = NOTHING,  # noqa: A002
        drop: Iterable[Address] = (),
    ) -> None:
        self._record(Result(result=key, set=dict(set), drop=tuple(drop)))

    def failed(self, key: str) -> None:
        self._record(Failed(failed=key))

    def resolve(self, address: Address) -> None:
        self._record(Resolved(resolved=address))

    def edit(
        self,
        set: Mapping[Address, Entry] = NOTHING,  # noqa: A002
        drop: Iterable[Address] = (),
    ) -> Prior:
        self.result("edit", set, drop)
        return self.commit()

    def recognise(self, shop: str, anchor: Anchor | None, key: str, *, write: bool = False) -> None:
        with self._mutex:
            self._ledger.serial += write
            base = self._ledger.base
            keys = (*(each for each in base.keys if each != key), key)[-KEYS:]
            self._seen = replace(base, shop=shop, anchor=anchor or base.anchor, keys=keys)

    def commit(self) -> Prior:
        with self._mutex:
            if self._journal.exists:
                self._require_lock()
                self._save()
                self._journal.restart(self._ledger.base, self._ledger.waiting_records())
                self._ledger.rebase(self._ledger.base)
                written = self._ledger.serial > 0
                self.prior = self._ledger.prior() if written else Prior()
            return self.prior

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._journal.close()
        self._lock.release()

    def _record(self, record: Record) -> int:
        line = encode(record)
        written = decode(line)
        with self._mutex:
            ticket = self._journal.append(line)
            self._ledger.fold(written)
        return ticket

    def _save(self) -> None:
        folded = replace(self._ledger.settled(), pending=())
        base = self._ledger.base
        fresh = not (base.serial or folded.resources or self._ledger.waiting)
        # The serial alone is written too: it must not fall back once a create is answered.
        if fresh or folded == base:
            return
        if self._seen:
            seen = self._seen
            folded = replace(folded, shop=seen.shop, anchor=seen.anchor, keys=seen.keys)
        data = dumps(folded)
        self._journal.sync(self._journal.append(encode(saved_record(folded.serial, data))))
        with reporting(self._store.path):
            write_atomic(self._store.path, data)
        self._ledger.base = folded

    def _require_lock(self) -> None:
        if not self._lock.still_held():
            raise StateError(
                f"the lock of `{self._store.path}` was taken away from this run",
                hint=f"`{self._store.journal}` holds what it did; the next run reads that",
            )
