"""Fields and comments as lines of YAML, written as a person would."""

from typing import Final

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
from shopform.kit.text import shorten
from shopform.model.values import Ref, Value

_LONG: Final = 40
_TOLD: Final = 240


def plain_of(value: Value) -> Plain:
    """A value as a scalar of the files: a reference as a key, with no placeholder in a text."""
    if isinstance(value, Ref):
        return value.address.keys[-1]
    if isinstance(value, str):
        return value.replace("${", "$${")
    return value if isinstance(value, int) else None


def bracketed(value: Value) -> str:
    """A value as it stands between brackets."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(bracketed, map(str, value)))}]"
    return inline_scalar(plain_of(value), "", bracketed=True)


def field(name: str, value: Value, rich: bool, indent: int) -> list[str]:
    """The lines of one field: a text of several lines below `|`, a long one below `>-`."""
    if isinstance(value, tuple):
        return [f"{' ' * indent}{name}: {bracketed(value)}"]
    return plain_field(name, plain_of(value), rich, indent)


def plain_field(name: str, text: Plain, rich: bool, indent: int) -> list[str]:
    """The same for a value as the files hold it."""
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
    """A line for people. What a shop holds may be quoted in it, with no sign YAML refuses."""
    shown = (c if c.isprintable() else "\ufffd" for c in shorten(text, _TOLD))
    return " " * indent + "# " + "".join(shown)


def shortened(text: str) -> str:
    return shorten(text, _LONG)
