"""Values that need several lines: long texts, and what changed in them."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

from shopform.render.inline import cut, cut_pair
from shopform.render.style import plural, printable

INDENT = 6
INNER = INDENT + 4
NARROWEST = 20
_CONTEXT = 3


class Line(NamedTuple):
    """One line: where its symbol stands, the symbol (or a blank), and the text after it."""

    indent: int
    symbol: str
    text: str


def text_block(symbol: str, head: str, sides: Sequence[object], width: int) -> Iterator[Line]:
    """Long texts between EOT marks: the beginning of one, or what differs between two."""
    room = max(width - INNER - 2, NARROWEST)
    texts = [printable_lines(str(s)) for s in sides if s is not None]
    yield Line(INDENT, symbol, f"{head}<<-EOT")
    if len(texts) == 1:
        yield from _beginning(symbol, texts[0], room)
    else:
        yield from _text_diff(texts[0], texts[1], room)
    yield Line(INDENT, " ", "EOT -> null" if sides[-1] is None else "EOT")


def printable_lines(text: str) -> list[str]:
    return [printable(line) for line in text.split("\n")]


def hidden(number: int, noun: str) -> Iterator[Line]:
    """How many lines or elements that stay are not shown; nothing when there are none."""
    if number:
        yield Line(INNER, " ", f"# ({plural(number, f'unchanged {noun}')} hidden)")


def _beginning(symbol: str, lines: list[str], room: int) -> Iterator[Line]:
    shown = lines if len(lines) <= _CONTEXT + 1 else lines[:_CONTEXT]
    for line in shown:
        yield Line(INNER, symbol, cut(line, room))
    if len(shown) < len(lines):
        yield Line(INNER, " ", f"# ({plural(len(lines) - len(shown), 'more line')})")


def _text_diff(before: list[str], after: list[str], room: int) -> Iterator[Line]:
    seen = 0
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        yield from hidden(group[0][1] - seen, "line")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (Line(INNER, " ", cut(line, room)) for line in before[i1:i2])
            else:
                yield from _hunk(before[i1:i2], after[j1:j2], room)
        seen = group[-1][2]
    yield from hidden(len(before) - seen, "line")


def _hunk(before: list[str], after: list[str], room: int) -> Iterator[Line]:
    """Lines that went, then lines that came; two versions of one line are cut alike."""
    gone: list[Line] = []
    come: list[Line] = []
    for old, new in zip_longest(before, after):
        if old is not None and new is not None:
            old, new = cut_pair(old, new, room)
        if old is not None:
            gone.append(Line(INNER, "-", cut(old, room)))
        if new is not None:
            come.append(Line(INNER, "+", cut(new, room)))
    yield from gone
    yield from come
