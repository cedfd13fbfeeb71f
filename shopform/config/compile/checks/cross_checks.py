"""What must hold between resources: no cycle, one holder of an identity and of a path."""

from collections.abc import Iterable
from collections.abc import Mapping as Map

from shopform.config.compile.checks.rewritable_names import check_rewritable
from shopform.config.compile.declarations import Declaration
from shopform.config.read.yaml_nodes import Scalar, child
from shopform.diagnostics import Collector
from shopform.kinds import BY_NAME
from shopform.kinds.field_types import PATH, FieldType
from shopform.kit.graphs import find_cycles
from shopform.kit.url_paths import page_address
from shopform.model.canonical import canonical, recognised
from shopform.model.desired import Desired, Resource
from shopform.model.redirect_graph import (
    FRONT,
    Hop,
    Page,
    by_source,
    circle_of,
    faults,
    hiding,
    hop_of,
)
from shopform.model.similar_paths import CODE as ALIKE
from shopform.model.similar_paths import alike
from shopform.model.values import Address, Ref, Secret, Value

_REFUSED = "a plan is refused for it unless the shop has it so already"


def check(drafts: Iterable[Declaration], desired: Desired, collector: Collector) -> None:
    """Tell what does not fit together among the resources of one shop."""
    resources = desired.resources
    active = [draft for draft in drafts if draft.address in resources]
    _check_containers(active, collector)
    _check_cycles(active, resources, collector)
    _check_twins(active, desired, collector)
    check_rewritable(active, desired, collector)


def check_ways(resources: Iterable[Resource], hosts: frozenset[str], collector: Collector) -> None:
    """Warn of what goes wrong among the declared ways on, as far as the files alone can tell.

    A plan, which knows the shop, refuses it unless the shop has it so already.
    """
    hops: list[Hop] = []
    pages: dict[str, Page] = {"": FRONT}
    for each in resources:
        kind = BY_NAME[each.address.kind]
        hop = hop_of(kind, each.fields, hosts, each.address, each.span, fresh=True)
        hops += [hop] if hop else []
        path = each.fields.get(kind.path)
        if isinstance(path, str) and path:
            page = Page(str(canonical(PATH, path, hosts)), each.address, each.span)
            pages[page_address(page.path)] = page
    table = by_source(hops)
    hides = (hiding(hop, pages[hop.start]) for hop in hops if hop.start in pages)
    for fault in (*faults(hops, table), *hides, *alike(hops, table, pages)):
        open_question = fault.code == ALIKE
        collector.warning(
            fault.code,
            fault.summary,
            detail="" if open_question else _REFUSED,
            hint=fault.hint,
            span=fault.hops[0].span,
            related=fault.related,
            address=fault.hops[0].address or "",
        )


def _check_containers(drafts: Iterable[Declaration], collector: Collector) -> None:
    """A kind that may only lie in containers with a certain word in a field."""
    for draft in drafts:
        for kind, key in draft.holds:
            only = kind.nesting.only if kind.nesting else None
            if only is None or only[0] in draft.wrong or draft.data.get(only[0]) == only[1]:
                continue
            name, word = only
            found = draft.data.get(name)
            written = f"its `{name}` is `{found}`" if found else f"it declares no `{name}`"
            collector.error(
                "nested-not-allowed",
                f"`{draft.address}` cannot have `{key.text}`: {written}",
                hint=f"write `{name}: {word}`, or remove `{key.text}`",
                span=key.span,
                address=draft.address,
            )


def _check_cycles(
    drafts: list[Declaration], resources: Map[Address, Resource], collector: Collector
) -> None:
    """Chains of one field that come back to where they began; each is told once."""
    by_address = {draft.address: draft for draft in drafts}
    for name in dict.fromkeys(n for d in drafts for n in d.kind.refers):
        held = ((a, resource.fields.get(name)) for a, resource in resources.items())
        refers = {a: value.address for a, value in held if isinstance(value, Ref)}
        for cycle in find_cycles((draft.address for draft in drafts), refers.get):
            _tell_cycle(name, min(cycle), cycle, by_address, collector)


def _tell_cycle(
    name: str,
    first: Address,
    cycle: list[Address],
    drafts: Map[Address, Declaration],
    collector: Collector,
) -> None:
    turn = cycle.index(first)
    turned = [*cycle[turn:], *cycle[:turn]]
    places = [
        (f"`{each}`", (child(drafts[each].node, name) or drafts[each].key).span) for each in turned
    ]
    span = (child(drafts[first].node, name) or drafts[first].key).span
    collector.error(
        "reference-cycle",
        f"`{name}` forms a cycle: {circle_of(turned)}",
        hint=f"remove `{name}` from one of them",
        span=span,
        related=tuple(place for place in places if place[1] != span),
        address=first,
    )


def _check_twins(drafts: Iterable[Declaration], desired: Desired, collector: Collector) -> None:
    """Two resources that the shop could not tell apart, or that want the same path.

    Those that each name their object by its id may have the same identity.
    """
    identities: dict[tuple[object, ...], Declaration] = {}
    paths: dict[str, Declaration] = {}
    by_id = {item.address for item in desired.imports if item.id}
    for draft in drafts:
        resource = desired.resources[draft.address]
        kind = draft.kind
        if draft.wrong.isdisjoint(kind.identity):
            key = (
                draft.kind.name,
                resource.parent,
                *(_recognised(kind.type(n), resource.fields.get(n)) for n in kind.identity),
            )
            twin = identities.setdefault(key, draft)
            if twin is not draft and not {twin.address, draft.address} <= by_id:
                names = " and ".join(f"`{name}`" for name in kind.identity)
                _tell_twins("identity-twice", f"have the same {names}", draft, twin, collector)
        path = kind.path and resource.fields.get(kind.path)
        if path:
            wanted = page_address(str(_comparable(kind.type(kind.path), path)))
            holder = paths.setdefault(wanted, draft)
            if holder is not draft:
                same = f"have the same `{kind.path}`"
                _tell_twins("path-twice", same, draft, holder, collector, kind.path)


_TWINS = {
    "identity-twice": "the shop could not tell them apart: change or remove one, or name the id of"
    " each under `imports:`",
    "path-twice": "only one page can have a path: change or remove one",
}


def _tell_twins(
    code: str,
    same: str,
    second: Declaration,
    first: Declaration,
    collector: Collector,
    name: str = "",
) -> None:
    def place(draft: Declaration) -> Scalar:
        node = child(draft.node, name) if name else None
        return node if isinstance(node, Scalar) else draft.key

    collector.error(
        code,
        f"`{first.address}` and `{second.address}` {same}",
        hint=_TWINS[code],
        span=place(second).span,
        related=((f"`{first.address}`", place(first).span),),
        address=second.address,
    )


def _recognised(type_: FieldType, value: Value) -> object:
    found = _comparable(type_, value)
    return found if isinstance(value, Ref) else recognised(type_, found)


def _comparable(type_: FieldType, value: Value) -> object:
    if isinstance(value, Ref):
        return value.address
    if isinstance(value, Secret):
        value = value.text or value.source
    return canonical(type_, value)
