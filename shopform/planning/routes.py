"""Proofs about where visitors end up: no loops, no chains, no dead ends, no lost pages. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shopform.changes import Op, Step
from shopform.diagnostics import Span
from shopform.kinds import KINDS, Form, Kind
from shopform.model import Address, Value
from shopform.planning.draft import Draft
from shopform.planning.match import NOTHING
from shopform.planning.normalize import canonical


@dataclass(frozen=True, slots=True)
class Hop:
    """One way on, as it will be after the plan; `address` is empty where nobody declares it."""

    source: str
    target: str
    name: str
    address: Address | None
    span: Span | None = None


def check(draft: Draft, url_changes: str) -> None:
    """Add what goes wrong for visitors once the plan is done.

    Only ways that are declared can refuse a plan; what others left in the shop draws a warning
    where a declared way runs into it.
    """
    hops = list(_hops(draft))
    pages, gone = _pages(draft)
    table: dict[str, Hop] = {}
    for hop in hops:
        first = table.setdefault(hop.source, hop)
        if first is not hop:
            _report(draft, (hop, first), "route-duplicate", "has the source of", "remove one")
    looped: set[str] = set()
    for hop in hops:
        if hop.address:
            _follow(draft, hop, table, looped)
        if hop.source in pages and hop.address:
            _error(draft, hop, "route-hides", f"hides `{pages[hop.source]}`, a page of that path")
        if hop.target in gone and hop.target not in pages and hop.address:
            _error(draft, hop, "route-dead", f"leads to `{hop.target}`, which this plan removes")
    if url_changes != "off":
        _moved_pages(draft, table, pages, url_changes)


def _final(draft: Draft, kind: Kind) -> Iterable[tuple[Address | None, Mapping[str, object]]]:
    """The objects of a kind as they will be: live ones with what is sent, and new ones."""
    for number, item in draft.live.kinds.get(kind.name, NOTHING).objects.items():
        owner = draft.matching.owners.get((kind.name, number))
        if owner and f"{owner}:delete" in draft.graph.steps:
            continue
        step = draft.graph.steps.get(f"{owner}:update") if owner else None
        declared = owner if owner in draft.desired.resources else None
        yield declared, {**item.fields, **step.fields} if step else item.fields
    for step in draft.graph.steps.values():
        if step.op is Op.CREATE and step.kind == kind.name:
            yield step.address, step.fields


def _hops(draft: Draft) -> Iterable[Hop]:
    for kind in KINDS:
        route = kind.policy.route
        if not route:
            continue
        for address, fields in _final(draft, kind):
            source, target = (
                str(canonical(Form.PATH, fields.get(name), draft.live.hosts))
                for name in (route.source, route.target)
            )
            resource = draft.desired.resources.get(address) if address else None
            yield Hop(source, target, kind.name, address, resource.span if resource else None)


def _pages(draft: Draft) -> tuple[dict[str, str], set[str]]:
    """Paths that show a page after the plan, with whose it is; and paths that no longer will."""
    pages: dict[str, str] = {}
    gone: set[str] = set()
    for kind in KINDS:
        name = kind.policy.path
        if not name:
            continue
        for address, fields in _final(draft, kind):
            path = str(canonical(kind.policy.form(name), fields.get(name), draft.live.hosts))
            if path:
                pages[path] = str(address) if address else kind.name
        for step in draft.graph.steps.values():
            if step.kind == kind.name and step.op in (Op.DELETE, Op.UPDATE):
                gone.add(_held(draft, kind, step))
    return pages, gone - {""}


def _held(draft: Draft, kind: Kind, step: Step) -> str:
    item = draft.live.kinds[kind.name].objects.get(step.id or 0)
    held: object = item.fields.get(kind.policy.path) if item else ""
    return str(canonical(kind.policy.form(kind.policy.path), held, draft.live.hosts))


def _follow(draft: Draft, hop: Hop, table: Mapping[str, Hop], looped: set[str]) -> None:
    following = table.get(hop.target)
    if following is None:
        return
    seen = [hop]
    while following and following not in seen:
        seen.append(following)
        following = table.get(following.target)
    if following is hop:
        if hop.source not in looped:
            looped.update(h.source for h in seen)
            path = " -> ".join(f"`/{h.source}`" for h in (*seen, hop))
            _error(draft, hop, "route-loop", f"leads back to itself: {path}")
        return
    _report(draft, (hop, seen[1]), "route-chain", "leads on to", f"point it at `{seen[-1].target}`")


def _report(draft: Draft, hops: tuple[Hop, Hop], code: str, says: str, hint: str) -> None:
    """An error between two declared ways, a warning where one of them is not ours."""
    hop, other = hops if hops[0].address else (hops[1], hops[0])
    if not hop.address:
        return
    who = f"`{other.address}`" if other.address else f"an undeclared one from `/{other.source}`"
    add = draft.out.error if other.address else draft.out.warning
    add(code, f"`{hop.address}` {says} {who}", span=hop.span, address=hop.address, hint=hint)


def _error(draft: Draft, hop: Hop, code: str, says: str) -> None:
    draft.out.error(
        code,
        f"`{hop.address}` {says}",
        span=hop.span,
        address=hop.address or "",
        hint="change its source or its target",
    )


def _moved_pages(
    draft: Draft, table: Mapping[str, Hop], pages: Mapping[str, str], url_changes: str
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
