"""Import one object of the shop under an address. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shopform.describe.from_live import declare
from shopform.diagnostics import Collector
from shopform.kinds import Catalogue
from shopform.model.declared import Declared
from shopform.model.desired import Desired, Import
from shopform.model.live import Live, LiveKind, LiveObject
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address
from shopform.planning.compare.compare import Comparer
from shopform.planning.compare.difference import identity_of
from shopform.planning.compare.state_entries import StateEntries
from shopform.planning.matching.match import match


@dataclass(frozen=True, slots=True)
class FetchedObject:
    """An object of the shop, and the wire names of its kind's fields."""

    object: LiveObject
    names: Mapping[str, str]
    hosts: frozenset[str]
    catalogue: Catalogue


def adopt(
    address: Address, desired: Desired, prior: Prior, found: FetchedObject
) -> tuple[Entry, int]:
    """Return the entry of an imported object, and how many declared fields differ from it.

    The entry holds the fields that the shop has as they are declared; the others are changes of
    the next plan.
    """
    resource = desired.resources[address]
    known = {a: r for a, r in desired.resources.items() if a in prior.resources or a == address}
    wanted = Desired(
        catalogue=desired.catalogue,
        resources=known,
        imports=(Import(address=address, id=found.object.id),),
    )
    prior = replace(prior, pending=())
    matching = match(wanted, prior, _known_objects(address, prior, found), Collector())
    difference = Comparer(matching).update(resource, found.object, None)
    memory = StateEntries(matching, found.hosts, prior.serial)
    entry = replace(
        memory.entry(found.object, resource, difference, unclaimed=()),
        identity=identity_of(resource, found.object.fields, found.hosts),
        sent={n: v for n, v in difference.sent.items() if n not in difference.send},
    )
    return entry, len(difference.send)


def declare_object(address: Address, prior: Prior, found: FetchedObject) -> Declared:
    """Declare the object; nothing if files cannot declare it.

    References are to the addresses of managed objects; others are omitted.
    """
    known = prior.owners
    known[address.kind, found.object.id] = address
    made = declare(_known_objects(address, prior, found), prior, known=known)
    mine = {a: resource for a, resource in made.resources.items() if a == address}
    return Declared(
        catalogue=made.catalogue,
        resources=mine,
        ids=dict.fromkeys(mine, found.object.id),
        duplicates=frozenset(),
        omissions=tuple(
            each
            for each in made.omissions
            if (each.kind, each.id) == (address.kind, found.object.id)
        ),
    )


def _known_objects(address: Address, prior: Prior, found: FetchedObject) -> Live:
    """The object among all managed ones, as the state records these."""
    objects: dict[str, dict[int, LiveObject]] = {name: {} for name in found.catalogue}
    for owned, entry in prior.resources.items():
        container = prior.resources.get(entry.parent) if entry.parent else None
        within = container.id if container else None
        objects[owned.kind][entry.id] = LiveObject(entry.id, {**entry.sent, **entry.stored}, within)
    objects[address.kind][found.object.id] = found.object
    kinds = {name: LiveKind(objects=held) for name, held in objects.items()}
    kinds[address.kind] = replace(kinds[address.kind], names=found.names)
    return Live(catalogue=found.catalogue, kinds=kinds, hosts=found.hosts)
