"""Follow the moves of a recorded run back to the addresses before it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shopform.kinds import Catalogue
from shopform.kit.graphs import reachable
from shopform.model.addresses import container_of
from shopform.model.desired import Desired, Import, Moved, Resource
from shopform.model.plan import Change, Plan
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """The plan of a run, and `before`: the state's entries of all that it touches or refers to."""

    name: str
    verb: str
    lineage: str
    plan: Plan
    before: Mapping[Address, Entry]

    @property
    def touched(self) -> frozenset[Address]:
        """Every address that the run changes, under its new and its previous name."""
        found = {a for step in self.plan.steps for a in (step.address, step.previous) if a}
        return frozenset(found | {c.address for c in self.plan.changes} | self.before.keys())

    @property
    def has_images(self) -> bool:
        """Whether any of the objects had declared images."""
        return any(
            self.plan.catalogue[address.kind].type(name).unreadable and entry.sent[name]
            for address, entry in self.before.items()
            for name in entry.sent
        )


@dataclass(slots=True)
class PreviousAddresses:
    """The run and the state under the addresses before the run.

    `now` are entries of the state, `before` those of the record, `planned` those that the run
    was to write, `changes` its changes. `moves` restore the addresses; `blocked` maps an address
    to its previous one where another object has that now.
    """

    catalogue: Catalogue
    moves: list[Moved] = field(default_factory=list)
    names: dict[Address, Address] = field(default_factory=dict)
    blocked: dict[Address, Address] = field(default_factory=dict)
    now: dict[Address, Entry] = field(default_factory=dict)
    before: dict[Address, Entry] = field(default_factory=dict)
    planned: dict[Address, Entry] = field(default_factory=dict)
    changes: dict[Address, Change] = field(default_factory=dict)
    touched: set[Address] = field(default_factory=set)

    def of(self, address: Address) -> Address:
        """Return the address before the run, or the address itself if it was not moved."""
        container = container_of(self.catalogue, address)
        if address in self.names or not container or not self.names:
            return self.names.get(address, address)
        moved = self.of(container)
        return (
            address
            if moved == container
            else Address.of(address.kind, *moved.keys, address.keys[-1])
        )

    def owners(self) -> dict[tuple[str, int], Address]:
        """Return addresses by kind and id; the state takes precedence over the record."""
        entries = (*self.before.items(), *self.now.items())
        return {(address.kind, entry.id): address for address, entry in entries}

    def ids(self, run: RecordedRun) -> dict[Address, int]:
        """Return ids by address; the state takes precedence over the record."""
        recorded = {self.of(address): entry.id for address, entry in run.before.items()}
        return recorded | {a: entry.id for a, entry in (self.before | self.now).items()}


def previous_addresses(run: RecordedRun, prior: Prior) -> PreviousAddresses:
    """Reverse the moves of a run, children together with their parents."""
    found = PreviousAddresses(run.plan.catalogue)
    steps, changes = run.plan.steps, run.plan.changes
    # An address that only a pending create had cannot be restored.
    back = {s.address: s.previous for s in steps if s.previous and s.previous in run.before}
    for kind in run.plan.catalogue.kinds:
        _move_back(found, {a: old for a, old in back.items() if a.kind == kind.name}, prior)
    found.now = {found.of(address): entry for address, entry in prior.resources.items()}
    reused = set(back.values())
    for address in {*(step.address for step in steps), *(change.address for change in changes)}:
        found.touched.add(found.of(address))
        old = back.get(address, address)
        if old in run.before and (old != address or address not in reused):
            found.before[found.of(address)] = run.before[old]
    found.planned = {found.of(step.address): step.entry for step in steps if step.entry}
    found.changes = {found.of(change.address): change for change in changes}
    return found


def _move_back(found: PreviousAddresses, back: dict[Address, Address], prior: Prior) -> None:
    """Move the objects of one kind back, each as soon as its previous address is free."""
    kinds = {address.kind for address in back}
    occupied = {found.of(address) for address in prior.resources if address.kind in kinds}
    # Where a parent has moved back, its children moved with it.
    carried = {after: found.of(after) for after in back if after in prior.resources}
    waiting = {after: old for after, old in back.items() if carried.get(after, old) != old}
    while free := sorted(after for after, old in waiting.items() if old not in occupied):
        for after in free:
            old = waiting.pop(after)
            occupied.discard(carried[after])
            occupied.add(old)
            found.moves.append(Moved(before=carried[after], after=old))
    found.blocked |= waiting
    found.names |= {after: old for after, old in back.items() if after not in waiting}


def required_reads(run: RecordedRun, prior: Prior) -> tuple[Desired, frozenset[Address]]:
    """Return what must be read to undo a run: what it touched, with parents and references."""
    entries = {**run.before, **prior.resources}
    needs = {address: entries.keys() & entry.needs for address, entry in entries.items()}
    imports = tuple(Import(address=a, id=entry.id) for a, entry in run.before.items())
    catalogue = run.plan.catalogue
    resources = {
        address: Resource(address=address, kind=catalogue[address.kind], fields={})
        for address in run.touched
    }
    within = frozenset(reachable(run.touched, needs))
    return Desired(catalogue=catalogue, resources=resources, imports=imports), within
