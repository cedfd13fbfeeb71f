"""Diagnostics as text, with the lines of the file they are about."""

from collections.abc import Iterable, Mapping, Sequence

from shopform.diagnostics import Diagnostic, Severity, Span
from shopform.render.style import BOLD, CYAN, RED, YELLOW, Ink, printable, wrap

_COLOURS = {Severity.ERROR: RED, Severity.WARNING: YELLOW}
# What stands in the file at such a place is a secret: the frame must not repeat it.
_MASKED = frozenset({"literal-token", "login-in-url"})


def render_diagnostics(
    diagnostics: Iterable[Diagnostic],
    sources: Mapping[str, Sequence[str]],
    *,
    color: bool,
    width: int,
) -> str:
    """All diagnostics in the order given, a blank line between them.

    `sources` are the lines of the files, by the names that spans use; a place in another file is
    shown without its line.
    """
    ink = Ink(color)
    return "\n".join("\n".join(_one(each, sources, ink, width)) + "\n" for each in diagnostics)


def _one(
    each: Diagnostic, sources: Mapping[str, Sequence[str]], ink: Ink, width: int
) -> Iterable[str]:
    colour = _COLOURS[each.severity]
    head, *more = wrap(f"{each.severity}: {each.summary}", width) or [f"{each.severity}:"]
    word = f"{each.severity}:"
    yield ink.paint(word, BOLD, colour) + ink.bold(head.removeprefix(word))
    yield from (ink.bold(line) for line in more)
    margin = 2
    if each.span is not None:
        margin = max(2, len(str(each.span.line)) + 1)
        yield ink.paint(" " * (margin - 1) + " --> ", CYAN) + printable(str(each.span))
        yield from _frame(each, each.span, sources, ink, colour, margin, width)
    pad = " " * margin
    if each.detail:
        for paragraph in each.detail.splitlines():
            yield from wrap(paragraph, width, pad) or [""]
    for text, place in each.related:
        yield f"{pad}{ink.paint('note:', CYAN)} {printable(text)} at {printable(str(place))}"
    if each.hint:
        first, *rest = wrap(f"hint: {each.hint}", width, pad, pad + " " * 6)
        yield pad + ink.paint("hint:", CYAN) + first.removeprefix(f"{pad}hint:")
        yield from rest


def _frame(
    each: Diagnostic,
    span: Span,
    sources: Mapping[str, Sequence[str]],
    ink: Ink,
    colour: str,
    margin: int,
    width: int,
) -> Iterable[str]:
    """The line of the place, and a mark under what is meant; nothing for a line unknown."""
    lines = sources.get(span.file, ())
    if not 0 < span.line <= len(lines):
        return
    bar = ink.paint(" " * (margin + 1) + "|", CYAN)
    yield bar
    if each.code in _MASKED:
        yield ink.paint(f"{span.line:>{margin}} |", CYAN) + " (not shown: it holds a secret)"
    else:
        line = lines[span.line - 1]
        start = min(span.column - 1, len(line))
        end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
        before, marked, after = line[:start], line[start:end] or "", line[max(start, end) :]
        room = max(width - margin - 3, 20)
        cut = max(0, len(printable(before + marked)) - room)
        cut = min(cut, start)
        shown = ("…" if cut else "") + printable(before[cut:] + marked + after)
        shown = shown if len(shown) <= room else shown[: room - 1] + "…"
        indent = len(printable(before[cut:])) + (1 if cut else 0)
        length = max(1, min(len(printable(marked)), room - indent))
        yield ink.paint(f"{span.line:>{margin}} |", CYAN) + " " + shown.rstrip()
        yield bar + " " + " " * indent + ink.paint("^" * length, colour)
    yield bar
