"""New addresses that may be old ones under another name: told, and never guessed. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from shopform.diagnostics import Severity
from shopform.kinds import KINDS
from shopform.model.plan import Op, Plan
from shopform.model.values import Address
from shopform.planning.checks.rename_pairs import CLOSE, Comparing, Pair
from shopform.planning.matching.match import span_of
from shopform.planning.plan_builder import PlanDraft

CODE = "possible-rename"

T = TypeVar("T")


def check(draft: PlanDraft) -> None:
    """Warn of each address that would be destroyed while one much like it is made.

    What is in the scope of the plan does not count: a part that makes the one, or destroys the
    other, is half of the same. So is a later run, after the one that made the younger of the two.
    Under `removed:` it is said that this is meant. A plan of a copy, or about some addresses by
    its nature, does not go by the names in the files, and no `moved:` would answer it.
    """
    if draft.options.destroy or draft.options.source or draft.options.only is not None:
        return
    going = [gone.change for gone in draft.going.values() if gone.step.op is Op.DELETE]
    deleted = _by_kind((change.kind, change) for change in going)
    missing = draft.desired.resources.keys() - draft.matching.ids.keys()
    created = _by_kind((address.kind, address) for address in sorted(missing))
    later = _by_kind((address.kind, address) for address in _made_later(draft))
    for kind in KINDS:
        made, known = created.get(kind.name, []), later.get(kind.name, [])
        if deleted.get(kind.name) and (made or known):
            comparing = Comparing(draft, kind)
            gone = list(comparing.gone(deleted[kind.name]))
            # Apart, so that the many of earlier runs do not keep those of this one from a look.
            sides = comparing.new(made), comparing.known(known)
            pairs = [pair for new in sides for pair in comparing.pairs(gone, list(new))]
            for pair in _best(_halves(draft, pairs)):
                _tell(draft, pair)


def _by_kind(items: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for kind, item in items:
        found.setdefault(kind, []).append(item)
    return found


def _made_later(draft: PlanDraft) -> Iterator[Address]:
    """Declared objects that were made by a run which was not the first."""
    for address, entry in draft.matching.entries.items():
        if entry.made and address in draft.matching.ids:
            yield address


def _halves(draft: PlanDraft, pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Those of which the plan does one half at least, and of what is there the younger is new."""
    entries = draft.matching.entries
    for pair in pairs:
        old, new = pair.gone.address, pair.new.address
        known = new in draft.matching.ids
        half = draft.scope.holds(old) or (not known and draft.scope.holds(new))
        if half and not (known and entries[old].made >= entries[new].made):
            yield pair


def insist(plan: Plan) -> Plan:
    """The plan where nobody can answer: refused while it may take a rename for a deletion."""
    return replace(
        plan,
        diagnostics=tuple(
            replace(told, severity=Severity.ERROR) if told.code == CODE else told
            for told in plan.diagnostics
        ),
    )


def _best(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Each address in one pair at most, the best pair first."""
    taken: set[Address] = set()
    for pair in sorted(pairs, key=lambda pair: pair.rank):
        both = {pair.gone.address, pair.new.address}
        if taken.isdisjoint(both):
            taken |= both
            yield pair


def _tell(draft: PlanDraft, pair: Pair) -> None:
    before, after = pair.gone.address, pair.new.address
    found = []
    if pair.same:
        names = ", ".join(f"`{name}`" for name in pair.same)
        found.append(f"only they have the same {names}")
    if pair.close >= CLOSE:
        found.append(f"`{pair.gone.label}` and `{pair.new.label}` are similar")
    made, keeping = "and a new one created", f"`--accept-rename {before}={after}` keeps the object"
    if after in draft.matching.ids:
        made = "and a new one was created"
        keeping = f"`shopform state rm {after}`, then {keeping}, and delete the new one"
    draft.out.warning(
        CODE,
        f"`{after}` may be the renamed `{before}`: it would be destroyed, {made}",
        detail="\n".join(found),
        hint=f"{keeping}; `{{address: {before}}}` under `removed:` confirms the deletion",
        span=span_of(draft.desired, after),
        address=after,
    )
