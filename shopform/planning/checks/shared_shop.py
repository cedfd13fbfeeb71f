"""Whether two shops of a project that are one shop would manage the same object. Pure."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from shopform.kinds import BY_NAME
from shopform.model.canonical import canonical
from shopform.model.desired import Desired, Resource
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address, Ref, Secret


@dataclass(slots=True)
class Managed:
    """All that one shop's files declare and its state owns, by id and by identity."""

    desired: Desired
    prior: Prior
    _names: dict[Address, Hashable] = field(default_factory=dict)

    def places(self) -> Iterator[tuple[Hashable, Address]]:
        """What may be an object of the shop, with the address that it has here."""
        for address, entry in self.prior.resources.items():
            yield (address.kind, entry.id), address
            yield self._recorded(address, entry), address
        for wish in self.desired.imports:
            yield (wish.address.kind, wish.id), wish.address
        for address in self.desired.resources:
            yield self._declared(address), address

    def _declared(self, address: Address) -> Hashable:
        """The identity as declared, each reference as the identity of what it points to."""
        resource = self.desired.resources.get(address)
        if resource is None:
            return address
        if address not in self._names:
            self._names[address] = address  # a circle is reported elsewhere
            parts = [self._part(resource, name) for name in BY_NAME[address.kind].identity]
            above = self._declared(resource.parent) if resource.parent else None
            self._names[address] = (address.kind, above, *parts)
        return self._names[address]

    def _part(self, resource: Resource, name: str) -> Hashable:
        value = resource.fields.get(name)
        if isinstance(value, Ref):
            return self._declared(value.address)
        if isinstance(value, Secret):
            return value.source
        return str(canonical(BY_NAME[resource.address.kind].type(name), value, frozenset()))

    def _recorded(self, address: Address, entry: Entry) -> Hashable:
        """The identity as it was sent; what it refers to by the address of that."""
        kind = BY_NAME[address.kind]
        owners = {(a.kind, str(e.id)): a for a, e in self._referred(entry)}
        parts: list[Hashable] = []
        for name, value in zip(kind.identity, entry.identity, strict=False):
            target = owners.get((kind.refers.get(name, ""), str(value)))
            found = self.prior.resources.get(target) if target else None
            parts.append(self._recorded(target, found) if target and found else str(value))
        above = self.prior.resources.get(entry.parent) if entry.parent else None
        outer = self._recorded(entry.parent, above) if entry.parent and above else None
        return (address.kind, outer, *parts)

    def _referred(self, entry: Entry) -> Iterator[tuple[Address, Entry]]:
        for address in entry.depends_on:
            if address in self.prior.resources:
                yield address, self.prior.resources[address]


def meeting(one: Managed, other: Managed) -> tuple[Address, Address] | None:
    """The first address of one whose object the other may manage too, with the other's address."""
    theirs = dict(other.places())
    both = [(mine, theirs[place]) for place, mine in one.places() if place in theirs]
    return min(both, default=None)
