"""Write fields and comments as lines of YAML, as a person would."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from shopform.config.compile.interpolation import as_literal
from shopform.config.format.scalars import (
    STEP,
    WIDTH,
    Plain,
    folded,
    inline_scalar,
    literal,
    may_be_literal,
    may_be_plain,
)
from shopform.kinds.field_types import FieldType
from shopform.kit.text import shorten
from shopform.model.values import Ref, Value

_MAX_LABEL: Final = 40
_MAX_COMMENT: Final = 240


def plain_of(value: object) -> Plain:
    """Return a value as a scalar: references as keys, `${` in strings escaped."""
    if isinstance(value, Ref):
        return value.address.keys[-1]
    if isinstance(value, str):
        return as_literal(value)
    return value if isinstance(value, int | float) else None


def holds_placeholder(text: str) -> bool:
    return "${" in text.replace("$${", "")


def fitted(type_: FieldType, text: str, old: str) -> str:
    """Return the text with the surrounding white space and line ends of the old one."""
    text = type_.rewritten_like(text, old)
    return text.replace("\r\n", "\n").replace("\n", "\r\n") if "\r\n" in old else text


def bracketed(value: object) -> str:
    """Return a value as written inside a flow collection."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(bracketed, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {bracketed(part)}' for name, part in value.items())}}}"
    return inline_scalar(plain_of(value), "", bracketed=True)


def flow(data: Any) -> str:
    """Return data as written inside a flow collection; `${` in strings stays."""
    if isinstance(data, Mapping):
        return f"{{{flow_entries(data)}}}"
    if isinstance(data, list):
        return f"[{', '.join(map(flow, data))}]"
    return inline_scalar(data, "", bracketed=True)


def flow_entries(data: Mapping[str, Any]) -> str:
    """Return the entries of a flow mapping, without its brackets."""
    return ", ".join(f"{key}: {flow(part)}" for key, part in data.items())


def field(name: str, value: Value, rich: bool, indent: int) -> list[str]:
    """Return the lines of a field: several lines as `|`, a long line as `>-`."""
    if isinstance(value, tuple) and any(isinstance(item, Mapping) for item in value):
        return [f"{' ' * indent}{name}:", *record_lines(value, indent + STEP)]
    if isinstance(value, tuple):
        return [f"{' ' * indent}{name}: {bracketed(value)}"]
    return plain_field(name, plain_of(value), rich, indent)


def record_lines(items: Iterable[object], indent: int) -> Iterator[str]:
    """Yield the lines of a list of mappings."""
    for item in items:
        parts = item.items() if isinstance(item, Mapping) else ()
        lines = [line for name, part in parts for line in field(name, part, False, indent + STEP)]
        yield f"{' ' * indent}- {lines[0].lstrip()}"
        yield from lines[1:]


def plain_field(name: str, text: Plain, rich: bool, indent: int) -> list[str]:
    """Return the lines of a field with a value as written in the files."""
    head = f"{' ' * indent}{name}: "
    line = head + inline_scalar(text, "", bracketed=False)
    below: list[str] = []
    if isinstance(text, str):
        wide = len(line) > WIDTH
        rich = rich and (wide or not may_be_plain(text, bracketed=False))
        if ("\n" in text or rich) and may_be_literal(text):
            below = literal(text, indent + STEP, rich=rich)
        elif wide:
            below = folded(text, indent + STEP)
    return [head + below[0], *below[1:]] if below else [line]


def comment(text: str, indent: int) -> str:
    """Return a comment. It may quote values of the shop: characters YAML refuses are replaced."""
    shown = (c if c.isprintable() else "\ufffd" for c in shorten(text, _MAX_COMMENT))
    return " " * indent + "# " + "".join(shown)


def shortened(text: str) -> str:
    return shorten(text, _MAX_LABEL)
