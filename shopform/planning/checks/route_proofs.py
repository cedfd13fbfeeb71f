"""Prove that redirects have no loops, chains or dead ends after a plan. Pure."""

from shopform.kit.url_paths import slashed
from shopform.model.redirect_graph import CHANGE, Hop, Page, RouteProblem, faults, hiding, who
from shopform.model.similar_paths import alike
from shopform.model.values import Address
from shopform.planning.checks.live_paths import Paths, Prediction
from shopform.planning.checks.removed_paths import RouteTargets
from shopform.planning.matching.match import span_of
from shopform.planning.plan_builder import PlanDraft

# Otherwise a shop with such redirects could not be imported.
_UNCHANGED = "the shop already has this problem, and this plan does not change it"


def check(draft: PlanDraft, paths: Paths) -> None:
    """Report problems that redirects have once the plan is applied.

    Only problems that this plan causes refuse it. Others are warnings, as are those that an
    unmanaged redirect takes part in.
    """
    for fault in faults(paths.hops, paths.table):
        fresh = any(hop.fresh for hop in fault.hops)
        ours = fault.closed or all(hop.address for hop in fault.hops)
        _report(draft, fault, fresh=fresh, refused=fresh and ours)
    removed, targets = paths.removed, RouteTargets(draft.catalogue, paths)
    for hop in paths.hops:
        page = paths.pages.get(hop.start)
        if page and hop.address:
            fresh = hop.fresh or page.fresh
            _report(draft, hiding(hop, page), fresh=fresh, refused=fresh and not page.guessed)
        elif page and page.fresh:
            _hidden(draft, page.label, hop)
        if hop.address and hop.end in removed:
            problem = f"leads to `{slashed(hop.target)}`, which this plan removes"
            step = removed[hop.end][1]
            new = targets.of(hop.start, step)
            hint = f"point it {new}" if new else CHANGE
            # At the path of a removed redirect there may be a page of a kind that was not read.
            refused = bool(draft.catalogue[step.kind].path)
            _report(
                draft,
                RouteProblem("route-dead", (hop,), problem, hint),
                fresh=True,
                refused=refused,
            )
    for prediction, holder in paths.contested:
        _contested(draft, prediction, holder)
    for fault in alike(paths.hops, paths.table, paths.pages, removed):
        _report(draft, fault, fresh=True, refused=False)


def _report(draft: PlanDraft, fault: RouteProblem, *, fresh: bool, refused: bool) -> None:
    hop = fault.hops[0]
    add = draft.out.error if refused else draft.out.warning
    add(
        fault.code,
        fault.summary,
        detail="\n".join(filter(None, (fault.detail, "" if fresh else _UNCHANGED))),
        hint=fault.hint,
        span=hop.span,
        related=fault.related,
        address=hop.address or "",
    )


def _contested(draft: PlanDraft, prediction: Prediction, holder: Page) -> None:
    kind = draft.catalogue[prediction.step.kind]
    draft.out.warning(
        "path-contested",
        f"the shop makes the path of `{prediction.step.address}`, and"
        f" `{slashed(prediction.wanted)}` is that of `{holder.label}`: it is likely to be"
        f" `{slashed(prediction.got)}`",
        span=span_of(draft.desired, prediction.step.address),
        address=prediction.step.address,
        hint=f"declare its `{kind.path}`, so that shops made from these files have the same paths",
    )


def _hidden(draft: PlanDraft, label: str, hop: Hop) -> None:
    """Warn of a page at the source of an unmanaged redirect."""
    page = draft.desired.resources.get(Address(label))
    draft.out.warning(
        "route-hides",
        f"`{label}` is hidden by {who(hop)}, which leads to `{slashed(hop.target)}`",
        hint="remove that one in the shop, or give the page another path",
        span=page.span if page else None,
        address=label if page else "",
    )
