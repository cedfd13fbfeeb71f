"""Render lists: one line for each added, removed or changed element."""

from collections.abc import Iterator, Sequence

from shopform.render.list_changes import ListChange, elements, list_change, title
from shopform.render.text.inline import arrow, record, show
from shopform.render.text.multiline import INDENT, INNER, Detail, Line, hidden


def list_block(symbol: str, head: str, sides: Sequence[object], detail: Detail) -> Iterator[Line]:
    """Render one list, or the differences of two, in brackets."""
    yield Line(INDENT, symbol, f"{head}[")
    if len(sides) > 1 and sides[-1] is not None:
        yield from _differences(list_change(sides[0], sides[1]), detail)
    else:
        yield from (Line(INNER, symbol, f"{show(e)},") for e in elements(sides[0]))
    yield Line(INDENT, " ", "] -> null" if sides[-1] is None else "]")


def _differences(change: ListChange, detail: Detail) -> Iterator[Line]:
    """Render what differs; if anything moved all elements, among which its place is seen."""
    whole = detail is Detail.ALL or bool(change.moved)
    rows = [row for row in change.rows if whole or row[0] != " "]
    for sign, name in rows:
        yield from _element(sign, name, change)
    yield from hidden(len(change.rows) - len(rows), "element")


def _element(sign: str, name: str, change: ListChange) -> Iterator[Line]:
    if parts := change.changed.get(name) if sign == "~" else None:
        shown = {key: arrow(*sides) for key, sides in parts.items()}
        yield Line(INNER, "~", f"{record(title(change.after[name]) | shown)},")
        return
    for each in "-+" if sign == "~" else sign:
        side = change.before if each == "-" else change.after
        yield Line(INNER, each, f"{show(side[name])},")
