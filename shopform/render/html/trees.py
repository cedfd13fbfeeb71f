"""Trees of the kinds whose objects can have a parent of their own kind, before and after."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from shopform.kinds import Kind
from shopform.kit.graphs import find_cycles
from shopform.model.plan import Plan
from shopform.model.values import Ref
from shopform.render.labels import Held, label, sides

ROOT = ""


@dataclass(slots=True)
class Forest:
    """One side of a tree. Nodes are addresses, or `#ID` for an unowned object.

    `below` lists the children of a node, `ROOT` included. `touched` are the nodes with a change
    and all their ancestors. `unknown` are parents of which the plan has only the name.
    """

    labels: dict[str, str] = field(default_factory=dict)
    below: dict[str, list[str]] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    def runs(self, names: Iterable[str]) -> Iterator[tuple[bool, list[str]]]:
        """Yield runs of neighbours, with True for those with a change in or below them."""
        for touched, run in groupby(names, self.touched.__contains__):
            yield touched, list(run)


@dataclass(frozen=True, slots=True)
class KindTree:
    kind: Kind
    before: Forest
    after: Forest

    @property
    def sides(self) -> list[tuple[str, Forest]]:
        """Both sides with their titles, without empty ones."""
        both = (("Before", self.before), ("After", self.after))
        return [(title, forest) for title, forest in both if forest.below]


def trees(plan: Plan) -> Iterator[KindTree]:
    """Yield a tree for each kind that can have parents of its own kind and has changes."""
    for kind in plan.catalogue.kinds:
        parent_field = next((n for n in kind.identity if kind.refers.get(n) == kind.name), "")
        changes = [change for change in plan.changes if change.kind == kind.name]
        if parent_field and changes:
            places: tuple[dict[str, _Place], ...] = ({}, {})
            for address, settled in plan.settled.items():
                if address.kind == kind.name:
                    for side in places:
                        side[address] = _place(kind, parent_field, address, settled.values)
            for change in changes:
                for side, held in zip(places, sides(change), strict=True):
                    if held is not None:
                        side[change.address] = _place(kind, parent_field, change.address, held)
            touched = {str(change.address) for change in changes}
            yield KindTree(kind, _forest(places[0], touched), _forest(places[1], touched))


@dataclass(frozen=True, slots=True)
class _Place:
    parent: str
    label: str


def _place(kind: Kind, parent_field: str, address: str, held: Held) -> _Place:
    parent = held.get(parent_field)
    name = label(kind, held) or address
    if isinstance(parent, Ref):
        return _Place(str(parent.address), name)
    return _Place(parent if isinstance(parent, str) else ROOT, name)


def _forest(places: Mapping[str, _Place], changed: set[str]) -> Forest:
    forest = Forest({name: place.label for name, place in places.items()})
    parents = {name: place.parent for name, place in places.items()}
    for parent in sorted(set(parents.values()) - parents.keys() - {ROOT}):
        forest.unknown.add(parent)
        forest.labels[parent] = parent
        parents[parent] = ROOT
    _break_cycles(parents)
    for name in sorted(parents, key=lambda name: (forest.labels[name].casefold(), name)):
        forest.below.setdefault(parents[name], []).append(name)
    for name in changed & parents.keys():
        while name and name not in forest.touched:
            forest.touched.add(name)
            name = parents[name]
    return forest


def _break_cycles(parents: dict[str, str]) -> None:
    """Move one object of each cycle of parents to the root, so that all are shown."""
    for cycle in find_cycles(sorted(parents), parents.get):
        parents[cycle[0]] = ROOT
