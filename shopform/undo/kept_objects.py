"""Find the objects of a run that are kept when it is undone, because of later edits. Pure."""

from collections.abc import Collection, Iterator, Mapping

from shopform.kinds import Catalogue
from shopform.model.canonical import identified
from shopform.model.desired import Resource
from shopform.model.live import Live
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address
from shopform.planning.compare.lost_values import edited_fields, unmanaged_children
from shopform.planning.matching.result import live_identity
from shopform.undo.previous_addresses import PreviousAddresses


def find_kept(
    created: Mapping[Address, Entry],
    addresses: PreviousAddresses,
    prior: Prior,
    live: Live,
    allow_delete: Collection[str],
) -> dict[Address, tuple[str, Address]]:
    """Return the created objects to keep, each with the reason and the edited object behind it.

    An edited object in `allow_delete` is not kept.
    """
    owned = {(a.kind, entry.id) for a, entry in addresses.now.items()} | set(_pending(prior, live))
    children = unmanaged_children(live, owned)
    kept: dict[Address, tuple[str, Address]] = {}
    for address, entry in created.items():
        item = live.object(address.kind, entry.id)
        edits = edited_fields(live.catalogue[address.kind], entry, item, live.hosts) if item else []
        edits += children.get((address.kind, entry.id), [])
        if edits and address not in allow_delete:
            reason = f"was edited in the shop after the run: {', '.join(edits)}"
            kept[address] = reason, address
    queue = list(kept)
    while queue:
        user = queue.pop()
        for address in sorted(map(addresses.of, created[user].needs)):
            if address in created and address not in kept:
                kept[address] = f"is needed by `{user}`", kept[user][1]
                queue.append(address)
    return kept


def _pending(prior: Prior, live: Live) -> Iterator[tuple[str, int]]:
    """Yield kind and id of the objects that pending creates have made."""
    for intent in prior.pending:
        kind = live.catalogue[intent.kind]
        wanted = (intent.parent_id, identified(kind, intent.identity))
        for item in live.kind(kind.name).objects.values():
            if (item.parent_id, live_identity(kind, item, live.hosts)) == wanted:
                yield kind.name, item.id


def held_parents(
    resources: Mapping[Address, Resource], now: Mapping[Address, Entry], catalogue: Catalogue
) -> set[Address]:
    """Return what is to be removed from the state while children of it stay there."""
    stay = {r.parent for address, r in resources.items() if address in now and not r.forget}
    found = set()
    for address in sorted(resources, key=lambda a: catalogue.order[a.kind], reverse=True):
        if resources[address].forget and address in stay:
            found.add(address)
            stay.add(resources[address].parent)
    return found
