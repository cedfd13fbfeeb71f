"""Render the answers of a shop as a table."""

from collections.abc import Iterable

from shopform.diagnostics import printable
from shopform.doctor.questions import Answer

HEAD = ("question", "answer", "evidence", "what shopform assumes")


def render_answers(answers: Iterable[Answer]) -> str:
    """Render a line for each question, in columns."""
    rows = [HEAD, *map(_row, answers)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    )


def _row(answer: Answer) -> tuple[str, ...]:
    question, finding = answer.question, answer.finding
    word = finding.word or "not answered"
    if not finding.word and finding.fits:
        word += f": {' or '.join(finding.fits)}"
    seen = finding.evidence if finding.word else finding.why
    mark = "; the shop contradicts that" if answer.contradicts else ""
    cells = question.name, word, seen, question.assumes + mark
    return tuple(map(printable, cells))
