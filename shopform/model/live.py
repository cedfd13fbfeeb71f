"""What a shop holds, as it was read."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LiveObject:
    """One object as the shop holds it: our field names, the shop's values as they came.

    Generated secrets are dropped when an answer is read; they are never in here. `site` is the
    shop's own host, on an object that is `fixed`.
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

    `problem` says why the read is not complete; absence proves nothing then.
    `names` are the wire names in use; `assumed` is set when nothing in the shop confirmed them.
    `paged` tells that a full list comes in pages of a hundred, one call each.
    """

    objects: Mapping[int, LiveObject] = field(default_factory=dict)
    problem: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    assumed: bool = False
    paged: bool = False

    def calls(self, more: int = 0) -> int:
        """What it costs to read the list, or one of so many objects more."""
        return max(1, -(-(len(self.objects) + more) // PAGE)) if self.paged else 1


NOT_READ = LiveKind()


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The shop as it was read. `counts` holds dependants by (kind, id); `None`: not countable."""

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
