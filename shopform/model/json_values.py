"""Convert values of fields to JSON and back: for the state, saved plans and output."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, Final

from shopform.model.values import PLAIN, Address, Ref, Secret

JSON_TYPES: Final[Mapping[type, str]] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
    type(None): "null",
}  # by those of Python
REMOVED: Final = ("is_removed", "removed_on")  # M-sup, K-cap: a flag, or a date
NO_FLAG: Final = ("", "0", "false", "no")
NO_DATE: Final = ("", "0", "0000-00-00", "0000-00-00 00:00:00")


def as_json(value: object, special: Callable[[object], object] | None = None) -> Any:
    """Return a value as JSON data, with tuples as lists.

    `special` converts values that JSON does not have. Raises TypeError without it; the message does
    not contain the value, which may be secret.
    """
    if type(value) in PLAIN or isinstance(value, str):
        return value
    if isinstance(value, float) and isfinite(value):
        return value
    if isinstance(value, Mapping):
        return {
            str(name): part if type(part) in PLAIN else as_json(part, special)
            for name, part in value.items()
        }
    if isinstance(value, list | tuple):
        return [as_json(part, special) for part in value]
    if special is None:
        raise TypeError(f"a {type(value).__name__} cannot be saved")
    return as_json(special(value))


def from_json(value: object, tags: bool = False) -> Any:
    """Return JSON data in the form of canonical values, with lists as tuples."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, (list, tuple)):
        if PLAIN.issuperset(map(type, value)):
            return tuple(value)
        return tuple([from_json(part, tags) for part in value])
    if not isinstance(value, dict):
        return value
    if tags and isinstance(value.get("$ref"), str):
        return Ref(Address.parse(value["$ref"]))
    if tags and isinstance(value.get("$secret"), str):
        return Secret(value["$secret"], "")
    if PLAIN.issuperset(map(type, value.values())):
        return value
    return {name: from_json(part, tags) for name, part in value.items()}


def tagged(value: object) -> Any:
    """Return a value of a step as JSON data, with references and secrets that `untagged` reads."""
    return as_json(value, _tag)


def untagged(value: object) -> Any:
    """Return the value of a step that `tagged` wrote; secrets have no value."""
    return from_json(value, tags=True)


def shown(value: object) -> Any:
    """Return a value for output as JSON data: references as addresses, secrets as null."""
    return as_json(value, _substitute)


def _tag(value: object) -> object:
    if isinstance(value, Ref):
        return {"$ref": str(value.address)}
    return {"$secret": value.source} if isinstance(value, Secret) else value


def _substitute(value: object) -> object:
    if isinstance(value, Ref):
        return str(value.address)
    return None if isinstance(value, Secret) else value


def is_removed(item: Mapping[str, Any]) -> bool:
    """Return whether the shop keeps an object as deleted (dossier 3.2)."""
    flag, date = map(item.get, REMOVED)
    return is_set(flag) or (bool(date) and str(date).strip() not in NO_DATE)


def is_set(flag: object) -> bool:
    """Return whether a flag is set, in any form that the shop may use (dossier 2.4)."""
    return flag.strip().lower() not in NO_FLAG if isinstance(flag, str) else bool(flag)


def is_masked(secret: str) -> bool:
    """Return whether a mask is shown in place of a secret, or of a part of it (dossier 7: open)."""
    return any(mark in secret for mark in "*\u2022\u25cf")


def with_gaps(given: object) -> list[dict[str, Any]] | None:
    """Return the objects of an array with gaps in its numbering; None for anything else.

    PHP encodes it as an object whose keys are the numbers.
    """
    if not given or not isinstance(given, dict):
        return None
    gapped = all(key.isdigit() and isinstance(each, dict) for key, each in given.items())
    return list(given.values()) if gapped else None
