"""What the state is to remember of an object, and whether that alone changes. Pure."""

from dataclasses import dataclass

from shopform.kinds import Kind
from shopform.model.desired import Resource
from shopform.model.live import LiveObject
from shopform.model.plan import Op
from shopform.model.prior import Entry
from shopform.model.references import depends_on
from shopform.planning.compare.difference import Difference, identity_of
from shopform.planning.compare.undeclared_fields import beside
from shopform.planning.matching.result import Matching


@dataclass(frozen=True, slots=True)
class Memory:
    """`serial` is that of the state that the plan is made from."""

    matching: Matching
    hosts: frozenset[str]
    serial: int

    def unclaimed(
        self, resource: Resource, kind: Kind, item: LiveObject | None, difference: Difference
    ) -> tuple[str, ...]:
        """Fields that the object has beside the declared ones, as long as nobody claims them."""
        if resource.origin:
            return tuple(sorted(resource.uncopied - difference.sent.keys()))
        entry = self.matching.entries.get(resource.address)
        if entry or item is None:
            return entry.unclaimed if entry and item else ()
        return tuple(beside(kind, resource, item, self.hosts))

    def operation(
        self,
        resource: Resource,
        entry: Entry | None,
        difference: Difference,
        unclaimed: tuple[str, ...],
    ) -> Op | None:
        """What has to be done for an object that exists; None where nothing has."""
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
        if difference.remember or not same or entry.depends_on != depends_on(resource):
            return Op.EDIT
        return None

    def entry(
        self,
        item: LiveObject | None,
        resource: Resource,
        kind: Kind,
        difference: Difference,
        unclaimed: tuple[str, ...],
    ) -> Entry:
        """What the state holds once the difference is gone."""
        known = self.matching.entries.get(resource.address) or Entry(id=0)
        return Entry(
            id=item.id if item else 0,
            identity=identity_of(kind, resource, difference, item, self.hosts),
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
