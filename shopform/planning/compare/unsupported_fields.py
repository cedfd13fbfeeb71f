"""Declared fields that the objects of a shop do not have. Pure."""

from dataclasses import replace

from shopform.diagnostics import Collector
from shopform.model.desired import Desired, Resource
from shopform.model.live import Live


def fields_without_key(desired: Desired, live: Live, out: Collector) -> dict[str, frozenset[str]]:
    """Return these fields by kind, if existing objects show the keys, and warn of each."""
    found: dict[str, frozenset[str]] = {}
    for name, read in live.kinds.items():
        kind = live.catalogue[name]
        if not kind.wire.discover or not read.names:
            continue
        declared = {
            field_name
            for resource in desired.resources.values()
            if resource.address.kind == name
            for field_name in resource.fields
        }
        found[name] = frozenset(declared - set(read.names))
        for missing in sorted(found[name]):
            out.warning(
                "field-unknown",
                f"the shop's {kind.section} have no key for `{missing}`, which is not sent",
                hint=f"set the key under `wire: {name}: fields:` of this shop, or remove"
                f" `{missing}` from the files",
            )
    return found


def without_fields(resource: Resource, names: frozenset[str]) -> Resource:
    fields = {name: value for name, value in resource.fields.items() if name not in names}
    return replace(resource, fields=fields)
