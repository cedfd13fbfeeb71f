"""The objects read from a shop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from shopform.kinds import Catalogue


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


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveKind:
    """All objects of one kind.

    `problem` is why the list is incomplete: a missing object may then still exist. `names` are the
    wire names in use; `assumed`: no object confirmed them. `paged`: the list comes in pages of 100.
    """

    objects: Mapping[int, LiveObject] = field(default_factory=dict)
    problem: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    assumed: bool = False
    paged: bool = False

    def calls(self, more: int = 0) -> int:
        """Return the number of calls to read the list with `more` additional objects."""
        return max(1, -(-(len(self.objects) + more) // PAGE)) if self.paged else 1


NOT_READ = LiveKind()


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The objects of a shop by kind. `counts` are dependents by (kind, id); None: not countable."""

    catalogue: Catalogue = field(repr=False)
    kinds: Mapping[str, LiveKind] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()
    calls: int = 0
    counts: Mapping[tuple[str, int], int | None] = field(default_factory=dict)

    def kind(self, name: str) -> LiveKind:
        """Return the objects of a kind; no objects if the kind was not read."""
        return self.kinds.get(name, NOT_READ)

    def object(self, kind: str, number: int) -> LiveObject | None:
        """Return the object of a kind with this id, if it was read."""
        return self.kind(kind).objects.get(number)
