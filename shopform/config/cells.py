"""CSV text to rows of cells, as a spreadsheet counts and shows them."""

import csv
import io
import re
from collections.abc import Iterator

from shopform.diagnostics import Collector, Line, Span

_QUOTED = re.compile(r'"[^"]*(?:"|$)')
_HEADER = re.compile(r'(?:"[^"]*"|[^"\r\n])*')
_SEPARATORS = ",;\t"  # of two that are as frequent in the header the first is taken


def decoded(data: bytes) -> str | int:
    """The text of a file, or else the line whose bytes are not UTF-8."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return 1
    wrong = data.find(b"\0")  # UTF-16 without a mark is full of them, and a text has none
    try:
        if wrong < 0:
            return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        wrong = problem.start
    return data.count(b"\n", 0, wrong) + 1


def rows(text: str, file: str, collector: Collector) -> Iterator[list[str]]:
    """Every row, the header among them; a blank line is an empty one.

    Cells with line breaks are one row. What cannot be split goes to the collector, and is the end.
    """
    number = 1
    try:
        # Not from the lines: a cell may hold a line break, which must stay the one it is.
        for row in csv.reader(
            io.StringIO(text, newline=""), delimiter=_separator(text), strict=True
        ):
            yield row
            number += 1
    except csv.Error as problem:
        collector.error(
            "table-malformed",
            f"row {number} cannot be split into cells: {problem}",
            hint='write a cell with quotes as `"a ""word"" in it"`, and close every quote',
            span=Span(file, number, 1),
        )


def frame(text: str, file: str) -> list[Line]:
    """The rows for a code frame, as far as they can be read."""
    return [tuple(row) for row in rows(text, file, Collector())]


def _separator(text: str) -> str:
    found = _HEADER.match(text)
    header = _QUOTED.sub("", found[0] if found else "")
    return max(_SEPARATORS, key=header.count)
