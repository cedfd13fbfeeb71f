"""Proofs about where visitors end up: no loops, no chains, no dead ends, no lost pages. Pure."""

from collections.abc import Iterable, Mapping

from shopform.changes import Op, Step
from shopform.kinds import KINDS, Kind
from shopform.model import Address, Value
from shopform.planning.draft import Draft
from shopform.planning.match import NOTHING
from shopform.planning.normalize import canonical
from shopform.planning.ways import Fault, Hop, by_source, faults, hop_of, who

_CHANGE = "change its source or its target"
# A shop must not be kept from being taken over as it is.
_STANDS = "it is so in the shop already, and this plan does not change it"


def check(draft: Draft, url_changes: str) -> None:
    """Add what goes wrong for visitors once the plan is done.

    Only what this plan makes so can refuse it. What is so already draws a warning, and so does what
    others left in the shop where a declared way runs into it.
    """
    hops = list(_hops(draft))
    pages, gone = _pages(draft)
    table = by_source(hops)
    for fault in faults(hops, table):
        fresh = any(hop.fresh for hop in fault.hops)
        ours = fault.closed or all(hop.address for hop in fault.hops)
        _tell(draft, fault, fresh=fresh, refused=fresh and ours)
    for hop in hops:
        whose, moved = pages.get(hop.source, ("", False))
        if whose and hop.address:
            fault = Fault("route-hides", (hop,), f"hides `{whose}`, a page of that path", _CHANGE)
            fresh = hop.fresh or moved
            _tell(draft, fault, fresh=fresh, refused=fresh)
        elif moved:
            _hidden(draft, whose, hop)
        if hop.address and hop.target in gone and hop.target not in pages:
            says = f"leads to `{hop.target}`, which this plan removes"
            _tell(draft, Fault("route-dead", (hop,), says, _CHANGE), fresh=True, refused=True)
    if url_changes != "off":
        _moved_pages(draft, table, pages, url_changes)


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
    """A page that this plan puts where somebody else's way begins."""
    page = draft.desired.resources.get(Address(whose))
    draft.out.warning(
        "route-hides",
        f"`{whose}` is hidden by {who(hop)}, which leads to `{hop.target}`",
        hint="take that one away in the shop, or give the page another path",
        span=page.span if page else None,
        address=whose if page else "",
    )


def _final(
    draft: Draft, kind: Kind
) -> Iterable[tuple[Address | None, Mapping[str, object], Step | None]]:
    """The objects of a kind as they will be, each with the step that writes to it."""
    for number, item in draft.live.kinds.get(kind.name, NOTHING).objects.items():
        owner = draft.matching.owners.get((kind.name, number))
        if owner and f"{owner}:delete" in draft.graph.steps:
            continue
        step = draft.graph.steps.get(f"{owner}:update") if owner else None
        declared = owner if owner in draft.desired.resources else None
        yield declared, {**item.fields, **step.fields} if step else item.fields, step
    for step in draft.graph.steps.values():
        if step.op is Op.CREATE and step.kind == kind.name:
            yield step.address, step.fields, step


def _hops(draft: Draft) -> Iterable[Hop]:
    for kind in KINDS:
        route = kind.policy.route
        if not route:
            continue
        for address, fields, step in _final(draft, kind):
            fresh = step is not None and not step.fields.keys().isdisjoint(
                (route.source, route.target)
            )
            resource = draft.desired.resources.get(address) if address else None
            span = resource.span if resource else None
            hop = hop_of(kind, fields, draft.live.hosts, address, span, fresh)
            if hop:
                yield hop


def _pages(draft: Draft) -> tuple[dict[str, tuple[str, bool]], set[str]]:
    """Paths that show a page after the plan, with whose it is and whether this plan puts it there;
    and paths that no longer will."""
    pages: dict[str, tuple[str, bool]] = {}
    gone: set[str] = set()
    for kind in KINDS:
        name = kind.policy.path
        if not name:
            continue
        for address, fields, step in _final(draft, kind):
            path = str(canonical(kind.policy.form(name), fields.get(name), draft.live.hosts))
            if path:
                moved = step is not None and name in step.fields
                pages[path] = (str(address) if address else kind.name, moved)
        for step in draft.graph.steps.values():
            if step.kind == kind.name and step.op in (Op.DELETE, Op.UPDATE):
                gone.add(_held(draft, kind, step))
    return pages, gone - {""}


def _held(draft: Draft, kind: Kind, step: Step) -> str:
    item = draft.live.kinds[kind.name].objects.get(step.id or 0)
    held: object = item.fields.get(kind.policy.path) if item else ""
    return str(canonical(kind.policy.form(kind.policy.path), held, draft.live.hosts))


def _moved_pages(
    draft: Draft,
    table: Mapping[str, Hop],
    pages: Mapping[str, tuple[str, bool]],
    url_changes: str,
) -> None:
    for kind in KINDS:
        name = kind.policy.path
        for step in draft.graph.steps.values():
            if step.kind != kind.name or step.op is not Op.UPDATE or name not in step.fields:
                continue
            held, new = _held(draft, kind, step), _path(draft, kind, step.fields[name])
            if not held or held == new or held in table or held in pages:
                continue
            resource = draft.desired.resources.get(step.address)
            add = draft.out.error if url_changes == "require_redirect" else draft.out.warning
            add(
                "page-moved",
                f"`{step.address}` leaves `/{held}` and nothing sends its visitors on",
                span=resource.span if resource else None,
                address=step.address,
                hint=f"send `/{held}` on to `/{new}`",
            )


def _path(draft: Draft, kind: Kind, value: Value) -> str:
    return str(canonical(kind.policy.form(kind.policy.path), value, draft.live.hosts))
