"""The names of a shop that its project should set."""

from collections.abc import Iterator, Mapping
from typing import Any

from shopform.doctor.readings import Readings
from shopform.kinds import Fact, Grade, Kind


def learned(seen: Readings) -> dict[str, dict[str, Any]]:
    """Return the settings of `wire` by kind, of names that objects or lists showed.

    They are those that differ from the names that shopform knows, and those that confirm a name
    that no source documents.
    """
    found = {kind.name: dict(_of_kind(kind, seen)) for kind in seen.catalogue.kinds}
    return {name: settings for name, settings in found.items() if settings}


def _of_kind(kind: Kind, seen: Readings) -> Iterator[tuple[str, Any]]:
    wire, listed = kind.wire, seen.listing(kind.name)
    if (key := seen.id_key(kind.name)) and (_is_guess(wire.id) or key != wire.id.value[0]):
        yield "id", key
    if listed and listed.key and (_is_guess(wire.list_key) or listed.key != wire.list_key.value):
        yield "list_key", listed.key
    if fields := dict(_fields(kind, seen)):
        yield "fields", fields


def _is_guess(fact: Fact[Any]) -> bool:
    return fact.grade is Grade.ASSUMED


def _fields(kind: Kind, seen: Readings) -> Iterator[tuple[str, str]]:
    keys, names = seen.keys(kind.name), seen.surfaces[kind.name].fields
    found: Mapping[str, str] = {name: key for name, key in names.items() if key in keys}
    required = {name for name, row in kind.fields.items() if row.required}
    if required & kind.tentative <= found.keys():
        yield from ((name, key) for name, key in found.items() if name in kind.tentative)
