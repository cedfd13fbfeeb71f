"""Small worlds for the planner: what is declared, what was recorded, what the shop holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shopform.diagnostics import Severity
from shopform.kinds import Catalogue
from shopform.kinds.standard import STANDARD
from shopform.model.canonical import canonical
from shopform.model.desired import Desired, Resource
from shopform.model.live import Live, LiveKind, LiveObject
from shopform.model.plan import Plan
from shopform.model.prior import Entry, Prior
from shopform.model.shop import Rules, Shop
from shopform.model.values import Address, Ref, Secret
from shopform.planning.planner import plan
from shopform.planning.scope import Options

HOSTS = frozenset({"demo.example"})


def ref(address: str) -> Ref:
    return Ref(Address(address))


@dataclass
class World:
    """Filled by `declare`, `live` and `owned`, in any order; `plan` plans it."""

    declared: dict[Address, Resource] = field(default_factory=dict)
    entries: dict[Address, Entry] = field(default_factory=dict)
    objects: dict[str, dict[int, LiveObject]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    counts: dict[tuple[str, int], int | None] = field(default_factory=dict)
    assumed: frozenset[str] = frozenset()
    paged: frozenset[str] = frozenset()
    rules: Rules = field(default_factory=Rules)
    more: dict[str, Any] = field(default_factory=dict)
    pending: tuple[Any, ...] = ()
    begun: tuple[Address, ...] = ()
    catalogue: Catalogue = STANDARD

    def declare(self, address: str, /, **fields: Any) -> "World":
        """A resource with these fields."""
        at = Address(address)
        aside = {n: fields.pop(n) for n in ("protect", "ignore", "span") if n in fields}
        kind = self.catalogue[at.kind]
        parent = Address.of(kind.nesting.kind, *at.keys[:-1]) if kind.nesting else None
        self.declared[at] = Resource(address=at, fields=fields, parent=parent, kind=kind, **aside)
        return self

    def live(
        self, kind: str, number: int, /, parent_id: int | None = None, fixed: bool = False, **f: Any
    ) -> "World":
        self.objects.setdefault(kind, {})[number] = LiveObject(number, f, parent_id, fixed)
        return self

    def owned(self, address: str, number: int, /, **sent: Any) -> "World":
        """An entry of the state. What is given as `sent` is what was declared last time."""
        at = Address(address)
        aside = {n: sent.pop(n) for n in ("protect", "stored", "parent", "made") if n in sent}
        kind = self.catalogue[at.kind]
        if kind.nesting and "parent" not in aside:
            aside["parent"] = Address.of(kind.nesting.kind, *at.keys[:-1])
        if isinstance(aside.get("parent"), Ref):
            sent["parent"] = aside.pop("parent")
        depends = {v.address for v in sent.values() if isinstance(v, Ref)}
        depends |= {aside["parent"]} if aside.get("parent") else set()
        memory = {
            name: self.entries[value.address].id
            if isinstance(value, Ref)
            else canonical(kind.type(name), value, HOSTS)
            for name, value in sent.items()
        }
        self.entries[at] = Entry(
            id=number,
            identity=tuple(memory.get(name) for name in kind.identity),
            sent=memory,
            depends_on=tuple(sorted(depends)),
            **aside,
        )
        return self

    def settled(self, address: str, number: int, /, **fields: Any) -> "World":
        """Declared, owned and live, all three the same; references by their address."""
        self.declare(address, **fields)
        return self.there(address, number, **fields)

    def there(self, address: str, number: int, /, **fields: Any) -> "World":
        """Owned and live, not declared."""
        at = Address(address)
        aside = {name: fields.pop(name) for name in ("protect", "made") if name in fields}
        self.owned(address, number, **aside, **fields)
        entry = self.entries[at]
        container = self.entries[entry.parent].id if entry.parent else None
        held: dict[str, Any] = {
            name: self.entries[value.address].id if isinstance(value, Ref) else value
            for name, value in fields.items()
        }
        return self.live(at.kind, number, parent_id=container, **held)

    def kinds(self) -> Mapping[str, LiveKind]:
        read = {*self.objects, *self.problems, *(a.kind for a in self.declared)}
        read |= {a.kind for a in self.entries}
        # Where one of these was read, so were the others: only a key without the right leaves one.
        if read & {"category", "redirect"}:
            read.add("page")
        return {
            kind.name: LiveKind(
                objects=self.objects.get(kind.name, {}),
                problem=self.problems.get(kind.name, ""),
                names={name: row.wire for name, row in kind.fields.items()},
                assumed=kind.tentative if kind.name in self.assumed else frozenset(),
                paged=kind.name in self.paged,
            )
            for kind in self.catalogue.values()
            if kind.name in read
        }

    def plan(self, **options: Any) -> Plan:
        ordered = dict(sorted(self.declared.items()))
        desired = Desired(resources=ordered, **self.more, catalogue=self.catalogue)
        prior = Prior(
            lineage="l",
            serial=1,
            resources=self.entries,
            pending=self.pending,
            begun=frozenset(self.begun),
        )
        shop = Shop(
            name="demo",
            url="https://demo.example",
            token=Secret("${env:T}", "t"),
            rules=self.rules,
            catalogue=self.catalogue,
        )
        return plan(desired, prior, self.shop(), shop, Options(**options))

    def shop(self) -> Live:
        return Live(
            kinds=self.kinds(), hosts=HOSTS, calls=7, counts=self.counts, catalogue=self.catalogue
        )


def errors(made: Plan) -> list[str]:
    return [d.code for d in made.diagnostics if d.severity is Severity.ERROR]


def warnings(made: Plan) -> list[str]:
    return [d.code for d in made.diagnostics if d.severity is Severity.WARNING]


def keys(made: Plan) -> list[str]:
    return [step.key for step in made.steps]


def before(made: Plan, earlier: str, later: str) -> bool:
    """Whether one step must have succeeded before another may start."""
    after = {step.key: step.after for step in made.steps}
    queue: list[str] = [later]
    while queue:
        for key in after[queue.pop()]:
            if key == earlier:
                return True
            queue.append(key)
    return False


def suppliers(numbers: Iterable[int], world: World, *, declared: Iterable[int] = ()) -> World:
    """Many owned objects of one kind, some of them declared still."""
    kept = set(declared)
    for number in numbers:
        put = world.settled if number in kept else world.there
        put(f"supplier.s{number}", number, name=f"S{number}")
    return world
