"""Whether JSON data is what a JSON Schema says, for the keywords that the plan's schema uses."""

import re
from collections.abc import Mapping
from typing import Any

DEPTH = 40
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


def conform(data: object, schema: Mapping[str, Any], path: str = "") -> None:
    """Raise ValueError, with the path, for the first value that does not conform."""
    if path.count("/") > DEPTH:
        raise ValueError(f"`{path[:60]}` is nested too deeply")
    types = schema.get("type", ())
    wanted = [types] if isinstance(types, str) else types
    if wanted and not any(type(data) in _TYPES[name] for name in wanted):
        raise ValueError(f"`{path or '/'}` is not of type {' or '.join(wanted)}")
    wrong = ("const" in schema and data != schema["const"]) or (
        "enum" in schema and data not in schema["enum"]
    )
    if isinstance(data, str) and "pattern" in schema:
        wrong = re.search(schema["pattern"], data) is None
    if type(data) is int and "minimum" in schema:
        wrong = data < schema["minimum"]
    if wrong:
        raise ValueError(f"`{path}` has a value that it cannot have")
    if isinstance(data, dict):
        _object(data, schema, path)
    elif isinstance(data, list):
        for place, item in enumerate(data):
            conform(item, schema.get("items", {}), f"{path}/{place}")


def _object(data: dict[str, Any], schema: Mapping[str, Any], path: str) -> None:
    for name in schema.get("required", ()):
        if name not in data:
            raise ValueError(f"`{path}/{name}` is missing")
    known = schema.get("properties", {})
    for name, part in data.items():
        conform(part, known.get(name, schema.get("additionalProperties", {})), f"{path}/{name}")
