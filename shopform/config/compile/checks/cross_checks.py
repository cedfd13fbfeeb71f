"""Checks between resources: reference cycles, and identities and paths declared twice."""

from collections.abc import Iterable
from collections.abc import Mapping as Map
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from shopform.config.compile.checks.rewritable_names import check_rewritable
from shopform.config.compile.declarations import Declaration
from shopform.config.read.yaml_nodes import Scalar, field_node
from shopform.diagnostics import Collector
from shopform.kinds import Kind
from shopform.kinds.field_types import PATH, FieldType
from shopform.kit.graphs import find_cycles
from shopform.kit.text import backquoted
from shopform.kit.url_paths import page_address
from shopform.model.canonical import canonical, identity_part
from shopform.model.desired import Desired, Resource
from shopform.model.live import PAGE
from shopform.model.redirect_graph import (
    FRONT,
    Hop,
    Page,
    by_source,
    cycle_of,
    faults,
    hiding,
    hop_of,
)
from shopform.model.references import identity_links
from shopform.model.similar_paths import CODE as ALIKE
from shopform.model.similar_paths import alike
from shopform.model.values import Address, Ref, Secret, Value

_REFUSED = "plans are refused unless the shop already has it"


def check(declarations: Iterable[Declaration], desired: Desired, collector: Collector) -> None:
    """Report conflicts between the resources of one shop."""
    resources = desired.resources
    active = [declaration for declaration in declarations if declaration.address in resources]
    _check_counts(active, collector)
    _check_parents(active, collector)
    _check_cycles(active, resources, collector)
    _check_duplicates(active, desired, collector)
    check_rewritable(active, desired, collector)


def _check_counts(declarations: Iterable[Declaration], collector: Collector) -> None:
    """Warn of more declarations of a large kind than it is made for."""
    found: dict[Kind, list[Declaration]] = {}
    for declaration in declarations:
        if declaration.kind.large:
            found.setdefault(declaration.kind, []).append(declaration)
    for kind, each in found.items():
        if len(each) > kind.large:
            collector.warning(
                "kind-large",
                f"{len(each):,} {kind.section} are declared, more than {kind.large:,}",
                hint=f"every plan reads all {kind.section} of the shop, in pages of {PAGE};"
                " declare a part of the shop, or change them by other means",
                span=each[0].key.span,
            )


def check_routes(
    resources: Iterable[Resource], hosts: frozenset[str], collector: Collector
) -> None:
    """Warn of loops, chains and conflicts between declared routes and paths.

    Only a plan knows what the shop has already, so here they are warnings.
    """
    hops: list[Hop] = []
    pages: dict[str, Page] = {"": FRONT}
    for each in resources:
        kind = each.kind
        hop = hop_of(kind, each.fields, hosts, each.address, each.span, fresh=True)
        hops += [hop] if hop else []
        path = each.fields.get(kind.path)
        if isinstance(path, str) and path:
            page = Page(str(canonical(PATH, path, hosts)), each.address, each.span)
            pages[page_address(page.path)] = page
    table = by_source(hops)
    hides = (hiding(hop, pages[hop.start]) for hop in hops if hop.start in pages)
    for fault in (*faults(hops, table), *hides, *alike(hops, table, pages)):
        collector.warning(
            fault.code,
            fault.summary,
            detail="" if fault.code == ALIKE else _REFUSED,
            hint=fault.hint,
            span=fault.hops[0].span,
            related=fault.related,
            address=fault.hops[0].address or "",
        )


def _check_parents(declarations: Iterable[Declaration], collector: Collector) -> None:
    """Report children that are only allowed in parents with a certain value of a field."""
    for declaration in declarations:
        for kind, key in declaration.holds:
            only = kind.nesting.only if kind.nesting else None
            if (
                only is None
                or only[0] in declaration.wrong
                or declaration.data.get(only[0]) == only[1]
            ):
                continue
            name, value = only
            found = declaration.data.get(name)
            written = f"its `{name}` is `{found}`" if found else f"it declares no `{name}`"
            collector.error(
                "nested-not-allowed",
                f"`{declaration.address}` cannot have `{key.text}`: {written}",
                hint=f"write `{name}: {value}`, or remove `{key.text}`",
                span=key.span,
                address=declaration.address,
            )


