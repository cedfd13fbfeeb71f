"""The answers of a shop as JSON."""

from collections.abc import Iterable
from typing import Any

from shopform.doctor.questions import Answer
from shopform.doctor.wire import Names

FORMAT = "1.0"


def doctor_document(
    shop: str, calls: int, answers: Iterable[Answer], wire: Names
) -> dict[str, Any]:
    """Return the answers, and the names that `--write` writes, by kind."""
    return {
        "format_version": FORMAT,
        "shop": shop,
        "calls": calls,
        "answers": [_answer(each) for each in answers],
        "wire": wire,
    }


def _answer(answer: Answer) -> dict[str, Any]:
    question, finding = answer.question, answer.finding
    return {
        "question": question.name,
        "about": question.about,
        "answer": finding.word or None,
        "possible": list(finding.fits),
        "evidence": finding.evidence,
        "why_not": "" if finding.word else finding.why,
        "assumes": question.assumes,
        "contradicts": answer.contradicts,
        "probe": question.probe,
    }
