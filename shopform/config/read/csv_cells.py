"""Split CSV into rows of cells, counted as a spreadsheet does."""

import csv
import io
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Final, NamedTuple

from shopform.diagnostics import Collector, Line, Span

_SEPARATOR_LINE: Final = re.compile(r'"?sep=([^\r\n])"?\1*\r?\n', re.IGNORECASE)
_SEPARATORS: Final = ",;\t"  # in order of preference
_SEARCHED: Final = 50  # first rows, of which one may be the header
# Web pages and chat programs add invisible blanks: no-break, zero-width, byte order marks.
_BLANKS: Final = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u2060\ufeff"


class Sheet(NamedTuple):
    """The content of a table, its cell separator, and the number of its header row."""

    text: str
    separator: str
    header: int


def decode(data: bytes) -> str | int:
    """Return the content of a file, or the number of the line that is not UTF-8."""
    # UTF-16, with or without its mark: half of it are NULs. A few of them may be in cells.
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or 4 * data.count(b"\0") > len(data):
        return 1
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        return data.count(b"\n", 0, problem.start) + 1


def trim(text: str) -> str:
    return text.strip(_BLANKS)


def detect_layout(
    text: str, wanted: AbstractSet[str], header: int = 0, separator: str = ""
) -> Sheet:
    """Return the sheet; `header` and `separator` are detected if not given.

    The header is the first row with the most names in `wanted`. A first line such as `sep=;` sets
    the separator, and counts as a row.
    """
    declared = _SEPARATOR_LINE.match(text)
    separators = separator or (declared[1] if declared else _SEPARATORS)
    found = Sheet(text, separators[0], header or 1)
    best: tuple[int, int, int] | None = None
    for each in separators:
        candidates = _readable(Sheet(text, each, 1), header or _SEARCHED)
        for number, row in enumerate(candidates, 1):
            cells = {trim(cell) for cell in row}
            blank = not "".join(cells).strip(_SEPARATORS)
            if (number == 1 and declared) or blank or header not in (0, number):
                continue
            rank = (len(cells & wanted), -number, len(row))
            if best is None or rank > best:
                best, found = rank, Sheet(text, each, number)
    return found


def _readable(sheet: Sheet, count: int) -> Iterator[list[str]]:
    return islice(rows(sheet, "", Collector()), count)


def rows(sheet: Sheet, file: str, collector: Collector) -> Iterator[list[str]]:
    """Yield every row, including the header; a blank line is an empty row.

    A row may span several lines. One that cannot be split is reported, and ends the rows.
    """
    number = 1
    try:
        # Splitting into lines first would change the line breaks in cells.
        for row in csv.reader(
            io.StringIO(sheet.text, newline=""), delimiter=sheet.separator, strict=True
        ):
            yield row
            number += 1
    except csv.Error as problem:
        collector.error(
            "table-malformed",
            f"row {number} cannot be split into cells: {problem}",
            hint='close every quote, and double those inside a cell: `"a ""word"" in it"`',
            span=Span(file, number, 1),
        )


def frame(sheet: Sheet, file: str) -> list[Line]:
    """Return the rows for a code frame, as far as they can be read."""
    return [tuple(row) for row in rows(sheet, file, Collector())]
