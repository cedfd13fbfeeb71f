"""Declared fields that the objects of a shop do not have. Pure."""

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


def without_fields(resource: Resource, names: frozenset[str]) -> Resource:
    fields = {name: value for name, value in resource.fields.items() if name not in names}
    return replace(resource, fields=fields)
