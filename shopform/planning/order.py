"""The order of steps: a graph over what must happen before what. Pure and deterministic."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from shopform.changes import Op, Step


@dataclass(slots=True)
class Graph:
    """Steps and their edges, `after[step]` being the keys of the steps that come first.

    A soft edge may be dropped, and a hand-over edge replaced by a temporary step, when a circle
    cannot be walked otherwise; all others hold.
    """

    steps: dict[str, Step] = field(default_factory=dict)
    after: dict[str, set[str]] = field(default_factory=dict)
    soft: set[tuple[str, str]] = field(default_factory=set)
    handover: set[tuple[str, str]] = field(default_factory=set)

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

    def edge_handover(self, later: str, earlier: str) -> None:
        """`earlier` lets go of a path of the shop that `later` takes."""
        if later != earlier:
            self.soft.discard((later, earlier))
            if earlier not in self.after.get(later, ()):
                self.handover.add((later, earlier))
            self.edge(later, earlier)

    def walk(self, temporary: Callable[[Step], Step]) -> tuple[Step, ...]:
        """The steps in an order that may be followed one by one, each with its `after`.

        `temporary` makes the step by which the holder of a path lets go of it early.
        """
        while True:
            try:
                order = self._sorted()
            except CycleError as error:
                self._break(list(reversed(error.args[1])), temporary)
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

    def _break(self, cycle: list[str], temporary: Callable[[Step], Step]) -> None:
        edges = sorted(pairwise(cycle))
        for edge in edges:
            if edge in self.soft:
                self.soft.discard(edge)
                self.after[edge[0]].discard(edge[1])
                return
        for later, earlier in edges:
            if (later, earlier) in self.handover:
                self.handover.discard((later, earlier))
                self.after[later].discard(earlier)
                step = temporary(self.steps[earlier])
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
