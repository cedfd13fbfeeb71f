"""The interface of stores, in which states are kept."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from shopform.model.prior import Prior

if TYPE_CHECKING:
    from shopform.state.lock_info import Held
    from shopform.state.session import Session


Pause = Callable[[float], None]


class Store(Protocol):
    """A store for the state of one shop."""

    def read(self, *, repair: bool = False) -> Prior:
        """Return the state with the journal of a stopped or running apply. Takes no lock.

        Without `repair`, raises StateError if one object has two addresses.
        """

    def open(self, operation: str, timeout: float = 0.0, *, repair: bool = False) -> "Session":
        """Lock and read, waiting for up to `timeout` seconds. Raises Locked."""

    def force_unlock(self, lock_id: str, pause: Pause = time.sleep, /) -> None:
        """Take the lock from a run that hangs. Raises StateError unless it has this id.

        `pause` is called with the seconds to wait until the run can send nothing more.
        """

    def held(self) -> "Held | None":
        """Return the lock as it is held now; None if it is free. Waits for nothing."""

    def describe(self) -> str:
        """Return the location, for messages."""
