"""Build a plan: compare every address and record changes and steps. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from shopform.diagnostics import Collector, did_you_mean
from shopform.errors import UsageError
from shopform.kinds import Catalogue
from shopform.kit.text import backquoted
from shopform.model.addresses import within
from shopform.model.desired import Desired, Moved, Resource
from shopform.model.live import Live, LiveObject
from shopform.model.plan import REDECLARED, REVERTS, Action, Change, Op, Settled, Step
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address, Ref
from shopform.planning.compare import drift
from shopform.planning.compare.compare import Comparer
from shopform.planning.compare.difference import Difference
from shopform.planning.compare.state_entries import StateEntries
from shopform.planning.compare.unsupported_fields import (
    check_assumed,
    fields_without_key,
    without_fields,
)
from shopform.planning.matching.result import Matching
from shopform.planning.ordering.step_graph import Graph
from shopform.planning.removals import BEGUN, RELEASED, Removal, Remover, lifecycle_notes
from shopform.planning.scope import Known, Options, Scope, scope


@dataclass(slots=True)
class PlanDraft:
    """A plan in the making. `build` fills changes, drift and the graph's steps, without edges.

    `moves` are all declared ones, also those that move nothing. `removals` are those of all owned
    addresses that are not declared, in scope or not.
    """

    desired: Desired
    prior: Prior
    live: Live
    matching: Matching
    out: Collector
    options: Options
    moves: tuple[Moved, ...] = ()
    scope: Scope = field(default_factory=Scope)
    removals: dict[Address, Removal] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    drift: list[Change] = field(default_factory=list)
    graph: Graph = field(default_factory=Graph)
    unchanged: int = 0
    replaced: frozenset[Address] = frozenset()
    settled: dict[Address, Settled] = field(default_factory=dict)
    compare: Comparer = field(init=False)
    remover: Remover = field(init=False)
    state_entries: StateEntries = field(init=False)

    def __post_init__(self) -> None:
        self.state_entries = StateEntries(self.matching, self.live.hosts, self.prior.serial)

    def build(self) -> None:
        self.replaced = self._replaced()
        compare = self.compare = Comparer(self.matching, self.replaced, self.desired.resources)
        released = frozenset(each.address for each in self.desired.removed if not each.destroy)
        self.remover = Remover(self.desired, self.live, compare, self.options.destroy, released)
        declared, skipped = self.desired.resources, self.desired.skipped_rows
        undeclared = [a for a in self.matching.entries if not (a in declared or a in skipped)]
        for address in sorted(undeclared, key=lambda a: (self.catalogue.order[a.kind], a)):
            if removal := self.remover.of(address, self.matching.entries[address]):
                self.removals[address] = removal
        self.scope = self._scope()
        unsupported = fields_without_key(self.desired, self.live, self.out)
        for address, resource in self.desired.resources.items():
            if self.scope.includes(address):
                names = unsupported.get(address.kind)
                known = without_fields(resource, names) if names else resource
                self._declared(known)
        included = (r for a, r in self.desired.resources.items() if self.scope.includes(a))
        check_assumed(included, self.live, self.out)
        for address, removal in self.removals.items():
            if self.scope.includes(address):
                self.changes.append(removal.change)
                self.graph.add(removal.step)
        self.drift += drift.deleted(self.desired, self.prior, self.live, self.scope, compare)

    @property
    def catalogue(self) -> Catalogue:
        return self.live.catalogue

    def incomplete(self, kind: str) -> bool:
        """Return whether the list of a kind is incomplete: a missing object may exist."""
        return bool(self.live.kind(kind).problem)

    def _scope(self) -> Scope:
        return scope(
            self.options,
            Known(
                catalogue=self.catalogue,
                resources=self.desired.resources,
                entries=self.matching.entries,
                moved=self.matching.moved,
                moves=self.moves,
                destroyed=[a for a, each in self.removals.items() if each.step.op is Op.DELETE],
            ),
        )

    def _replaced(self) -> frozenset[Address]:
        """Return the addresses of `--replace` with their children, whose parent cannot change."""
        words = {Address(word) for word in self.options.replace}
        for word in sorted(words - self.matching.ids.keys()):
            otherwise = "`shopform state list` shows the addresses in the state"
            raise UsageError(
                f"`{word}` cannot be replaced: it is not both declared and in the shop",
                hint=did_you_mean(word, self.matching.ids, otherwise),
            )
        return frozenset(a for a in self.matching.ids if words and within(self.catalogue, a, words))

    def _declared(self, resource: Resource) -> None:
        address, kind = resource.address, resource.kind
        item = self.matching.object(address)
        if item is None:
            if not self.incomplete(kind.name):
                self._create(resource, self.compare.create(resource), Action.CREATE)
        elif address in self.replaced:
            self.graph.add(self.remover.delete(address, item))
            entry = self.matching.entries.get(address, Entry(id=item.id))
            difference = self.compare.create(resource)
            difference.fields = self.remover.replaced(kind, entry, item, difference.fields)
            difference.notes += self._reverted(resource, item, difference)
            self._create(resource, difference, Action.REPLACE)
        elif resource.forget:
            self._release(resource, item)
        else:
            self._existing(resource, item)

    def _release(self, resource: Resource, item: LiveObject) -> None:
        """Update the object if it differs, then remove it from the state."""
        address, entry = resource.address, self.matching.entries.get(resource.address)
        removal = self.remover.forget(address, entry or Entry(id=item.id))
        if self.compare.update(resource, item, entry).send:
            self._existing(resource, item)
            change = self.changes.pop()
            self.changes.append(replace(change, notes=(*change.notes, RELEASED)))
            self.graph.add(removal.step, [f"{address}:{Op.UPDATE}"])
        elif entry:
            self.changes.append(removal.change)
            self.graph.add(removal.step)

    def _create(self, resource: Resource, difference: Difference, action: Action) -> None:
        address = resource.address
        old = self.matching.deleted_outside.get(address)
        notes = [f"deleted outside of shopform (previous id {old})"] if old else []
        notes += [f"{REVERTS}: it was deleted there"] if old else []
        notes += difference.notes
        notes += lifecycle_notes(Entry(id=0), resource)
        reason = ""
        if action is Action.REPLACE:
            by_request = str(address) in self.options.replace
            reason = "replace_by_request" if by_request else "replace_because_cannot_update"
        self.changes.append(
            Change(
                address=address,
                action=action,
                id=self.matching.ids.get(address),
                fields=tuple(difference.fields),
                reason=reason,
                notes=tuple(notes),
            )
        )
        step = self._create_step(resource, difference)
        self.graph.add(step)
        self._set_once(step, difference)

    def _create_step(self, resource: Resource, difference: Difference) -> Step:
        unclaimed = self.state_entries.unclaimed(resource, None, difference)
        return Step(
            key=f"{resource.address}:create",
            op=Op.CREATE,
            address=resource.address,
            parent=Ref(resource.parent) if resource.parent else None,
            fields=difference.send,
            entry=self.state_entries.entry(None, resource, difference, unclaimed),
            deliver=resource.deliver,
        )

    def _reverted(
        self, resource: Resource, item: LiveObject, difference: Difference
    ) -> tuple[str, ...]:
        """Add the edits that the plan overwrites to `drift`, and return a note of them."""
        entry = self.matching.entries.get(resource.address)
        if entry is None:
            return ()
        change = drift.edited(resource.address, entry, item, resource, self.compare)
        written = {field.name for field in difference.fields}
        fields = tuple(
            field
            if difference.sent.get(field.name) == entry.sent[field.name]
            else field._replace(reason=REDECLARED)
            for field in change.fields
            if field.name in written
        )
        if not fields:
            return ()
        self.drift.append(replace(change, fields=fields))
        return (f"{REVERTS}: {backquoted(field.name for field in fields)}",)

    def _existing(self, resource: Resource, item: LiveObject) -> None:
        address = resource.address
        entry = self.matching.entries.get(address)
        difference = self.compare.update(resource, item, entry)
        unclaimed = self.state_entries.unclaimed(resource, item, difference)
        op = self.state_entries.operation(resource, entry, difference, unclaimed)
        if difference.seeds and op in (None, Op.EDIT):
            op = Op.EDIT
        elif op is None:
            self._unchanged(resource, item)
            return
        notes = (*difference.notes, *lifecycle_notes(entry or Entry(id=0), resource))
        notes += self._reverted(resource, item, difference)
        if op is Op.EDIT and not notes and not difference.seeds:
            self._unchanged(resource, item)
        else:
            changed = {change.name for change in difference.fields}
            values = self.compare.settled(resource, item, changed)
            shown = Op.UPDATE if difference.seeds else op
            self._add_change(address, item.id, shown, difference, notes, values)
        step = Step(
            key=f"{address}:{op}",
            op=op,
            address=address,
            id=item.id,
            parent=Ref(resource.parent) if resource.parent else None,
            fields=difference.send,
            entry=self.state_entries.entry(item, resource, difference, unclaimed),
            previous=self.matching.before(address),
            deliver=resource.deliver,
            importing=address in self.matching.imported,
        )
        if op is Op.UPDATE and address in self.matching.adopted:
            key = f"{address}:adopt"
            adopt = replace(step, key=key, op=Op.ADOPT, fields={}, entry=entry, importing=False)
            self.graph.add(adopt)
            self.graph.add(step, [adopt.key])
        else:
            self.graph.add(step)
        self._set_once(step, difference)

    def _set_once(self, step: Step, difference: Difference) -> None:
        """Add the step that sets values once, after the one that creates or keeps the object."""
        if difference.seeds and step.entry:
            key, sent = f"{step.address}:once", {**step.entry.sent, **difference.seeds}
            once = replace(step, key=key, op=Op.UPDATE, fields=difference.seeds, previous=None)
            once = replace(once, linking=step.id is None, deliver=None)
            self.graph.add(replace(once, entry=replace(step.entry, sent=sent)), [step.key])

    def _unchanged(self, resource: Resource, item: LiveObject) -> None:
        """Count a resource that needs no change, or a change of its state entry only."""
        self.unchanged += 1
        if self.options.whole:
            values = self.compare.settled(resource, item)
            self.settled[resource.address] = Settled(item.id, values)

    def _add_change(
        self,
        address: Address,
        number: int,
        op: Op,
        difference: Difference,
        notes: tuple[str, ...],
        values: Mapping[str, object],
    ) -> None:
        if op is Op.ADOPT or address in self.matching.adopted:
            notes += (BEGUN.format(number),)
        old = self.matching.deleted_outside.get(address)
        if old:
            notes += (f"deleted outside of shopform (previous id {old}), and found as {number}",)
        self.changes.append(
            Change(
                address=address,
                action=Action.UPDATE if op is Op.UPDATE else Action.NO_OP,
                id=number,
                fields=tuple(difference.fields),
                unchanged=difference.unchanged,
                values=values,
                importing=address in self.matching.imported,
                previous=self.matching.moved.get(address),
                notes=notes,
            )
        )
