"""The kinds that a project reconciles, as one value."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from shopform.kinds.base import Kind

RUNTIME: Final = frozenset("app-status batch customer gift-card order order-return stock".split())
"""Endpoints whose objects are made while a shop is open (kinds.md 12, 14): never reconciled."""


def is_runtime(endpoint: str) -> bool:
    """Return whether the objects of an endpoint, or of a path below it, are made so."""
    return endpoint.casefold().partition("/")[0] in RUNTIME


@dataclass(frozen=True)
class Catalogue(Mapping[str, Kind]):
    """Kinds by their names, in order: parents come before their children.

    It travels in the values that name kinds (Project, Shop, Desired, Live, Plan), so that a
    project may have kinds of its own. `lookups` are those that are only looked up, by name, and
    `replaced` are shopform's own that the project defines itself.
    """

    kinds: tuple[Kind, ...]
    lookups: tuple[Kind, ...] = ()
    replaced: tuple[Kind, ...] = ()

    def with_digest_key(self, key: str) -> "Catalogue":
        """Return the kinds with a key for the digests of secrets in states."""
        return replace(self, kinds=tuple(replace(kind, digest_key=key) for kind in self.kinds))

    def plus(self, kinds: Iterable[Kind]) -> "Catalogue":
        """Return the kinds with others after them, which replace those of their names.

        They get the same key for digests.
        """
        key = next((kind.digest_key for kind in self.kinds), "")
        more = {kind.name: replace(kind, digest_key=key) for kind in kinds}
        others = self.without(more)
        replaced = tuple(kind for kind in self.kinds if kind.name in more)
        return replace(
            others, kinds=(*others.kinds, *more.values()), replaced=(*self.replaced, *replaced)
        )

    def without(self, names: Container[str]) -> "Catalogue":
        """Return the kinds that have other names."""
        return replace(self, kinds=tuple(kind for kind in self.kinds if kind.name not in names))

    def without_declared(self) -> "Catalogue":
        """Return the kinds that shopform comes with."""
        return replace(self.without(self.definitions), replaced=()).plus(self.replaced)

    @cached_property
    def definitions(self) -> Mapping[str, dict[str, Any]]:
        """The definitions of the kinds that the project declares, by name."""
        return {kind.name: kind.definition for kind in self.kinds if kind.definition}

    def __getitem__(self, name: str) -> Kind:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self.kinds)

    @cached_property
    def _by_name(self) -> dict[str, Kind]:
        return {kind.name: kind for kind in self.kinds}

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of each kind, to sort by."""
        return {kind.name: number for number, kind in enumerate(self.kinds)}

    @cached_property
    def sections(self) -> Mapping[str, Kind]:
        """The kinds without a parent, by their section of the files."""
        return {kind.section: kind for kind in self.kinds if kind.nesting is None}

    @cached_property
    def children(self) -> Mapping[str, tuple[Kind, ...]]:
        """The kinds of the children of each kind."""
        return {
            name: tuple(kind for kind in self.kinds if kind.nesting and kind.nesting.kind == name)
            for name in self
        }

    def kind_of_ids(self, column: str) -> str:
        """Return the kind whose ids a column has, by a name such as `from_page_id`; else ""."""
        names = [name for name in self._ids if f"_{column}".endswith(f"_{name}")]
        return self._ids[max(names, key=len)] if names else ""

    @cached_property
    def _ids(self) -> dict[str, str]:
        """The kinds by the names of their ids; those that are looked up come last."""
        named = [
            (name, kind) for kind in (*self.kinds, *self.lookups) for name in kind.wire.id.value
        ]
        return {name: kind.name for name, kind in named if name.endswith("_id")}

    def dependents(self, name: str) -> str:
        """Return the section of the objects that are counted before one is deleted; "" if none."""
        counted = self[name].counted
        return self[counted[0]].section if counted else ""

    def usual(self, used: Collection[str] = ()) -> frozenset[str]:
        """Return the kinds that are read unless others are named: large ones only if in use."""
        return frozenset(kind.name for kind in self.kinds if not kind.large or kind.name in used)

    def lineage(self, name: str) -> list[Kind]:
        """Return the kinds of the parents of a kind, from the outermost, and the kind itself."""
        found = [self[name]]
        while nesting := found[-1].nesting:
            found.append(self[nesting.kind])
        return found[::-1]

    def parent_section(self, name: str) -> str:
        """Return the section whose resources have a section of this name; "" if there is none."""
        parents = (k.nesting.kind for k in self.kinds if k.nesting and k.section == name)
        return next((self[parent].section for parent in parents), "")
