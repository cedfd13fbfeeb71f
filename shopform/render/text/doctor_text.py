"""Render the answers of a shop as a table."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import filterfalse, zip_longest
from textwrap import wrap

from shopform.diagnostics import printable
from shopform.doctor.questions import Answer

HEAD = ("question", "answer", "evidence", "what shopform assumes")
NARROWEST = 20


def render_answers(answers: Iterable[Answer], *, width: int | None = None) -> str:
    """Render a row for each answer, the open questions by reason, and the counts.

    Lines are wrapped to the width of a terminal.
    """
    every = list(answers)
    lines = [*_table(filter(_has_row, every), width)]
    lines += _open(filterfalse(_has_row, every), width)
    lines += _wrapped("", _counts(every), width)
    return "\n".join(lines)


def _has_row(answer: Answer) -> bool:
    return bool(answer.finding.fits) or answer.contradicts


def _table(answers: Iterable[Answer], width: int | None) -> Iterator[str]:
    rows = [HEAD, *map(_row, answers)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    if width:
        room = max(width - 6, NARROWEST * len(HEAD))
        for place, share in enumerate((0.3, 0.2, 0.3, 0.2)):
            widths[place] = min(widths[place], int(room * share))
    for row in rows:
        cells = [wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
        for parts in zip_longest(*cells, fillvalue=""):
            yield "  ".join(p.ljust(w) for p, w in zip(parts, widths, strict=True)).rstrip()


def _row(answer: Answer) -> tuple[str, ...]:
    question, finding = answer.question, answer.finding
    seen = finding.evidence if finding.word else finding.why
    mark = "; the shop contradicts that" if answer.contradicts else ""
    words = " or ".join(finding.fits) or "not answered"
    return tuple(map(printable, (question.name, words, seen, question.assumes + mark)))


def _open(answers: Iterable[Answer], width: int | None) -> Iterator[str]:
    """Yield the names of the questions without an answer, by reason."""
    reasons: dict[str, list[str]] = {}
    for each in answers:
        reasons.setdefault(each.finding.why, []).append(each.question.name)
    if reasons:
        yield from ("", "Not answered:")
    for why, names in reasons.items():
        yield from _wrapped("  ", f"{why}: {', '.join(names)}", width)
    yield ""


def _counts(answers: Sequence[Answer]) -> str:
    answered = sum(bool(each.finding.word) for each in answers)
    against = [each.question.name for each in answers if each.contradicts]
    names = f" ({', '.join(against)})" if against else ""
    return (
        f"Questions: {answered} answered, {len(answers) - answered} open, "
        f"{len(against)} contrary to what shopform assumes{names}."
    )


def _wrapped(indent: str, text: str, width: int | None) -> list[str]:
    line = indent + printable(text)
    if not width:
        return [line]
    return wrap(line, width, subsequent_indent="    ", break_on_hyphens=False)
