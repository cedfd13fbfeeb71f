"""Proofs about where visitors end up: no loops, no chains, no dead ends, no lost pages. Pure."""

from collections.abc import Mapping

from shopform.changes import Op, Step
from shopform.kinds import BY_NAME
from shopform.model import Address
from shopform.planning.alike import alike
from shopform.planning.draft import Draft
from shopform.planning.match import place
from shopform.planning.normalize import page_address, slashed
from shopform.planning.paths import Paths, path_of
from shopform.planning.ways import CHANGE, Fault, Hop, faults, hiding, leading, who

# A shop must not be kept from being taken over as it is.
_STANDS = "it is so in the shop already, and this plan does not change it"


def check(draft: Draft, paths: Paths, url_changes: str) -> None:
    """Add what goes wrong for visitors once the plan is done.

    Only what this plan makes so can refuse it. What is so already draws a warning, and so does what
    is unmanaged in the shop where a declared redirect runs into it.
    """
    for fault in faults(paths.hops, paths.table):
        fresh = any(hop.fresh for hop in fault.hops)
        ours = fault.closed or all(hop.address for hop in fault.hops)
        _tell(draft, fault, fresh=fresh, refused=fresh and ours)
    ceased = paths.ceased
    for hop in paths.hops:
        page = paths.pages.get(hop.start)
        if page and hop.address:
            fresh = hop.fresh or page.fresh
            _tell(draft, hiding(hop, page), fresh=fresh, refused=fresh)
        elif page and page.fresh:
            _hidden(draft, page.whose, hop)
        if hop.address and hop.end in ceased:
            says = f"leads to `{slashed(hop.target)}`, which this plan removes"
            # Where a redirect is removed there may be a page of a kind that is not read.
            refused = bool(BY_NAME[ceased[hop.end][1].kind].policy.path)
            _tell(draft, Fault("route-dead", (hop,), says, CHANGE), fresh=True, refused=refused)
    for fault in alike(paths.hops, paths.table, paths.pages, ceased):
        _tell(draft, fault, fresh=True, refused=False)
    if url_changes != "off":
        _moved_pages(draft, paths, ceased, url_changes)


def _tell(draft: Draft, fault: Fault, *, fresh: bool, refused: bool) -> None:
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


def _hidden(draft: Draft, whose: str, hop: Hop) -> None:
    """A page that this plan puts where an unmanaged redirect begins."""
    page = draft.desired.resources.get(Address(whose))
    draft.out.warning(
        "route-hides",
        f"`{whose}` is hidden by {who(hop)}, which leads to `{slashed(hop.target)}`",
        hint="take that one away in the shop, or give the page another path",
        span=page.span if page else None,
        address=whose if page else "",
    )


def _moved_pages(
    draft: Draft, paths: Paths, ceased: Mapping[str, tuple[str, Step]], url_changes: str
) -> None:
    for path, (held, step) in ceased.items():
        kind = BY_NAME[step.kind]
        if step.op is not Op.UPDATE or not kind.policy.path:
            continue
        add = draft.out.error if url_changes == "require_redirect" else draft.out.warning
        add(
            "page-moved",
            f"`{step.address}` leaves `{slashed(held)}` and nothing sends its visitors on",
            span=place(draft.desired, step.address),
            address=step.address,
            hint=_way_out(paths, path, held, path_of(draft, kind, step.fields)),
        )


def _way_out(paths: Paths, path: str, held: str, new: str) -> str:
    """Where visitors of a path can be sent, which must be neither a loop nor a chain."""
    back = paths.table.get(page_address(new))
    if new and back and back.end == path and back.address:
        return f"remove {who(back)}, and send `{slashed(held)}` on to `{slashed(new)}`"
    if new and not leading(paths.table)(path, page_address(new)):
        return f"send `{slashed(held)}` on to `{slashed(new)}`"
    return f"send `{slashed(held)}` on to a page"
