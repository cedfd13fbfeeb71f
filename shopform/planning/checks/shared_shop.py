"""Detect whether two entries under `shops:` for one shop would manage the same object. Pure."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from shopform.model.canonical import canonical
from shopform.model.desired import Desired, Resource
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address, Ref, Secret


@dataclass(slots=True)
class Managed:
    """The objects that one entry under `shops:` declares or owns."""

    desired: Desired
    prior: Prior
    _names: dict[Address, Hashable] = field(default_factory=dict)

    def claims(self) -> Iterator[tuple[Hashable, Address]]:
        """Yield ids and identities of possible objects, each with its address."""
        for address, entry in self.prior.resources.items():
            yield (address.kind, entry.id), address
            yield self._recorded(address, entry), address
        for each in self.desired.imports:
            yield (each.address.kind, each.id), each.address
        for address in self.desired.resources:
            yield self._declared(address), address

    def _declared(self, address: Address) -> Hashable:
        """Return the identity as declared, references as the identities of their targets."""
        resource = self.desired.resources.get(address)
        if resource is None:
            return address
        if address not in self._names:
            self._names[address] = address  # ends a cycle, which compile reports
            parts = [self._part(resource, name) for name in resource.kind.identity]
            above = self._declared(resource.parent) if resource.parent else None
            self._names[address] = (address.kind, above, *parts)
        return self._names[address]

    def _part(self, resource: Resource, name: str) -> Hashable:
        value = resource.fields.get(name)
        if isinstance(value, Ref):
            return self._declared(value.address)
        if isinstance(value, Secret):
            return value.source
        return str(canonical(resource.kind.type(name), value, frozenset()))

    def _recorded(self, address: Address, entry: Entry) -> Hashable:
        """Return the identity as sent, references as the identities of their targets."""
        kind = self.desired.catalogue[address.kind]
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


def first_overlap(one: Managed, other: Managed) -> tuple[Address, Address] | None:
    """Return the first address whose object the other may manage too, and its address there."""
    theirs = dict(other.claims())
    both = [(mine, theirs[claim]) for claim, mine in one.claims() if claim in theirs]
    return min(both, default=None)
