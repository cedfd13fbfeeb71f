"""The names of a shop that its project should set."""

from collections.abc import Mapping
from typing import Any

from shopform.doctor.readings import Readings
from shopform.kinds import Fact, Grade, Kind
from shopform.model.shop import WireNames


def learned(seen: Readings) -> dict[str, WireNames]:
    """Return the `wire` names by kind that objects or lists showed.

    They are those that differ from the names that shopform knows, and those that confirm a name
    that no source documents.
    """
    found = {kind.name: _names(kind, seen) for kind in seen.catalogue.kinds}
    return {name: names for name, names in found.items() if names != WireNames()}


def _names(kind: Kind, seen: Readings) -> WireNames:
    listed = seen.listing(kind.name)
    return WireNames(
        id=_new(kind.wire.id, kind.wire.id.value[0], seen.id_key(kind.name)),
        list_key=_new(kind.wire.list_key, kind.wire.list_key.value, listed.key if listed else ""),
        fields=_fields(kind, seen),
    )


def _new(fact: Fact[Any], known: str, shown: str) -> str:
    """Return a shown name, unless it is the known one and no guess."""
    return shown if fact.grade is Grade.ASSUMED or shown != known else ""


def _fields(kind: Kind, seen: Readings) -> Mapping[str, str]:
    keys, names = seen.keys(kind.name), seen.surfaces[kind.name].fields
    found = {n: key for n, key in names.items() if key in keys and n in kind.tentative}
    required = {name for name, row in kind.fields.items() if row.required and row.tentative}
    return found if required <= found.keys() else {}
