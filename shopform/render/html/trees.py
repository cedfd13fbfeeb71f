"""Trees of the kinds whose objects have a parent of their own kind, before and after."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from shopform.kinds import KINDS, Kind
from shopform.kit.graphs import find_cycles
from shopform.model.plan import Plan
from shopform.model.values import Ref
from shopform.render.labels import Held, label, sides

ROOT = ""


@dataclass(slots=True)
class Forest:
    """One side of a tree. Nodes are named by address, or `#ID` where nothing owns the object.

    `below` lists the children of a node, `ROOT` included. `touched` are the nodes with a change
    and everything above them. `strange` are nodes the plan knows by name only.
    """

    labels: dict[str, str] = field(default_factory=dict)
    below: dict[str, list[str]] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    strange: set[str] = field(default_factory=set)

    def runs(self, names: Iterable[str]) -> Iterator[tuple[bool, list[str]]]:
        """Group neighbours: those with a change in or below them, and those without."""
        for touched, run in groupby(names, self.touched.__contains__):
            yield touched, list(run)


@dataclass(frozen=True, slots=True)
class KindTree:
    kind: Kind
    before: Forest
    after: Forest

    @property
    def sides(self) -> list[tuple[str, Forest]]:
        """Both sides with their titles; one that has no object is left out."""
        both = (("Before", self.before), ("After", self.after))
        return [(title, forest) for title, forest in both if forest.below]


def trees(plan: Plan) -> Iterator[KindTree]:
    """A tree for each kind that can hold objects of its own and has changes in this plan."""
    for kind in KINDS:
        inside = next((n for n in kind.identity if kind.refers.get(n) == kind.name), "")
        changes = [change for change in plan.changes if change.kind == kind.name]
        if inside and changes:
            places: tuple[dict[str, _Place], ...] = ({}, {})
            for address, settled in plan.settled.items():
                if address.kind == kind.name:
                    for side in places:
                        side[address] = _place(kind, inside, address, settled.values)
            for change in changes:
                for side, held in zip(places, sides(change), strict=True):
                    if held is not None:
                        side[change.address] = _place(kind, inside, change.address, held)
            touched = {str(change.address) for change in changes}
            yield KindTree(kind, _forest(places[0], touched), _forest(places[1], touched))


@dataclass(frozen=True, slots=True)
class _Place:
    parent: str
    label: str


def _place(kind: Kind, inside: str, address: str, held: Held) -> _Place:
    parent = held.get(inside)
    name = label(kind.name, held) or address
    if isinstance(parent, Ref):
        return _Place(str(parent.address), name)
    return _Place(parent if isinstance(parent, str) else ROOT, name)


def _forest(places: Mapping[str, _Place], changed: set[str]) -> Forest:
    forest = Forest({name: place.label for name, place in places.items()})
    parents = {name: place.parent for name, place in places.items()}
    for parent in sorted(set(parents.values()) - parents.keys() - {ROOT}):
        forest.strange.add(parent)
        forest.labels[parent] = parent
        parents[parent] = ROOT
    _break_circles(parents)
    for name in sorted(parents, key=lambda name: (forest.labels[name].casefold(), name)):
        forest.below.setdefault(parents[name], []).append(name)
    for name in changed & parents.keys():
        while name and name not in forest.touched:
            forest.touched.add(name)
            name = parents[name]
    return forest


def _break_circles(parents: dict[str, str]) -> None:
    """Put one object of each circle of parents at the root, so that all are shown."""
    for circle in find_cycles(sorted(parents), parents.get):
        parents[circle[0]] = ROOT
