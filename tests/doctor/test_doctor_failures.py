"""`shopform doctor` while a request fails: a question has its right word, or the reason."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from checked_shops import DEFAULTS, CheckedShop, checked_shop
from support import environment_of, run_here
from test_doctor_confusion import ROWS

PROBE = ("doctor", "--probe", "--auto-approve", "--json")
Answers = dict[str, dict[str, Any]]
# Requests that made words wrong: reads of an unknown id and of a menu, a create and a delete.
POINTS = ("GET /supplier/999999999:1", "GET /menu/1502:1", "POST /category:2", "DELETE /category:1")


def answers(one: CheckedShop) -> Answers:
    """The answers by question; none if the run was ended by a lost connection."""
    run = run_here(one.directory, *PROBE, environment=environment_of())
    assert "Traceback" not in run.err
    found = json.loads(run.out) if run.out else {}
    assert run.exit == 0 or "answers" not in found
    return {each["question"]: each for each in found.get("answers", ())}


def words(answer: Mapping[str, Any]) -> set[str]:
    """The word, or those that are still possible."""
    return {answer["answer"]} if answer["answer"] else set(answer["possible"])


def wrong(right: Answers, found: Answers) -> list[str]:
    """The questions with a word that is not the right one, or with a contradiction or no reason."""
    return [
        name
        for name, each in found.items()
        if (words(each) and not words(each) & words(right[name]))
        or (each["answer"] and not right[name]["answer"] and not words(right[name]))
        or (each["contradicts"] and not right[name]["contradicts"])
        or not (each["answer"] or each["why_not"])
    ]


def judge(row: Mapping[str, str], faults: Iterable[str]) -> int:
    """The number of questions that a failed request left without their word; none is wrong."""
    with checked_shop(row) as one:
        right, lost = answers(one), 0
    for fault in faults:
        with checked_shop(row) as one:
            before = one.counts()
            one.sandbox.set_fault(fault)
            found = answers(one)
            assert not wrong(right, found), fault
            assert not found or one.counts() == before
        open_ = [name for name, each in found.items() if right[name]["answer"] != each["answer"]]
        lost += len(open_)
        assert all(found[name]["why_not"] for name in open_), fault
    return lost


def test_a_request_that_fails_answers_nothing() -> None:
    assert judge(DEFAULTS, (f"{point}:500" for point in POINTS)) > len(POINTS)


def test_the_failed_request_is_the_reason_and_one_that_is_to_wait_is_sent_again() -> None:
    with checked_shop() as one:
        one.sandbox.set_fault("POST /supplier:2:503", "GET /brand:1:html")
        one.sandbox.set_fault("GET /menu:1:429=0.01", "PUT /category:1:429=0.01")
        found = answers(one)
    failed = "`GET brand` answered 200, html, `POST supplier` answered 503, plain"
    assert found["unique_names"]["why_not"] == f"the probe did not come to it: {failed}"
    assert found["shape.brand"]["why_not"] == f"requests failed: {failed}"
    assert not found["shape.brand"]["contradicts"]
    assert found["html"]["answer"] == "crlf"
    assert found["shape.menu"]["answer"] == "envelope"


@pytest.mark.wide
@pytest.mark.parametrize(
    ("number", "fault"),
    [
        *((None, fault) for fault in ("500", "500_after", "302", "429=0.01", "429", "503")),
        *((None, fault) for fault in ("cut", "lose", "html", "html_after", "garble", "null")),
        *((number, fault) for number in (0, 5, 14, 20) for fault in ("500", "500_after")),
    ],
)
def test_no_word_is_wrong_whichever_request_fails(number: int | None, fault: str) -> None:
    row = DEFAULTS if number is None else ROWS[number]
    with checked_shop(row) as one:
        answers(one)
        calls = len(one.sandbox.calls)
    lost = judge(row, (f"{call}:{fault}" for call in range(1, calls + 1)))
    print(f"{fault} at each of {calls} calls: {lost} questions without their word, none wrong")
