"""The session of a run, for every store: the ledger in memory, and a writer that stores it."""

import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType, TracebackType
from typing import Protocol, Self

from shopform.errors import StateError
from shopform.model.plan import Op
from shopform.model.prior import Anchor, Entry, Intent, Prior
from shopform.model.values import Address
from shopform.state.folded_state import Ledger
from shopform.state.format import dumps
from shopform.state.ownership import Expected
from shopform.state.records import Failed, Record, Resolved, Result, decode, encode, intended

KEYS = 8
NOTHING: Mapping[Address, Entry] = MappingProxyType({})


class StateWriter(Protocol):
    """Writes the journal and the state of a run, under its lock.

    `append` and `commit` are for one thread at a time, `sync` for any. `remote`: a sync is a
    request.
    """

    remote: bool

    @property
    def in_use(self) -> bool:
        """Whether the journal has records, of this run or of one that stopped."""

    def append(self, line: bytes) -> int:
        """Append a record atomically, and return the ticket for `sync`."""

    def sync(self, ticket: int) -> None:
        """Return when the record is durable."""

    def require_lock(self) -> None:
        """Raise StateError if the lock was taken by `force-unlock`."""

    def commit(self, base: Prior, state: bytes | None, waiting: list[bytes]) -> None:
        """Replace the state by `state`, the bytes of `base`, and the journal by `waiting`.

        Without `state`, the stored state is `base` already. A crash at any time loses nothing.
        """

    def close(self) -> None:
        """Free the lock."""


