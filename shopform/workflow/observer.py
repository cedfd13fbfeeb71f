"""What a use case reports while it is under way. What comes of it is its return value."""

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
    """Takes reports from any thread, and answers for whoever started the run."""

    @property
    def attended(self) -> bool:
        """Whether a person reads the plan and is asked: what refuses it is a warning then."""

    def loaded(self, sources: Mapping[str, Sequence[Line]], shop: str) -> None:
        """The project was read: the lines of its files, and the shops that are asked for."""

    def warn(self, warnings: Iterable[Diagnostic]) -> None:
        """Report what stops nothing."""

    def renamed(self, file: str, moves: Iterable[tuple[Address, Address]]) -> None:
        """A file of the project lists these moves now."""

    def begin(self, shop: Shop) -> None:
        """Several shops are worked on one by one: from now on reports are about this one."""

    def reading(self, shop: str) -> AbstractContextManager[Callable[[str], None]]:
        """A shop is read while the block runs; call the value with the path of each call."""

    def was_read(self, shop: str, calls: int, left: int, daily: int) -> None:
        """A whole shop was read with so many calls; so many of the day's are left."""

    def planned(self, plan: Plan) -> None:
        """A plan was made that is to be carried out, if nothing refuses it."""

    def approve(self, plan: Plan) -> bool:
        """Whether the plan is approved."""

    def applying(self, plan: Plan) -> AbstractContextManager[tuple[Listener, Event]]:
        """A plan is applied while the block runs: what hears of each step, what stops it."""
