"""Compare two strings: line by line, and changed lines word by word."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, zip_longest
from typing import NamedTuple

from shopform.kit.text_diff import LineMatcher

CONTEXT = 3
# Matching costs the product of both lengths. Above this, clauses are compared instead of words;
# if these are too many too, the whole line is shown as changed.
_LARGEST = 250_000
# Two lines that share less than this are unrelated.
_ALIKE = 0.5
# Unchanged characters that are shown next to a change, and the fewest that are elided.
_NEAR, _ELIDED = 24, 40
_WORD = re.compile(r"<[^<>]*>|\w+|\s+|[^\w\s]")
_CLAUSE = re.compile(r"<[^<>]*>|[^<>.,;:!?]+|[<>.,;:!?]+")


class Run(NamedTuple):
    """A part of a line; `changed` if the other side does not have it."""

    changed: bool
    text: str


Line = tuple[Run, ...]


class Row(NamedTuple):
    """A line before and after, None where a side has none; `same` if nothing changed."""

    before: Line | None
    after: Line | None
    same: bool = False


def rows(before: str, after: str) -> list[Row]:
    """Return all lines of two strings, related lines in one row."""
    old, new = before.split("\n"), after.split("\n")
    found: list[Row] = []
    matcher = LineMatcher(old, new)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            found += [Row(whole(line), whole(line), True) for line in old[i1:i2]]
        else:
            found += [_row(a, b) for a, b in zip_longest(old[i1:i2], new[j1:j2])]
    return found


def folded(every: Sequence[Row]) -> Iterator[tuple[bool, list[Row]]]:
    """Yield the rows in runs, with True for those too far from a change to be shown."""
    changed = [number for number, row in enumerate(every) if not row.same]
    near = {n for c in changed for n in range(c - CONTEXT, c + CONTEXT + 1)}
    for far, run in groupby(range(len(every)), lambda number: number not in near):
        yield far, [every[number] for number in run]


def elided(before: str, after: str, show: Callable[[str], str]) -> tuple[str, str]:
    """Render two versions of a line, with long unchanged parts elided."""
    one, other = _words(before, after)
    return _elided(one, show), _elided(other, show)


def _elided(line: Line, show: Callable[[str], str]) -> str:
    parts = []
    for number, (changed, text) in enumerate(line):
        head = _NEAR if number else 0
        tail = _NEAR if number < len(line) - 1 else 0
        rest = len(text) - head - tail
        if changed or rest <= _ELIDED:
            parts.append(show(text))
        else:
            kept = show(text[:head]), show(text[len(text) - tail :])
            parts.append(f"…({rest:,} unchanged characters)…".join(kept))
    return "".join(parts)


def whole(line: str, *, changed: bool = False) -> Line:
    return (Run(changed, line),)


def _row(before: str | None, after: str | None) -> Row:
    if before is None or after is None:
        sides = [None if s is None else whole(s, changed=True) for s in (before, after)]
        return Row(sides[0], sides[1])
    return Row(*_words(before, after))


def _words(before: str, after: str) -> tuple[Line, Line]:
    for unit in (_WORD, _CLAUSE):
        old, new = unit.findall(before), unit.findall(after)
        start = _common(old, new)
        end = _common(old[start:][::-1], new[start:][::-1])
        middle = old[start : len(old) - end], new[start : len(new) - end]
        if len(middle[0]) * len(middle[1]) <= _LARGEST:
            break
    else:
        return whole(before, changed=True), whole(after, changed=True)
    head, tail = "".join(old[:start]), "".join(old[len(old) - end :])
    one, other = [Run(False, head)], [Run(False, head)]
    for tag, i1, i2, j1, j2 in LineMatcher(*middle).get_opcodes():
        one.append(Run(tag != "equal", "".join(middle[0][i1:i2])))
        other.append(Run(tag != "equal", "".join(middle[1][j1:j2])))
    one.append(Run(False, tail))
    other.append(Run(False, tail))
    shared = sum(len(run.text.strip()) for run in one if not run.changed)
    if shared < _ALIKE * min(len(before), len(after)):
        return whole(before, changed=True), whole(after, changed=True)
    return _tidy(one), _tidy(other)


def _tidy(runs: list[Run]) -> Line:
    """Drop empty runs, and join changed runs with only spaces between them."""
    kept = [run for run in runs if run.text]
    for number in range(1, len(kept) - 1):
        if kept[number].text.isspace() and kept[number - 1].changed and kept[number + 1].changed:
            kept[number] = kept[number]._replace(changed=True)
    return tuple(
        Run(changed, "".join(run.text for run in group))
        for changed, group in groupby(kept, lambda run: run.changed)
    )


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
