"""Find pairs of addresses that may be one object, by comparing their values. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import NamedTuple

from shopform.kinds import Kind
from shopform.kinds.field_types import TEXT
from shopform.model.addresses import within
from shopform.model.canonical import canonical, digest, is_digest
from shopform.model.name_similarity import CLOSE, similarity
from shopform.model.plan import Change
from shopform.model.prior import Entry
from shopform.model.values import Address
from shopform.planning.compare.compare import Comparer
from shopform.planning.plan_builder import PlanDraft

PAIRS = 2_500
Holder = int | Address
Holders = dict[tuple[str, object], set[Holder]]
Values = dict[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """An object that is deleted or new; `holder` is its id, or its address while it has none."""

    address: Address
    holder: Holder
    parent_id: int | None
    values: Values
    label: str


class Pair(NamedTuple):
    """A possible rename.

    `same` are fields whose value only these two have, `share` is the share of equal fields, and
    `similarity` that of the names, both from 0 to 1.
    """

    old: Candidate
    new: Candidate
    same: tuple[str, ...]
    share: float
    similarity: float

    @property
    def rank(self) -> tuple[object, ...]:
        return -len(self.same), -self.share, -self.similarity, self.old.address, self.new.address


class RenameFinder:
    """Compares deleted objects of one kind with new ones.

    The names of an object's children are compared as further fields, one for each section: `held`
    has those in the shop by the parent's id, `declared` those in the files by its address.
    """

    def __init__(self, draft: PlanDraft, kind: Kind) -> None:
        self.draft = draft
        self.kind = kind
        self.removed = {each.address for each in draft.desired.removed}
        nested = draft.catalogue.children[kind.name]
        self.held = _contents(
            (inner, item.parent_id, item.fields)
            for inner in nested
            for item in draft.live.kind(inner.name).objects.values()
        )
        self.declared = _contents(
            (resource.kind, resource.parent, resource.fields)
            for resource in (draft.desired.resources.values() if nested else ())
            if resource.parent and resource.parent.kind == kind.name
        )

    def deleted(self, changes: list[Change]) -> Iterator[Candidate]:
        kind, draft = self.kind, self.draft
        objects = draft.live.kind(kind.name).objects
        for change in changes:
            address = change.address
            if within(draft.catalogue, address, self.removed):
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
                    held.append(digest(kind, name, live, held[0]) if secret else live)
                values[name] = tuple(held)
            yield Candidate(address, item.id, item.parent_id, values, _label(kind, values))

    def created(self, addresses: list[Address]) -> Iterator[Candidate]:
        draft = self.draft
        compare = Comparer(draft.matching, draft.replaced, draft.desired.resources)
        for address in addresses:
            resource = draft.desired.resources[address]
            parent_id = draft.matching.ids.get(resource.parent) if resource.parent else None
            if address in draft.matching.deleted_outside or (resource.parent and parent_id is None):
                continue
            sent = compare.create(resource).sent
            yield self._candidate(address, address, parent_id, Entry(id=0, sent=sent))

    def existing(self, addresses: list[Address]) -> Iterator[Candidate]:
        for address in addresses:
            item = self.draft.matching.object(address)
            if item:
                entry = self.draft.matching.entries[address]
                yield self._candidate(address, item.id, item.parent_id, entry)

    def _candidate(
        self, address: Address, holder: Holder, parent_id: int | None, entry: Entry | None
    ) -> Candidate:
        values: Values = dict(self.declared.get(address, {}))
        for name, value in entry.sent.items() if entry else ():
            if not self.kind.type(name).unreadable:
                values[name] = (value,)
        return Candidate(address, holder, parent_id, values, _label(self.kind, values))

    def pairs(self, old: list[Candidate], new: list[Candidate]) -> Iterator[Pair]:
        """Yield pairs of one parent that share a unique value or a similar name, and most fields.

        Names are compared only up to `PAIRS` pairs.
        """
        kind = self.kind
        shared = _shared(self._holders(old, new), old, new)
        alike = _alike(old, new) if len(old) * len(new) <= PAIRS else {}
        for one, other in {**shared, **alike}:
            if one.parent_id != other.parent_id:
                continue
            close = alike.get((one, other)) or similarity(one.label, other.label)
            same = shared.get((one, other), ())
            # Several redirects may share a target and have similar sources.
            if kind.route and not (same and close >= CLOSE):
                continue
            both = [name for name in other.values if one.values.get(name)]
            equal = {name for name in both if other.values[name][0] in one.values[name]}
            # A similar name counts as equal, but not among short ones such as sizes.
            if close >= CLOSE and not (kind.nesting and kind.nesting.short):
                equal |= {kind.identity[-1]} & set(both)
            if both and 2 * len(equal) >= len(both):
                yield Pair(one, other, same, len(equal) / len(both), close)

    def _holders(self, old: list[Candidate], new: list[Candidate]) -> Holders:
        """Return the holders of each value that could identify an object of this kind."""
        kind, hosts = self.kind, self.draft.live.hosts
        empty = {
            name: canonical(kind.type(name), kind.defaults.get(name), hosts)
            for name in kind.fields
            # A boolean, a number or a reference is often the same by chance.
            if kind.type(name).textual and name not in kind.generated
        }
        holders: Holders = {}
        candidates = (
            (name, value, each.holder)
            for each in (*old, *new)
            for name in each.values.keys() & (empty.keys() | set(each.values) - set(kind.fields))
            for value in each.values[name]
        )
        for name, value, holder in (*self._values(empty.keys()), *candidates):
            if value and value != empty.get(name):
                holders.setdefault((name, value), set()).add(holder)
        return holders

    def _values(self, names: Set[str]) -> Iterator[tuple[str, object, Holder]]:
        """Yield the values of these fields in the shop and in steps, and the names of children."""
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
    children: Iterable[tuple[Kind, int | Address | None, Mapping[str, object]]],
) -> dict[object, Values]:
    """Return the names of children by parent and section, as fields of the parent."""
    names: dict[tuple[object, str], set[str]] = {}
    for kind, parent, fields in children:
        name = str(canonical(TEXT, fields.get(kind.identity[-1])))
        names.setdefault((parent, kind.section), set()).add(name)
    contents: dict[object, Values] = {}
    for (above, section), found in names.items():
        contents.setdefault(above, {})[section] = (frozenset(found),)
    return contents


def _label(kind: Kind, values: Values) -> str:
    """Return the name of an object, or "" if it is secret."""
    held = values.get(kind.identity[-1]) or ("",)
    return "" if is_digest(held[-1]) else str(held[-1])


def _shared(
    holders: Holders, old: list[Candidate], new: list[Candidate]
) -> dict[tuple[Candidate, Candidate], tuple[str, ...]]:
    """Return the fields whose value no other object has, by pair."""
    by_holder = {each.holder: each for each in old}
    identifying = {name for name, _ in holders}
    found: dict[tuple[Candidate, Candidate], set[str]] = {}
    for other in new:
        for name, (value, *_) in other.values.items():
            if name not in identifying:
                continue
            rest = holders.get((name, value), set()) - {other.holder}
            one = by_holder.get(next(iter(rest))) if len(rest) == 1 else None
            if one:
                found.setdefault((one, other), set()).add(name)
    return {pair: tuple(sorted(names)) for pair, names in found.items()}


def _alike(old: list[Candidate], new: list[Candidate]) -> dict[tuple[Candidate, Candidate], float]:
    found = {(one, other): similarity(one.label, other.label) for one in old for other in new}
    return {pair: close for pair, close in found.items() if close >= CLOSE}
