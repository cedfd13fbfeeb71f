"""What Markdown shows of one change or message, at rising levels of detail."""

from collections.abc import Iterator

from shopform.diagnostics import Diagnostic, Severity, plural
from shopform.model.plan import Action, Change
from shopform.render.labels import label_of
from shopform.render.markdown.byte_budget import Part, Topic
from shopform.render.markdown.escaping import code, plain, prose
from shopform.render.plan_summary import comments
from shopform.render.text.field_lines import field_lines
from shopform.render.text.multiline import INNER, Detail, Line
from shopform.render.text.style import ActionStyle, printable

# The levels of a change; from FIELDS on a blank line ends it. What is destroyed is listed by name
# too, with its reasons, so its first two are empty.
NAME, FIELDS, TEXTS, ALL = 1, 2, 3, 4

_SIGNS = {"~": "!", "-/+": "-", ".": "!", "": " "}
# A field that takes more lines or characters than this is named first, and shown where it fits.
_LONG, _WIDE = 2, 200


def change_part(topic: Topic, change: Change, look: ActionStyle) -> Part:
    """A change as lines of a diff, with the sign in the first column so that it is coloured.

    What is destroyed has its name and its reasons in the list of deletions.
    """
    listed = topic is Topic.FIELDS_LOST
    sign = _SIGNS.get(look.symbol, look.symbol)
    name = f"{change.previous} has moved to {change.address}"
    if change.action is not Action.NO_OP or change.importing or not change.previous:
        name = f"{change.address} {look.heading}"
    head = f"{sign} {printable(name)}"
    reasons = () if listed else comments(change, look)
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
    """The lines of each field."""
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
    """Each field, of a long one only that there is something, and how much."""
    for lines in every:
        size = sum(len(line.text) for line in lines)
        if len(lines) <= _LONG and size <= _WIDE:
            yield from lines
        else:
            first = next(line for line in lines if " = " in line.text)
            name = first.text.partition(" = ")[0]
            yield first._replace(text=f"{name} = ({plural(size, 'character')} not shown)")


def _context(line: Line) -> bool:
    """Whether a line is only the context of a change."""
    return line.indent == INNER and line.symbol == " "


def _line(line: Line) -> str:
    sign = _SIGNS.get(line.symbol, line.symbol)
    return f"{sign}{' ' * (line.indent - 1)}{line.text}".rstrip()


def deletion_part(change: Change, look: ActionStyle) -> Part:
    """Something that is destroyed, in a list; its address is always shown."""
    replaced = " is replaced" if change.action is Action.REPLACE else ""
    address, name = f"- {code(change.address)}{replaced}", label_of(change)
    why = "; ".join(map(prose, comments(change, look)))
    named = f"{address} ({plain(name)})" if name else address
    levels = ((address,), (f"{named}: {why}" if why else named,))
    return Part(Topic.DELETION, levels, change)


def note_part(note: Diagnostic) -> Part:
    """A message in a list: nothing, the message, what it is about and what to do."""
    place = f" ({code(str(note.span))})" if note.span else ""
    head = f"- **{note.severity}**: {prose(note.summary)}{place}"
    more = [f"  {prose(text)}" for text in note.detail.splitlines() if text.strip()]
    more += [f"  {prose(text)} ({code(str(span))})" for text, span in note.related]
    hint = [f"  *Hint:* {prose(note.hint)}"] if note.hint else []
    *before, last = head, *more, *hint
    levels = ((), (head,), (*(f"{line}\\" for line in before), last))
    return Part(Topic.ERROR if note.severity is Severity.ERROR else Topic.WARNING, levels)
