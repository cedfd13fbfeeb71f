"""Unified diffs, in time linear in the length of the files."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from shopform.kit.text_diff import LineMatcher

_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")


def file_diff(old: str, new: str, before: str, after: str) -> Iterator[str]:
    """Yield the lines of a diff of two files, with its header, for `patch` and `git apply`."""
    yield f"--- {old}\n+++ {new}\n"
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
