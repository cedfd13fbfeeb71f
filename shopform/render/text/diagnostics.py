"""Render diagnostics as text, with the lines of their files."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Final

from shopform.diagnostics import Diagnostic, Line, Severity, Span
from shopform.kit.text import shorten
from shopform.render.text.style import BOLD, CYAN, RED, YELLOW, Ink, printable, wrap

_COLOURS = {Severity.ERROR: RED, Severity.WARNING: YELLOW}
SHOWN: Final = 50  # messages of one code, and places of one message
_BAR = " | "  # between the cells of a row
# The places of these codes are secrets, which must not be quoted.
_MASKED = frozenset({"literal-token", "login-in-url"})


def render_diagnostics(
    diagnostics: Iterable[Diagnostic],
    sources: Mapping[str, Sequence[Line]],
    *,
    color: bool,
    width: int,
) -> str:
    """Render diagnostics in the given order, separated by blank lines.

    At most `SHOWN` of one code are shown, followed by the number of the others. `sources` are the
    lines of files by the names that spans use; places in other files are shown without a line.
    """
    found = list(diagnostics)
    ink = Ink(color)
    masked = {(d.span.file, d.span.line) for d in found if d.span and d.code in _MASKED}
    frames = _Frames(sources, masked, ink, width)
    return "\n".join("\n".join(_one(each, frames, ink, width)) + "\n" for each in _cut(found))


def _cut(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    counts: Counter[tuple[Severity, str]] = Counter()
    for each in found:
        counts[each.severity, each.code] += 1
        if counts[each.severity, each.code] <= SHOWN:
            yield each
    for (severity, code), count in counts.items():
        if count > SHOWN:
            says = f"{count - SHOWN:,} more of `{code}`, after the {SHOWN} above"
            yield Diagnostic(severity=severity, code=code, summary=says)


def _one(each: Diagnostic, frames: "_Frames", ink: Ink, width: int) -> Iterable[str]:
    colour = _COLOURS[each.severity]
    head, *more = wrap(f"{each.severity}: {each.summary}", width)
    word = f"{each.severity}:"
    yield ink.paint(word, BOLD, colour) + ink.bold(head.removeprefix(word))
    yield from (ink.bold(line) for line in more)
    margin = 2
    if each.span is not None:
        margin = max(2, len(str(each.span.line)))
        yield ink.paint(" " * margin + "--> ", CYAN) + printable(str(each.span))
        yield from frames.frame(each.span, colour, margin)
    pad = " " * margin
    for paragraph in each.detail.splitlines():
        yield from wrap(paragraph, width, pad) or [""]
    for text, place in each.related[:SHOWN]:
        yield f"{pad}{ink.paint('note:', CYAN)} {printable(text)} at {printable(str(place))}"
    if len(each.related) > SHOWN:
        yield f"{pad}{ink.paint('note:', CYAN)} {len(each.related) - SHOWN:,} more places"
    if each.hint:
        first, *rest = wrap(f"hint: {each.hint}", width, pad, pad + " " * 6)
        yield pad + ink.paint("hint:", CYAN) + first.removeprefix(f"{pad}hint:")
        yield from rest


class _Frames:
    """The lines of the files, except those with secrets."""

    def __init__(
        self,
        sources: Mapping[str, Sequence[Line]],
        masked: Set[tuple[str, int]],
        ink: Ink,
        width: int,
    ) -> None:
        self._sources = sources
        self._masked = masked
        self._ink = ink
        self._width = width

    def frame(self, span: Span, colour: str, margin: int) -> Iterable[str]:
        """Return the line of a place with a marker below it; nothing for an unknown line."""
        lines = self._sources.get(span.file, ())
        if not 0 < span.line <= len(lines):
            return
        number = self._ink.paint(f"{span.line:>{margin}} |", CYAN)
        bar = self._ink.paint(" " * (margin + 1) + "|", CYAN)
        yield bar
        if (span.file, span.line) in self._masked:
            yield f"{number} (not shown: it holds a secret)"
        else:
            room = max(self._width - margin - 3, 20)
            line = lines[span.line - 1]
            if not isinstance(line, str):
                line, span = _cells(line, span)
            shown, indent, length = _window(line, span, room)
            yield f"{number} {shown}"
            yield f"{bar} {' ' * indent}{self._ink.paint('^' * length, colour)}"
        yield bar


def _cells(row: tuple[str, ...], span: Span) -> tuple[str, Span]:
    """Return a table's row as a line, and the place of its cell in it."""
    start = sum(len(cell) + len(_BAR) for cell in row[: span.column - 1])
    length = len(row[span.column - 1]) if span.column <= len(row) else 0
    return _BAR.join(row), Span(span.file, span.line, start + 1, span.line, start + 1 + length)


def _window(line: str, span: Span, room: int) -> tuple[str, int, int]:
    """Return the part of a line that fits, and the start and length of its marker."""
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    end = max(start, end)
    # A long line is cut at its start, so that the marker is visible.
    cut = 0 if len(printable(line[:end])) <= room else max(0, start - room // 4)
    before = ("…" if cut else "") + printable(line[cut:start])
    marked = printable(line[start:end])
    shown = shorten(before + marked + printable(line[end:]), room)
    return shown.rstrip(), len(before), max(1, min(len(marked), room - len(before)))
