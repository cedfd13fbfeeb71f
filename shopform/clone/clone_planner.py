"""Plan a copy of one shop in another, once both were read. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from shopform.clone.copy import (
    Copy,
    drop_ambiguous,
    drop_fixed_matches,
    map_fixed_objects,
    omission,
    without_defaults,
)
from shopform.clone.id_mapping import deleted_in_source, with_references
from shopform.clone.omissions import kept_in_target, not_copied
from shopform.clone.three_way import promote, unchanged_deletions
from shopform.clone.visibility import hidden_lost
from shopform.describe.columns import DECLARED, column_notes
from shopform.describe.redaction import secret_places
from shopform.diagnostics import Collector, Diagnostic
from shopform.errors import UsageError
from shopform.kinds import Kind, is_extra
from shopform.kinds.field_types import Seed
from shopform.kit.graphs import reachable, reversed_edges
from shopform.model.addresses import upward, within
from shopform.model.canonical import canonical
from shopform.model.declared import Declared, Omission
from shopform.model.desired import Desired
from shopform.model.live import Live, LiveObject
from shopform.model.prior import Prior
from shopform.model.shop import Shop
from shopform.model.values import Address
from shopform.planning.matching.match import match
from shopform.planning.matching.result import Matching
from shopform.planning.planner import plan
from shopform.planning.scope import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneScope:
    """What to copy from which shop to which; with `three_way` only what changed since.

    `excludes` omit addresses with their children and what refers to them. `allow_loss`: objects
    that the source hides may become visible.
    """

    source: str
    target: str
    kinds: frozenset[str]
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    delete: bool = False
    three_way: bool = False
    allow_loss: bool = False


@dataclass(slots=True)
class ClonePlanner:
    """Declares a copy in the target; `prior` is the state of copies, `warnings` the findings.

    `source` is the source's content and `declared` its declaration. `own` is the target's own
    state: the secrets of its files are not shown, and nothing that they manage is deleted.
    """

    scope: CloneScope
    declared: Declared
    source: Live
    copy: Copy
    prior: Prior
    shop: Shop
    own: Prior
    warnings: list[Diagnostic] = field(default_factory=list)

    def touched(self) -> frozenset[Address]:
        """Return the addresses that may change. Raises UsageError for unknown targets."""
        every = (*self.declared.resources, *self.prior.resources)
        known = {above for address in every for above in upward(self.copy.catalogue, address)}
        for word in (*self.scope.targets, *self.scope.excludes):
            if word not in known:
                raise UsageError(
                    f"`{word}` is not in the copy",
                    hint=f"`shopform clone --from {self.scope.source} --to {self.scope.target}`"
                    " without `--target` shows the addresses",
                )
        return self._selected() | self._deleted()

    def declare(self, live: Live) -> tuple[Desired, frozenset[Address]]:
        """Return the declaration for the target, and the addresses to plan."""
        map_fixed_objects(self.copy, self.prior, live)
        self._drop_secrets(live)
        while True:
            desired, only, conflicts, omissions = self._attempt(live)
            matching = match(desired, self.prior, live, Collector())
            if drop_fixed_matches(self.copy, matching):
                continue
            desired = without_defaults(desired, matching)
            if not self.scope.three_way:
                desired = self._with_emptied(desired, matching)
            # Ambiguous objects are omitted, and so is what refers to them.
            options = Options(only=only, source=self.scope.source)
            made = plan(desired, self.prior, live, self.shop, options)
            if not drop_ambiguous(self.copy, made.diagnostics):
                break
        own = set(omissions)
        found = (o for o in self._omissions(omissions) if o in own or not is_extra(o.field))
        every = chain(found, self._not_set(desired, only, matching))
        left = not_copied(self.copy.catalogue, every, self.scope.target)
        lost = self._hidden_lost(desired, only, matching)
        self.warnings = [*conflicts, *lost, *left, *self._columns("copied")]
        kept = self._deleted_in_source() - self._deleted()
        names = self.scope.source, self.scope.target
        self.warnings += kept_in_target(kept, *names, managed=self.scope.delete)
        return desired, only

    def as_files(self, known: Live) -> Declared:
        """Return the copy as files declare it; `known` is what earlier runs read of the target."""
        for address in sorted(self.copy.fixed):
            self.copy.omit(address, "every shop has one")
        touched = self.touched()
        resources = {a: r for a, r in self.copy.resources.items() if a in touched}
        ids = {address: resource.origin for address, resource in resources.items()}
        found, desired = tuple(self._omissions()), self.copy.desired()
        # The state is newer than what is known: objects that this lacks may exist.
        kinds = {name: replace(read, problem="read before") for name, read in known.kinds.items()}
        matching = match(desired, self.prior, replace(known, kinds=kinds), Collector())
        matching.entries = dict(self.prior.resources)
        self.warnings = [*self._hidden_lost(desired, touched, matching), *self._columns(DECLARED)]
        return Declared(
            catalogue=self.copy.catalogue,
            resources=resources,
            ids=ids,
            duplicates=frozenset(),
            omissions=found,
        )

    def _not_set(
        self, desired: Desired, only: frozenset[Address], matching: Matching
    ) -> Iterator[Omission]:
        """Yield the fields of new objects that are set once, and of which no copy knows a value."""
        for address in desired.resources.keys() & only:
            resource = desired.resources[address]
            if resource.origin and matching.object(address) is None:
                seeds = (row for row in resource.kind.rows if isinstance(row.type, Seed))
                yield from (omission(resource, "each shop has its own", row.name) for row in seeds)

    def _hidden_lost(
        self, desired: Desired, only: frozenset[Address], matching: Matching
    ) -> list[Diagnostic]:
        target, allowed = self.scope.target, self.scope.allow_loss
        return hidden_lost(desired, only, self.source, matching, target, allowed=allowed)

    def _columns(self, kept: str) -> Iterator[Diagnostic]:
        """Yield a summary of the columns of each kind that is copied."""
        copied = {
            a: self.copy.resources[a].origin for a in self._selected().difference(self.copy.fixed)
        }
        only = {(address.kind, number) for address, number in copied.items()}
        return column_notes(self.source, self._omissions(), kept, only)

    def _attempt(
        self, live: Live
    ) -> tuple[Desired, frozenset[Address], list[Diagnostic], list[Omission]]:
        selected, deleted = self._selected(), self._deleted()
        if not self.scope.three_way:
            return self.copy.desired(), selected | deleted, [], []
        names = {"source": self.scope.source, "target": self.scope.target}
        found = promote(self.copy, self.prior, live, **names)
        free, conflicts = unchanged_deletions(deleted, self.prior, live, **names)
        conflicts += [each for each in found.conflicts if each.address in selected]
        return found.desired, (selected & found.only) | free, conflicts, found.omissions

    def _with_emptied(self, desired: Desired, matching: Matching) -> Desired:
        """Add the fields that are empty in the source and not in the target."""
        resources = dict(desired.resources)
        for address, resource in desired.resources.items():
            model = self.source.object(address.kind, resource.origin)
            item = matching.object(address)
            if model is None or item is None or address in self.copy.fixed:
                continue
            empty = dict(_empty(matching.catalogue[address.kind], model, item))
            known = resource.fields.keys() | resource.ignore
            fields = {name: value for name, value in empty.items() if name not in known}
            resources[address] = replace(resource, fields={**fields, **resource.fields})
        return replace(desired, resources=resources)

    def _selected(self) -> frozenset[Address]:
        return with_references(self.copy, self._in_scope(self.copy.resources))

    def _deleted_in_source(self) -> frozenset[Address]:
        """The selected objects that the source deleted, with what refers to them."""
        held = self.prior.resources
        lost = deleted_in_source(self.prior, self.source, self.copy)
        users = reversed_edges({a: held[a].depends_on for a in lost if a.kind in self.scope.kinds})
        return frozenset(reachable(self._in_scope(lost), users) & set(lost))

    def _deleted(self) -> frozenset[Address]:
        """The objects to delete, except those that the target's own files manage."""
        if not self.scope.delete:
            return frozenset()
        managed, held = self.own.owners, self.prior.resources
        return frozenset(
            a for a in self._deleted_in_source() if (a.kind, held[a].id) not in managed
        )

    def _in_scope(self, addresses: Iterable[Address]) -> list[Address]:
        """Return those of the selected kinds and targets."""
        words = {Address(word) for word in self.scope.targets}
        excluded = self._excluded()
        return [
            address
            for address in addresses
            if address.kind in self.scope.kinds
            and address not in excluded
            and (not words or within(self.copy.catalogue, address, words))
        ]

    def _excluded(self) -> set[Address]:
        words = {Address(word) for word in self.scope.excludes}
        if not words:
            return set()
        held = {a: entry.depends_on for a, entry in self.prior.resources.items()}
        users = reversed_edges(held)
        for address, found in self.copy.users.items():
            users.setdefault(address, set()).update(found)
        every = (*self.declared.resources, *held)
        return reachable((a for a in every if within(self.copy.catalogue, a, words)), users)

    def _omissions(self, more: Iterable[Omission] = ()) -> list[Omission]:
        """The omissions that concern the selected objects."""
        kept = {(address.kind, self.copy.resources[address].origin) for address in self._selected()}
        if self.scope.targets:
            kept |= {
                (a.kind, self.declared.ids[a]) for a in self._in_scope(self.declared.resources)
            }
        kinds = self.scope.kinds if not self.scope.targets else frozenset()
        every = (*self.copy.omissions, *more)
        return [each for each in every if each.kind in kinds or (each.kind, each.id) in kept]

    def _drop_secrets(self, live: Live) -> None:
        """Omit the fields that are secrets of the target's own files."""
        ids: Mapping[Address, int] = {}
        hidden = secret_places(self.own)
        if hidden:
            ids = match(self.copy.desired(), self.prior, live, Collector()).ids
        for address, number in ids.items():
            for name in list(self.copy.resources[address].fields):
                if (address.kind, number, name) in hidden:
                    self.copy.omit(address, f"it is a secret of `{self.scope.target}`", name)
                    if address not in self.copy.resources:
                        break


def _empty(kind: Kind, model: LiveObject, item: LiveObject) -> Iterator[tuple[str, Any]]:
    """Return fields that are empty in `model` and not in `item`, and have no known default.

    A missing number or boolean is not empty, and every shop makes its own paths.
    """
    for name in kind.fields:
        type_, raw = kind.type(name), model.fields.get(name)
        own = name in kind.defaults or name in (*kind.generated, *kind.local, kind.path)
        missing = name not in model.fields or type_.is_silent(raw)
        if own or missing or type_.refers or type_.unreadable or type_.allowed:
            continue
        if not canonical(type_, raw) and canonical(type_, item.fields.get(name)):
            yield name, canonical(type_, None)
