"""The fields of one change in the report: before and after side by side, texts as diffs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from shopform.diagnostics import plural
from shopform.model.plan import Action, FieldChange
from shopform.model.values import Image, Ref, Secret
from shopform.render.html.line_diff import Line, Row, folded, rows
from shopform.render.html.markup import Markup, element, joined, safe
from shopform.render.text.field_lines import FIELD_NOTES
from shopform.render.text.inline import show
from shopform.render.text.list_diff import by_name, elements

# Two texts are compared by words when one is longer than this or has several lines.
SHORT = 48
# One text is folded, to its beginning, when it is longer than this or has more lines.
_LONG, _TALL, _EXCERPT = 320, 6, 120


class Sides(NamedTuple):
    """What the two columns of a table of fields are called; one name where there is one side."""

    before: str
    after: str = ""


PLANNED = Sides("Before", "After")
DRIFTED = Sides("Last applied", "In the shop now")
ONE_SIDE = {Action.CREATE: Sides("", "After"), Action.DELETE: Sides("Before", "")}
_MASKED = Markup('<em class="nil">sensitive, not shown</em>')
_LATER = Markup('<em class="nil">known after apply</em>')


def field_table(fields: Sequence[FieldChange], action: Action, sides: Sides) -> Markup:
    """A table with a row for each field. What is created or destroyed has one side only."""
    sides = ONE_SIDE.get(action, sides)
    heads = [element("th", name, scope="col") for name in sides if name]
    first = element("th", element("span", "Field", class_="unseen"), class_="name", scope="col")
    lines = [row for field in fields for row in _rows(field, sides)]
    return element(
        "table",
        element("thead", element("tr", first, heads)),
        element("tbody", lines),
        class_="fields" if all(sides) else "fields one",
    )


def held_table(values: Mapping[str, object]) -> Markup:
    """Fields that stay as they are."""
    lines = [_line(name, [element("td", shown(held))]) for name, held in sorted(values.items())]
    return element("table", element("tbody", lines), class_="fields one")


def shown(item: object) -> Markup:
    """One value. A text is shown as it is, with its line ends."""
    match item:
        case None:
            return element("span", "null", class_="nil")
        case Secret():
            return _MASKED
        case bool():
            return element("code", "true" if item else "false")
        case Ref():
            return element("code", item.address)
        case "":
            return element("span", "empty", class_="nil")
        case str():
            return _text(item)
        case Mapping() | Image():
            return _record(item)
        case list() | tuple():
            entries = [element("li", shown(each)) for each in item]
            return element("ul", entries, class_="list") if entries else _none()
        case _:
            return element("span", str(item), class_="num")


def _rows(field: FieldChange, sides: Sides) -> Iterator[Markup]:
    before, after = field.before, field.after
    remark = FIELD_NOTES.get(field.reason, field.reason)
    note = element("div", remark, class_="small muted") if remark else None
    both = bool(sides.before and sides.after)
    if field.sensitive:
        yield _line(field.name, [element("td", _MASKED, note, colspan="2" if both else None)])
        return
    listed = any(isinstance(side, list | tuple) for side in (before, after))
    if both and not field.unknown and before != after and listed:
        gone, come = _lists(elements(before), elements(after))
        cells = [_cell(sides.before, gone, "was", None), _cell(sides.after, come, "is", note)]
        yield _line(field.name, [cell for cell in cells if cell])
        return
    if both and not field.unknown and before != after:
        whole = _compared(before, after)
        if whole is not None:
            yield _line(field.name, [element("td", whole, note, colspan="2")])
            return
    same = before == after and not field.unknown
    later = _LATER if field.unknown and not isinstance(after, Ref) else shown(after)
    cells = [
        _cell(
            sides.before, shown(before), "same" if same else "was", None if sides.after else note
        ),
        _cell(sides.after, later, "same" if same else "is", note),
    ]
    yield _line(field.name, [cell for cell in cells if cell])


def _line(name: str, cells: Iterable[str]) -> Markup:
    return element("tr", element("th", element("code", name), scope="row"), cells)


def _cell(side: str, content: Markup, look: str, note: Markup | None) -> Markup | None:
    return element("td", content, note, class_=look, data_side=side) if side else None


def _compared(before: object, after: object) -> Markup | None:
    """Two long texts as one table, which shows better what changed."""
    if not (isinstance(before, str) and isinstance(after, str) and before and after):
        return None
    long = any(len(text) > SHORT or "\n" in text for text in (before, after))
    return _diff(rows(before, after)) if long else None


def _text(text: str) -> Markup:
    """A text with its line ends; of a long one its beginning, and all of it when opened."""
    lines = text.split("\n")
    body = Markup("\n").join(map(safe, lines))
    if len(text) <= _LONG and len(lines) <= _TALL:
        return element("span", Markup(body), class_="plain")
    begin = " ".join(text[:_EXCERPT].split())
    size = [plural(len(text), "character")]
    size += [plural(len(lines), "line")] if len(lines) > 1 else []
    told = f"{begin}{'…' if len(text) > _EXCERPT else ''} "
    head = element("summary", told, element("span", f"({', '.join(size)})", class_="muted"))
    return element("details", head, element("div", Markup(body), class_="text"), class_="long")


def _diff(every: list[Row]) -> Markup:
    lines: list[Markup] = []
    for far, run in folded(every):
        if far and len(run) > 1:
            lines.append(_fold(run))
        else:
            lines += map(_pair, run)
    return element("table", element("tbody", lines), class_="diff")


def _fold(run: list[Row]) -> Markup:
    body = Markup("\n").join(_side(row.before) for row in run)
    head = element("summary", plural(len(run), "unchanged line"))
    inside = element("details", head, element("div", Markup(body), class_="plain"), class_="fold")
    return element("tr", element("td", inside, colspan="2"), class_="fold")


def _pair(row: Row) -> Markup:
    if row.same:
        cell = element("td", _side(row.before))
        return element("tr", cell, cell, class_="same")
    cells = (
        element("td", class_="void")
        if line is None
        else element("td", _marked(line, tag), class_=look)
        for line, tag, look in ((row.before, "del", "old"), (row.after, "ins", "new"))
    )
    return element("tr", cells)


def _side(line: Line | None) -> Markup:
    return joined(text for _, text in line or ())


def _marked(line: Line, tag: str) -> Markup:
    """A line with what changed in it marked, blanks around that left out of the mark."""
    if len(line) == 1 and line[0].changed:
        return element(tag, line[0].text, class_="whole")
    parts: list[str] = []
    for changed, text in line:
        middle = text.strip() or text
        before, _, after = text.partition(middle)
        parts += [before, element(tag, middle), after] if changed else [text]
    return joined(parts)


def _lists(before: list[object], after: list[object]) -> tuple[Markup, Markup]:
    """Both sides of a list, with what went, came or changed marked where it stood or stands."""
    old, new = by_name(before), by_name(after)
    reordered = list(old) != list(new) and old.keys() == new.keys()
    order = [element("li", "in another order", class_="small muted")] if reordered else []
    sides = []
    for one, other, tag, more in ((old, new, "del", []), (new, old, "ins", order)):
        entries = [_element(e, tag, name in other and other[name] == e) for name, e in one.items()]
        sides.append(element("ul", [*entries, *more], class_="list") if entries else _none())
    return sides[0], sides[1]


def _element(item: object, tag: str, same: bool) -> Markup:
    if same:
        return element("li", shown(item))
    look = {"del": "gone", "ins": "come"}[tag]
    return element("li", element(tag, shown(item)), class_=look)


def _record(item: object) -> Markup:
    """Named parts on a line, such as a picture's file and description."""
    (held,) = elements((item,))
    if not isinstance(held, Mapping):
        return shown(held)
    parts = [
        element("span", element("span", f"{name} ", class_="muted small"), _part(part))
        for name, part in held.items()
    ]
    return element("span", parts, class_="item")


def _part(item: object) -> Markup:
    """A value within a line."""
    if isinstance(item, str):
        return element("span", item, class_="plain")
    return element("code", show(item))


def _none() -> Markup:
    return element("span", "none", class_="nil")
