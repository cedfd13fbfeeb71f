"""Declare the inverse of a run, to be planned like any other declaration. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from shopform.model.desired import Desired, Import, Resource
from shopform.model.live import Live, LiveObject
from shopform.model.plan import Action, Change
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address, Ref, Value, refs_in, with_refs
from shopform.undo.kept_objects import find_kept, held_parents
from shopform.undo.previous_addresses import PreviousAddresses, RecordedRun, previous_addresses
from shopform.undo.previous_values import NO_TARGET, PreviousValues
from shopform.undo.report import UndoReport

Fields = dict[str, Value]
UNMANAGED = Entry(id=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inverse:
    """The declaration that undoes a run: only `only` is planned, the rest is for references."""

    desired: Desired
    only: frozenset[Address]
    report: UndoReport


def invert(
    run: RecordedRun,
    prior: Prior,
    live: Live,
    images: Mapping[str, str],
    allow_delete: Collection[str] = (),
) -> Inverse:
    """Declare the shop as before the run, except for what later runs changed.

    The inverse is worked out from the state and the shop as they are now, so a run that stopped
    half-way can be undone too. `images` are files by the SHA-256 of their bytes. `allow_delete`
    are addresses to delete even if they were edited in the shop after the run.
    """
    inverter = _Inverter(run, prior, live, previous_addresses(run, prior), images)
    order = live.catalogue.order
    for address in sorted(inverter.addresses.touched, key=lambda a: (order[a.kind], a)):
        inverter.invert(address)
    inverter.delete_created(allow_delete)
    inverter.keep_parents()
    inverter.drop_dangling()
    return Inverse(
        desired=Desired(
            catalogue=live.catalogue,
            resources=dict(sorted(inverter.resources.items())),
            moved=tuple(inverter.addresses.moves),
            imports=tuple(Import(address=a, id=n) for a, n in inverter.imports.items()),
        ),
        only=frozenset(inverter.only),
        report=inverter.report,
    )


@dataclass(slots=True)
class _Inverter:
    run: RecordedRun
    prior: Prior
    live: Live
    addresses: PreviousAddresses
    images: Mapping[str, str]
    values: PreviousValues = field(init=False)
    resources: dict[Address, Resource] = field(init=False)
    only: set[Address] = field(default_factory=set)
    imports: dict[Address, int] = field(default_factory=dict)
    report: UndoReport = field(default_factory=UndoReport)
    created: dict[Address, Entry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = self.addresses
        owners, ids = known.owners(), known.ids(self.run)
        self.values = PreviousValues(self.live, owners, ids, known.of, self.images)
        self.resources = {a: self.values.unchanged(a, entry) for a, entry in known.now.items()}
        for address, old in known.blocked.items():
            reason = f"its previous address `{old}` belongs to another object now"
            self.report.not_restored(address, reason)

    def invert(self, address: Address) -> None:
        """Declare one object as it was before the run."""
        change = self.addresses.changes.get(address)
        action = change.action if change else Action.NO_OP
        before, now = self.addresses.before.get(address), self.addresses.now.get(address)
        if action is Action.CREATE:
            self._invert_create(address, before, now)
        elif before is None:
            if change:
                self._release(address, change, now)
        elif now is None:
            self._own_again(address, action, before)
        elif self._object(address, now.id) is None:
            if action is Action.DELETE and before.id == now.id:
                self._recreate(address, before)
            else:
                self.report.superseded(address, "was deleted in the shop after the run")
        elif action is not Action.DELETE:
            self._restore(address, before, now)
        elif now.id != before.id:
            self.report.superseded(address, "was recreated after the run and is kept")

    def delete_created(self, allow_delete: Collection[str]) -> None:
        """Remove what the run created, unless it is kept because of later edits."""
        kept = find_kept(self.created, self.addresses, self.prior, self.live, allow_delete)
        for address in self.created:
            if address in kept:
                self.report.kept(address, *kept[address])
            else:
                del self.resources[address]
                self.only.add(address)

    def keep_parents(self) -> None:
        """Keep in the state what the run imported if children of it stay there."""
        for address in held_parents(self.resources, self.addresses.now, self.live.catalogue):
            self.resources[address] = replace(self.resources[address], forget=False)
            self.report.not_released(address)

    def drop_dangling(self) -> None:
        """Remove objects without their parent, and references to missing objects."""
        for address, entry in self.addresses.now.items():
            read = address.kind in self.live.kinds and address not in self.only
            if read and self._object(address, entry.id) is None:
                self.resources.pop(address, None)
        # Dropping an object makes the references to it dangle in turn.
        while sum(self._drop_dangling(a) for a in sorted(self.only & self.resources.keys())):
            pass

    def _drop_dangling(self, address: Address) -> bool:
        """Drop an object without its parent, or a dangling reference; return whether there was."""
        resource = self.resources[address]
        if resource.parent and resource.parent not in self.resources:
            self._drop(address, "its parent was deleted")
            return True
        for name, value in sorted(resource.fields.items()):
            for ref in refs_in(value):
                if ref.address not in self.resources:
                    self._drop_reference(address, name, ref)
                    return True
        return False

    def _drop_reference(self, address: Address, name: str, value: Ref) -> None:
        """Refer to an unmanaged object by its id, or keep the current value."""
        resource, fields = self.resources[address], dict(self.resources[address].fields)
        now, before = self.addresses.now.get(address), self.addresses.before.get(address)
        if value.address in self.created:  # and deleted by this undo
            fields[name] = self.values.instead(fields[name], value, address.kind, name, before)
        elif self._object(value.address, number := self.values.ids.get(value.address, 0)):
            fields[name] = with_refs(fields[name], lambda ref: number if ref == value else ref)
        if fields[name] != resource.fields[name]:
            self.resources[address] = replace(resource, fields=fields)
            return
        if now is None and name in self.live.catalogue[address.kind].identity:
            self._drop(address, NO_TARGET)
            return
        if name not in resource.ignore:
            self.report.not_restored(address, NO_TARGET, name)
        kept = self.values.unchanged(address, now).fields.get(name) if now else None
        if (held := [*refs_in(kept)]) and all(ref.address in self.resources for ref in held):
            fields[name] = kept
        else:
            del fields[name]
        self.resources[address] = replace(resource, fields=fields, ignore=resource.ignore | {name})

    def _invert_create(self, address: Address, before: Entry | None, now: Entry | None) -> None:
        if now is None:
            if any(intent.address == address for intent in self.prior.pending):
                self.only.add(address)
        elif before is None or before.id != now.id:
            planned = self.addresses.planned[address]
            if any(self.values.differ(name, now, planned) for name in now.sent):
                self.report.superseded(address, "was changed after it was created and is kept")
            else:
                self.created[address] = now

    def _release(self, address: Address, change: Change, now: Entry | None) -> None:
        """Remove what the run imported from the state again, with its previous values."""
        number, planned = change.id or 0, self.addresses.planned.get(address)
        item, entry = self._object(address, number), now or planned
        if item is None or entry is None or planned is None:
            return
        owned = (address.kind, number) in self.values.owners
        if now is None and (not change.importing or owned):
            return
        before = UNMANAGED if change.importing else entry
        fields = self._fields(address, before, planned, item)
        if now:
            later = {n for n in fields if self._superseded(address, n, now, before)}
            fields = {n: v for n, v in fields.items() if n not in later}
        elif fields:
            self.imports[address] = number
        else:
            return
        self._declare(self.values.unchanged(address, entry), fields, before)
        if change.importing:
            self.resources[address] = replace(self.resources[address], forget=True)
            self.report.note(address, "is removed from the state again: the run had imported it")

    def _own_again(self, address: Address, action: Action, before: Entry) -> None:
        """Import an object that is no longer in the state, or create it again."""
        item, owner = self._object(address, before.id), self.values.owners[address.kind, before.id]
        if item and owner != address:
            self.report.superseded(address, f"belongs to `{owner}` now")
        elif item:
            self.imports[address] = before.id
            fields = self._fields(address, before, UNMANAGED, item)
            self._declare(self.values.unchanged(address, before), fields, before)
        elif action in (Action.DELETE, Action.REPLACE):
            self._recreate(address, before)
        elif action is not Action.NO_OP:
            self.report.superseded(address, "was deleted after the run")

    def _recreate(self, address: Address, before: Entry) -> None:
        kind = self.live.catalogue[address.kind]
        fields = self._fields(address, before, UNMANAGED, None)
        if not fields.keys() >= {name for name in kind.identity if name in before.sent}:
            self._drop(address, "its identity is no longer known")
            return
        # An unmanaged parent is set once, so that the object is not created at the root.
        parents = {
            name: self.values.with_addresses(address.kind, name, value)
            for name, value in zip(kind.identity, before.identity, strict=False)
            if name in kind.refers and name not in before.sent and value is not None
        }
        self.resources[address] = replace(
            self.values.unchanged(address, before),
            fields={**fields, **parents},
            ignore=frozenset(),
            once=frozenset(parents),
        )
        self.only.add(address)
        self.report.recreated(address, before.id, self.live.catalogue.dependents(kind.name))
        for name in kind.generated:
            self.report.note(address, f"the shop generates a new `{name}`")

    def _restore(self, address: Address, before: Entry, now: Entry) -> None:
        planned, change = self.addresses.planned.get(address), self.addresses.changes.get(address)
        if planned is None:
            return
        item = self._object(address, now.id)
        fields = self._fields(address, before, planned, item)
        once = {name for name in planned.sent if name not in before.sent and name in now.sent}
        later = {n for n in (*fields, *once) if self._superseded(address, n, now, before)}
        kept = {
            name: getattr(before, name)
            for name in ("protect", "keep", "origin", "parent")
            if getattr(now, name) == getattr(planned, name)
        }
        if kept.get("parent"):
            kept["parent"] = self.addresses.of(kept["parent"])
        fields = {name: value for name, value in fields.items() if name not in later}
        for name in fields:
            if self.values.edited(address.kind, name, now, item):
                self.report.note(address, f"`{name}` was edited in the shop after the run")
        resource = replace(self.values.unchanged(address, now), **kept)
        self._declare(resource, fields, before, once - later)
        if change and change.action is Action.REPLACE and before.id != now.id:
            self.report.note(address, f"keeps its new id {now.id} (previous id {before.id})")

    def _fields(
        self, address: Address, before: Entry, planned: Entry, item: LiveObject | None
    ) -> Fields:
        """Return the previous values of what the run changed, and report those that are lost."""
        change = self.addresses.changes.get(address)
        found, lost = self.values.restored(address.kind, before, planned, change, item)
        for name, reason in lost.items():
            self.report.not_restored(address, reason, name)
        return found

    def _declare(
        self, resource: Resource, fields: Fields, before: Entry, once: Collection[str] = ()
    ) -> None:
        self.only.add(resource.address)
        self.resources[resource.address] = replace(
            resource,
            fields={**resource.fields, **fields},
            ignore=resource.ignore - fields.keys(),
            once=frozenset((*once, *(n for n in fields if n not in before.sent))),
        )

    def _superseded(self, address: Address, name: str, now: Entry, before: Entry) -> bool:
        """Return, and report, whether a later run changed the field again."""
        planned = self.addresses.planned[address]
        if not self.values.differ(name, now, planned) or not self.values.differ(name, now, before):
            return False
        self.report.superseded(address, "was changed by a later run and is kept", name)
        return True

    def _drop(self, address: Address, reason: str) -> None:
        self.resources.pop(address, None)
        self.only.discard(address)
        self.report.notes.pop(address, None)
        self.imports.pop(address, None)
        self.report.not_restored(address, reason)

    def _object(self, address: Address, number: int) -> LiveObject | None:
        return self.live.object(address.kind, number)
