"""The state entries that a plan writes. Pure."""

from dataclasses import dataclass

from shopform.model.desired import Resource
from shopform.model.live import LiveObject
from shopform.model.plan import Op
from shopform.model.prior import Entry
from shopform.model.references import depends_on
from shopform.model.values import Secret
from shopform.planning.compare.difference import Difference, identity_of
from shopform.planning.compare.undeclared_fields import undeclared_values
from shopform.planning.matching.result import Matching


@dataclass(frozen=True, slots=True)
class StateEntries:
    """Makes the entries of one plan; `serial` is that of the state it is made from."""

    matching: Matching
    hosts: frozenset[str]
    serial: int

    def unclaimed(
        self, resource: Resource, item: LiveObject | None, difference: Difference
    ) -> tuple[str, ...]:
        """Return the undeclared fields that already had a value when the object was imported."""
        if resource.origin:
            return tuple(sorted(resource.uncopied - difference.sent.keys()))
        entry = self.matching.entries.get(resource.address)
        if entry or item is None:
            return entry.unclaimed if entry and item else ()
        return tuple(undeclared_values(resource, item, self.hosts))

    def operation(
        self,
        resource: Resource,
        entry: Entry | None,
        difference: Difference,
        unclaimed: tuple[str, ...],
    ) -> Op | None:
        """Return the operation for an existing object, or None if it is up to date."""
        address = resource.address
        if difference.send:
            return Op.UPDATE
        if address in self.matching.adopted:
            return Op.ADOPT
        if entry is None:
            return Op.IMPORT
        if address in self.matching.moved:
            return Op.MOVE
        same = (entry.protect, entry.keep, entry.parent, entry.origin, entry.unclaimed) == (
            resource.protect,
            resource.keep,
            resource.parent,
            resource.origin,
            unclaimed,
        )
        if difference.record or not same or entry.depends_on != depends_on(resource):
            return Op.EDIT
        return None

    def entry(
        self,
        item: LiveObject | None,
        resource: Resource,
        difference: Difference,
        unclaimed: tuple[str, ...],
    ) -> Entry:
        """Return the entry once the difference is applied."""
        known = self.matching.entries.get(resource.address) or Entry(id=0)
        secrets = {n: v for n, v in resource.fields.items() if isinstance(v, Secret)}
        # Unmanaged parts are those of the shop.
        values = {**(item.fields if item else {}), **difference.sent, **secrets}
        return Entry(
            id=item.id if item else 0,
            identity=identity_of(resource, values, self.hosts),
            sent=difference.sent,
            stored=difference.stored,
            parent=resource.parent,
            depends_on=depends_on(resource),
            protect=resource.protect,
            keep=resource.keep,
            origin=resource.origin,
            unclaimed=unclaimed,
            made=known.made if item else self.serial,
        )
