"""Which live object is which declared address. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from shopform.diagnostics import Collector, Span
from shopform.kinds import BY_NAME, KINDS, Kind
from shopform.model import (
    Address,
    Desired,
    Entry,
    Import,
    Live,
    LiveKind,
    LiveObject,
    Prior,
    Ref,
    Resource,
)
from shopform.planning.normalize import canonical, digest, is_digest

Identity = tuple[object, ...]
NOTHING = LiveKind()


@dataclass(slots=True)
class Matching:
    """The result. `entries` are the state's, after moves and adoptions, by their new address."""

    hosts: frozenset[str]
    live: Mapping[str, LiveKind]
    entries: dict[Address, Entry]
    ids: dict[Address, int] = field(default_factory=dict)
    owners: dict[tuple[str, int], Address] = field(default_factory=dict)
    imported: set[Address] = field(default_factory=set)
    adopted: set[Address] = field(default_factory=set)
    moved: dict[Address, Address] = field(default_factory=dict)
    vanished: dict[Address, int] = field(default_factory=dict)
    absent: list[Address] = field(default_factory=list)
    indexes: dict[str, dict[tuple[int | None, Identity], list[int]]] = field(default_factory=dict)

    def object(self, address: Address) -> LiveObject | None:
        number = self.ids.get(address)
        return None if number is None else self.live[address.kind].objects.get(number)

    def index(self, kind: Kind) -> dict[tuple[int | None, Identity], list[int]]:
        """Live ids by container and identity; made when first asked for."""
        index = self.indexes.get(kind.name)
        if index is None:
            index = self.indexes[kind.name] = {}
            for number, item in self.live.get(kind.name, NOTHING).objects.items():
                key = (item.parent_id, live_identity(kind, item, self.hosts))
                index.setdefault(key, []).append(number)
        return index


def live_identity(kind: Kind, item: LiveObject, hosts: frozenset[str]) -> Identity:
    policy = kind.policy
    return tuple(canonical(policy.form(n), item.fields.get(n), hosts) for n in policy.identity)


def declared_identity(
    kind: Kind, resource: Resource, ids: Mapping[Address, int], hosts: frozenset[str]
) -> Identity | None:
    """The identity with references as ids; None while one of them does not exist."""
    parts: list[object] = []
    for name in kind.policy.identity:
        value = resource.fields.get(name)
        if isinstance(value, Ref):
            if value.address not in ids:
                return None
            parts.append(ids[value.address])
        else:
            parts.append(canonical(kind.policy.form(name), value, hosts))
    return tuple(parts)


def inside(address: Address, container: Address) -> bool:
    """Whether an address is, or is nested in, another."""
    kind: Kind | None = BY_NAME.get(address.kind)
    while kind and kind.name != container.kind:
        kind = BY_NAME[kind.policy.nesting.kind] if kind.policy.nesting else None
    return kind is not None and address.keys[: len(container.keys)] == container.keys


def interest(desired: Desired, prior: Prior) -> Callable[[Kind, LiveObject], bool]:
    """Tells for a container whether what is in it can matter: it is owned, or may be declared.

    Saves one call for every container that is nobody's business.
    """
    owned = {(a.kind, e.id) for a, e in prior.resources.items()}
    owned |= {(i.address.kind, i.id) for i in desired.imports}
    texts: dict[str, set[Identity]] = {}
    containers = {kind.policy.nesting.kind for kind in KINDS if kind.policy.nesting}
    for resource in desired.resources.values():
        kind = BY_NAME[resource.address.kind]
        if kind.name not in containers:
            continue
        identity = declared_identity(kind, resource, {}, frozenset())
        texts.setdefault(kind.name, set()).add(identity or ())
    for intent in prior.pending:
        texts.setdefault(intent.kind, set()).add(intent.identity)

    def wanted(kind: Kind, item: LiveObject) -> bool:
        if (kind.name, item.id) in owned:
            return True
        return live_identity(kind, item, frozenset()) in texts.get(kind.name, ())

    return wanted


def match(desired: Desired, prior: Prior, live: Live, out: Collector) -> Matching:
    """Assign live objects to addresses by the rules of design 6, first rule that fits."""
    result = Matching(hosts=live.hosts, live=live.kinds, entries=dict(prior.resources))
    _follow_moves(desired, result, out)
    for address, entry in result.entries.items():
        if entry.id in live.kinds.get(address.kind, NOTHING).objects:
            result.owners[address.kind, entry.id] = address
    _adopt_pending(prior, result, out)
    imports = {item.address: item for item in desired.imports}
    for resource in in_order(desired.resources):
        _assign(resource, imports.get(resource.address), desired, result, out)
    return result


def in_order(resources: Mapping[Address, Resource]) -> Iterable[Resource]:
    """Containers and what an identity refers to before what they recognise."""
    grouped: dict[str, list[Resource]] = {kind.name: [] for kind in KINDS}
    for resource in resources.values():
        grouped[resource.address.kind].append(resource)
    for kind in KINDS:
        links = [n for n in kind.policy.identity if n in kind.policy.refers]
        mine = grouped[kind.name]
        if not links:
            yield from mine
            continue
        done: set[Address] = set()
        for resource in mine:
            chain = [resource]
            while (above := _above(chain[-1], links, resources)) and above.address not in done:
                chain.append(above)
            for item in reversed(chain):
                if item.address not in done:
                    done.add(item.address)
                    yield item


