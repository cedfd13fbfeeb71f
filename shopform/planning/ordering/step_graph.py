"""The graph of steps and their order. Pure and deterministic."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Protocol

from shopform.model.plan import Op, Step


class BreaksCycles(Protocol):
    """Makes the steps that break a cycle."""

    def temporary(self, holder: Step, *, path: bool, name: bool) -> Step:
        """Return a step that moves an object to a temporary path, name or both."""

    def split(self, create: Step, target: Step) -> tuple[Step, Step]:
        """Return a create without its references to the target, and the update that sets them."""


@dataclass(slots=True)
class Graph:
    """Steps and their edges: `after[key]` are the keys of the steps that come first.

    To break a cycle, an edge for availability or a soft edge is dropped, a link is set by an
    update after both objects exist, a path or name is released by a temporary step, or one of
    several objects that refer to each other is deleted first. All other edges are kept. The steps
    of a queue never run at the same time, whatever edges are dropped.
    """

    steps: dict[str, Step] = field(default_factory=dict)
    after: dict[str, set[str]] = field(default_factory=dict)
    availability: set[tuple[str, str]] = field(default_factory=set)
    soft: set[tuple[str, str]] = field(default_factory=set)
    handover: set[tuple[str, str]] = field(default_factory=set)
    names: set[tuple[str, str]] = field(default_factory=set)
    link: set[tuple[str, str]] = field(default_factory=set)
    deletion: set[tuple[str, str]] = field(default_factory=set)
    below: set[tuple[str, str]] = field(default_factory=set)
    queues: list[set[str]] = field(default_factory=list)

    def add(self, step: Step, after: Iterable[str] = ()) -> None:
        self.steps[step.key] = step
        self.after.setdefault(step.key, set()).update(after)

    @property
    def droppable(self) -> tuple[set[tuple[str, str]], ...]:
        """The edges that break a cycle, those that are dropped first first."""
        return (
            *(self.availability, self.soft, self.link),
            *(self.handover, self.names, self.deletion, self.below),
        )

    def required(self) -> dict[str, set[str]]:
        """Return the edges that are never dropped."""
        dropped = set[tuple[str, str]]().union(*self.droppable)
        return {
            later: {each for each in earlier if (later, each) not in dropped}
            for later, earlier in self.after.items()
        }

    def edge(self, later: str, earlier: str) -> None:
        """`earlier` must come first, whatever else the two have to do with each other.

        Only a temporary step can release it, if it is for a path or a name too.
        """
        if earlier in self.after.get(later, ()):
            for edges in (self.availability, self.soft, self.link):
                edges.discard((later, earlier))
        self._add(later, earlier)

    def _add(self, later: str, earlier: str) -> None:
        if later != earlier:
            self.after.setdefault(later, set()).add(earlier)

    def edge_soft(self, later: str, earlier: str) -> None:
        """Prefer this order, for shops that may require unique names."""
        if later != earlier and earlier not in self.after.get(later, ()):
            self.soft.add((later, earlier))
            self._add(later, earlier)

    def edge_availability(self, later: str, earlier: str) -> None:
        """Keep a path reachable. These are dropped first: without other edges a request may fail
        for good, without this one a path is unreachable for a short time."""
        if later != earlier and earlier not in self.after.get(later, ()):
            self.availability.add((later, earlier))
            self._add(later, earlier)

    def edge_handover(self, later: str, earlier: str) -> None:
        """`earlier` releases a path that `later` assigns."""
        edge = later, earlier
        if earlier not in self.after.get(later, ()) or edge in self.names or edge in self.soft:
            self.handover.add(edge)
            self.soft.discard(edge)
        self._add(later, earlier)

    def edge_name(self, later: str, earlier: str) -> None:
        """`earlier` releases a name that `later` assigns, for shops that require unique names."""
        if later != earlier and (
            earlier not in self.after.get(later, ()) or (later, earlier) in self.handover
        ):
            self.names.add((later, earlier))
            self._add(later, earlier)

    def edge_link(self, later: str, earlier: str) -> None:
        """`later` refers to `earlier` by a field that an update can set afterwards."""
        if earlier not in self.after.get(later, ()):
            self.link.add((later, earlier))
        self._add(later, earlier)

    def edge_deletion(self, later: str, earlier: str, *, below: bool) -> None:
        """`earlier` deletes an object that refers to the one which `later` deletes.

        `below`: as to a parent, before which shops require it.
        """
        if earlier not in self.after.get(later, ()):
            (self.below if below else self.deletion).add((later, earlier))
            self._add(later, earlier)

    def walk(self, breaker: BreaksCycles) -> tuple[Step, ...]:
        """Return the steps in an order that can be run one by one, each with its `after`."""
        try:
            order = self._sorted()
        except CycleError:
            self._break_cycles(breaker)
            order = self._sorted()
        place = {key: number for number, key in enumerate(order)}
        for queue in self.queues:
            for earlier, later in pairwise(sorted(queue, key=place.__getitem__)):
                self.edge(later, earlier)
        return tuple(self._with_after(self.steps[key]) for key in order)

    def _with_after(self, step: Step) -> Step:
        after = tuple(sorted(self.after[step.key]))
        return step if step.after == after else replace(step, after=after)

    def _break_cycles(self, breaker: BreaksCycles) -> None:
        unsorted = _Unsorted(self.after)
        while cycle := unsorted.cycle():
            unsorted.drop(self._break(sorted(pairwise(cycle)), breaker))

    def _sorted(self) -> list[str]:
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for key in self.steps:
            sorter.add(key, *self.after[key])
        sorter.prepare()
        order: list[str] = []
        while sorter.is_active():
            ready = sorted(sorter.get_ready(), key=lambda key: (RANK[self.steps[key].op], key))
            order += ready
            sorter.done(*ready)
        return order

    def _break(self, edges: list[tuple[str, str]], breaker: BreaksCycles) -> tuple[str, str]:
        """Drop one edge of a cycle, and return it.

        Steps added for it are in no cycle: nothing waits for an update of links, and a temporary
        step waits for nothing.
        """
        for kinds in self.droppable:
            edge = next((edge for edge in edges if edge in kinds), None)
            if edge is None:
                continue
            kinds.discard(edge)
            later, earlier = edge
            self.after[later].discard(earlier)
            if kinds is self.link:
                self.steps[later], update = breaker.split(self.steps[later], self.steps[earlier])
                self.add(update, [later, earlier])
            elif kinds is self.handover or kinds is self.names:
                both = edge in self.names
                self.names.discard(edge)
                path, name = kinds is self.handover, both or kinds is self.names
                step = breaker.temporary(self.steps[earlier], path=path, name=name)
                known = self.steps.get(step.key, step)  # of another cycle
                step = replace(step, fields={**known.fields, **step.fields})
                self.add(step)
                self.edge(later, step.key)
                self.edge(earlier, step.key)
            return edge
        raise AssertionError(f"no step of {edges} can be moved")


class _Unsorted:
    """The steps that are in a cycle or come after one.

    Each step and edge is visited about once, however many cycles there are: sorting again after
    each would cost their number times the size of the plan.
    """

    def __init__(self, after: Mapping[str, Iterable[str]]) -> None:
        # The steps that each step still waits for, in descending order of keys.
        self._left = {key: sorted(after[key], reverse=True) for key in sorted(after)}
        self._count = {key: len(left) for key, left in self._left.items()}
        self._users: dict[str, list[str]] = {}
        for key, left in self._left.items():
            for earlier in left:
                self._users.setdefault(earlier, []).append(key)
        self._dropped: set[tuple[str, str]] = set()
        self._starts = iter(self._left)
        self._path: dict[str, None] = {}  # each step waits for the next one
        for key in [key for key, count in self._count.items() if not count]:
            self._sorted(key)

    def cycle(self) -> list[str]:
        """Return the steps of a cycle, each before the one that it waits for, or an empty list.

        The first step is repeated at the end.
        """
        path = self._path
        while path and next(reversed(path)) not in self._count:
            path.popitem()
        if not path and (start := next((k for k in self._starts if k in self._count), "")):
            path[start] = None
        while path:
            following = self._waits_for(next(reversed(path)))
            if following in path:
                found = [following]
                while next(reversed(path)) != following:
                    found.append(path.popitem()[0])
                return [following, *found[:0:-1], following]
            path[following] = None
        return []

    def drop(self, edge: tuple[str, str]) -> None:
        later, _ = edge
        self._dropped.add(edge)
        self._count[later] -= 1
        if not self._count[later]:
            self._sorted(later)

    def _waits_for(self, key: str) -> str:
        left = self._left[key]
        while left[-1] not in self._count or (key, left[-1]) in self._dropped:
            left.pop()
        return left[-1]

    def _sorted(self, key: str) -> None:
        queue = [key]
        for each in queue:
            del self._count[each]
            for user in self._users.get(each, ()):
                if user in self._count and (user, each) not in self._dropped:
                    self._count[user] -= 1
                    if not self._count[user]:
                        queue.append(user)


# The order among steps that may run together: without a request first, deletes last.
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
