"""Proofs about where visitors end up: no loops, no chains, no dead ends. Pure."""

from shopform.kinds import BY_NAME
from shopform.kit.url_paths import slashed
from shopform.model.redirect_graph import CHANGE, Hop, Page, RouteProblem, faults, hiding, who
from shopform.model.similar_paths import alike
from shopform.model.values import Address
from shopform.planning.checks.live_paths import Paths
from shopform.planning.checks.predicted_paths import Guess
from shopform.planning.checks.removed_paths import Outs
from shopform.planning.matching.match import span_of
from shopform.planning.plan_builder import PlanDraft

# A shop must not be kept from being taken over as it is.
_STANDS = "it is so in the shop already, and this plan does not change it"


def check(draft: PlanDraft, paths: Paths) -> None:
    """Add what goes wrong for visitors once the plan is done.

    Only what this plan makes so can refuse it. What is so already draws a warning, and so does what
    is unmanaged in the shop where a declared redirect runs into it.
    """
    for fault in faults(paths.hops, paths.table):
        fresh = any(hop.fresh for hop in fault.hops)
        ours = fault.closed or all(hop.address for hop in fault.hops)
        _tell(draft, fault, fresh=fresh, refused=fresh and ours)
    ceased, out = paths.ceased, Outs(paths)
    for hop in paths.hops:
        page = paths.pages.get(hop.start)
        if page and hop.address:
            fresh = hop.fresh or page.fresh
            _tell(draft, hiding(hop, page), fresh=fresh, refused=fresh and not page.guessed)
        elif page and page.fresh:
            _hidden(draft, page.whose, hop)
        if hop.address and hop.end in ceased:
            says = f"leads to `{slashed(hop.target)}`, which this plan removes"
            step = ceased[hop.end][1]
            new = out.of(hop.start, step)
            hint = f"point it {new}" if new else CHANGE
            # Where a redirect is removed there may be a page of a kind that is not read.
            refused = bool(BY_NAME[step.kind].path)
            _tell(
                draft,
                RouteProblem("route-dead", (hop,), says, hint),
                fresh=True,
                refused=refused,
            )
    for guess, holder in paths.contested:
        _contested(draft, guess, holder)
    for fault in alike(paths.hops, paths.table, paths.pages, ceased):
        _tell(draft, fault, fresh=True, refused=False)


def _tell(draft: PlanDraft, fault: RouteProblem, *, fresh: bool, refused: bool) -> None:
    hop = fault.hops[0]
    add = draft.out.error if refused else draft.out.warning
    add(
        fault.code,
        fault.summary,
        detail="\n".join(filter(None, (fault.detail, "" if fresh else _STANDS))),
        hint=fault.hint,
        span=hop.span,
        related=fault.related,
        address=hop.address or "",
    )


def _contested(draft: PlanDraft, guess: Guess, holder: Page) -> None:
    kind = BY_NAME[guess.step.kind]
    draft.out.warning(
        "path-contested",
        f"the shop makes the path of `{guess.step.address}`, and `{slashed(guess.wanted)}` is that"
        f" of `{holder.whose}`: it is likely to be `{slashed(guess.got)}`",
        span=span_of(draft.desired, guess.step.address),
        address=guess.step.address,
        hint=f"declare its `{kind.path}`, so that shops made from these files are alike",
    )


def _hidden(draft: PlanDraft, whose: str, hop: Hop) -> None:
    """A page that this plan puts where an unmanaged redirect begins."""
    page = draft.desired.resources.get(Address(whose))
    draft.out.warning(
        "route-hides",
        f"`{whose}` is hidden by {who(hop)}, which leads to `{slashed(hop.target)}`",
        hint="take that one away in the shop, or give the page another path",
        span=page.span if page else None,
        address=whose if page else "",
    )