def _above(
    resource: Resource, links: list[str], resources: Mapping[Address, Resource]
) -> Resource | None:
    for name in links:
        value = resource.fields.get(name)
        if isinstance(value, Ref):
            return resources.get(value.address)
    return None


def _follow_moves(desired: Desired, result: Matching, out: Collector) -> None:
    for move in desired.moved:
        for address in [a for a in result.entries if inside(a, move.before)]:
            rest = address.keys[len(move.before.keys) :]
            new = Address.of(address.kind, *move.after.keys, *rest)
            if new in result.entries:
                out.warning(
                    "move-blocked",
                    f"`{address}` cannot move to `{new}`, which the state has already",
                    span=move.span,
                    hint="remove the `moved` entry, or forget one with `shopform state rm`",
                )
                continue
            result.entries[new] = result.entries.pop(address)
            result.moved[new] = result.moved.pop(address, address)


def _adopt_pending(prior: Prior, result: Matching, out: Collector) -> None:
    """Find what a run was creating when it stopped: nobody else's object of that identity."""
    for intent in prior.pending:
        kind = BY_NAME[intent.kind]
        if intent.address in result.entries:
            continue
        if any(is_digest(part) for part in intent.identity):
            found = _by_digest(kind, intent.identity, intent.parent_id, result)
        else:
            found = result.index(kind).get((intent.parent_id, intent.identity), [])
        free = [n for n in found if (kind.name, n) not in result.owners]
        if len(free) > 1:
            out.error(
                "identity-ambiguous",
                f"`{intent.address}` was being created when a run stopped, and several objects"
                f" could be it: ids {', '.join(map(str, free))}",
                address=intent.address,
                hint="name the right one under `imports:`, and delete the others in the shop",
            )
        elif free:
            result.entries[intent.address] = replace(intent.entry, id=free[0])
            result.owners[kind.name, free[0]] = intent.address
            result.adopted.add(intent.address)
        elif kind.name in result.live and not result.live[kind.name].problem:
            result.absent.append(intent.address)


def _by_digest(
    kind: Kind, identity: Identity, parent_id: int | None, result: Matching
) -> list[int]:
    found = []
    for (parent, held), numbers in result.index(kind).items():
        parts = [
            digest(kind.name, name, part) if is_digest(mine) else part
            for name, mine, part in zip(kind.policy.identity, identity, held, strict=True)
        ]
        if parent == parent_id and tuple(parts) == identity:
            found += numbers
    return found


def _assign(
    resource: Resource, wish: Import | None, desired: Desired, result: Matching, out: Collector
) -> None:
    address, kind = resource.address, BY_NAME[resource.address.kind]
    objects = result.live.get(kind.name, NOTHING).objects
    entry = result.entries.get(address)
    if entry:
        if entry.id in objects:
            result.ids[address] = entry.id
            return
        result.vanished[address] = entry.id
        del result.entries[address]
    if wish:
        _import(wish, kind, objects, result, out)
        return
    parent_id = result.ids.get(resource.parent) if resource.parent else None
    if resource.parent and parent_id is None:
        return
    identity = declared_identity(kind, resource, result.ids, result.hosts)
    if identity is None:
        return
    found = [
        number
        for number in result.index(kind).get((parent_id, identity), [])
        if result.owners.get((kind.name, number)) not in desired.resources
    ]
    if len(found) > 1:
        out.error(
            "identity-ambiguous",
            f"`{address}` could be any of {len(found)} objects in the shop:"
            f" ids {', '.join(map(str, found))}",
            span=resource.span,
            address=address,
            hint=f"choose one under `imports:`, as `{{address: {address}, id: {found[0]}}}`",
        )
    elif found:
        _take(address, kind, found[0], result)


def _import(
    wish: Import, kind: Kind, objects: Mapping[int, LiveObject], result: Matching, out: Collector
) -> None:
    owner = result.owners.get((kind.name, wish.id))
    if wish.id not in objects:
        problem, hint = "does not exist in the shop", "correct the id under `imports:`"
    elif owner:
        problem, hint = f"belongs to `{owner}`", "use `moved:` to give it another address"
    else:
        _take(wish.address, kind, wish.id, result)
        return
    out.error(
        "import-impossible",
        f"the object {wish.id} to import as `{wish.address}` {problem}",
        span=wish.span,
        address=wish.address,
        hint=hint,
    )


def _take(address: Address, kind: Kind, number: int, result: Matching) -> None:
    """Give an object to an address: a move if the state had it under another, else an import."""
    owner = result.owners.get((kind.name, number))
    result.ids[address] = number
    result.owners[kind.name, number] = address
    if owner is None:
        result.imported.add(address)
        return
    result.entries[address] = result.entries.pop(owner)
    if owner in result.adopted:
        result.adopted.discard(owner)
        result.adopted.add(address)
    else:
        result.moved[address] = result.moved.pop(owner, owner)


def place(desired: Desired, address: Address) -> Span | None:
    resource = desired.resources.get(address)
    return resource.span if resource else None
