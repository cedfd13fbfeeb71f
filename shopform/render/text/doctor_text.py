"""Render the answers of a shop as a table."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from textwrap import wrap

from shopform.diagnostics import printable
from shopform.doctor.questions import Answer

HEAD = ("question", "answer", "evidence", "what shopform assumes")
NARROWEST = 20


def render_answers(answers: Iterable[Answer], *, width: int | None = None) -> str:
    """Render a row for each question, wrapped in its columns to the width of a terminal."""
    rows = [HEAD, *map(_row, answers)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    if width:
        room = max(width - 6, NARROWEST * len(HEAD))
        for place, share in enumerate((0.3, 0.2, 0.3, 0.2)):
            widths[place] = min(widths[place], int(room * share))
    return "\n".join(line for row in rows for line in _lines(row, widths))


def _lines(row: tuple[str, ...], widths: list[int]) -> Iterator[str]:
    cells = [wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
    for parts in zip_longest(*cells, fillvalue=""):
        yield "  ".join(p.ljust(w) for p, w in zip(parts, widths, strict=True)).rstrip()


def _row(answer: Answer) -> tuple[str, ...]:
    question, finding = answer.question, answer.finding
    word = finding.word or "not answered"
    if not finding.word and finding.fits:
        word += f": {' or '.join(finding.fits)}"
    seen = finding.evidence if finding.word else finding.why
    mark = "; the shop contradicts that" if answer.contradicts else ""
    cells = question.name, word, seen, question.assumes + mark
    return tuple(map(printable, cells))
