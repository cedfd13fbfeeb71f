"""The inverse of a run, declared so that it is planned like anything else. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from shopform.kinds import BY_NAME, ORDER
from shopform.model.desired import Desired, Import, Resource
from shopform.model.live import Live, LiveObject
from shopform.model.plan import Action, Change
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address, Ref, Value
from shopform.planning.matching.result import NOTHING
from shopform.undo.kept_objects import worth_keeping
from shopform.undo.previous_addresses import Homes, RecordedRun, go_home
from shopform.undo.previous_values import GONE, Before
from shopform.undo.report import UndoReport

Fields = dict[str, Value]
UNOWNED = Entry(id=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inverse:
    """What undoes a run: `only` is what it is about, the rest is there to be referred to."""

    desired: Desired
    only: frozenset[Address]
    told: UndoReport


def invert(
    run: RecordedRun,
    prior: Prior,
    live: Live,
    pictures: Mapping[str, str],
    losing: Collection[str] = (),
) -> Inverse:
    """What declares the shop to be as it was before the run, as far as no later run changed it.

    It is worked out from the state as it is now, so that a run that stopped half-way can be
    undone too. `pictures` are files by the SHA-256 of their bytes. `losing` are addresses that may
    be destroyed with what staff wrote into them since.
    """
    inverting = _Inverting(run, prior, live, go_home(run, prior), pictures)
    for address in sorted(inverting.homes.touched, key=lambda a: (ORDER[a.kind], a)):
        inverting.invert(address)
    inverting.unmake(losing)
    inverting.drop_lost()
    return Inverse(
        desired=Desired(
            resources=dict(sorted(inverting.resources.items())),
            moved=tuple(inverting.homes.moves),
            imports=tuple(Import(address=a, id=n) for a, n in inverting.imports.items()),
        ),
        only=frozenset(inverting.only),
        told=inverting.told,
    )


@dataclass(slots=True)
class _Inverting:
    run: RecordedRun
    prior: Prior
    live: Live
    homes: Homes
    pictures: Mapping[str, str]
    values: Before = field(init=False)
    owners: Mapping[tuple[str, int], Address] = field(init=False)
    resources: dict[Address, Resource] = field(default_factory=dict)
    only: set[Address] = field(default_factory=set)
    imports: dict[Address, int] = field(default_factory=dict)
    told: UndoReport = field(default_factory=UndoReport)
    made: dict[Address, Entry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        homes = self.homes
        self.owners = homes.owners()
        self.values = Before(self.live, self.owners, homes.ids(self.run), homes.of, self.pictures)
        self.resources = {a: self.values.still(a, entry) for a, entry in homes.now.items()}
        for address, old in homes.stuck.items():
            self.told.partial(address, f"`{old}` is another object by now", "its address")

    def invert(self, address: Address) -> None:
        change = self.homes.changes.get(address)
        action = change.action if change else Action.NO_OP
        before, now = self.homes.before.get(address), self.homes.now.get(address)
        if action is Action.CREATE:
            self._unmake(address, before, now)
        elif before is None:
            if change:
                self._release(address, change, now)
        elif now is None:
            self._take_back(address, action, before)
        elif self._object(address, now.id) is None:
            if action is Action.DELETE and before.id == now.id:
                self._make_again(address, before)
            else:
                self.told.overtaken(address, "was deleted in the shop since")
        elif action is not Action.DELETE:
            self._put_back(address, before, now)
        elif now.id != before.id:
            self.told.overtaken(address, "was made again since, and stays")

    def drop_lost(self) -> None:
        """Leave out what would refer to, or lie in, what is not there any more."""
        for address, entry in self.homes.now.items():
            read = address.kind in self.live.kinds and address not in self.only
            if read and self._object(address, entry.id) is None:
                self.resources.pop(address, None)
        whole = False
        while not whole:
            whole = True
            for address in sorted(self.only & self.resources.keys()):
                resource = self.resources[address]
                if resource.parent and resource.parent not in self.resources:
                    whole = False
                    self._give_up(address, "what it lay in is gone")
                    continue
                for name, value in sorted(resource.fields.items()):
                    if isinstance(value, Ref) and value.address not in self.resources:
                        whole = False
                        self._unlink(address, name, value)

    def _unlink(self, address: Address, name: str, value: Ref) -> None:
        """A reference to what nobody owns any more: by its id, if that is in the shop."""
        resource = self.resources.get(address)
        if resource is None:
            return
        number, fields = self.values.ids.get(value.address, 0), dict(resource.fields)
        if self._object(value.address, number):
            self.resources[address] = replace(resource, fields={**fields, name: number})
        elif address not in self.homes.now and name in BY_NAME[address.kind].policy.identity:
            self._give_up(address, GONE)
        else:
            if name not in resource.ignore:
                self.told.partial(address, GONE, f"`{name}`")
            now = self.homes.now.get(address)
            kept = self.values.still(address, now).fields.get(name) if now else None
            if isinstance(kept, Ref) and kept.address in self.resources:
                fields[name] = kept
            else:
                del fields[name]
            ignore = resource.ignore | {name}
            self.resources[address] = replace(resource, fields=fields, ignore=ignore)

    def _unmake(self, address: Address, before: Entry | None, now: Entry | None) -> None:
        """What the run created is no longer declared: the planner deletes it."""
        if now is None:
            if any(intent.address == address for intent in self.prior.pending):
                self.only.add(address)
        elif before is None or before.id != now.id:
            left = self.homes.planned[address]
            if any(self.values.differ(name, now, left) for name in now.sent):
                self.told.overtaken(address, "was changed since it was made, and stays")
                return
            self.made[address] = now

    def unmake(self, losing: Collection[str]) -> None:
        """Delete what the run created, but for what staff wrote into since, and what that needs."""
        kept = worth_keeping(self.made, self.homes, self.prior, self.live, losing)
        for address in self.made:
            if address in kept:
                self.told.kept(address, *kept[address])
            else:
                del self.resources[address]
                self.only.add(address)

    def _release(self, address: Address, change: Change, now: Entry | None) -> None:
        """What the run took over is let go of, with its fields as they were."""
        number = change.id or 0
        item, left = self._object(address, number), self.homes.planned.get(address)
        entry = now or left
        if item is None or entry is None or left is None:
            return
        if now is None and (not change.importing or (address.kind, number) in self.owners):
            return
        held = UNOWNED if change.importing else entry
        fields = self._fields(address, held, left, item)
        if now:
            fields = {n: v for n, v in fields.items() if not self._overtook(address, n, now, held)}
        elif fields:
            self.imports[address] = number
        else:
            return
        self._declare(self.values.still(address, entry), fields, held)
        if change.importing:
            self.resources[address] = replace(self.resources[address], forget=True)
            self.told.note(address, "is forgotten again: the run had taken it over")

    def _take_back(self, address: Address, action: Action, before: Entry) -> None:
        """What is no longer owned: by its id if it is there, else made again."""
        item, owner = self._object(address, before.id), self.owners[address.kind, before.id]
        if item and owner != address:
            self.told.overtaken(address, f"belongs to `{owner}` by now")
        elif item:
            self.imports[address] = before.id
            fields = self._fields(address, before, UNOWNED, item)
            self._declare(self.values.still(address, before), fields, before)
        elif action in (Action.DELETE, Action.REPLACE):
            self._make_again(address, before)
        elif action is not Action.NO_OP:
            self.told.overtaken(address, "was deleted since")

    def _make_again(self, address: Address, before: Entry) -> None:
        kind = BY_NAME[address.kind]
        fields = self._fields(address, before, UNOWNED, None)
        if not fields.keys() >= {name for name in kind.policy.identity if name in before.sent}:
            self._give_up(address, "what it is recognised by is not known any more")
            return
        still = self.values.still(address, before)
        # A place that is not managed is set once, so that it does not come back at the root.
        place = {
            name: self.values.linked(kind.name, name, value)
            for name, value in zip(kind.policy.identity, before.identity, strict=False)
            if name in kind.policy.refers and name not in before.sent and value is not None
        }
        self.resources[address] = replace(
            still, fields={**fields, **place}, ignore=frozenset(), once=frozenset(place)
        )
        self.only.add(address)
        lost = f"; what pointed at {before.id}, such as products, does not find it"
        self.told.note(address, f"comes back with a new id{lost if kind.policy.counted_by else ''}")
        for name in kind.policy.generated:
            self.told.note(address, f"the shop makes a new `{name}` for it")

    def _put_back(self, address: Address, before: Entry, now: Entry) -> None:
        left, change = self.homes.planned.get(address), self.homes.changes.get(address)
        if left is None:
            return
        item = self._object(address, now.id)
        fields = self._fields(address, before, left, item)
        once = {name for name in left.sent if name not in before.sent and name in now.sent}
        later = {n for n in (*fields, *once) if self._overtook(address, n, now, before)}
        still = self.values.still(address, now)
        kept = {
            name: getattr(before, name)
            for name in ("protect", "keep", "origin", "parent")
            if getattr(now, name) == getattr(left, name)
        }
        if kept.get("parent"):
            kept["parent"] = self.homes.of(kept["parent"])
        fields = {name: value for name, value in fields.items() if name not in later}
        for name in fields:
            if self.values.edited(address.kind, name, now, item):
                self.told.note(address, f"`{name}` was edited in the shop since")
        self._declare(replace(still, **kept), fields, before, once - later)
        if change and change.action is Action.REPLACE and before.id != now.id:
            self.told.note(address, f"keeps its new id {now.id}; it was {before.id}")

    def _fields(
        self, address: Address, before: Entry, left: Entry, item: LiveObject | None
    ) -> Fields:
        """The fields that the run changed, as they were; tells of those that cannot be."""
        change = self.homes.changes.get(address)
        found, lost = self.values.changed(address.kind, before, left, change, item)
        for name, why in lost.items():
            self.told.partial(address, why, f"`{name}`")
        return found

    def _declare(
        self, still: Resource, fields: Fields, before: Entry, once: set[str] | None = None
    ) -> None:
        address = still.address
        self.only.add(address)
        self.resources[address] = replace(
            still,
            fields={**still.fields, **fields},
            ignore=still.ignore - fields.keys(),
            once=frozenset((once or set()) | {n for n in fields if n not in before.sent}),
        )

    def _overtook(self, address: Address, name: str, now: Entry, before: Entry) -> bool:
        """Whether a later run changed the field again; tells of it."""
        left = self.homes.planned[address]
        if not self.values.differ(name, now, left) or not self.values.differ(name, now, before):
            return False
        self.told.overtaken(address, "was changed again since, and stays as it is", f"`{name}` of ")
        return True

    def _give_up(self, address: Address, why: str) -> None:
        self.resources.pop(address, None)
        self.only.discard(address)
        self.told.notes.pop(address, None)
        self.imports.pop(address, None)
        self.told.partial(address, why)

    def _object(self, address: Address, number: int) -> LiveObject | None:
        return self.live.kinds.get(address.kind, NOTHING).objects.get(number)
