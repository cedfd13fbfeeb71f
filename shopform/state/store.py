"""Where a state is kept: what apply and the commands may ask of any store."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType, TracebackType
from typing import Protocol, Self

from shopform.model.plan import Op
from shopform.model.prior import Anchor, Entry, Intent, Prior
from shopform.model.values import Address

NOTHING: Mapping[Address, Entry] = MappingProxyType({})


class Session(Protocol):
    """The state under its lock, for one run. Leaving the context frees the lock.

    What is recorded survives a crash at any instant; without `commit` it stays in the journal,
    and the next run finds it. `intend`, `result`, `failed` and `resolve` may be called from
    several threads. All raise StateError when the disk or a lost lock forbids going on.
    """

    @property
    def prior(self) -> Prior:
        """The state at the start or after the last `commit`, as `Store.read` returns it."""

    @property
    def lineage(self) -> str:
        """The lineage the state has, or will have once it is written."""

    def intend(self, key: str, op: Op, address: Address, intent: Intent | None = None) -> None:
        """Record what a step is about to do; on disk when this returns.

        A create gives its `intent`, and waits from then on: until its key has a result or has
        failed, its address gets an entry, or it is resolved.
        """

    def result(
        self,
        key: str,
        set: Mapping[Address, Entry] = NOTHING,  # noqa: A002
        drop: Iterable[Address] = (),
    ) -> None:
        """Record what a step did: entries that are new or changed, and addresses that are removed.

        A create that waits under any of them is answered by that.
        """

    def failed(self, key: str) -> None:
        """Record that a step surely did nothing. A lost answer is no failure: record nothing."""

    def resolve(self, address: Address) -> None:
        """Forget a waiting create that was looked up and is not there."""

    def edit(
        self,
        set: Mapping[Address, Entry] = NOTHING,  # noqa: A002
        drop: Iterable[Address] = (),
    ) -> Prior:
        """Change entries and commit, for commands that make no calls; as `result` does it."""

    def recognise(self, shop: str, anchor: Anchor | None, key: str, *, write: bool = False) -> None:
        """Remember what the shop is recognised by, in whatever state is written next.

        `key` is a digest of the API key that was used; no anchor leaves the one there is. With
        `write` the next commit writes a state, whatever else changed.
        """

    def commit(self) -> Prior:
        """Write the state, if its content changed, and empty the journal.

        Creates that still wait are kept. The run may continue afterwards.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Store(Protocol):
    """A place for one shop's state."""

    def read(self, *, mending: bool = False) -> Prior:
        """The state and what a stopped or running apply recorded. Takes no lock, writes nothing.

        A state that has one object under two addresses is refused, but for `mending` it.
        """

    def open(self, operation: str, timeout: float = 0.0, *, mending: bool = False) -> Session:
        """Lock and read; waits up to `timeout` seconds. Raises Locked."""

    def force_unlock(self, lock_id: str) -> None:
        """Take the lock away from a run that hangs. Raises StateError unless it has this id."""

    def describe(self) -> str:
        """The place, for messages."""
