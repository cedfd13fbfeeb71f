"""A single value as text on one line, whole."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from shopform.kinds.field_types.images import Image
from shopform.model.values import Ref, Secret
from shopform.render.text.style import alike, escaped, printable

SENSITIVE = "(sensitive value)"


@dataclass(frozen=True, slots=True)
class Bare:
    """Words that stand for a value, shown without quotes."""

    text: str


def show(item: object) -> str:
    """A value on one line: texts quoted and escaped, references bare, secrets masked."""
    match item:
        case None:
            return "null"
        case bool():
            return "true" if item else "false"
        case str():
            return printable(json.dumps(item, ensure_ascii=False))
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
    """Two values, before and after, on one line."""
    return " -> ".join(pair(before, after))


def pair(before: object, after: object) -> tuple[str, str]:
    """Two values, each on one line; two texts that look alike with what tells them apart."""
    if isinstance(before, str) and isinstance(after, str) and alike(before, after):
        return f'"{escaped(before)}"', f'"{escaped(after)}"'
    return show(before), show(after)


def record(parts: Mapping[str, str]) -> str:
    """Named parts, already shown, on one line."""
    return "{ " + ", ".join(f"{printable(k)} = {v}" for k, v in parts.items()) + " }"
