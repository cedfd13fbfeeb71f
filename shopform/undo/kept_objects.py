"""What a run created and its undoing keeps, since staff wrote into it. Pure."""

from collections.abc import Collection, Iterator, Mapping

from shopform.kinds import BY_NAME
from shopform.model.canonical import identified
from shopform.model.live import Live
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address
from shopform.planning.compare.lost_values import unmanaged_children, written
from shopform.planning.matching.result import NOTHING, live_identity
from shopform.undo.previous_addresses import Homes


def worth_keeping(
    made: Mapping[Address, Entry],
    homes: Homes,
    prior: Prior,
    live: Live,
    losing: Collection[str],
) -> dict[Address, tuple[str, Address]]:
    """Why each stays, and what would have to be among `losing`: itself, or what needs it."""
    owned = {(a.kind, entry.id) for a, entry in homes.now.items()} | set(_pending(prior, live))
    children = unmanaged_children(live, owned)
    kept: dict[Address, tuple[str, Address]] = {}
    for address, entry in made.items():
        kind = BY_NAME[address.kind]
        item = live.kinds.get(kind.name, NOTHING).objects.get(entry.id)
        found = written(kind, entry, item, live.hosts) if item else []
        found += children.get((kind.name, entry.id), [])
        if found and address not in losing:
            since = f"holds what was written in the shop since: {', '.join(found)}"
            kept[address] = since, address
    queue = list(kept)
    while queue:
        child = queue.pop()
        entry = made[child]
        above = {*entry.depends_on, *((entry.parent,) if entry.parent else ())}
        for address in sorted(map(homes.of, above)):
            if address in made and address not in kept:
                kept[address] = f"is needed by `{child}`", kept[child][1]
                queue.append(address)
    return kept


def _pending(prior: Prior, live: Live) -> Iterator[tuple[str, int]]:
    """What a run that stopped was creating, and nobody else wrote: by kind and id."""
    for intent in prior.pending:
        kind = BY_NAME[intent.kind]
        for item in live.kinds.get(kind.name, NOTHING).objects.values():
            found = (item.parent_id, live_identity(kind, item, live.hosts))
            if found == (intent.parent_id, identified(kind, intent.identity)):
                yield kind.name, item.id
