"""Render values of several lines: long strings, and their differences."""

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import zip_longest
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from shopform.diagnostics import plural
from shopform.kit.text_diff import LineMatcher
from shopform.render.line_diff import CONTEXT, elided
from shopform.render.text.style import alike, escaped, printable

INDENT = 6
INNER = INDENT + 4
NARROWEST = 20
_PIECE = re.compile(r"\S+\s*|\s+")


class Detail(IntEnum):
    """How much is shown of a long value that changes.

    CHANGES elides unchanged parts of changed lines, LINES shows whole lines with some context, and
    ALL shows the whole value.
    """

    CHANGES = 0
    LINES = 1
    ALL = 2


class Line(NamedTuple):
    """One line: its indentation, its symbol (or a space), and the text."""

    indent: int
    symbol: str
    text: str


def text_block(symbol: str, head: str, sides: Sequence[object], detail: Detail) -> Iterator[Line]:
    """Render long strings between EOT markers: one as a whole, or the differences of two."""
    strings = [str(side).split("\n") for side in sides if side is not None]
    yield Line(INDENT, symbol, f"{head}<<-EOT")
    if len(strings) == 1:
        yield from (Line(INNER, symbol, _visible(line)) for line in strings[0])
    else:
        yield from _string_diff(strings[0], strings[1], detail)
    yield Line(INDENT, " ", "EOT -> null" if sides[-1] is None else "EOT")


def folded(line: Line, width: int) -> Iterator[Line]:
    """Wrap a line to the width."""
    room = max(width - line.indent - 2, NARROWEST)
    first, *rest = _folded(line.text, room) or [""]
    yield line._replace(text=first)
    yield from (Line(line.indent, " ", f"  {piece}") for piece in rest)


def _folded(text: str, room: int) -> list[str]:
    """Break a string at spaces, or elsewhere if it has none."""
    pieces: list[str] = []
    held = ""
    for word in _PIECE.findall(text):
        while columns(word.rstrip()) > (space := room - 2 * bool(pieces) - columns(held)):
            size = 0 if held else _fitting(word, space)
            pieces.append(held or word[:size])
            held, word = "", word[size:]
        held += word
    return [*pieces, held] if held else pieces


def _fitting(word: str, room: int) -> int:
    """Return how many characters of a word fit."""
    used = 0
    for number, char in enumerate(word):
        used += columns(char)
        if used > room:
            return max(number, 1)
    return len(word)


def columns(text: str) -> int:
    """Return the width of a string on a terminal."""
    if text.isascii():
        return len(text)
    wide = sum(east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(combining(char) > 0 for char in text)


def _visible(line: str) -> str:
    """Escape spaces at the end of a line."""
    kept = line.rstrip(" ")
    return printable(kept) + "\\u0020" * (len(line) - len(kept))


def hidden(number: int, noun: str) -> Iterator[Line]:
    """Return a line with the number of unchanged lines or elements that are not shown."""
    if number:
        yield Line(INNER, " ", f"# ({plural(number, f'unchanged {noun}')} hidden)")


def _string_diff(before: list[str], after: list[str], detail: Detail) -> Iterator[Line]:
    seen = 0
    around = len(before) if detail is Detail.ALL else CONTEXT
    matcher = LineMatcher(before, after)
    for group in matcher.get_grouped_opcodes(around):
        yield from hidden(group[0][1] - seen, "line")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (Line(INNER, " ", _visible(line)) for line in before[i1:i2])
            else:
                yield from _hunk(before[i1:i2], after[j1:j2], detail)
        seen = group[-1][2]
    yield from hidden(len(before) - seen, "line")


def _hunk(before: list[str], after: list[str], detail: Detail) -> Iterator[Line]:
    """Yield removed lines, then added ones."""
    removed: list[Line] = []
    added: list[Line] = []
    for old, new in zip_longest(before, after):
        pair = old is not None and new is not None
        show = escaped if pair and alike(old or "", new or "") else printable
        sides = [None if line is None else _visible(show(line)) for line in (old, new)]
        if pair and detail is Detail.CHANGES:
            sides = list(map(_visible, elided(old or "", new or "", show)))
        if sides[0] is not None:
            removed.append(Line(INNER, "-", sides[0]))
        if sides[1] is not None:
            added.append(Line(INNER, "+", sides[1]))
    yield from removed
    yield from added
