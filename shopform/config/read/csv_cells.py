"""CSV text to rows of cells, as a spreadsheet counts and shows them."""

import csv
import io
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import Final

from shopform.diagnostics import Collector, Line, Span

_SAID: Final = re.compile(r'"?sep=([^\r\n])"?\1*\r?\n', re.IGNORECASE)
_SEPARATORS: Final = ",;\t"  # of two that fit equally well the first is used
_SEARCHED: Final = 50  # rows in which the headers are looked for
# Pages and chat programs add blanks that no eye sees: no-break, zero-width, byte order marks.
_BLANKS: Final = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The text of a table, what separates its cells, and the number of its row of headers."""

    text: str
    separator: str
    header: int


def decoded(data: bytes) -> str | int:
    """The text of a file, or else the line whose bytes are not UTF-8."""
    # UTF-16, with its mark or without: half of it are NULs. A few stand in cells, which are read.
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or 4 * data.count(b"\0") > len(data):
        return 1
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        return data.count(b"\n", 0, problem.start) + 1


def trimmed(text: str) -> str:
    return text.strip(_BLANKS)


def laid_out(text: str, wanted: AbstractSet[str], header: int = 0, separator: str = "") -> Sheet:
    """The sheet, with what is not given found: the first row that has most of `wanted` in it.

    A first line such as `sep=;` names the separator, and counts as a row.
    """
    said = _SAID.match(text)
    separators = separator or (said[1] if said else _SEPARATORS)
    found = Sheet(text, separators[0], header or 1)
    best: tuple[int, int, int] | None = None
    for each in separators:
        candidates = _readable(Sheet(text, each, 1), header or _SEARCHED)
        for number, row in enumerate(candidates, 1):
            cells = {trimmed(cell) for cell in row}
            blank = not "".join(cells).strip(_SEPARATORS)
            if (number == 1 and said) or blank or header not in (0, number):
                continue
            rank = (len(cells & wanted), -number, len(row))
            if best is None or rank > best:
                best, found = rank, Sheet(text, each, number)
    return found


def _readable(sheet: Sheet, count: int) -> Iterator[list[str]]:
    return islice(rows(sheet, "", Collector()), count)


def rows(sheet: Sheet, file: str, collector: Collector) -> Iterator[list[str]]:
    """Every row, the header among them; a blank line is an empty one.

    Cells with line breaks are one row. What cannot be split goes to the collector, and is the end.
    """
    number = 1
    try:
        # Not from the lines: a cell may hold a line break, which must stay the one it is.
        for row in csv.reader(
            io.StringIO(sheet.text, newline=""), delimiter=sheet.separator, strict=True
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


def frame(sheet: Sheet, file: str) -> list[Line]:
    """The rows for a code frame, as far as they can be read."""
    return [tuple(row) for row in rows(sheet, file, Collector())]
