"""A live shop as its files would declare it: what dumps and copies begin with. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shopform.kinds import BY_NAME, KINDS, ORDER, Form, Kind
from shopform.kit.graphs import find_cycles
from shopform.model.canonical import canonical
from shopform.model.declared import Declared, Left, Place
from shopform.model.desired import Resource
from shopform.model.keys import key_from
from shopform.model.live import Live, LiveObject
from shopform.model.references import links
from shopform.model.values import Address, Ref, Value
from shopform.planning.matching.result import Identity, live_identity

FORMS = {Form.FLAG: bool, Form.NUMBER: int, Form.SET: tuple}
LONGEST = 80  # of a key: YAML takes no more than 1,024 signs, and people take fewer
DIGITS = 18  # of a number that the files take


def declare(
    live: Live, *, known: Mapping[Place, Address], whole: bool, twins: bool = True
) -> Declared:
    """Resources that declare what the shop holds, each with its id there as `origin`.

    `known` are addresses that objects have already; the others get keys made from their names
    and their parents' keys, the same ones in every run. A field that has its default, or is
    empty where the default is not known, is not declared; with `whole` known defaults are.
    Without `twins` objects that share an identity are left out.
    """
    declaring = _Declaring(live, dict(known), whole, twins)
    for kind in KINDS:
        if kind.name in live.kinds:
            declaring.place(kind)
    for kind in KINDS:
        if kind.name in live.kinds:
            declaring.fill(kind)
    declaring.open_circles()
    ordered = sorted(declaring.resources, key=lambda a: (ORDER[a.kind], a))
    return Declared(
        resources={address: declaring.resources[address] for address in ordered},
        ids={address: declaring.resources[address].origin for address in ordered},
        twins=frozenset(declaring.same),
        left=tuple(sorted(declaring.left, key=lambda x: (ORDER[x.kind], x.id, x.field))),
    )


def label_of(kind: Kind, item: LiveObject) -> str:
    """What people call an object: the last field of its identity."""
    return str(canonical(Form.TEXT, item.fields.get(kind.identity[-1])))


@dataclass(slots=True)
class _Declaring:
    live: Live
    known: dict[Place, Address]
    whole: bool
    twins: bool
    addresses: dict[Place, Address] = field(default_factory=dict)
    taken: set[Address] = field(default_factory=set)
    same: set[Address] = field(default_factory=set)
    resources: dict[Address, Resource] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    referred: set[Place] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.taken.update(self.known.values())
        for name, read in self.live.kinds.items():
            for item in read.objects.values():
                self.referred.update(links(BY_NAME[name], item).values())

    def place(self, kind: Kind) -> None:
        """Give every object of a kind its address, what it lies in before it."""
        objects = self.live.kinds[kind.name].objects
        identities = {item.id: self._identity(kind, item) for item in objects.values()}
        counts = Counter(identities.values())
        waiting = dict(sorted(objects.items()))
        users: dict[Place, list[LiveObject]] = {}
        for item in waiting.values():
            for place in links(kind, item).values():
                users.setdefault(place, []).append(item)
        level = list(waiting.values())
        while level := [item for item in level if self._above(kind, item) is not None]:
            for item in level:
                del waiting[item.id]
                self._place(kind, item, counts[identities[item.id]])
            after = {u.id: u for item in level for u in users.get((kind.name, item.id), ())}
            level = [user for number, user in sorted(after.items()) if number in waiting]
        for item in waiting.values():
            self._leave(kind, item, "what it lies in is not declared")

    def fill(self, kind: Kind) -> None:
        paths: dict[object, Address] = {}
        for _, item in sorted(self.live.kinds[kind.name].objects.items()):
            address = self.addresses.get((kind.name, item.id))
            if address is None:
                continue
            above = self._above(kind, item) or ()
            fields = dict(self._fields(kind, item))
            path = fields.get(kind.path)
            holder = paths.setdefault(path, address) if path else address
            if holder != address:
                del fields[kind.path]
                self._leave(kind, item, f"`{holder}` has it too", kind.path)
            self.resources[address] = Resource(
                address=address,
                fields=fields,
                parent=above[0] if kind.nesting else None,
                origin=item.id,
            )

    def open_circles(self) -> None:
        """References that come back to where they began: the oldest object goes without."""
        for name in dict.fromkeys(n for kind in KINDS for n in kind.refers):
            held = ((a, resource.fields.get(name)) for a, resource in self.resources.items())
            refers = {a: value.address for a, value in held if isinstance(value, Ref)}
            for circle in find_cycles(list(self.resources), refers.get):
                self._open(min(circle, key=lambda a: self.resources[a].origin), name)

    def _open(self, address: Address, name: str) -> None:
        resource, kind = self.resources[address], BY_NAME[address.kind]
        fields = {n: value for n, value in resource.fields.items() if n != name}
        self.resources[address] = replace(resource, fields=fields)
        item = self.live.kinds[kind.name].objects[resource.origin]
        self._leave(kind, item, "it goes round in a circle", name)

    def _identity(self, kind: Kind, item: LiveObject) -> tuple[int | None, Identity]:
        return item.parent_id, live_identity(kind, item, self.live.hosts)

    def _above(self, kind: Kind, item: LiveObject) -> tuple[Address, ...] | None:
        """The addresses of what it lies in; None while one of them has none."""
        held = links(kind, item)
        names = ("", *(n for n in kind.identity if n in kind.refers))
        places = [held[name] for name in names if name in held]
        found = [self.addresses.get(place) for place in places]
        return None if None in found else tuple(a for a in found if a is not None)

    def _place(self, kind: Kind, item: LiveObject, count: int) -> None:
        place = (kind.name, item.id)
        if item.fixed and place not in self.referred:
            self._leave(kind, item, "every shop has one of its own")
            return
        if count > 1 and not self.twins:
            self._leave(kind, item, f"{count} {kind.section} there have this name and place")
            return
        nesting = kind.nesting
        above = self._above(kind, item) or ()
        if nesting and nesting.only and not self._holds(nesting.kind, item, nesting.only):
            self._leave(kind, item, f"`{above[0]}` cannot hold it")
            return
        known = self.known.get(place)
        kept = known and (not nesting or known.keys[:-1] == above[0].keys)
        address = known if known and kept else self._named(kind, item)
        self.addresses[place] = address
        self.taken.add(address)
        if count > 1:
            self.same.add(address)

    def _holds(self, container: str, item: LiveObject, only: tuple[str, str]) -> bool:
        """Whether what it lies in says, in a word that can be declared, that it holds any."""
        holder = self.live.kinds[container].objects[item.parent_id or 0]
        return canonical(Form.TEXT, holder.fields.get(only[0])) == only[1]

    def _named(self, kind: Kind, item: LiveObject) -> Address:
        """A key from the name, behind that of what it lies in; with its id if that is taken, and in
        place of what it lies in where it would be too long."""
        above = self._above(kind, item) or ()
        name = key_from(label_of(kind, item).partition("://")[2] or label_of(kind, item))
        own = name
        prefix: tuple[str, ...] = ()
        if kind.nesting:
            prefix = above[0].keys
        elif above and own:
            own = f"{above[0].keys[-1]}-{own}"
        own = own or f"{kind.name}-{item.id}"
        own = own if len(own) <= LONGEST else f"{name[:LONGEST].rstrip('-')}-{item.id}"
        wanted = Address.of(kind.name, *prefix, own)
        number = str(item.id)
        while wanted in self.taken:
            own, number = f"{own}-{number}", "x"
            wanted = Address.of(kind.name, *prefix, own)
        return wanted

    def _fields(self, kind: Kind, item: LiveObject) -> Iterator[tuple[str, Value]]:
        for name in kind.fields:
            if name in kind.generated:
                continue
            identity = name in kind.identity
            needed = identity or kind.fields[name].required
            if name not in item.fields and not needed:
                continue
            problem, value = self._value(kind, name, item.fields.get(name))
            if problem:
                self._leave(kind, item, problem, name)
            elif needed or self._worth(kind, name, value):
                yield name, value

    def _worth(self, kind: Kind, name: str, value: Value) -> bool:
        """Whether a field says something the shop would not have by itself."""
        if name not in kind.defaults:
            return bool(value)
        default = canonical(kind.form(name), kind.defaults[name], self.live.hosts)
        return self.whole or value != default

    def _value(self, kind: Kind, name: str, raw: object) -> tuple[str, Any]:
        """The value in canonical form, or why it cannot be declared."""
        form = kind.form(name)
        if form is Form.IMAGES:
            return ("pictures cannot be read back" if raw else ""), None
        value = canonical(form, raw, self.live.hosts)
        if form is Form.ID:
            return self._reference(kind.refers[name], value)
        long = form is Form.NUMBER and len(str(value)) > DIGITS
        if long or not isinstance(value, FORMS.get(form, str)):
            return f"`{value}` cannot be declared", None
        words = kind.type(name).allowed
        if words and value and value not in words:
            return f"`{value}` is none of the words it takes", None
        return "", value

    def _reference(self, target: str, number: object) -> tuple[str, Value]:
        if not isinstance(number, int):
            return "", None
        address = self.addresses.get((target, number))
        return ("", Ref(address)) if address else (f"{target} {number} is not declared", None)

    def _leave(self, kind: Kind, item: LiveObject, why: str, name: str = "") -> None:
        label = label_of(kind, item)
        self.left.append(Left(kind=kind.name, id=item.id, label=label, field=name, why=why))
