"""The order of steps: a graph over what must happen before what. Pure and deterministic."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Protocol

from shopform.changes import Op, Step


class Yields(Protocol):
    """Makes the steps by which a circle is broken."""

    def temporary(self, holder: Step) -> Step:
        """The step by which the holder of a path lets go of it early."""

    def split(self, create: Step, target: Step) -> tuple[Step, Step]:
        """The create without its references to the target, and the update that sets them."""


@dataclass(slots=True)
class Graph:
    """Steps and their edges, `after[step]` being the keys of the steps that come first.

    When a circle cannot be walked otherwise an edge for visitors or a soft edge is dropped, a link
    is set by an update after both objects exist, and a hand-over goes through a temporary step;
    all others hold.
    """

    steps: dict[str, Step] = field(default_factory=dict)
    after: dict[str, set[str]] = field(default_factory=dict)
    visitors: set[tuple[str, str]] = field(default_factory=set)
    soft: set[tuple[str, str]] = field(default_factory=set)
    handover: set[tuple[str, str]] = field(default_factory=set)
    link: set[tuple[str, str]] = field(default_factory=set)

    def add(self, step: Step, after: Iterable[str] = ()) -> None:
        self.steps[step.key] = step
        self.after.setdefault(step.key, set()).update(after)

    def edge(self, later: str, earlier: str) -> None:
        if later != earlier:
            self.after.setdefault(later, set()).add(earlier)

    def edge_soft(self, later: str, earlier: str) -> None:
        """Nicer in this order: a shop that wants unique names is not upset."""
        if later != earlier and earlier not in self.after.get(later, ()):
            self.soft.add((later, earlier))
            self.edge(later, earlier)

    def edge_visitors(self, later: str, earlier: str) -> None:
        """A path goes on answering in this order; the first to be dropped, since a shop that
        refuses the other edges would refuse for good, and this one costs a moment."""
        if later != earlier and earlier not in self.after.get(later, ()):
            self.visitors.add((later, earlier))
            self.edge(later, earlier)

    def edge_handover(self, later: str, earlier: str) -> None:
        """`earlier` lets go of a path of the shop that `later` takes."""
        if later != earlier:
            self.soft.discard((later, earlier))
            if earlier not in self.after.get(later, ()):
                self.handover.add((later, earlier))
            self.edge(later, earlier)

    def edge_link(self, later: str, earlier: str) -> None:
        """A create that refers to another, by a field that may be set afterwards."""
        if earlier not in self.after.get(later, ()):
            self.link.add((later, earlier))
        self.after.setdefault(later, set()).add(earlier)

    def walk(self, yields: Yields) -> tuple[Step, ...]:
        """The steps in an order that may be followed one by one, each with its `after`."""
        while True:
            try:
                order = self._sorted()
            except CycleError as error:
                self._break(list(reversed(error.args[1])), yields)
            else:
                return tuple(
                    replace(self.steps[key], after=tuple(sorted(self.after[key]))) for key in order
                )

    def _sorted(self) -> list[str]:
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for key in sorted(self.steps):
            sorter.add(key, *sorted(self.after[key]))
        sorter.prepare()
        order: list[str] = []
        while sorter.is_active():
            ready = sorted(sorter.get_ready(), key=lambda key: (RANK[self.steps[key].op], key))
            order += ready
            sorter.done(*ready)
        return order

    def _break(self, cycle: list[str], yields: Yields) -> None:
        edges = sorted(pairwise(cycle))
        for kinds in (self.visitors, self.soft, self.link, self.handover):
            edge = next((edge for edge in edges if edge in kinds), None)
            if edge is None:
                continue
            kinds.discard(edge)
            later, earlier = edge
            self.after[later].discard(earlier)
            if kinds is self.link:
                self.steps[later], update = yields.split(self.steps[later], self.steps[earlier])
                self.add(update, [later, earlier])
            elif kinds is self.handover:
                step = yields.temporary(self.steps[earlier])
                self.add(step)
                self.edge(later, step.key)
                self.edge(earlier, step.key)
            return
        raise AssertionError(f"no step of {edges} can give way")


# Among steps that may run together: what touches no call first, deletions last.
RANK: Mapping[Op, int] = {
    Op.MOVE: 0,
    Op.IMPORT: 0,
    Op.ADOPT: 0,
    Op.EDIT: 0,
    Op.FORGET: 0,
    Op.UPDATE: 1,
    Op.CREATE: 2,
    Op.DELETE: 3,
}
