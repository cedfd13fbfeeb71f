"""Warn of addresses that may have been renamed. A rename is never assumed. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from shopform.diagnostics import Severity, with_severity
from shopform.kit.text import backquoted
from shopform.model.name_similarity import CLOSE
from shopform.model.plan import Op, Plan
from shopform.model.values import Address
from shopform.planning.matching.match import span_of
from shopform.planning.plan_builder import PlanDraft

if TYPE_CHECKING:
    from shopform.planning.checks.rename_pairs import Pair

CODE = "possible-rename"

T = TypeVar("T")


def check(draft: PlanDraft) -> None:
    """Warn of each address that would be destroyed while a similar one is created.

    The scope of the plan does not hide a rename: it is enough if one of the two is in it. Nor do
    separate runs: the similar one may have been created by an earlier run. An entry under
    `removed:` confirms the deletion. Copies and undos are exempt: they do not follow the names in
    the files, and `moved:` has no effect on them.
    """
    if draft.options.destroy or draft.options.source or draft.options.only is not None:
        return
    removals = (each for each in draft.removals.values() if each.step.op is Op.DELETE)
    deleted = _by_kind((each.change.kind, each.change) for each in removals)
    missing = draft.desired.resources.keys() - draft.matching.ids.keys()
    created = _by_kind((address.kind, address) for address in sorted(missing))
    later = _by_kind((address.kind, address) for address in _made_later(draft))
    for kind in draft.catalogue.kinds:
        made, known = created.get(kind.name, []), later.get(kind.name, [])
        if deleted.get(kind.name) and (made or known):
            from shopform.planning.checks.rename_pairs import RenameFinder

            finder = RenameFinder(draft, kind)
            old = list(finder.deleted(deleted[kind.name]))
            # Separately: the number of pairs is limited, and those of this run come first.
            groups = finder.created(made), finder.existing(known)
            pairs = [pair for new in groups for pair in finder.pairs(old, list(new))]
            for pair in _best(_relevant(draft, pairs)):
                _report(draft, pair)


def _by_kind(items: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for kind, item in items:
        found.setdefault(kind, []).append(item)
    return found


def _made_later(draft: PlanDraft) -> Iterator[Address]:
    """Yield declared objects that a run after the first one created."""
    for address, entry in draft.matching.entries.items():
        if entry.made and address in draft.matching.ids:
            yield address


def _relevant(draft: PlanDraft, pairs: Iterable["Pair"]) -> Iterator["Pair"]:
    """Yield the pairs of which one is in scope, and the new one was created last."""
    entries = draft.matching.entries
    for pair in pairs:
        old, new = pair.old.address, pair.new.address
        known = new in draft.matching.ids
        in_scope = draft.scope.includes(old) or (not known and draft.scope.includes(new))
        if in_scope and not (known and entries[old].made >= entries[new].made):
            yield pair


def refuse_renames(plan: Plan) -> Plan:
    """Return the plan with these warnings as errors, for runs that no one is asked about."""
    refused = with_severity(plan.diagnostics, Severity.ERROR, CODE)
    return replace(plan, diagnostics=refused)


def _best(pairs: Iterable["Pair"]) -> Iterator["Pair"]:
    """Yield pairs, the best first, each address in one of them."""
    taken: set[Address] = set()
    for pair in sorted(pairs, key=lambda pair: pair.rank):
        both = {pair.old.address, pair.new.address}
        if taken.isdisjoint(both):
            taken |= both
            yield pair


def _report(draft: PlanDraft, pair: "Pair") -> None:
    before, after = pair.old.address, pair.new.address
    found = []
    if pair.same:
        found.append(f"only they have the same {backquoted(pair.same)}")
    if pair.similarity >= CLOSE:
        found.append(f"`{pair.old.label}` and `{pair.new.label}` are similar")
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
