"""Render one change or message as Markdown at rising levels of detail."""

from collections.abc import Iterator

from shopform.diagnostics import Diagnostic, Severity, plural
from shopform.kinds import Kind
from shopform.model.plan import Action, Change
from shopform.render.labels import label_of
from shopform.render.markdown.byte_budget import Part, Topic
from shopform.render.markdown.escaping import code, plain, prose
from shopform.render.plan_summary import comments
from shopform.render.text.field_lines import field_lines
from shopform.render.text.multiline import INNER, Detail, Line
from shopform.render.text.style import ActionStyle, printable

# The levels of a change; from FIELDS on a blank line ends it. Deletes are also listed by name with
# their reasons, so their first two levels are empty.
NAME, FIELDS, STRINGS, ALL = 1, 2, 3, 4

_SIGNS = {"~": "!", "-/+": "-", ".": "!", "": " "}
# A longer field is only named at first, and shown if it fits.
_LONG, _WIDE = 2, 200


def change_part(topic: Topic, change: Change, style: ActionStyle) -> Part:
    """Return a change as lines of a diff, with signs in the first column, which colours them.

    Deletes have their names and reasons in the list of deletions.
    """
    listed = topic is Topic.FIELDS_LOST
    sign = _SIGNS.get(style.symbol, style.symbol)
    name = f"{change.previous} has moved to {change.address}"
    if change.action is not Action.NO_OP or change.importing or not change.previous:
        name = f"{change.address} {style.heading}"
    head = f"{sign} {printable(name)}"
    reasons = () if listed else comments(change, style)
    why = tuple(f"#     ({printable(' '.join(r.split()))})" for r in reasons)
    every, close = (list(_lines(change, d)) for d in (Detail.LINES, Detail.CHANGES))
    unchanged = plural(change.unchanged, "unchanged field")
    count = (f"#     ({unchanged})",) if change.unchanged else ()
    bare = f"{head} ({plural(len(change.fields), 'field')} not shown)" if change.fields else head
    named = () if listed else (bare,)
    levels = (
        (),
        named,
        (head, *why, *map(_line, _shortened(every)), ""),
        (head, *why, *(_line(x) for lines in close for x in lines if not _context(x)), ""),
        (head, *why, *(_line(line) for lines in every for line in lines), *count, ""),
    )
    return Part(topic, levels, change)


def _lines(change: Change, detail: Detail) -> Iterator[list[Line]]:
    names = {field.name for field in change.fields}
    pad = max(map(len, names), default=0)
    for field in change.fields:
        lines = list(field_lines((field,), change.action, detail=detail))
        head, padded = f"{field.name} = ", f"{field.name:<{pad}} = "
        yield [
            x._replace(text=padded + x.text[len(head) :]) if x.text.startswith(head) else x
            for x in lines
        ]


def _shortened(every: list[list[Line]]) -> Iterator[Line]:
    """Yield the lines of each field, of a long one only the number of characters."""
    for lines in every:
        size = sum(len(line.text) for line in lines)
        if len(lines) <= _LONG and size <= _WIDE:
            yield from lines
        else:
            first = next(line for line in lines if " = " in line.text)
            name = first.text.partition(" = ")[0]
            yield first._replace(text=f"{name} = ({plural(size, 'character')} not shown)")


def _context(line: Line) -> bool:
    return line.indent == INNER and line.symbol == " "


def _line(line: Line) -> str:
    sign = _SIGNS.get(line.symbol, line.symbol)
    return f"{sign}{' ' * (line.indent - 1)}{line.text}".rstrip()


def deletion_part(kind: Kind, change: Change, style: ActionStyle) -> Part:
    """Return an item of the list of deletes; its address is always shown."""
    replaced = " is replaced" if change.action is Action.REPLACE else ""
    address, name = f"- {code(change.address)}{replaced}", label_of(kind, change)
    why = "; ".join(map(prose, comments(change, style)))
    named = f"{address} ({plain(name)})" if name else address
    levels = ((address,), (f"{named}: {why}" if why else named,))
    return Part(Topic.DELETION, levels, change)


def note_part(note: Diagnostic) -> Part:
    """Return a message as an item of a list: nothing, its summary, then details and hint."""
    place = f" ({code(str(note.span))})" if note.span else ""
    head = f"- **{note.severity}**: {prose(note.summary)}{place}"
    more = [f"  {prose(text)}" for text in note.detail.splitlines() if text.strip()]
    more += [f"  {prose(text)} ({code(str(span))})" for text, span in note.related]
    hint = [f"  *Hint:* {prose(note.hint)}"] if note.hint else []
    *before, last = head, *more, *hint
    levels = ((), (head,), (*(f"{line}\\" for line in before), last))
    return Part(Topic.ERROR if note.severity is Severity.ERROR else Topic.WARNING, levels)
