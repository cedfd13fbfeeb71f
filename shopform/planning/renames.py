"""New addresses that may be old ones under another name: told, and never guessed. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from shopform.changes import Action, Op, Plan
from shopform.diagnostics import Severity
from shopform.kinds import KINDS
from shopform.model import Address
from shopform.planning.draft import Draft
from shopform.planning.match import place
from shopform.planning.rename_pairs import CLOSE, Comparing, Pair

CODE = "possible-rename"

T = TypeVar("T")


def check(draft: Draft) -> None:
    """Warn of each address that would be destroyed while one much like it is made.

    What is in the scope of the plan does not count: a part that makes the one, or destroys the
    other, is half of the same. So is a run after the one that made it, until another makes more.
    Under `removed:` it is said that this is meant. A plan of a copy, or about some addresses by
    its nature, does not go by the names in the files, and no `moved:` would answer it.
    """
    if draft.options.destroy or draft.options.source or draft.options.only is not None:
        return
    going = [gone.change for gone in draft.going.values() if gone.step.op is Op.DELETE]
    deleted = _by_kind((change.kind, change) for change in going)
    created = _by_kind((c.kind, c.address) for c in draft.changes if c.action is Action.CREATE)
    lately = _by_kind((address.kind, address) for address in _made_lately(draft))
    for kind in KINDS:
        made, known = created.get(kind.name, []), lately.get(kind.name, [])
        if deleted.get(kind.name) and (made or known):
            comparing = Comparing(draft, kind)
            gone = list(comparing.gone(deleted[kind.name]))
            new = [*comparing.new(made), *comparing.known(known)]
            for pair in _best(_halves(draft, comparing.pairs(gone, new))):
                _tell(draft, pair)


def _by_kind(items: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for kind, item in items:
        found.setdefault(kind, []).append(item)
    return found


def _made_lately(draft: Draft) -> Iterator[Address]:
    """Declared objects that the last run which made any has made, if it was not the first."""
    entries = draft.matching.entries
    last = max((entry.made for entry in entries.values()), default=0)
    for address, entry in entries.items() if last else ():
        if entry.made == last and address in draft.matching.ids:
            yield address


def _halves(draft: Draft, pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Those of which the plan does one half at least, and of what is there the younger is new."""
    entries = draft.matching.entries
    for pair in pairs:
        old, new = pair.gone.address, pair.new.address
        if new not in draft.matching.ids or (
            draft.scope.holds(old) and entries[old].made < entries[new].made
        ):
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


def _tell(draft: Draft, pair: Pair) -> None:
    before, after = pair.gone.address, pair.new.address
    found = []
    if pair.same:
        names = ", ".join(f"`{name}`" for name in pair.same)
        found.append(f"they alone have the same {names}")
    if pair.close >= CLOSE:
        found.append(f"`{pair.gone.label}` and `{pair.new.label}` are much alike")
    made, keeping = "and a new one made", f"`--accept-rename {before}={after}` keeps the object"
    if after in draft.matching.ids:
        made = "and a new one was made"
        keeping = f"`shopform state rm {after}`, then {keeping}, and the new one is to be deleted"
    draft.out.warning(
        CODE,
        f"`{after}` may be the renamed `{before}`: it would be destroyed, {made}",
        detail="\n".join(found),
        hint=f"{keeping}; `{{address: {before}}}` under `removed:` says that this is meant",
        span=place(draft.desired, after),
        address=after,
    )
