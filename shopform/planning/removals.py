"""Remover of owned objects that are not declared: from the shop or the state only. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from shopform.diagnostics import plural
from shopform.kinds import Catalogue, Kind
from shopform.kinds.field_types import Unreadable
from shopform.model.addresses import within
from shopform.model.desired import Desired, Resource
from shopform.model.live import Live, LiveObject
from shopform.model.plan import Action, Change, FieldChange, Op, Step
from shopform.model.prior import Entry
from shopform.model.values import Address, Ref, Secret
from shopform.planning.compare.compare import Comparer
from shopform.planning.compare.lost_values import EDITED, Loss, losses

BEGUN = "was being created when a run was interrupted, and exists as {}"
UNDECLARED = "delete_because_no_resource_config"
RELEASED = "is removed from the state once that is done"
KEPT = "stays in the shop, by `on_delete: keep`"


class Removal(NamedTuple):
    change: Change
    step: Step


@dataclass(frozen=True, slots=True)
class Remover:
    """Makes the removals of one plan. `destroy`: all owned objects are removed.

    `released` are addresses that the files remove from the state only.
    """

    desired: Desired
    live: Live
    compare: Comparer
    destroy: bool
    released: frozenset[Address]

    def of(self, address: Address, entry: Entry) -> Removal | None:
        """Return the removal of an address; None if its object may exist in an incomplete list."""
        kind = self.live.catalogue[address.kind]
        read = self.live.kind(kind.name)
        item = read.objects.get(entry.id)
        if within(self.live.catalogue, address, self.released):
            return self.forget(address, entry)
        if self._kept(entry):
            return self.forget(address, entry, Action.FORGET, KEPT)
        if read.problem:
            return None
        if item is None:
            note = "was already deleted outside of shopform"
            return self.forget(address, entry, Action.NO_OP, note)
        return Removal(self._destroyed(address, entry, item, kind), self.delete(address, item))

    def _kept(self, entry: Entry) -> bool:
        """Return whether an object stays in the shop by its own `keep` or that of a parent."""
        above = entry.parent
        if entry.keep or above is None or above in self.desired.resources:
            return entry.keep
        parent = self.compare.matching.entries.get(above)
        return parent is not None and self._kept(parent)

    def delete(self, address: Address, item: LiveObject) -> Step:
        kind = self.live.catalogue[address.kind]
        nesting = kind.nesting
        above = (nesting.kind, item.parent_id or 0) if nesting else None
        parent = self.compare.matching.owners.get(above) if above else None
        return Step(
            key=f"{address}:delete",
            op=Op.DELETE,
            address=address,
            id=item.id,
            parent=Ref(parent) if parent else None,
            previous=self.compare.matching.before(address),
            children=tuple(children(self.live.catalogue, kind, item.fields)),
            counted=self.live.counts.get((address.kind, item.id)),
        )

    def forget(
        self, address: Address, entry: Entry, action: Action = Action.FORGET, *notes: str
    ) -> Removal:
        step = Step(
            key=f"{address}:forget",
            op=Op.FORGET,
            address=address,
            previous=self.compare.matching.before(address),
        )
        change = Change(
            address=address,
            action=action,
            id=entry.id,
            values=self._held(address.kind, entry) if action is Action.FORGET else {},
            notes=notes,
        )
        return Removal(change, step)

    def _held(self, kind: str, entry: Entry) -> dict[str, object]:
        """Return the managed fields for display, from the shop, or else as recorded."""
        recorded = LiveObject(entry.id, {**entry.sent, **entry.stored})
        item = self.live.kind(kind).objects.get(entry.id, recorded)
        fields = self.lost(self.live.catalogue[kind], entry, item)
        managed = (f for f in fields if f.name in entry.sent)
        return {f.name: Secret("", "") if f.sensitive else f.before for f in managed}

    def _destroyed(self, address: Address, entry: Entry, item: LiveObject, kind: Kind) -> Change:
        count = self.live.counts.get((kind.name, item.id))
        begun = address in self.compare.matching.adopted
        return Change(
            address=address,
            action=Action.DELETE,
            id=item.id,
            fields=tuple(self.lost(kind, entry, item)),
            reason="" if self.destroy else UNDECLARED,
            notes=((BEGUN.format(item.id),) if begun else ())
            + ((_dependents(kind, count),) if count else ()),
        )

    def lost(self, kind: Kind, entry: Entry, item: LiveObject) -> Iterator[FieldChange]:
        """Yield all fields that are lost with the object; edits by staff have a reason."""
        for loss in losses(kind, entry, item, self.live.hosts):
            shown = None if loss.secret else self._shown(kind, loss)
            if loss.secret or shown is not None:
                yield FieldChange(
                    name=loss.name,
                    before=shown,
                    sensitive=loss.secret,
                    reason=EDITED if loss.edited else "",
                )

    def replaced(
        self, kind: Kind, entry: Entry, item: LiveObject, created: list[FieldChange]
    ) -> list[FieldChange]:
        """Return the fields of the new object, each with the value lost with the old one."""
        lost = {field.name: field for field in self.lost(kind, entry, item)}
        # The shop gives the new object a path of its own if none is declared.
        if kind.path not in entry.sent:
            lost.pop(kind.path, None)
        found = []
        for field in created:
            old = lost.pop(field.name, FieldChange(name=field.name))
            secret = FieldChange(name=field.name, sensitive=True, reason=old.reason)
            shown = field._replace(before=old.before, reason=old.reason)
            found.append(secret if old.sensitive or field.sensitive else shown)
        return [*found, *lost.values()]

    def _shown(self, kind: Kind, loss: Loss) -> object:
        type_ = kind.type(loss.name)
        if not loss.managed and isinstance(type_, Unreadable):
            return type_.shown(loss.value)
        return self.compare.show(kind, loss.name, loss.value)


def children(catalogue: Catalogue, parent: Kind, fields: Mapping[str, object]) -> Iterator[str]:
    """Yield the kinds of children that an object with these fields may have.

    Their kind has this one as its parent, or a reference to it in its identity.
    """
    for kind in catalogue.kinds:
        nesting = kind.nesting
        if nesting and nesting.kind == parent.name:
            only = nesting.only
            if not only or str(fields.get(only[0])).strip().lower() == only[1]:
                yield kind.name
        elif any(kind.refers.get(n) == parent.name for n in kind.identity):
            yield kind.name


def _dependents(kind: Kind, count: int) -> str:
    what = plural(count, kind.counted[0] if kind.counted else "object")
    return f"{what} refer{'s' if count == 1 else ''} to it"


def lifecycle_notes(before: Entry, after: Resource | Entry) -> Iterator[str]:
    """Yield a note for each deletion setting that changes."""
    if before.protect != after.protect:
        yield "is protected from now on" if after.protect else "is no longer protected"
    if before.keep != after.keep and not after.origin:  # copies stay anyway
        what = "stays in" if after.keep else "is deleted from"
        yield f"{what} the shop once it is no longer declared, from now on"
