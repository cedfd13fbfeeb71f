"""The interface of stores, in which states are kept."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType, TracebackType
from typing import Protocol, Self

from shopform.model.plan import Op
from shopform.model.prior import Anchor, Entry, Intent, Prior
from shopform.model.values import Address

NOTHING: Mapping[Address, Entry] = MappingProxyType({})


class Session(Protocol):
    """The state of one run, under a lock that is released when the context is left.

    Records survive a crash at any time; without `commit` they stay in the journal, which the next
    run reads. `intend`, `result`, `failed` and `resolve` may be called from several threads. All
    raise StateError after a disk error or the loss of the lock.
    """

    @property
    def prior(self) -> Prior:
        """The state at the start or after the last `commit`."""

    @property
    def lineage(self) -> str:
        """The lineage of the state, which may not be written yet."""

    def intend(self, key: str, op: Op, address: Address, intent: Intent | None = None) -> None:
        """Record a step before its call; durable when this returns.

        A create has an `intent`, and is pending until its key has a result or has failed, its
        address gets an entry, or it is resolved.
        """

    def result(
        self,
        key: str,
        set: Mapping[Address, Entry] = NOTHING,  # noqa: A002
        drop: Iterable[Address] = (),
    ) -> None:
        """Record the result of a step: new and changed entries, and removed addresses.

        Pending creates of these addresses are resolved.
        """

    def failed(self, key: str) -> None:
        """Record that a step certainly had no effect, which is unknown if its response was lost."""

    def resolve(self, address: Address) -> None:
        """Remove a pending create that was looked up and does not exist."""

    def edit(
        self,
        set: Mapping[Address, Entry] = NOTHING,  # noqa: A002
        drop: Iterable[Address] = (),
    ) -> Prior:
        """Change entries as `result` does, and commit; for commands without calls."""

    def identify(self, shop: str, anchor: Anchor | None, key: str, *, write: bool = False) -> None:
        """Set what identifies the shop in the next state that is written.

        `key` is a digest of the API key; without an anchor the present one is kept. With `write`,
        the next commit writes the state even if nothing else changed.
        """

    def commit(self) -> Prior:
        """Write the state, if its content changed, and empty the journal.

        Pending creates are kept. The run may continue afterwards.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Store(Protocol):
    """A store for the state of one shop."""

    def read(self, *, repair: bool = False) -> Prior:
        """Return the state with the journal of a stopped or running apply. Takes no lock.

        Without `repair`, raises StateError if one object has two addresses.
        """

    def open(self, operation: str, timeout: float = 0.0, *, repair: bool = False) -> Session:
        """Lock and read, waiting for up to `timeout` seconds. Raises Locked."""

    def force_unlock(self, lock_id: str) -> None:
        """Take the lock from a run that hangs. Raises StateError unless it has this id."""

    def describe(self) -> str:
        """Return the location, for messages."""
