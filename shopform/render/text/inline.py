"""Render a single value on one line."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from shopform.kinds.field_types.images import Image
from shopform.model.values import Ref, Secret
from shopform.render.text.style import alike, escaped, printable

SENSITIVE = "(sensitive value)"
_JSON = json.JSONEncoder(ensure_ascii=False)  # `json.dumps` makes one for each value


@dataclass(frozen=True, slots=True)
class Bare:
    """A placeholder for a value, shown without quotes."""

    text: str


def show(item: object) -> str:
    """Render a value on one line: strings quoted and escaped, references bare, secrets masked."""
    match item:
        case None:
            return "null"
        case bool():
            return "true" if item else "false"
        case str():
            return printable(_JSON.encode(item))
        case Ref():
            return str(item.address)
        case Bare():
            return item.text
        case Secret():
            return SENSITIVE
        case Image():
            return show(asdict(item))
        case Mapping():
            return record({str(k): show(v) for k, v in item.items()})
        case Sequence():
            return f"[{', '.join(map(show, item))}]"
        case _:
            return printable(str(item))


def arrow(before: object, after: object) -> str:
    """Render the values before and after on one line."""
    return " -> ".join(pair(before, after))


def pair(before: object, after: object) -> tuple[str, str]:
    """Render two values; strings that look the same with escapes that distinguish them."""
    if isinstance(before, str) and isinstance(after, str) and alike(before, after):
        return f'"{escaped(before)}"', f'"{escaped(after)}"'
    return show(before), show(after)


def record(parts: Mapping[str, str]) -> str:
    """Render named parts, already rendered, on one line."""
    return "{ " + ", ".join(f"{printable(k)} = {v}" for k, v in parts.items()) + " }"
