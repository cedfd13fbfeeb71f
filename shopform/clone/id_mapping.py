"""Select kinds and objects to copy, and find what was copied before. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from shopform.clone.copy import Copy
from shopform.kinds import Catalogue
from shopform.kit.graphs import reachable
from shopform.model.declared import Place
from shopform.model.live import Live
from shopform.model.prior import Entry, Prior
from shopform.model.references import depends_on
from shopform.model.values import Address


def known_addresses(prior: Prior, own: Prior, live: Live) -> dict[Place, Address]:
    """Return the addresses that objects of the source have already.

    Those of the copy's state take precedence, so that a renamed object stays the same; then come
    those of the source's own state. Objects that the source does not have are left out.
    """

    def exists(place: Place) -> bool:
        return live.object(*place) is not None

    held: Iterable[tuple[Address, Entry]] = prior.resources.items()
    pending = ((intent.address, intent.entry) for intent in prior.pending)
    known = {
        place: address
        for address, entry in (*pending, *held)
        if exists(place := (address.kind, entry.origin))
    }
    taken = set(known.values())
    places = {address: (address.kind, entry.id) for address, entry in own.resources.items()}
    for address in sorted(places, key=lambda a: (live.catalogue.order[a.kind], a)):
        place, parent = places[address], own.resources[address].parent
        if place in known or not exists(place):
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


def with_source_names(live: Live, first: Live) -> Live:
    """Return the target with the wire names of the source where nothing confirms its own."""
    kinds = dict(live.kinds)
    for name, read in live.kinds.items():
        model = first.kind(name)
        learned = read.assumed - model.assumed if model.names else frozenset[str]()
        known = {n: theirs for n, theirs in read.names.items() if n not in learned}
        found = {n: theirs for n, theirs in model.names.items() if n in learned}
        kinds[name] = replace(read, names={**known, **found})
    return replace(live, kinds=kinds)


def with_nested(catalogue: Catalogue, kinds: Collection[str]) -> frozenset[str]:
    """Return these kinds and their nested kinds."""
    found = set(kinds)
    for kind in catalogue.kinds:
        if kind.nesting and kind.nesting.kind in found:
            found.add(kind.name)
    return frozenset(found)


def required_kinds(catalogue: Catalogue, kinds: Collection[str]) -> frozenset[str]:
    """Return the kinds to read in order to copy these: those of parents and references too."""
    needs = {
        kind.name: {kind.nesting.kind if kind.nesting else kind.name}.union(
            *(row.type.targets for row in kind.rows)
        )
        for kind in catalogue.kinds
    }
    return frozenset(reachable(kinds, needs))


def with_references(copy: Copy, addresses: Iterable[Address]) -> frozenset[Address]:
    """Return those of these addresses that are in the copy, and all that they refer to."""
    needs = {a: copy.resources.keys() & depends_on(r) for a, r in copy.resources.items()}
    return frozenset(reachable(copy.resources.keys() & set(addresses), needs))


def deleted_in_source(prior: Prior, live: Live, copy: Copy) -> frozenset[Address]:
    """Return what was copied before and is no longer in the source."""
    return frozenset(
        address
        for address, entry in prior.resources.items()
        if address.kind in live.kinds and address not in copy.resources
        if entry.origin and live.object(address.kind, entry.origin) is None
    )


def by_source_id(prior: Prior) -> Prior:
    """Return the copy's state with the ids that the objects have in the source."""
    return Prior(
        resources={
            address: replace(entry, id=entry.origin)
            for address, entry in prior.resources.items()
            if entry.origin
        }
    )
