"""Values of fields as JSON and back: for the state, for saved plans and for what is shown."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from shopform.model.values import Address, Ref, Secret

_PLAIN = frozenset((str, int, bool, type(None)))


def as_json(value: object, special: Callable[[object], object] | None = None) -> Any:
    """A value as JSON data, deeply: tuples as lists.

    `special` says what stands for a value that JSON does not have. Raises TypeError where nothing
    does, with no text of the value, which may be a secret.
    """
    if type(value) in _PLAIN or isinstance(value, str):
        return value
    if isinstance(value, float) and isfinite(value):
        return value
    if isinstance(value, Mapping):
        return {str(name): as_json(part, special) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(part, special) for part in value]
    if special is None:
        raise TypeError(f"a {type(value).__name__} cannot be saved")
    return as_json(special(value))


def from_json(value: object, tagged: bool = False) -> Any:
    """Lists as tuples, deeply: the form of canonical values, so that equal ones are equal.

    `tagged`: with the references and secrets that `tag` stands for; secrets without their text.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, list):
        return tuple([from_json(part, tagged) for part in value])
    if not isinstance(value, dict):
        return value
    if tagged and isinstance(value.get("$ref"), str):
        return Ref(Address(value["$ref"]))
    if tagged and isinstance(value.get("$secret"), str):
        return Secret(value["$secret"], "")
    return {name: from_json(part, tagged) for name, part in value.items()}


def tag(value: object) -> object:
    """What stands for a reference or a secret in a saved plan, and is told apart on reading."""
    if isinstance(value, Ref):
        return {"$ref": str(value.address)}
    return {"$secret": value.source} if isinstance(value, Secret) else value


def shown(value: object) -> object:
    """What stands for them where a plan is shown: the address, and null for a secret."""
    if isinstance(value, Ref):
        return str(value.address)
    return None if isinstance(value, Secret) else value