class Session:
    """The state of one run, under a lock that is released when the context is left.

    Records survive a crash at any time; without `commit` they stay in the journal, which the next
    run reads. `intend`, `result`, `failed` and `resolve` may be called from several threads. All
    raise StateError after a disk error or the loss of the lock. `prior` is the state at the start
    or after the last `commit`.
    """

    def __init__(
        self, ledger: Ledger, expected: Expected, writer: Callable[[Prior], StateWriter]
    ) -> None:
        """`ledger` is the stored state; `writer` makes a writer for a base."""
        self.prior = ledger.prior()
        if not ledger.base.lineage:
            ledger.base = Prior(lineage=expected.lineage or uuid.uuid4().hex, shop=expected.shop)
        if expected.source:
            ledger.base = replace(ledger.base, source=expected.source)
        self._expected = expected
        self._ledger = ledger
        self._writer = writer(ledger.base)
        self._mutex = threading.Lock()
        self._seen: Prior | None = None
        self._announced: set[str] = set()

    @property
    def lineage(self) -> str:
        """The lineage of the state, which may not be written yet."""
        return self._ledger.base.lineage

    @property
    def remote(self) -> bool:
        """Whether a record takes a request, so that it pays to announce steps."""
        return self._writer.remote

    def require_lock(self) -> None:
        """Raise StateError if another run may hold the lock."""
        self._writer.require_lock()

    def announce(
        self,
        creates: Mapping[str, Intent],
        changes: Mapping[str, tuple[Op, Address]] = MappingProxyType({}),
    ) -> None:
        """Record the steps, by their keys, that are to begin soon.

        `intend` then has nothing to write for them. A step that does not begin must be given to
        `failed`; until then the next run looks up a create.
        """
        ticket = 0
        for key, intent in creates.items():
            ticket = self._intend(key, Op.CREATE, intent.address, intent)
        for key, (op, address) in changes.items():
            ticket = self._intend(key, op, address, None)
        self._writer.sync(ticket)
        self._announced.update(creates, changes)

    def intend(self, key: str, op: Op, address: Address, intent: Intent | None = None) -> None:
        """Record a step before its call; durable when this returns.

        A create has an `intent`, and is pending until its key has a result or has failed, its
        address gets an entry, or it is resolved.
        """
        if key in self._announced:
            self._writer.require_lock()
            return
        self._writer.sync(self._intend(key, op, address, intent))
        # Checked once the record is durable: a run that takes the lock after this will read it.
        self._writer.require_lock()

    def result(
        self,
        key: str,
        set: Mapping[Address, Entry] = NOTHING,  # noqa: A002
        drop: Iterable[Address] = (),
    ) -> None:
        """Record the result of a step: new and changed entries, and removed addresses.

        Pending creates of these addresses are resolved.
        """
        self._record(Result(result=key, set=dict(set), drop=tuple(drop)))

    def failed(self, key: str) -> None:
        """Record that a step certainly had no effect, which is unknown if its response was lost."""
        self._record(Failed(failed=key))

    def resolve(self, address: Address) -> None:
        """Remove a pending create that was looked up and does not exist."""
        self._record(Resolved(resolved=address))

    def edit(
        self,
        set: Mapping[Address, Entry] = NOTHING,  # noqa: A002
        drop: Iterable[Address] = (),
    ) -> Prior:
        """Change entries as `result` does, and commit; for commands without calls."""
        self.result("edit", set, drop)
        return self.commit()

    def identify(
        self,
        shop: str,
        anchor: Anchor | None,
        key: str,
        endpoints: Mapping[str, str],
        *,
        write: bool = False,
    ) -> None:
        """Set what identifies the shop in the next state that is written.

        `key` is a digest of the API key; without an anchor the present one is kept. Of `endpoints`
        those of kinds with objects are kept. With `write`, the next commit writes the state even if
        nothing else changed.
        """
        with self._mutex:
            self._ledger.serial += write
            base = self._ledger.base
            keys = (*(each for each in base.keys if each != key), key)[-KEYS:]
            held = anchor or base.anchor
            self._seen = replace(base, shop=shop, anchor=held, keys=keys, endpoints=endpoints)

    def commit(self) -> Prior:
        """Write the state, if its content changed, and empty the journal.

        Pending creates are kept. The run may continue afterwards.
        """
        with self._mutex:
            if self._writer.in_use:
                self._writer.require_lock()
                self._write(self._changed())
            return self.prior

    def replace(self, state: Prior, place: str) -> bool:
        """Replace the whole state by the one that was read from `place`; False if it is the same.

        Its serial becomes higher than that of the present state. Pending creates are kept, except
        at its addresses. Raises StateError for the state of another shop.
        """
        self._expected.check(state, place)
        held = self.commit()  # results of an earlier run must not be replayed on the new state
        if replace(state, serial=held.serial, pending=held.pending) == held:
            return False
        made = {i.address for i in held.pending} & state.resources.keys()
        if made:
            self._record(Result(result="push", set={a: state.resources[a] for a in made}))
        with self._mutex:
            self._writer.require_lock()
            self._ledger.resources = dict(state.resources)
            self._write(replace(state, serial=max(state.serial, held.serial + 1), pending=()))
        return True

    def copy(self, other: "Session", place: str) -> None:
        """Replace the whole state, with its pending creates, by that of `other` at `place`."""
        state = other.prior
        self.replace(replace(state, serial=state.serial - len(state.pending), pending=()), place)
        for intent in self.prior.pending:
            if intent not in state.pending:
                self.resolve(intent.address)
        if self.prior.pending != state.pending:
            self.announce(dict(other._ledger.waiting.values()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._writer.close()
        except StateError:
            if error is None:
                raise

    def _intend(self, key: str, op: Op, address: Address, intent: Intent | None) -> int:
        same = self._ledger.knows(intent)
        return self._record(intended(key, op, address, intent, same=same))

    def _record(self, record: Record) -> int:
        line = encode(record)
        written = decode(line)
        with self._mutex:
            ticket = self._writer.append(line)
            self._ledger.fold(written)
        return ticket

    def _write(self, changed: Prior | None) -> None:
        """Write the state, if it is `changed`, and reduce the journal to the pending creates."""
        base = changed or self._ledger.base
        state = dumps(changed) if changed else None
        self._writer.commit(base, state, [*map(encode, self._ledger.waiting_records())])
        self._ledger.rebase(base)
        self._ledger.listed.clear()  # the records that had them are deleted
        self.prior = self._ledger.prior() if self._ledger.serial > 0 else Prior()

    def _changed(self) -> Prior | None:
        """Return the state to write, or None if its content is unchanged."""
        folded = self._ledger.settled()
        base = self._ledger.base
        fresh = not (base.serial or folded.resources or self._ledger.waiting)
        # A new serial alone is written too: it must not fall when a create is resolved.
        if fresh or folded == base:
            return None
        if self._seen:
            seen = self._seen
            kinds = {address.kind for address in folded.resources} if seen.endpoints else ()
            paths = {name: path for name, path in seen.endpoints.items() if name in kinds}
            folded = replace(folded, shop=seen.shop, anchor=seen.anchor, keys=seen.keys)
            folded = replace(folded, endpoints=paths)
        return folded
