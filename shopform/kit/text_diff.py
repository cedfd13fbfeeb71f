"""What two strings share, in time that grows with them.

difflib looks for the longest run that two strings share, again after each change: with lines that
repeat, such as blank ones, that takes the cube of their number, a minute for 2,000.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import Match, SequenceMatcher
from typing import Final

_LARGEST: Final = 100_000  # steps that difflib may take


class LineMatcher(SequenceMatcher[str]):
    """Matches lines, or words, as difflib does where that is quick.

    Elsewhere those that occur once in each string are matched first, and then what is between them.
    """

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        super().__init__(None, before, after, autojunk=False)
        self._sides = before, after

    def get_matching_blocks(self) -> list[Match]:
        before, after = self._sides
        if _quick(before, after):
            return super().get_matching_blocks()
        found = [Match(0, 0, 0)]
        for a, b, size in _anchored(before, after):
            last = found[-1]
            if (a, b) == (last.a + last.size, last.b + last.size):
                found[-1] = last._replace(size=last.size + size)
            else:
                found.append(Match(a, b, size))
        return [*found, Match(len(before), len(after), 0)]


def _quick(before: Sequence[str], after: Sequence[str]) -> bool:
    counts = Counter(after)
    pairs = sum(number * counts[line] for line, number in Counter(before).items())
    return pairs * min(len(before), len(after)) <= _LARGEST


def _anchored(before: Sequence[str], after: Sequence[str]) -> Iterator[Match]:
    i = j = 0
    for x, y in [*_anchors(before, after), (len(before), len(after))]:
        old, new = before[i:x], after[j:y]
        inner = _plain(old, new) if _quick(old, new) else _nearest(old, new)
        for a, b, size in inner:
            yield Match(i + a, j + b, size)
        if x < len(before):
            yield Match(x, y, 1)
        i, j = x + 1, y + 1


def _plain(before: Sequence[str], after: Sequence[str]) -> Iterable[Match]:
    if not before or not after:
        return ()
    return SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()[:-1]


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Lines that occur once in each string: the most of them that are in one order in both."""
    once = [{each for each, n in Counter(side).items() if n == 1} for side in (before, after)]
    places = {line: number for number, line in enumerate(after)}
    shared = once[0] & once[1]
    pairs = [(number, places[line]) for number, line in enumerate(before) if line in shared]
    # The longest increasing run: of each length the end that leaves the most room, and its way.
    ends: list[int] = []
    tops: list[int] = []
    previous: list[int] = []
    for number, (_, place) in enumerate(pairs):
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
        tops[at : at + 1] = [number]
        previous.append(tops[at - 1] if at else -1)
    found: list[tuple[int, int]] = []
    at = tops[-1] if tops else -1
    while at >= 0:
        found.append(pairs[at])
        at = previous[at]
    return found[::-1]


def _nearest(before: Sequence[str], after: Sequence[str]) -> Iterator[Match]:
    """Runs of equal lines, and between them the fewest lines until both sides meet again."""
    places: dict[str, list[int]] = {}
    for number, line in enumerate(after):
        places.setdefault(line, []).append(number)
    i = j = 0
    while i < len(before) and j < len(after):
        size = 0
        room = min(len(before) - i, len(after) - j)
        while size < room and before[i + size] == after[j + size]:
            size += 1
        if size:
            yield Match(i, j, size)
        i, j = i + size, j + size
        x, y = _meeting(before, i, len(after), j, places)
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


_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")


def file_diff(name: str, before: str, after: str) -> Iterator[str]:
    """Yield the lines of a diff of a file, with its header, for `patch` and `git apply`."""
    # Programs that apply patches end a name at the first space, unless a tab follows it.
    end = "\t\n" if " " in name else "\n"
    yield f"--- a/{name}{end}+++ b/{name}{end}"
    for line in unified(_LINE.findall(before), _LINE.findall(after)):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def unified(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield the lines of the hunks of a diff, with their line ends."""
    for group in LineMatcher(before, after).get_grouped_opcodes():
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
