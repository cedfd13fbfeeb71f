"""What a use case reports while it runs. Its result is its return value."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from threading import Event
from typing import Protocol

from shopform.diagnostics import Diagnostic, Line
from shopform.model.plan import Plan, Step
from shopform.model.shop import Shop
from shopform.model.values import Address

Listener = Callable[[str, Step], None]


class Observer(Protocol):
    """Receives reports from any thread, and approves plans for the user."""

    @property
    def attended(self) -> bool:
        """Whether a person is asked for approval; some errors are only warnings then."""

    def loaded(self, sources: Mapping[str, Sequence[Line]], shop: str) -> None:
        """Report that the project was read: the lines of its files, and the requested shops."""

    def warn(self, warnings: Iterable[Diagnostic]) -> None:
        """Report warnings."""

    def renamed(self, file: str, moves: Iterable[tuple[Address, Address]]) -> None:
        """Report moves that were added to a file of the project."""

    def begin(self, shop: Shop) -> None:
        """Begin with one of several shops, which the next reports are about."""

    def reading(self, shop: str) -> AbstractContextManager[Callable[[str], None]]:
        """Show that a shop is read while the block runs; call the value with each path."""

    def was_read(self, shop: str, calls: int, left: int, daily: int) -> None:
        """Report that a shop was read, with the calls spent, left of the day, and its limit."""

    def planned(self, plan: Plan) -> None:
        """Show a plan that will be applied unless it is refused."""

    def approve(self, plan: Plan) -> bool:
        """Return whether the plan is approved."""

    def confirm(self, what: Sequence[str], *, asks: bool) -> bool:
        """Show what will be done, a line each; return whether it is approved, if it `asks`."""

    def applying(self, plan: Plan) -> AbstractContextManager[tuple[Listener, Event]]:
        """Show that a plan is applied while the block runs.

        The value is a listener to call with each step, and an event that stops the run.
        """
