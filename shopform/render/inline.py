"""A single value as text on one line, and the ways to shorten a line."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from shopform.model import Image, Ref, Secret
from shopform.render.style import printable

SENSITIVE = "(sensitive value)"
_DIGEST = re.compile(r"[0-9a-f]{40,128}\Z")
_CONTEXT = 16


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
            return record({str(k): _short(v) for k, v in item.items()})
        case Sequence():
            return f"[{', '.join(map(show, item))}]"
        case _:
            return printable(str(item))


def _short(item: object) -> str:
    """As `show`, but of a digest only the beginning, which is enough to tell two apart."""
    short = shortened(item)
    return f'"{short}"' if short else show(item)


def shortened(item: object) -> str:
    """The beginning of a digest; nothing for what is no digest."""
    return f"{item[:12]}…" if isinstance(item, str) and _DIGEST.match(item) else ""


def arrow(before: object, after: object) -> str:
    """Two values, before and after, on one line."""
    return f"{_short(before)} -> {_short(after)}"


def record(parts: Mapping[str, str]) -> str:
    """Named parts, already shown, on one line."""
    return "{ " + ", ".join(f"{printable(k)} = {v}" for k, v in parts.items()) + " }"


def cut(line: str, room: int) -> str:
    """The line with its middle left out, at most `room` columns."""
    if len(line) <= room:
        return line
    head = (room - 1) * 2 // 3
    tail = room - 1 - head
    return f"{line[:head]}…{line[len(line) - tail :]}"


def cut_pair(before: str, after: str, room: int) -> tuple[str, str]:
    """Two versions of a line, each at most `room` columns, with what differs in sight."""
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    return _window(before, start, end, room), _window(after, start, end, room)


def _common(one: str, other: str) -> int:
    """How many characters two texts share from the start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _window(line: str, start: int, tail: int, room: int) -> str:
    """A line cut so that all but its first `start` and last `tail` characters is seen."""
    if len(line) <= room:
        return line
    context = min(_CONTEXT, room // 3)
    low = max(0, start - context)
    high = min(len(line), max(len(line) - tail + context, low + room - 2))
    low = max(0, min(low, high - room + 2))
    left, right = "…" * (low > 0), "…" * (high < len(line))
    return left + cut(line[low:high], room - len(left) - len(right)) + right
