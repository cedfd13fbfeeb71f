"""The names of a shop that its project should set."""

from collections.abc import Mapping
from typing import Any

from shopform.doctor.readings import Readings
from shopform.kinds import Fact, Grade, Kind

Names = Mapping[str, "str | Names"]


def learned(seen: Readings) -> dict[str, "str | Names"]:
    """Return the `wire` names by kind, as in the file, that objects or lists showed.

    They are those that differ from the names that shopform knows, and those that confirm a name
    that no source documents.
    """
    found = {kind.name: _names(kind, seen) for kind in seen.catalogue.kinds}
    return {name: names for name, names in found.items() if names}


def _names(kind: Kind, seen: Readings) -> Names:
    listed = seen.listing(kind.name)
    key = listed.key if listed else ""
    names: dict[str, str | Names] = {
        "id": _new(kind.wire.id, kind.wire.id.value[0], seen.id_key(kind.name)),
        "list_key": _new(kind.wire.list_key, kind.wire.list_key.value, key),
        "fields": _fields(kind, seen),
    }
    return {key: value for key, value in names.items() if value}


def _new(fact: Fact[Any], known: str, shown: str) -> str:
    """Return a shown name, unless it is the known one and no guess."""
    return shown if fact.grade is Grade.ASSUMED or shown != known else ""


def _fields(kind: Kind, seen: Readings) -> dict[str, "str | Names"]:
    keys, names = seen.keys(kind.name), seen.surfaces[kind.name].fields
    found = {n: key for n, key in names.items() if key in keys and n in kind.tentative}
    if any(row.required and row.tentative and n not in found for n, row in kind.fields.items()):
        return {}
    rows = kind.fields
    guessed = (n for n in found if rows[n].grade is not Grade.OBSERVED or found[n] != rows[n].wire)
    return {name: found[name] for name in guessed}
