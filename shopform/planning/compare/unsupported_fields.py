"""Declared fields and values that the objects of a shop do not have. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from shopform.diagnostics import Collector
from shopform.kit.text import backquoted
from shopform.model.desired import Desired, Resource
from shopform.model.live import Live


def fields_without_key(desired: Desired, live: Live, out: Collector) -> dict[str, frozenset[str]]:
    """Return these fields by kind, if existing objects show the keys, and warn of each.

    A field whose name is documented is sent in any case.
    """
    lacking = {
        name: lost
        for name, read in live.kinds.items()
        if read.names and (lost := live.catalogue[name].tentative - read.names.keys())
    }
    if not lacking:
        return {}
    users: dict[tuple[str, str], list[Resource]] = {}
    for resource in desired.resources.values():
        for name in lacking.get(resource.address.kind, frozenset()) & resource.fields.keys():
            users.setdefault((resource.address.kind, name), []).append(resource)
    for (kind, name), found in sorted(users.items()):
        unused = backquoted(live.kind(kind).unused) or "none"
        out.warning(
            "field-unknown",
            f"the shop's {live.catalogue[kind].section} have no key for `{name}`, which is not"
            f" sent; their keys without a field: {unused}",
            hint=f"set the key under `wire: {kind}: fields:` of this shop, or remove `{name}` from"
            " the files",
            span=found[0].span,
            related=tuple(("it is declared here too", r.span) for r in found[1:4] if r.span),
        )
    return lacking


def check_assumed(resources: Iterable[Resource], live: Live, out: Collector) -> None:
    """Report values in a form that no source shows, and no object of the shop either.

    Values of copies and of undone runs come from a shop, and have no place in a file.
    """
    kinds = live.catalogue.kinds
    rows = {kind.name: [row for row in kind.rows if row.type.assumed] for kind in kinds}
    for resource in resources:
        for row in rows[resource.address.kind]:
            if row.name not in resource.fields or not resource.span:
                continue
            objects = live.kind(resource.address.kind).objects.values()
            shown = (item.fields.get(row.name) for item in objects)
            for summary, hint in row.type.faults_in_shop(resource.fields[row.name], shown):
                at, address = resource.span, resource.address
                out.error("value-assumed", summary, hint=hint, span=at, address=address)


def without_fields(resource: Resource, names: frozenset[str]) -> Resource:
    """Return it without these fields; what the state records of them is kept."""
    fields = {name: value for name, value in resource.fields.items() if name not in names}
    return replace(resource, fields=fields, ignore=resource.ignore | names)
