"""Every list shape is read whole, in the fewest calls; what is not whole says so."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from shopserver import Answer, Asked, envelope, read, serving, suppliers, window

from shopform.errors import Nonsense
from shopform.kinds.standard import STANDARD
from shopform.shop.client import Client
from shopform.shop.fetch import fetch

SUPPLIER, REDIRECT = STANDARD["supplier"], STANDARD["redirect"]


Shape = Callable[[list[Any], Asked], Answer]

SHAPES: dict[str, Shape] = {
    "bare": lambda items, asked: Answer(items),
    "bare, paged": lambda items, asked: Answer(window(asked, items)),
    "envelope": lambda items, asked: envelope("suppliers", items, asked),
    "other key": lambda items, asked: envelope("rows", items, asked),
    "total as text": lambda items, asked: envelope(
        "suppliers", items, asked, total=str(len(items)), count=str(len(window(asked, items)))
    ),
    "total only": lambda items, asked: envelope(
        "suppliers", items, asked, limit=None, count=None, offset=None
    ),
    "no total": lambda items, asked: envelope("suppliers", items, asked, total=None),
    "no paging": lambda items, asked: Answer({"suppliers": window(asked, items)}),
    "pages of 50": lambda items, asked: envelope("suppliers", items, asked, most=50),
    "pages of 50, no total": lambda items, asked: envelope(
        "suppliers", items, asked, most=50, total=None
    ),
    "pages of 50, not told": lambda items, asked: envelope(
        "suppliers", items, asked, most=50, limit=None
    ),
    "pages of 50, nothing told": lambda items, asked: Answer(
        {"suppliers": window(asked, items, most=50)}
    ),
    "pages of 2": lambda items, asked: envelope("suppliers", items, asked, most=2),
    "numbered": lambda items, asked: (
        Answer({str(3 * n): item for n, item in enumerate(items)}) if items else Answer([])
    ),
    "numbered in an envelope": lambda items, asked: Answer(
        {
            "paging": {"total": len(items)},
            "suppliers": {str(2 * n): item for n, item in enumerate(window(asked, items))},
        }
    ),
}


@pytest.mark.parametrize("number", [0, 1, 5, 50, 99, 100, 101, 200, 250])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_read_whole(shape: str, number: int) -> None:
    items = suppliers(number)
    got, _ = read(lambda asked: SHAPES[shape](items, asked))
    assert list(got.objects) == list(range(1, number + 1))
    assert got.problem == ""


@pytest.mark.parametrize(
    ("shape", "number", "calls"),
    [
        ("bare", 0, 1),
        ("bare", 21, 1),
        ("bare", 99, 1),
        ("bare", 100, 2),
        ("bare", 101, 1),
        ("bare", 200, 2),
        ("bare, paged", 100, 2),
        ("bare, paged", 150, 2),
        ("envelope", 0, 1),
        ("envelope", 1, 1),
        ("envelope", 100, 1),
        ("envelope", 101, 2),
        ("envelope", 1000, 10),
        ("pages of 50", 250, 5),
        ("no total", 99, 1),
        ("no total", 250, 3),
        ("no total", 200, 3),
    ],
)
def test_no_call_more_than_needed(shape: str, number: int, calls: int) -> None:
    items = suppliers(number)
    _, spent = read(lambda asked: SHAPES[shape](items, asked))
    assert spent == calls


def test_pages_are_asked_for_at_once() -> None:
    meeting = threading.Barrier(3, timeout=60)
    items = suppliers(350)

    def on_call(_method: str, _path: str, _status: int) -> None:
        if len(running.asked) > 1:
            meeting.wait()

    with (
        serving(lambda asked: envelope("suppliers", items, asked)) as running,
        Client(running.shop(), parallelism=3, on_call=on_call) as client,
    ):
        live = fetch(client, ["supplier"])
    assert len(live.kinds["supplier"].objects) == 350


@pytest.mark.parametrize("parallelism", [1, 4])
def test_no_thread_is_left(parallelism: int) -> None:
    before = set(threading.enumerate())
    items = suppliers(450)
    with (
        serving(lambda asked: envelope("suppliers", items, asked)) as running,
        Client(running.shop(), parallelism=parallelism) as client,
    ):
        fetch(client, ["supplier"])
    assert {t for t in set(threading.enumerate()) - before if "Pool" in t.name} == set()


BROKEN = {
    "nothing in it": {},
    "an error": {"error": "no database"},
    "an empty list of errors": {"success": False, "errors": []},
    "a list that is missing": {"paging": {"total": 3}},
    "a list that is null": {"paging": {"total": 3}, "suppliers": None},
    "two lists": {"paging": {"total": 1}, "a": [{"id": 1}], "b": [{"id": 1}]},
    "texts": ["a", "b"],
    "lists": {"suppliers": [[], []]},
    "no ids": [{"name": "A"}],
    "an object": {"supplier_id": 1, "name": "A"},
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_what_is_no_list_is_nonsense(body: Any) -> None:
    with pytest.raises(Nonsense):
        read(lambda asked: Answer(body))


@pytest.mark.parametrize("listed", [{"suppliers": None}, {"suppliers": []}, {"suppliers": {}}, {}])
@pytest.mark.parametrize("total", [0, "0"])
def test_total_of_nothing_is_an_empty_list(listed: dict[str, Any], total: object) -> None:
    got, calls = read(lambda asked: Answer({"paging": {"total": total}, **listed}))
    assert (dict(got.objects), got.problem, calls) == ({}, "", 1)


def broken(shape: str, fault: str, items: list[Any], asked: Asked) -> Answer:
    """The fault on the page at offset 100, or on the only one."""
    faulty = "100" if len(items) > 100 else "0"
    answer = SHAPES[shape](items, asked)
    body = answer.body
    page = body if isinstance(body, list) else body["suppliers"]
    if asked.query["offset"] == faulty:
        if fault == "short":
            page = page[:-1]
        elif fault == "empty":
            page = []
        elif fault == "double":
            page = [*page[:-1], page[0]]
        elif fault == "total":
            body["paging"]["total"] += 1
    return Answer(page if isinstance(body, list) else {**body, "suppliers": page})


FAULTS = [
    ("envelope", "short", 12, "11"),
    ("envelope", "short", 250, "page with 100 objects held 99"),
    ("envelope", "empty", 12, "0"),
    ("envelope", "empty", 250, "held 0"),
    ("envelope", "double", 12, "11 of 12"),
    ("envelope", "double", 250, "249 of 250 received"),
    ("envelope", "total", 250, "total changed"),
    ("envelope", "total", 12, "total changed"),
    ("total only", "short", 250, "249 of 250 received"),
    ("total only", "empty", 12, "0 of 12 received"),
    ("no total", "short", 12, "page with 12 objects held 11"),
    ("no total", "double", 250, "came twice"),
    ("no paging", "double", 150, "came twice"),
    ("bare", "double", 12, "came twice"),
]


@pytest.mark.parametrize(("shape", "fault", "number", "problem"), FAULTS)
def test_list_that_stays_short_has_a_problem(
    shape: str, fault: str, number: int, problem: str
) -> None:
    items = suppliers(number)
    got, _ = read(lambda asked: broken(shape, fault, items, asked))
    assert problem in got.problem


HEALED = [*(fault[:3] for fault in FAULTS), ("total only", "short", 12)]


@pytest.mark.parametrize(("shape", "fault", "number"), HEALED)
def test_passing_fault_is_read_again_and_gone(shape: str, fault: str, number: int) -> None:
    items = suppliers(number)
    struck: list[Asked] = []

    def behaviour(asked: Asked) -> Answer:
        sound = SHAPES[shape](items, asked)
        answer = sound if struck else broken(shape, fault, items, asked)
        if answer != sound:
            struck.append(asked)
        return answer

    got, _ = read(behaviour)
    assert struck
    assert (len(got.objects), got.problem) == (number, "")


def test_page_of_one_does_not_cost_a_call_an_object() -> None:
    items = suppliers(5000)
    got, calls = read(lambda asked: envelope("suppliers", items, asked, most=1))
    assert got.problem == "1 of 5000 received"
    assert calls == 2


def test_removed_objects_are_dropped_after_counting() -> None:
    items: list[dict[str, Any]] = [*suppliers(3), {"supplier_id": 9, "is_removed": "1"}]
    for total in (4, 3):
        got, _ = read(lambda asked, t=total: envelope("suppliers", items, asked, total=t))  # type: ignore[misc]
        assert (sorted(got.objects), got.problem) == ([1, 2, 3], "")
