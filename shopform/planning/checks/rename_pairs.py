"""What may be one object under two addresses, by comparing their values. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from difflib import SequenceMatcher

from shopform.kinds import BY_NAME, KINDS, Kind
from shopform.kinds.field_types import TEXT
from shopform.model.addresses import within
from shopform.model.canonical import canonical, digest, is_digest
from shopform.model.plan import Change
from shopform.model.prior import Entry
from shopform.model.values import Address
from shopform.planning.compare.compare import Comparer
from shopform.planning.plan_builder import PlanDraft

CLOSE = 0.75
PAIRS = 2_500
Holder = int | Address
Holders = dict[tuple[str, object], set[Holder]]
Values = dict[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One that goes, or one that comes. `within` is the id of what it lies in."""

    address: Address
    holder: Holder
    within: int | None
    values: Values
    label: str


@dataclass(frozen=True, slots=True)
class Pair:
    """`same` are fields that only these two hold alike; `close` tells how alike the names are."""

    gone: Side
    new: Side
    same: tuple[str, ...]
    share: float
    close: float

    @property
    def rank(self) -> tuple[object, ...]:
        return (-len(self.same), -self.share, -self.close, self.gone.address, self.new.address)


class Comparing:
    """Compares what goes of one kind with what comes.

    `held` and `declared` are what is nested in each object, as more fields of it: by name of the
    section, under the container's id or address.
    """

    def __init__(self, draft: PlanDraft, kind: Kind) -> None:
        self.draft = draft
        self.kind = kind
        self.removed = {each.address for each in draft.desired.removed}
        nested = [k for k in KINDS if k.nesting and k.nesting.kind == kind.name]
        self.held = _contents(
            (inner, item.parent_id, item.fields)
            for inner in nested
            for item in draft.live.kind(inner.name).objects.values()
        )
        self.declared = _contents(
            (BY_NAME[resource.address.kind], resource.parent, resource.fields)
            for resource in (draft.desired.resources.values() if nested else ())
            if resource.parent and resource.parent.kind == kind.name
        )

    def gone(self, changes: list[Change]) -> Iterator[Side]:
        kind, draft = self.kind, self.draft
        objects = draft.live.kind(kind.name).objects
        for change in changes:
            address = change.address
            if within(address, self.removed):
                continue
            item, entry = objects[change.id or 0], draft.matching.entries[address]
            values: Values = dict(self.held.get(item.id, {}))
            for name in kind.fields:
                type_ = kind.type(name)
                if type_.unreadable:
                    continue
                held = [entry.sent[name]] if name in entry.sent else []
                if name in item.fields:
                    live = canonical(type_, item.fields[name], draft.live.hosts)
                    secret = bool(held) and is_digest(held[0])
                    held.append(digest(kind.name, name, live) if secret else live)
                values[name] = tuple(dict.fromkeys(held))
            yield Side(address, item.id, item.parent_id, values, _label(kind, values))

    def new(self, addresses: list[Address]) -> Iterator[Side]:
        draft = self.draft
        compare = Comparer(draft.matching, draft.replaced, draft.desired.resources)
        for address in addresses:
            resource = draft.desired.resources[address]
            within = draft.matching.ids.get(resource.parent) if resource.parent else None
            if address in draft.matching.deleted_outside or (resource.parent and within is None):
                continue
            sent = compare.create(self.kind, resource).sent
            yield self._side(address, address, within, Entry(id=0, sent=sent))

    def known(self, addresses: list[Address]) -> Iterator[Side]:
        """The same for objects that are there."""
        for address in addresses:
            item = self.draft.matching.object(address)
            if item:
                entry = self.draft.matching.entries[address]
                yield self._side(address, item.id, item.parent_id, entry)

    def _side(
        self, address: Address, holder: Holder, within: int | None, entry: Entry | None
    ) -> Side:
        values: Values = dict(self.declared.get(address, {}))
        for name, value in entry.sent.items() if entry else ():
            if not self.kind.type(name).unreadable:
                values[name] = (value,)
        return Side(address, holder, within, values, _label(self.kind, values))

    def pairs(self, gone: list[Side], new: list[Side]) -> Iterator[Pair]:
        """Candidates share what nobody else has, or have names much alike."""
        kind = self.kind
        shared = _shared(self._holders(gone, new), gone, new)
        alike = _alike(gone, new) if len(gone) * len(new) <= PAIRS else {}
        for one, other in {**shared, **alike}:
            if one.within != other.within:
                continue
            close = alike.get((one, other)) or closeness(one.label, other.label)
            same = shared.get((one, other), ())
            # Several routes may well end in one place, and begin in places much alike.
            if kind.route and not (same and close >= CLOSE):
                continue
            both = [name for name in other.values if one.values.get(name)]
            equal = {name for name in both if other.values[name][0] in one.values[name]}
            # Sizes are much alike and not the same; other names that are, are as good as equal.
            if close >= CLOSE and not (kind.nesting and kind.nesting.short):
                equal |= {kind.identity[-1]} & set(both)
            if both and 2 * len(equal) >= len(both):
                yield Pair(one, other, same, len(equal) / len(both), close)

    def _holders(self, gone: list[Side], new: list[Side]) -> Holders:
        """Who holds each value that could tell an object from the others of its kind."""
        kind, hosts = self.kind, self.draft.live.hosts
        empty = {
            name: canonical(kind.type(name), kind.defaults.get(name), hosts)
            for name in kind.fields
            # A flag, a number or a reference is often the same by chance.
            if kind.type(name).textual and name not in kind.generated
        }
        holders: Holders = {}
        sides = (
            (name, value, side.holder)
            for side in (*gone, *new)
            for name in side.values.keys() & (empty.keys() | set(side.values) - set(kind.fields))
            for value in side.values[name]
        )
        for name, value, holder in (*self._values(empty.keys()), *sides):
            if value and value != empty.get(name):
                holders.setdefault((name, value), set()).add(holder)
        return holders

    def _values(self, names: Set[str]) -> Iterator[tuple[str, object, Holder]]:
        """The values of these fields in the shop and in steps, and the labels of children."""
        kind, hosts, ids = self.kind, self.draft.live.hosts, self.draft.matching.ids
        for item in self.draft.live.kind(kind.name).objects.values():
            for name in names & item.fields.keys():
                yield name, canonical(kind.type(name), item.fields[name], hosts), item.id
            for name, (labels, *_) in self.held.get(item.id, {}).items():
                yield name, labels, item.id
        for step in self.draft.graph.steps.values():
            if step.kind == kind.name and step.entry:
                for name in names & step.entry.sent.keys():
                    yield name, step.entry.sent[name], ids.get(step.address, step.address)


