"""What a run touched, under the addresses that it had before. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shopform.kinds import BY_NAME, KINDS, Form
from shopform.kit.graphs import reachable
from shopform.model.addresses import container_of
from shopform.model.desired import Desired, Import, Moved, Resource
from shopform.model.plan import Change, Plan
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """What a run was about to do, and the state's entries of what it touched, as they were.

    `before` holds those of what was referred to as well.
    """

    name: str
    verb: str
    lineage: str
    plan: Plan
    before: Mapping[Address, Entry]

    @property
    def touched(self) -> frozenset[Address]:
        """Every address it changed something about, by its name then and by the one before."""
        found = {a for step in self.plan.steps for a in (step.address, step.previous) if a}
        return frozenset(found | {c.address for c in self.plan.changes} | self.before.keys())

    @property
    def has_pictures(self) -> bool:
        """Whether any of the objects had pictures that were declared."""
        return any(
            BY_NAME[address.kind].policy.form(name) is Form.IMAGES and entry.sent[name]
            for address, entry in self.before.items()
            for name in entry.sent
        )


@dataclass(slots=True)
class Homes:
    """`now`, `before`, `planned` and `changes` are the state, the record, what the run was to
    leave, and its changes, by address as if everything that moved had moved back.

    `moves` bring that about; `stuck` are addresses whose old one is another object's by now.
    """

    moves: list[Moved] = field(default_factory=list)
    names: dict[Address, Address] = field(default_factory=dict)
    stuck: dict[Address, Address] = field(default_factory=dict)
    now: dict[Address, Entry] = field(default_factory=dict)
    before: dict[Address, Entry] = field(default_factory=dict)
    planned: dict[Address, Entry] = field(default_factory=dict)
    changes: dict[Address, Change] = field(default_factory=dict)
    touched: set[Address] = field(default_factory=set)

    def of(self, address: Address) -> Address:
        """The address once everything has moved back."""
        container = container_of(address)
        if address in self.names or not container or not self.names:
            return self.names.get(address, address)
        home = self.of(container)
        return (
            Address.of(address.kind, *home.keys, address.keys[-1]) if home != container else address
        )

    def owners(self) -> dict[tuple[str, int], Address]:
        """Addresses by kind and id: those of now, and where nobody has it now those of then."""
        found = {(a.kind, entry.id): a for a, entry in self.before.items()}
        return found | {(a.kind, entry.id): a for a, entry in self.now.items()}

    def ids(self, run: RecordedRun) -> dict[Address, int]:
        then = {self.of(address): entry.id for address, entry in run.before.items()}
        return then | {a: entry.id for a, entry in (self.before | self.now).items()}


def go_home(run: RecordedRun, prior: Prior) -> Homes:
    """Follow the run's moves backwards, what is nested along with what it lies in."""
    found = Homes()
    steps, changes = run.plan.steps, run.plan.changes
    # An address that only a pending create had is none to go back to.
    back = {s.address: s.previous for s in steps if s.previous and s.previous in run.before}
    for kind in KINDS:
        mine = {after: old for after, old in back.items() if after.kind == kind.name}
        if mine:
            _move_back(found, mine, prior)
    found.now = {found.of(address): entry for address, entry in prior.resources.items()}
    left = set(back.values())
    for address in {*(step.address for step in steps), *(change.address for change in changes)}:
        found.touched.add(found.of(address))
        old = back.get(address, address)
        if old in run.before and (old != address or address not in left):
            found.before[found.of(address)] = run.before[old]
    found.planned = {found.of(step.address): step.entry for step in steps if step.entry}
    found.changes = {found.of(change.address): change for change in changes}
    return found


def _move_back(found: Homes, back: dict[Address, Address], prior: Prior) -> None:
    """Objects of one kind, each when the place it left is free."""
    kind = next(iter(back)).kind
    occupied = {found.of(address) for address in prior.resources if address.kind == kind}
    # Where what an object lies in has moved back, it was carried along.
    carried = {after: found.of(after) for after in back if after in prior.resources}
    waiting = {after: old for after, old in back.items() if carried.get(after, old) != old}
    while free := sorted(after for after, old in waiting.items() if old not in occupied):
        for after in free:
            old = waiting.pop(after)
            occupied.discard(carried[after])
            occupied.add(old)
            found.moves.append(Moved(before=carried[after], after=old))
    found.stuck |= waiting
    found.names |= {after: old for after, old in back.items() if after not in waiting}


def near(run: RecordedRun, prior: Prior) -> tuple[Desired, frozenset[Address]]:
    """What must be read to undo a run: what it touched, and what that lies in and refers to."""
    entries = {**run.before, **prior.resources}
    needs = {
        address: entries.keys() & {*entry.depends_on, *((entry.parent,) if entry.parent else ())}
        for address, entry in entries.items()
    }
    within = reachable(run.touched, needs)
    wishes = tuple(Import(address=a, id=entry.id) for a, entry in run.before.items())
    named = {address: Resource(address=address, fields={}) for address in run.touched}
    return Desired(resources=named, imports=wishes), frozenset(within)
