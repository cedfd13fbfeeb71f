"""Match live objects to declared addresses. Pure."""

from collections.abc import Callable, Iterable, Iterator

from shopform.diagnostics import Collector, Span
from shopform.kinds import Kind
from shopform.kit.graphs import dependencies_first
from shopform.model.canonical import canonical, identified
from shopform.model.desired import Desired, Import, Resource
from shopform.model.live import Live, LiveObject
from shopform.model.prior import Prior
from shopform.model.references import identity_links
from shopform.model.values import Address, Secret
from shopform.planning.matching.ambiguity import describe_candidates
from shopform.planning.matching.interrupted_creates import adopt_pending
from shopform.planning.matching.moved_addresses import apply_moves
from shopform.planning.matching.result import (
    Identity,
    Matching,
    by_id_only,
    declared_identity,
    live_identity,
)


def relevant_parents(desired: Desired, prior: Prior) -> Callable[[Kind, LiveObject], bool]:
    """Return a function that selects the parents whose children must be read.

    These are the managed ones and those that may be declared; each of the others saves a call. Of
    an identity its references are left out: the ids of their targets are not known yet.
    """
    children = desired.catalogue.children
    owned = {(a.kind, entry.id) for a, entry in prior.resources.items() if children.get(a.kind)}
    owned |= {(i.address.kind, i.id) for i in desired.imports}
    identities: dict[str, set[Identity]] = {}
    for resource in desired.resources.values():
        kind = resource.kind
        if not children[kind.name]:
            continue
        parts = (resource.fields.get(name) for name in kind.identity)
        identities.setdefault(kind.name, set()).add(_own(kind, identified(kind, parts)))
    for intent in prior.pending:
        kind = desired.catalogue[intent.kind]
        identity = _own(kind, identified(kind, intent.identity))
        identities.setdefault(intent.kind, set()).add(identity)

    def wanted(kind: Kind, item: LiveObject) -> bool:
        if (kind.name, item.id) in owned:
            return True
        known = identities.get(kind.name, ())
        return _own(kind, live_identity(kind, item, frozenset())) in known

    return wanted


def _own(kind: Kind, identity: Identity) -> Identity:
    """Return the parts of an identity that are not references."""
    pairs = zip(kind.identity, identity, strict=False)
    return tuple(part for name, part in pairs if name not in kind.refers)


def match(desired: Desired, prior: Prior, live: Live, out: Collector) -> Matching:
    """Assign live objects to addresses: by the state, pending creates, imports, then identity."""
    result = Matching(live, entries=dict(prior.resources))
    apply_moves(desired, result, out)
    for address, entry in result.entries.items():
        if entry.id in live.kind(address.kind).objects:
            first = result.owners.setdefault((address.kind, entry.id), address)
            if first != address:
                out.error(
                    "owned-twice",
                    f"`{first}` and `{address}` are one object, {entry.id}",
                    address=address,
                    hint=f"keep one: `shopform state rm {address}`",
                )
    adopt_pending(desired, prior, result, out)
    imports = {item.address: item for item in desired.imports}
    for resource in by_dependency(desired):
        _assign(resource, imports.get(resource.address), desired, result, out)
    if desired.rows:
        from shopform.planning.matching.corrected_rows import corrected  # few projects have tables

        for before, after in corrected(desired, result):
            _assign_object(
                after, live.catalogue[after.kind], result.entries[before].id, desired, result
            )
    return result


def _assign(
    resource: Resource, import_: Import | None, desired: Desired, result: Matching, out: Collector
) -> None:
    address, kind = resource.address, resource.kind
    objects = result.live.kind(kind.name).objects
    entry = result.entries.get(address)
    if entry:
        if entry.id in objects:
            result.ids[address] = entry.id
            _check_parent(resource, result, out)
            if import_ and import_.id != entry.id:
                _import_instead(import_, entry.id, result, out)
            return
        result.deleted_outside[address] = entry.id
        del result.entries[address]
    if import_ and import_.id:
        _import(import_, kind, desired, result, out)
        _check_parent(resource, result, out)
    else:
        _find(resource, import_.without if import_ else frozenset(), desired, result, out)


def _find(
    resource: Resource,
    without: frozenset[int],
    desired: Desired,
    result: Matching,
    out: Collector,
) -> None:
    """Find the object of a resource by its identity, except those in `without`."""
    address, kind = resource.address, resource.kind
    parent_id = result.ids.get(resource.parent) if resource.parent else None
    if resource.parent and parent_id is None:
        return
    identity = declared_identity(resource, result.ids, result.hosts)
    if identity is None:
        return
    key = (parent_id, identity)
    found = _unclaimed(kind, result.index(kind).get(key, ()), desired, result)
    found = found or _unclaimed(kind, result.index_by_sent(kind).get(key, ()), desired, result)
    objects = result.live.kind(kind.name).objects
    found = [n for n in found if n not in without]
    known = {n for n in found if (kind.name, n) in result.owners}
    known |= {n for n in found if not by_id_only(resource, objects[n], result.hosts)}
    found = [n for n in found if n in known]
    if len(found) > 1:
        found = [n for n in found if _exact(resource, objects[n], result.hosts)] or found
    if len(found) > 1:
        result.ambiguous.add(address)
        secret = {name for name, value in resource.fields.items() if isinstance(value, Secret)}
        out.error(
            "identity-ambiguous",
            f"`{address}` could be any of {len(found)} objects in the shop:"
            f" ids {', '.join(map(str, found))}",
            detail=describe_candidates(kind, found, result, secret),
            span=resource.span,
            address=address,
            hint=f"choose one: `shopform import {address} {found[0]}`, or"
            f" `{{address: {address}, id: {found[0]}}}` under `imports:`",
        )
    elif found:
        _assign_object(address, kind, found[0], desired, result)


