"""Declared fields that a shop's objects have no key for. Pure."""

from dataclasses import replace

from shopform.diagnostics import Collector
from shopform.kinds import BY_NAME
from shopform.model.desired import Desired, Resource
from shopform.model.live import Live


def fields_without_key(desired: Desired, live: Live, out: Collector) -> dict[str, frozenset[str]]:
    """Such fields by kind, where existing objects show the keys; each draws a warning."""
    found: dict[str, frozenset[str]] = {}
    for name, read in live.kinds.items():
        kind = BY_NAME[name]
        if not kind.wire.discover or not read.names:
            continue
        declared = {
            field_name
            for resource in desired.resources.values()
            if resource.address.kind == name
            for field_name in resource.fields
        }
        found[name] = frozenset(declared - set(read.names))
        for lost in sorted(found[name]):
            out.warning(
                "field-unknown",
                f"the shop's {kind.section} have no key for `{lost}`, which is left out",
                hint=f"name the key under `wire: {name}: fields:` of this shop, or leave"
                f" `{lost}` out of the files",
            )
    return found


def without(resource: Resource, names: frozenset[str]) -> Resource:
    fields = {name: value for name, value in resource.fields.items() if name not in names}
    return replace(resource, fields=fields)
