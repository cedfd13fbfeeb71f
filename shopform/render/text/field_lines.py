"""Render the fields of a change as lines: `name = before -> after`."""

from collections.abc import Iterator, Sequence

from shopform.model.plan import Action, FieldChange
from shopform.model.values import Ref
from shopform.render.text.inline import SENSITIVE, Bare, pair, show
from shopform.render.text.list_diff import list_block
from shopform.render.text.multiline import INDENT, NARROWEST, Detail, Line, text_block

_LONG = 60
FIELD_NOTES = {
    "reset": "no longer declared: reset to the shop's default",
    "released": "no longer declared: left as it is",
    "edited": "edited in the shop since",
    "redeclared": "the files declare another value now",
}


def field_lines(
    fields: Sequence[FieldChange],
    action: Action,
    width: int = 100,
    detail: Detail = Detail.LINES,
) -> Iterator[Line]:
    """Render fields with aligned names, each on as many lines as its values need.

    `width` decides which of them share a line; nothing is cut to it.
    """
    pad = max((len(f.name) for f in fields), default=0)
    for field in fields:
        symbol, sides = _sides(field, action)
        lines = _lines(symbol, f"{field.name:<{pad}} = ", sides, width, detail)
        if field.reason:
            lines = _annotated(lines, FIELD_NOTES.get(field.reason, field.reason), width)
        yield from lines


def _annotated(lines: Iterator[Line], note: str, width: int) -> Iterator[Line]:
    """Add a note after the first line, or before it if it does not fit."""
    first, *rest = lines
    if first.indent + len("~ ") + len(first.text) + len("   # ") + len(note) <= width:
        first = first._replace(text=f"{first.text}   # {note}")
    else:
        yield Line(INDENT, " ", f"# {note}")
    yield first
    yield from rest


def _sides(field: FieldChange, action: Action) -> tuple[str, tuple[object, ...]]:
    """Return a field's symbol, and its one value, or the values before and after."""
    before, after = field.before, field.after
    if field.sensitive:
        before = after = Bare(SENSITIVE)
    elif field.unknown and not isinstance(after, Ref):
        after = Bare("(known after apply)")
    if action is Action.CREATE:
        return "+", (after,)
    if action is Action.DELETE:
        return "-", (before, None)
    if field.sensitive:
        return "~", (after,)
    if field.reason == "released" or before == after:
        return " ", (before,)
    if before is None:
        return "+", (after,)
    return "-" if after is None else "~", (before, after)


def _lines(
    symbol: str, head: str, sides: tuple[object, ...], width: int, detail: Detail
) -> Iterator[Line]:
    """Choose the form: a block for a list or long string, one line, or one for each side."""
    room = max(width - INDENT - len("~ ") - len(head), NARROWEST)
    given = [side for side in sides if side is not None]
    if given and _is_list(given[0]) and all(map(_is_list, given)):
        yield from list_block(symbol, head, sides, detail)
        return
    shown: tuple[str, ...]
    if len(sides) == 1:
        line = show(sides[0])
        shown, longest = (line,), len(line)
    else:
        shown = pair(*sides)
        line, longest = " -> ".join(shown), max(map(len, shown))
    if longest <= _LONG and len(line) <= room:
        yield Line(INDENT, symbol, head + line)
    elif longest > min(_LONG, room) and all(isinstance(side, str) for side in given):
        yield from text_block(symbol, head, sides, detail)
    else:
        yield Line(INDENT, symbol, head + shown[0])
        for text in shown[1:]:
            yield Line(INDENT, " ", f"{'-> ':>{len(head)}}{text}")


def _is_list(side: object) -> bool:
    return isinstance(side, (list, tuple))