def _exact(resource: Resource, item: LiveObject, hosts: frozenset[str]) -> bool:
    """Return whether the names are equal, case and spaces included."""
    name, type_of = resource.kind.identity[-1], resource.kind.type
    held, value = item.fields.get(name), resource.fields.get(name)
    return canonical(type_of(name), held, hosts) == canonical(type_of(name), value, hosts)


def _check_parent(resource: Resource, result: Matching, out: Collector) -> None:
    """Refuse an address whose parent is not that of the object: a parent cannot change."""
    address, above = resource.address, resource.parent
    item = result.object(address) if above else None
    if item is None or item.parent_id is None or above is None:
        return
    if result.ids.get(above, item.parent_id) == item.parent_id:
        return
    owner = result.owners.get((above.kind, item.parent_id))
    out.error(
        "other-container",
        f"`{address}` is {item.id}, whose parent is {f'`{owner}`' if owner else item.parent_id}",
        span=resource.span,
        address=address,
        hint=f"its parent cannot change: revert the move or import that made it `{address}`",
    )


def _unclaimed(kind: Kind, numbers: Iterable[int], desired: Desired, result: Matching) -> list[int]:
    """Return the objects that are unmanaged, or whose address is no longer declared."""
    return [n for n in numbers if result.owners.get((kind.name, n)) not in desired.resources]


def _import(
    import_: Import, kind: Kind, desired: Desired, result: Matching, out: Collector
) -> None:
    owner = result.owners.get((kind.name, import_.id))
    if import_.id not in result.live.kind(kind.name).objects:
        problem, hint = "does not exist in the shop", "correct the id under `imports:`"
    elif owner:
        problem, hint = f"belongs to `{owner}`", "use `moved:` to give it another address"
    else:
        _assign_object(import_.address, kind, import_.id, desired, result)
        return
    out.error(
        "import-impossible",
        f"the object {import_.id} to import as `{import_.address}` {problem}",
        span=import_.span,
        address=import_.address,
        hint=hint,
    )


def _import_instead(import_: Import, number: int, result: Matching, out: Collector) -> None:
    """Report an import for an address that already has another object."""
    address, old = import_.address, result.moved.get(import_.address)
    exists = import_.id in result.live.kind(address.kind).objects
    (out.error if exists else out.warning)(
        "import-impossible",
        f"the object {import_.id} cannot be imported as `{address}`, which is {number}"
        + (f", moved from `{old}`" if old else " already"),
        span=import_.span,
        address=address,
        hint=f"remove the entry under `imports:`; or `shopform state rm {old or address}` and plan"
        f" again to have {import_.id} instead",
    )


def _assign_object(
    address: Address, kind: Kind, number: int, desired: Desired, result: Matching
) -> None:
    """Assign an object: as a move if the state has another address for it, else as an import."""
    owner = result.owners.get((kind.name, number))
    result.ids[address] = number
    result.owners[kind.name, number] = address
    if owner is None:
        result.imported.add(address)
    else:
        _rename(owner, address, result)
        _move_children(owner, address, desired, result)


def _move_children(before: Address, after: Address, desired: Desired, result: Matching) -> None:
    if not result.catalogue.children[before.kind]:
        return
    for child in result.children().get(before, ()):
        new = Address.of(child.kind, *after.keys, child.keys[-1])
        entry = result.entries.get(child)
        if entry is None or child in desired.resources or new in result.entries:
            continue
        if new in desired.resources and result.owners.get((child.kind, entry.id)) == child:
            result.owners[child.kind, entry.id] = new
            _rename(child, new, result)
            _move_children(child, new, desired, result)


def _rename(before: Address, after: Address, result: Matching) -> None:
    result.entries[after] = result.entries.pop(before)
    if before in result.adopted:
        result.adopted[after] = result.adopted.pop(before)
    else:
        result.moved[after] = result.moved.pop(before, before)


def span_of(desired: Desired, address: Address) -> Span | None:
    resource = desired.resources.get(address)
    return resource.span if resource else None


def by_dependency(desired: Desired) -> Iterator[Resource]:
    """Yield parents, and targets of references in an identity, before the others."""
    catalogue, resources = desired.catalogue, desired.resources
    linked = {name for name, kind in catalogue.items() if kind.refers.keys() & kind.identity}

    def above(address: Address) -> Iterable[Address]:
        if address.kind not in linked:
            return ()
        links = identity_links(resources[address]).values()
        return [each for each in links if each in resources]

    starts = sorted(resources, key=lambda address: catalogue.order[address.kind])
    return map(resources.__getitem__, dependencies_first(starts, above))
