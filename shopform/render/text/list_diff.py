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
    """Render the differences without regard to order, or all of both sides if only it changed."""
    before, after, changed = change.before, change.after, change.changed
    if not changed:
        yield from (Line(INNER, "-", f"{show(e)},") for e in before.values())
        yield from (Line(INNER, "+", f"{show(e)},") for e in after.values())
        return
    for name, parts in changed.items():
        if parts:
            shown = {key: arrow(*sides) for key, sides in parts.items()}
            yield Line(INNER, "~", f"{record(title(after[name]) | shown)},")
            continue
        sides = (("-", before), ("+", after))
        yield from (Line(INNER, sign, f"{show(e[name])},") for sign, e in sides if name in e)
    kept = [element for name, element in after.items() if name not in changed]
    if detail is Detail.ALL:
        yield from (Line(INNER, " ", f"{show(e)},") for e in kept)
    else:
        yield from hidden(len(kept), "element")
