"""What a copy is of: which kinds, which objects, and what was copied before. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from shopform.clone.copy import Copy
from shopform.kinds import BY_NAME, KINDS, ORDER
from shopform.model.declared import Place
from shopform.model.live import Live
from shopform.model.prior import Entry, Prior
from shopform.model.references import depends_on
from shopform.model.shop import Shop
from shopform.model.values import Address
from shopform.planning.matching.result import NOTHING


def known_places(prior: Prior, own: Prior, live: Live) -> dict[Place, Address]:
    """The addresses that objects of the copied shop have already.

    Those in the memory of the copy come first, so that what is renamed stays the same object; then
    those in the shop's own state. What is gone from the shop has none.
    """

    def there(place: Place) -> bool:
        return place[1] in live.kinds.get(place[0], NOTHING).objects

    held: Iterable[tuple[Address, Entry]] = prior.resources.items()
    pending = ((intent.address, intent.entry) for intent in prior.pending)
    known = {
        place: address
        for address, entry in (*pending, *held)
        if there(place := (address.kind, entry.origin))
    }
    taken = set(known.values())
    places = {address: (address.kind, entry.id) for address, entry in own.resources.items()}
    for address in sorted(places, key=lambda a: (ORDER[a.kind], a)):
        place, parent = places[address], own.resources[address].parent
        if place in known or not there(place):
            continue
        if parent:
            above = known.get(places.get(parent, ("", 0)))
            if above is None:
                continue
            address = Address.of(address.kind, *above.keys, address.keys[-1])
        if address not in taken:
            known[place] = address
            taken.add(address)
    return known


def as_called_there(live: Live, first: Live, shop: Shop) -> Live:
    """The shop with the field names of the copied one where nothing confirms its own.

    Names that the settings of the shop give come first.
    """
    kinds = dict(live.kinds)
    for name, read in live.kinds.items():
        model = first.kinds.get(name, NOTHING)
        if read.assumed and model.names and not model.assumed:
            given = shop.wire[name].fields if name in shop.wire else {}
            kinds[name] = replace(read, names={**model.names, **given})
    return replace(live, kinds=kinds)


def with_nested(kinds: Collection[str]) -> frozenset[str]:
    """These kinds, and those nested in them."""
    found = set(kinds)
    for kind in KINDS:
        if kind.nesting and kind.nesting.kind in found:
            found.add(kind.name)
    return frozenset(found)


def to_read(kinds: Collection[str]) -> frozenset[str]:
    """The kinds that must be known to copy these: those they lie in and point to, too."""
    found, queue = set(kinds), list(kinds)
    while queue:
        kind = BY_NAME[queue.pop()]
        needed = {*kind.refers.values(), *([kind.nesting.kind] if kind.nesting else [])}
        queue += sorted(needed - found)
        found |= needed
    return frozenset(found)


def with_needs(copy: Copy, addresses: Iterable[Address]) -> frozenset[Address]:
    """These addresses of the copy, with all they refer to."""
    found = {address for address in addresses if address in copy.resources}
    queue = list(found)
    while queue:
        for needed in depends_on(copy.resources[queue.pop()]):
            if needed in copy.resources and needed not in found:
                found.add(needed)
                queue.append(needed)
    return frozenset(found)


def gone(prior: Prior, live: Live, copy: Copy) -> frozenset[Address]:
    """What was copied once and is no longer in the shop it was copied from."""

    return frozenset(
        address
        for address, entry in prior.resources.items()
        if address.kind in live.kinds and address not in copy.resources
        if entry.origin and entry.origin not in live.kinds[address.kind].objects
    )


def as_in_source(prior: Prior) -> Prior:
    """The memory of a copy by the ids that the objects have where they were copied from."""
    return Prior(
        resources={
            address: replace(entry, id=entry.origin)
            for address, entry in prior.resources.items()
            if entry.origin
        }
    )