def _contents(
    found: Iterable[tuple[Kind, int | Address | None, Mapping[str, object]]],
) -> dict[object, Values]:
    named: dict[tuple[object, str], set[str]] = {}
    for kind, container, fields in found:
        text = str(canonical(TEXT, fields.get(kind.identity[-1])))
        named.setdefault((container, kind.section), set()).add(text)
    contents: dict[object, Values] = {}
    for (owner, section), texts in named.items():
        contents.setdefault(owner, {})[section] = (frozenset(texts),)
    return contents


def _label(kind: Kind, values: Values) -> str:
    """What people call it; nothing where that is a secret."""
    held = values.get(kind.identity[-1]) or ("",)
    return "" if is_digest(held[-1]) else str(held[-1])


def _shared(
    holders: Holders, gone: list[Side], new: list[Side]
) -> dict[tuple[Side, Side], tuple[str, ...]]:
    """The fields whose value two hold, and nobody else."""
    goers = {side.holder: side for side in gone}
    telling = {name for name, _ in holders}
    found: dict[tuple[Side, Side], set[str]] = {}
    for other in new:
        for name, (value, *_) in other.values.items():
            if name not in telling:
                continue
            rest = holders.get((name, value), set()) - {other.holder}
            one = goers.get(next(iter(rest))) if len(rest) == 1 else None
            if one:
                found.setdefault((one, other), set()).add(name)
    return {pair: tuple(sorted(names)) for pair, names in found.items()}


def _alike(gone: list[Side], new: list[Side]) -> dict[tuple[Side, Side], float]:
    found = {(one, other): closeness(one.label, other.label) for one in gone for other in new}
    return {pair: close for pair, close in found.items() if close >= CLOSE}


def closeness(one: str, other: str) -> float:
    """From 0 to 1. The very same name says nothing: many may have it."""
    if not one or not other or one == other:
        return 0.0
    matcher = SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False)
    if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < CLOSE:
        return 0.0
    return matcher.ratio()
