"""Declare the objects of a live shop, for dump, import and clone. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shopform.describe.columns import UNSENT, columns_in, undeclarable
from shopform.describe.redaction import label_of, redact
from shopform.kinds import Kind
from shopform.kinds.field_types import TEXT
from shopform.kit.graphs import find_cycles
from shopform.kit.text import backquoted
from shopform.model.canonical import canonical
from shopform.model.columns import lost_keys
from shopform.model.declared import Declared, Omission, Place
from shopform.model.desired import Resource
from shopform.model.keys import key_from
from shopform.model.live import Live, LiveObject
from shopform.model.prior import Prior
from shopform.model.references import every_link, links, parent_links
from shopform.model.values import Address, Ref, Value
from shopform.planning.matching.result import Identity, live_identity

LONGEST = 80  # characters of a key; YAML allows 1,024


def declare(
    live: Live,
    own: Prior,
    *,
    known: Mapping[Place, Address],
    whole: bool = False,
    duplicates: bool = True,
) -> Declared:
    """Declare what the shop holds, with the id of each object as the `origin` of its resource.

    `own` is the shop's state, which knows what is secret. `known` are addresses that objects have
    already; the others get keys made from their names and their parents' keys, the same in every
    run. A field with its default value, or an empty one without a known default that hides
    nothing, is not declared; `whole` declares known defaults too. Without `duplicates`, objects
    that share an identity are omitted.
    """
    redacted, omissions = redact(live, own)
    declarer = _Declarer(redacted, live, dict(known), whole, duplicates, [*omissions])
    kinds = [kind for kind in live.catalogue.kinds if kind.name in live.kinds]
    for kind in kinds:
        declarer.assign_addresses(kind)
    for kind in kinds:
        declarer.declare(kind)
    declarer.break_cycles()
    ordered = sorted(declarer.resources, key=lambda a: (live.catalogue.order[a.kind], a))
    found = sorted(declarer.omissions, key=lambda x: (live.catalogue.order[x.kind], x.id, x.field))
    return Declared(
        catalogue=live.catalogue,
        resources={address: declarer.resources[address] for address in ordered},
        ids={address: declarer.resources[address].origin for address in ordered},
        duplicates=frozenset(declarer.shared),
        omissions=tuple(found),
    )


@dataclass(slots=True)
class _Declarer:
    live: Live
    unredacted: Live
    known: dict[Place, Address]
    whole: bool
    duplicates: bool
    omissions: list[Omission]
    addresses: dict[Place, Address] = field(default_factory=dict)
    taken: set[Address] = field(default_factory=set)
    shared: set[Address] = field(default_factory=set)
    resources: dict[Address, Resource] = field(default_factory=dict)
    referred: set[Place] = field(default_factory=set)
    paths: dict[object, Address] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.taken.update(self.known.values())
        catalogue = self.live.catalogue
        for name, read in self.live.kinds.items():
            for item in read.objects.values():
                self.referred.update(place for _, place in every_link(catalogue[name], item))

    def assign_addresses(self, kind: Kind) -> None:
        """Give every object of a kind its address, parents before their children."""
        every = self.unredacted.kinds[kind.name].objects
        identities = {item.id: self._identity(kind, item) for item in every.values()}
        counts = Counter(identities.values())
        waiting = dict(sorted(self.live.kinds[kind.name].objects.items()))
        users: dict[Place, list[LiveObject]] = {}
        for item in waiting.values():
            for place in links(kind, item).values():
                users.setdefault(place, []).append(item)
        level = list(waiting.values())
        while level := [item for item in level if self._parents(kind, item) is not None]:
            for item in level:
                del waiting[item.id]
                self._assign(kind, item, counts[identities[item.id]])
            after = {u.id: u for item in level for u in users.get((kind.name, item.id), ())}
            level = [user for number, user in sorted(after.items()) if number in waiting]
        for item in waiting.values():
            self._omit(kind, item, "its parent is not declared")

    def declare(self, kind: Kind) -> None:
        """Make the resources of a kind; a path that several have is declared for the first."""
        for _, item in sorted(self.live.kinds[kind.name].objects.items()):
            address = self.addresses.get((kind.name, item.id))
            if address is None:
                continue
            parents = self._parents(kind, item) or ()
            fields = dict(self._fields(kind, item))
            path = fields.get(kind.path)
            holder = self.paths.setdefault(path, address) if path else address
            if holder != address:
                del fields[kind.path]
                self._omit(kind, item, f"`{holder}` has it too", kind.path)
            self.resources[address] = Resource(
                address=address,
                kind=kind,
                fields=fields,
                parent=parents[0] if kind.nesting else None,
                origin=item.id,
            )

    def break_cycles(self) -> None:
        """Omit the reference of the oldest object in each cycle."""
        for name in dict.fromkeys(n for kind in self.live.catalogue.kinds for n in kind.refers):
            held = ((a, resource.fields.get(name)) for a, resource in self.resources.items())
            refers = {a: value.address for a, value in held if isinstance(value, Ref)}
            for cycle in find_cycles(list(self.resources), refers.get):
                oldest = min((self.resources[address] for address in cycle), key=lambda r: r.origin)
                kind, address = self.live.catalogue[oldest.address.kind], oldest.address
                fields = {n: value for n, value in oldest.fields.items() if n != name}
                self.resources[address] = replace(oldest, fields=fields)
                item = self.live.kinds[kind.name].objects[oldest.origin]
                self._omit(kind, item, "it is part of a cycle", name)

    def _identity(self, kind: Kind, item: LiveObject) -> tuple[int | None, Identity]:
        return item.parent_id, live_identity(kind, item, self.live.hosts)

    def _parents(self, kind: Kind, item: LiveObject) -> tuple[Address, ...] | None:
        """Return the addresses of an object's parents; None while one of them has none."""
        places = parent_links(kind, item).values()
        if any(place not in self.addresses for place in places):
            return None
        return tuple(self.addresses[place] for place in places)

    def _assign(self, kind: Kind, item: LiveObject, count: int) -> None:
        place = (kind.name, item.id)
        nesting = kind.nesting
        parents = self._parents(kind, item) or ()
        if item.fixed and place not in self.referred:
            self._omit(kind, item, "every shop has one")
        elif count > 1 and not self.duplicates:
            names = backquoted(kind.identity, " and ")
            self._omit(kind, item, f"{count} {kind.section} have this {names}")
        elif nesting and nesting.only and not self._holds(nesting.kind, item, nesting.only):
            self._omit(kind, item, f"`{parents[0]}` cannot hold it")
        else:
            known = self.known.get(place)
            kept = known and (not nesting or known.keys[:-1] == parents[0].keys)
            address = known if known and kept else self._new_address(kind, item, parents)
            self.addresses[place] = address
            self.taken.add(address)
            if count > 1:
                self.shared.add(address)

    def _holds(self, container: str, item: LiveObject, only: tuple[str, str]) -> bool:
        """Return whether the parent is of the type that can hold children."""
        holder = self.live.kinds[container].objects[item.parent_id or 0]
        return canonical(TEXT, holder.fields.get(only[0])) == only[1]

    def _new_address(self, kind: Kind, item: LiveObject, parents: tuple[Address, ...]) -> Address:
        """Derive a key from the object's name and its parent's key; add its id if it is taken.

        If the key would be too long, the id replaces the parent's key.
        """
        name = key_from(label_of(kind, item).partition("://")[2] or label_of(kind, item))
        own = name
        prefix: tuple[str, ...] = ()
        if kind.nesting:
            prefix = parents[0].keys
        elif parents and own:
            own = f"{parents[0].keys[-1]}-{own}"
        own = own or f"{kind.name}-{item.id}"
        own = own if len(own) <= LONGEST else f"{name[:LONGEST].rstrip('-')}-{item.id}"
        address = Address.of(kind.name, *prefix, own)
        number = str(item.id)
        while address in self.taken:
            own, number = f"{own}-{number}", "x"
            address = Address.of(kind.name, *prefix, own)
        return address

    def _fields(self, kind: Kind, item: LiveObject) -> Iterator[tuple[str, Value]]:
        for name in kind.fields:
            if name in kind.generated:
                continue
            identity = name in kind.identity
            required = identity or kind.fields[name].required
            if name not in item.fields and not required:
                continue
            problem, value = self._value(kind, name, item.fields.get(name))
            if problem:
                self._omit(kind, item, problem, name)
            elif required or self._differs_from_default(kind, name, value):
                yield name, value
        for name, key in lost_keys(kind, item):
            self._omit(kind, item, UNSENT, f"{name}.{key}")
        for name in columns_in(item):
            if why := undeclarable(kind, name):
                self._omit(kind, item, why, name)
            else:
                type_, raw = kind.type(name), item.fields[name]
                shown: Any = type_.declared_as(raw, canonical(type_, raw))
                yield name, shown

    def _differs_from_default(self, kind: Kind, name: str, value: Value) -> bool:
        if name not in kind.defaults:
            # An omitted path is generated, so an empty one is declared (K-cap has empty ones).
            return bool(value) or name == kind.path or value == kind.fields[name].hides
        default = canonical(kind.type(name), kind.defaults[name], self.live.hosts)
        return self.whole or value != default

    def _value(self, kind: Kind, name: str, raw: object) -> tuple[str, Any]:
        """Return why the value cannot be declared, or "" and the value in canonical form."""
        type_ = kind.type(name)
        if type_.unreadable:
            return (type_.unreadable if raw else ""), None
        value = canonical(type_, raw, self.live.hosts)
        if not type_.is_declarable(value):
            fault = next(iter(type_.faults(value)), None)
            return fault[1] if fault else f"`{value}` cannot be declared", None
        if type_.allowed and value and value not in type_.allowed:
            return f"`{value}` is not one of its allowed values", None
        missing: list[str] = []

        def reference(target: str, number: int) -> object:
            address = self.addresses.get((target, number))
            if address is None:
                missing.append(f"{target} {number} is not declared")
            return address and Ref(address)

        declared = type_.with_links(value, reference)
        return (missing[0], None) if missing else ("", declared)

    def _omit(self, kind: Kind, item: LiveObject, why: str, name: str = "") -> None:
        label = label_of(kind, item)
        self.omissions.append(
            Omission(kind=kind.name, id=item.id, label=label, field=name, why=why)
        )
