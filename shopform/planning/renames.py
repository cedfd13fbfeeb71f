"""New addresses that may be old ones under another name: told, and never guessed. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from shopform.changes import Action, Plan, Step
from shopform.diagnostics import Severity
from shopform.kinds import KINDS, Form, Kind
from shopform.model import Address
from shopform.planning.declare import words_of
from shopform.planning.draft import Draft
from shopform.planning.match import NOTHING, inside, place
from shopform.planning.normalize import canonical, digest, is_digest

CODE = "possible-rename"
CLOSE = 0.75
PAIRS = 2_500
# A flag, a number or a reference is often the same by chance; a picture cannot be compared.
TELLING = frozenset({Form.TEXT, Form.HTML, Form.PATH, Form.SET})

Holder = int | Address


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One that goes, or one that comes. `within` is the id of what it lies in."""

    address: Address
    holder: Holder
    within: int | None
    values: dict[str, tuple[object, ...]]
    label: str


@dataclass(frozen=True, slots=True)
class _Pair:
    """`same` are fields that only these two hold alike; `close` tells how alike the names are."""

    gone: _Side
    new: _Side
    same: tuple[str, ...]
    share: float
    close: float

    @property
    def rank(self) -> tuple[object, ...]:
        return (-len(self.same), -self.share, -self.close, self.gone.address, self.new.address)


def check(draft: Draft) -> None:
    """Warn of each address that would be destroyed while one much like it is made.

    Under `removed:` it is said that this is meant. A plan of a copy, or about some addresses by
    its nature, does not go by the names in the files, and no `moved:` would answer it.
    """
    if draft.options.destroy or draft.options.source or draft.options.only is not None:
        return
    for kind in KINDS:
        gone, new = list(_gone(draft, kind)), list(_new(draft, kind))
        if gone and new:
            for pair in _best(_pairs(draft, kind, gone, new)):
                _tell(draft, pair)


def insist(plan: Plan) -> Plan:
    """The plan where nobody can answer: refused while it may take a rename for a deletion."""
    return replace(
        plan,
        diagnostics=tuple(
            replace(told, severity=Severity.ERROR) if told.code == CODE else told
            for told in plan.diagnostics
        ),
    )


def _gone(draft: Draft, kind: Kind) -> Iterator[_Side]:
    objects = draft.live.kinds.get(kind.name, NOTHING).objects
    for change in draft.changes:
        address = change.address
        if change.kind != kind.name or change.action is not Action.DELETE:
            continue
        if any(inside(address, removed.address) for removed in draft.desired.removed):
            continue
        item, entry = objects[change.id or 0], draft.matching.entries[address]
        values: dict[str, tuple[object, ...]] = {}
        for name in kind.fields:
            if kind.policy.form(name) is Form.IMAGES:
                continue
            held = [entry.sent[name]] if name in entry.sent else []
            if name in item.fields:
                live = canonical(kind.policy.form(name), item.fields[name], draft.live.hosts)
                secret = bool(held) and is_digest(held[0])
                held.append(digest(kind.name, name, live) if secret else live)
            values[name] = tuple(dict.fromkeys(held))
        yield _Side(address, item.id, item.parent_id, values, _label(kind, values))


def _new(draft: Draft, kind: Kind) -> Iterator[_Side]:
    for change in draft.changes:
        address = change.address
        if change.kind != kind.name or change.action is not Action.CREATE:
            continue
        resource, step = draft.desired.resources[address], draft.graph.steps[f"{address}:create"]
        within = draft.matching.ids.get(resource.parent) if resource.parent else None
        if address in draft.matching.vanished or (resource.parent and within is None):
            continue
        values: dict[str, tuple[object, ...]] = {n: (v,) for n, v in _sent(step).items()}
        yield _Side(address, address, within, values, _label(kind, values))


def _sent(step: Step) -> dict[str, object]:
    return dict(step.entry.sent) if step.entry else {}


def _label(kind: Kind, values: dict[str, tuple[object, ...]]) -> str:
    """What people call it; nothing where that is a secret."""
    held = values.get(kind.policy.identity[-1]) or ("",)
    return "" if is_digest(held[-1]) else str(held[-1])


