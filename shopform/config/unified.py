"""Unified diffs in time that grows with the texts.

difflib looks for the longest run that two texts share, again behind each change: thousands of small
changes in one file would take minutes.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final, Literal

_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
Tag = Literal["replace", "delete", "insert", "equal"]
Opcode = tuple[Tag, int, int, int, int]


def file_diff(old: str, new: str, before: str, after: str) -> Iterator[str]:
    """A diff of two texts, as readers of patches take it, under the names of both files."""
    yield f"--- {old}\n+++ {new}\n"
    for line in unified(_LINE.findall(before), _LINE.findall(after)):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def unified(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """The hunks of a diff, without its header; lines have their ends."""
    for group in _Known(before, after).get_grouped_opcodes():
        first, last = group[0], group[-1]
        old, new = _range(first[1], last[2]), _range(first[3], last[4])
        yield f"@@ -{old} +{new} @@\n"
        for op, i1, i2, j1, j2 in group:
            if op == "equal":
                yield from (f" {line}" for line in before[i1:i2])
            else:
                yield from (f"-{line}" for line in before[i1:i2])
                yield from (f"+{line}" for line in after[j1:j2])


def _range(start: int, stop: int) -> str:
    length = stop - start
    return f"{start + 1}" if length == 1 else f"{start + 1 if length else start},{length}"


class _Known(SequenceMatcher[str]):
    """Groups opcodes as difflib does, that were found by `_opcodes`."""

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        super().__init__()
        self._found = list(_opcodes(before, after))

    def get_opcodes(self) -> list[Opcode]:
        return self._found


def _opcodes(before: Sequence[str], after: Sequence[str]) -> Iterator[Opcode]:
    """Runs of equal lines, and between them the fewest lines until both texts meet again."""
    places: dict[str, list[int]] = {}
    for number, line in enumerate(after):
        places.setdefault(line, []).append(number)
    i = j = 0
    while i < len(before) or j < len(after):
        k = 0
        while i + k < len(before) and j + k < len(after) and before[i + k] == after[j + k]:
            k += 1
        if k:
            yield "equal", i, i + k, j, j + k
            i, j = i + k, j + k
        x, y = _meeting(before, i, len(after), j, places)
        if x or y:
            op: Tag = "replace" if x and y else "delete" if x else "insert"
            yield op, i, i + x, j, j + y
            i, j = i + x, j + y


def _meeting(
    before: Sequence[str], i: int, end: int, j: int, places: dict[str, list[int]]
) -> tuple[int, int]:
    """How many lines of each to pass until the next that both have."""
    best = len(before) - i, end - j
    x = 0
    while i + x < len(before) and x < sum(best):
        found = places.get(before[i + x], [])
        at = bisect_left(found, j)
        if at < len(found) and x + found[at] - j < sum(best):
            best = x, found[at] - j
        x += 1
    return best
