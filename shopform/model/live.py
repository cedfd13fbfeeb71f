"""The objects read from a shop."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from shopform.kinds import Catalogue, Kind


class LiveObject(NamedTuple):
    """An object of the shop: the values as received, under our field names.

    Generated secrets are removed when a response is read. `site` is the shop's own host, on the
    `fixed` object.
    """

    id: int
    fields: Mapping[str, object]
    parent_id: int | None = None
    fixed: bool = False
    site: str = ""


PAGE = 100


def parent_ids(
    catalogue: Catalogue,
    kind: Kind,
    objects: Callable[[str], Mapping[int, LiveObject]],
    wanted: Callable[[Kind, LiveObject], bool],
) -> list[int | None]:
    """Return the parents of the lists of a kind: the `wanted` ones that can have children of it.

    A kind without a parent has one list, of None. `objects` returns the objects of a kind.
    """
    nesting = kind.nesting
    if not nesting:
        return [None]
    container, only = catalogue[nesting.kind], nesting.only
    return [
        parent.id
        for parent in objects(nesting.kind).values()
        if wanted(container, parent)
        and (not only or str(parent.fields.get(*only)).strip().lower() == only[1])
    ]


def with_parents(catalogue: Catalogue, kinds: Collection[str]) -> list[Kind]:
    """Return the kinds with those of their parents, in order."""
    needed = set(kinds)
    for kind in reversed(catalogue.kinds):
        if kind.name in needed and kind.nesting:
            needed.add(kind.nesting.kind)
    return [kind for kind in catalogue.kinds if kind.name in needed]


@dataclass(frozen=True, kw_only=True)
class LiveKind:
    """All objects of one kind.

    `problem` is why the list is incomplete: a missing object may then still exist. `names` are the
    wire names in use, `assumed` the fields whose names neither documentation nor an object
    confirms, and `unused` the keys without a field where one was not found. `paged`: the list comes
    in pages of 100.
    """

    objects: Mapping[int, LiveObject] = field(default_factory=dict)
    problem: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    assumed: frozenset[str] = frozenset()
    paged: bool = False

    @cached_property
    def shown(self) -> frozenset[str]:
        """The fields of which any object has a value."""
        items = self.objects.values()
        return frozenset(name for item in items for name, value in item.fields.items() if value)

    def calls(self, kind: Kind, more: int = 0) -> int:
        """Return the number of calls to read the list with `more` additional objects."""
        count = len(self.objects) + more
        pages = max(1, -(-count // PAGE)) if self.paged else 1
        return pages + (count if kind.wire.single else 0)


NOT_READ = LiveKind()


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The objects of a shop by kind; `lookups` are those that are only looked up.

    `counts` are dependents by (kind, id); None: not countable.
    """

    catalogue: Catalogue = field(repr=False)
    kinds: Mapping[str, LiveKind] = field(default_factory=dict)
    lookups: Mapping[str, LiveKind] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()
    calls: int = 0
    counts: Mapping[tuple[str, int], int | None] = field(default_factory=dict)

    def kind(self, name: str) -> LiveKind:
        """Return the objects of a kind; no objects if the kind was not read."""
        return self.kinds.get(name, NOT_READ)

    def object(self, kind: str, number: int) -> LiveObject | None:
        """Return the object of a kind with this id, if it was read."""
        return self.kind(kind).objects.get(number)