def _pairs(draft: Draft, kind: Kind, gone: list[_Side], new: list[_Side]) -> Iterator[_Pair]:
    """Candidates share what nobody else has, or have names much alike."""
    shared = _shared(_holders(draft, kind, gone), gone, new)
    alike = _alike(gone, new) if len(gone) * len(new) <= PAIRS else {}
    for one, other in {**shared, **alike}:
        if one.within != other.within:
            continue
        close = alike.get((one, other)) or _closeness(one.label, other.label)
        same = shared.get((one, other), ())
        # Several routes may well end in one place, and begin in places much alike.
        if kind.policy.route and not (same and close >= CLOSE):
            continue
        both = [name for name in other.values if one.values.get(name)]
        equal = sum(other.values[name][0] in one.values[name] for name in both)
        if both and 2 * equal >= len(both):
            yield _Pair(one, other, same, equal / len(both), close)


def _holders(draft: Draft, kind: Kind, gone: list[_Side]) -> dict[tuple[str, object], set[Holder]]:
    """Who holds each value that could tell an object from the others of its kind."""
    policy, hosts = kind.policy, draft.live.hosts
    empty = {
        name: canonical(policy.form(name), policy.defaults.get(name), hosts)
        for name in kind.spec.model_fields.keys() & set(kind.fields)
        if policy.form(name) in TELLING and not words_of(kind, name)
    }
    holders: dict[tuple[str, object], set[Holder]] = {}

    def hold(name: str, value: object, holder: Holder) -> None:
        if value and value != empty[name]:
            holders.setdefault((name, value), set()).add(holder)

    for item in draft.live.kinds.get(kind.name, NOTHING).objects.values():
        for name in empty.keys() & item.fields.keys():
            hold(name, canonical(policy.form(name), item.fields[name], hosts), item.id)
    for step in draft.graph.steps.values():
        if step.kind == kind.name and step.entry:
            for name in empty.keys() & step.entry.sent.keys():
                hold(name, step.entry.sent[name], step.id or step.address)
    for side in gone:
        for name in empty:
            for value in side.values.get(name, ()):
                hold(name, value, side.holder)
    return holders


def _shared(
    holders: dict[tuple[str, object], set[Holder]], gone: list[_Side], new: list[_Side]
) -> dict[tuple[_Side, _Side], tuple[str, ...]]:
    """The fields whose value two hold, and nobody else."""
    goers = {side.holder: side for side in gone}
    telling = {name for name, _ in holders}
    found: dict[tuple[_Side, _Side], set[str]] = {}
    for other in new:
        for name, (value, *_) in other.values.items():
            if name not in telling:
                continue
            rest = holders.get((name, value), set()) - {other.holder}
            one = goers.get(next(iter(rest))) if len(rest) == 1 else None
            if one:
                found.setdefault((one, other), set()).add(name)
    return {pair: tuple(sorted(names)) for pair, names in found.items()}


def _alike(gone: list[_Side], new: list[_Side]) -> dict[tuple[_Side, _Side], float]:
    found = {(one, other): _closeness(one.label, other.label) for one in gone for other in new}
    return {pair: close for pair, close in found.items() if close >= CLOSE}


def _closeness(one: str, other: str) -> float:
    """From 0 to 1. The very same name says nothing: many may have it."""
    if not one or not other or one == other:
        return 0.0
    matcher = SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False)
    if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < CLOSE:
        return 0.0
    return matcher.ratio()


def _best(pairs: Iterable[_Pair]) -> Iterator[_Pair]:
    """Each address in one pair at most, the best pair first."""
    taken: set[Address] = set()
    for pair in sorted(pairs, key=lambda pair: pair.rank):
        both = {pair.gone.address, pair.new.address}
        if taken.isdisjoint(both):
            taken |= both
            yield pair


def _tell(draft: Draft, pair: _Pair) -> None:
    before, after = pair.gone.address, pair.new.address
    found = []
    if pair.same:
        names = ", ".join(f"`{name}`" for name in pair.same)
        found.append(f"they alone have the same {names}")
    if pair.close >= CLOSE:
        found.append(f"`{pair.gone.label}` and `{pair.new.label}` are much alike")
    draft.out.warning(
        CODE,
        f"`{after}` may be the renamed `{before}`: it would be destroyed, and a new one made",
        detail="\n".join(found),
        hint=f"`--accept-rename {before}={after}` keeps the object; `{{address: {before}}}`"
        " under `removed:` says that this is meant",
        span=place(draft.desired, after),
        address=after,
    )