def _check_cycles(
    declarations: list[Declaration], resources: Map[Address, Resource], collector: Collector
) -> None:
    """Report each cycle of references in one field once, and if there is none, one of references
    in several fields of identities: none of its objects could be created first."""
    by_address = {declaration.address: declaration for declaration in declarations}
    found = False
    for name in dict.fromkeys(n for d in declarations for n in d.kind.refers):
        values = ((a, resource.fields.get(name)) for a, resource in resources.items())
        refers = {a: value.address for a, value in values if isinstance(value, Ref)}
        for cycle in find_cycles((each for each in by_address if each in refers), refers.get):
            found = True
            _report_cycle(dict.fromkeys(cycle, name), by_address, collector)
    kinds = {declaration.kind for declaration in declarations}
    if not found and sum(name in kind.refers for kind in kinds for name in kind.identity) > 1:
        _check_identities(by_address, resources, collector)


def _check_identities(
    declarations: Map[Address, Declaration],
    resources: Map[Address, Resource],
    collector: Collector,
) -> None:
    fields: dict[Address, dict[Address, str]] = {}
    for address in declarations:
        fields[address] = {to: name for name, to in identity_links(resources[address]).items()}
    try:
        TopologicalSorter(fields).prepare()
    except CycleError as error:
        cycle = error.args[1][::-1]
        named = {each: fields[each][target] for each, target in pairwise(cycle)}
        _report_cycle(named, declarations, collector)


def _report_cycle(
    cycle: Map[Address, str],
    declarations: Map[Address, Declaration],
    collector: Collector,
) -> None:
    """Report a cycle of resources, each with the field that refers to the next one."""
    first, each = min(cycle), list(cycle)
    start = each.index(first)
    ordered = [*each[start:], *each[:start]]
    nodes = [(a, declarations[a], field_node(declarations[a].node, cycle[a])) for a in ordered]
    places = [(f"`{a}`", (node or declared.key).span) for a, declared, node in nodes]
    span = places[0][1]
    names = dict.fromkeys(cycle.values())
    verb = "forms" if len(names) == 1 else "form"
    collector.error(
        "reference-cycle",
        f"{backquoted(names, ' and ')} {verb} a cycle: {cycle_of(ordered)}",
        hint=f"remove {backquoted(names, ' or ')} from one of them",
        span=span,
        related=tuple(place for place in places if place[1] != span),
        address=first,
    )


def _check_duplicates(
    declarations: Iterable[Declaration], desired: Desired, collector: Collector
) -> None:
    """Report resources with the same identity or the same path.

    Resources that are all imported by id may have the same identity.
    """
    identities: dict[tuple[object, ...], Declaration] = {}
    paths: dict[str, Declaration] = {}
    by_id = {item.address for item in desired.imports if item.id}
    for declaration in declarations:
        resource = desired.resources[declaration.address]
        kind = declaration.kind
        if declaration.wrong.isdisjoint(kind.identity):
            key = (
                declaration.kind.name,
                resource.parent,
                *[_identity_part(kind.type(n), resource.fields.get(n)) for n in kind.identity],
            )
            other = identities.setdefault(key, declaration)
            if other is not declaration and not {other.address, declaration.address} <= by_id:
                names = backquoted(kind.identity, " and ")
                _report_duplicate(
                    "identity-twice", f"the same {names}", declaration, other, collector
                )
        path = kind.path and resource.fields.get(kind.path)
        if path:
            page = page_address(str(kind.type(kind.path).canonical(_text(path))))
            other = paths.setdefault(page, declaration)
            if other is not declaration:
                same = f"the same `{kind.path}`"
                _report_duplicate("path-twice", same, declaration, other, collector, kind.path)


_DUPLICATE_HINTS = {
    "identity-twice": "the shop cannot distinguish them: change or remove one, or import both by id"
    " under `imports:`",
    "path-twice": "a path belongs to one page: change or remove one",
}


def _report_duplicate(
    code: str,
    same: str,
    second: Declaration,
    first: Declaration,
    collector: Collector,
    name: str = "",
) -> None:
    def place(declaration: Declaration) -> Scalar:
        node = field_node(declaration.node, name) if name else None
        return node if isinstance(node, Scalar) else declaration.key

    collector.error(
        code,
        f"`{first.address}` and `{second.address}` have {same}",
        hint=_DUPLICATE_HINTS[code],
        span=place(second).span,
        related=((f"`{first.address}`", place(first).span),),
        address=second.address,
    )


def _identity_part(type_: FieldType, value: Value) -> object:
    return value.address if isinstance(value, Ref) else identity_part(type_, _text(value))


def _text(value: Value) -> Value:
    """Return a value as it is compared: the text of a secret that is not read is its source."""
    return (value.text or value.source) if isinstance(value, Secret) else value
