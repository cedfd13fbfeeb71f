"""Every fault breaks what it says it breaks, and keeps, or does not keep, what it says."""

import http.client
import json
import time
from collections.abc import Iterator

import pytest
from sandbox_asking import Asker, shop

from shopform.errors import UsageError
from shopform.sandbox import Sandbox
from shopform.sandbox.calls import LoggedRequest

NOT_ANSWERED = (http.client.RemoteDisconnected, ConnectionResetError)


@pytest.fixture
def pair() -> Iterator[tuple[Sandbox, Asker]]:
    with shop(products=3) as opened:
        yield opened


def brands(sandbox: Sandbox) -> int:
    return len(sandbox.data("brand"))


@pytest.mark.parametrize(("action", "kept"), [("drop", 0), ("lose", 1)])
def test_no_answer_comes(pair: tuple[Sandbox, Asker], action: str, kept: int) -> None:
    sandbox, ask = pair
    sandbox.set_fault(f"1:{action}")
    with pytest.raises(NOT_ANSWERED):
        ask("POST", "/brand", {"name": "x"})
    assert brands(sandbox) == kept
    assert ask("GET", "/brand").json["paging"]["total"] == kept


def test_a_cut_answer_is_shorter_than_it_says(pair: tuple[Sandbox, Asker]) -> None:
    sandbox, ask = pair
    sandbox.set_fault("1:cut")
    with pytest.raises(http.client.IncompleteRead):
        ask("POST", "/brand", {"name": "x"})
    assert brands(sandbox) == 1


@pytest.mark.parametrize(("method", "path"), [("POST", "/brand"), ("PUT", "/category/501")])
def test_a_garbled_answer_is_whole_http_and_half_json(
    pair: tuple[Sandbox, Asker], method: str, path: str
) -> None:
    sandbox, ask = pair
    sandbox.set_fault("1:garble")
    answer = ask(method, path, {"name": "x"})
    assert answer.status in (200, 201)
    assert answer.headers["content-type"] in ("application/json", "text/plain; charset=utf-8")
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.text)
    kept = sandbox.data("brand") + sandbox.data("category")
    assert "x" in [each["name"] for each in kept]


@pytest.mark.parametrize(("action", "kept"), [("html", 0), ("html_after", 1)])
def test_a_page_instead_of_json(pair: tuple[Sandbox, Asker], action: str, kept: int) -> None:
    sandbox, ask = pair
    sandbox.set_fault(f"1:{action}")
    answer = ask("POST", "/brand", {"name": "x"})
    assert (answer.status, answer.headers["content-type"][:9]) == (200, "text/html")
    assert answer.text.startswith("<!DOCTYPE html>")
    assert brands(sandbox) == kept


@pytest.mark.parametrize(
    ("action", "status", "kept"),
    [(str(status), status, 0) for status in (400, 401, 403, 404, 410, 429, 500, 502, 503)]
    + [("500_after", 500, 1), ("503_after", 503, 1)],
)
def test_a_status_instead_of_an_answer(
    pair: tuple[Sandbox, Asker], action: str, status: int, kept: int
) -> None:
    sandbox, ask = pair
    sandbox.set_fault(f"1:{action}")
    answer = ask("POST", "/brand", {"name": "x"})
    assert (answer.status, "retry-after" in answer.headers) == (status, False)
    assert brands(sandbox) == kept
    assert sandbox.calls[0].status == status


def test_a_429_may_say_how_long(pair: tuple[Sandbox, Asker]) -> None:
    pair[0].set_fault("1:429=7")
    assert pair[1]("GET", "/brand").headers["retry-after"] == "7"


def test_another_host_may_be_pointed_to(pair: tuple[Sandbox, Asker]) -> None:
    pair[0].set_fault("1:302")
    answer = pair[1]("POST", "/brand", {"name": "x"})
    assert (answer.status, answer.headers["location"][:18]) == (302, "https://elsewhere.")
    assert brands(pair[0]) == 0


@pytest.mark.parametrize(
    ("action", "ids"), [("empty", []), ("short", [903, 902]), ("double", [903, 902, 903])]
)
def test_a_list_lies_while_its_total_stays(
    pair: tuple[Sandbox, Asker], action: str, ids: list[int]
) -> None:
    pair[0].set_fault(f"GET /product:1:{action}")
    listed = pair[1]("GET", "/product").json
    assert [each["product_id"] for each in listed["products"]] == ids
    assert (listed["paging"]["total"], listed["paging"]["count"]) == (3, len(ids))


def test_an_empty_bare_list_and_an_empty_body(pair: tuple[Sandbox, Asker]) -> None:
    sandbox, ask = pair
    sandbox.set_fault("1-3:empty")
    assert ask("GET", "/category").json == []
    assert ask("GET", "/category/501").text == ""
    assert ask("POST", "/brand", {"name": "x"}).text == ""
    assert brands(sandbox) == 1


def test_a_slow_answer_comes_late(pair: tuple[Sandbox, Asker]) -> None:
    pair[0].set_fault("1:slow=0.05")
    begun = time.monotonic()
    assert pair[1]("GET", "/brand").status == 200
    assert time.monotonic() - begun >= 0.05


def test_closing_does_not_wait_for_a_slow_answer(pair: tuple[Sandbox, Asker]) -> None:
    sandbox, ask = pair
    sandbox.set_fault("1:slow=60")
    ask.line.request("GET", "/REST/brand", headers={"Authorization": "sandbox"})
    while not sandbox.calls:
        time.sleep(0.001)
    begun = time.monotonic()
    sandbox.close()
    assert time.monotonic() - begun < 5
    ask.line.close()


@pytest.mark.parametrize(
    ("spec", "struck"),
    [
        ("2:500", [2]),
        ("3+:500", [3, 4, 5, 6]),
        ("2-3:500", [2, 3]),
        ("POST:2:500", [4]),
        ("GET /category:2:500", [6]),
        ("* /category:2+:500", [4, 6]),
        ("/category/501:1:500", [6]),
    ],
)
def test_a_spec_says_which_requests(
    pair: tuple[Sandbox, Asker], spec: str, struck: list[int]
) -> None:
    sandbox, ask = pair
    sandbox.set_fault(spec)
    ask("GET", "/category")
    ask("POST", "/brand", {"name": "x"})
    ask("GET", "/brand")
    ask("POST", "/category", {"name": "x"})
    ask("GET", "/brand/801")
    ask("GET", "/category/501")
    assert [call.n for call in sandbox.calls if call.status == 500] == struck
    assert [call.n for call in sandbox.calls if call.fault] == struck


def test_a_fault_counts_from_when_it_is_set(pair: tuple[Sandbox, Asker]) -> None:
    sandbox, ask = pair
    assert ask("GET", "/brand").status == 200
    sandbox.set_fault("1:500")
    assert [ask("GET", "/brand").status for _ in range(2)] == [500, 200]
    sandbox.set_fault("1+:500")
    sandbox.clear_faults()
    assert ask("GET", "/brand").status == 200


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "lose",
        "0:lose",
        "1:nonsense",
        "1:slow",
        "1:lose=3",
        "1:600",
        "x:1:lose",
        "1:429=",
        "1:302_after",
    ],
)
def test_a_spec_that_means_nothing_is_refused(spec: str) -> None:
    with pytest.raises(UsageError):
        Sandbox(faults=[spec])


def test_faults_and_switches_can_be_set_while_it_runs(pair: tuple[Sandbox, Asker]) -> None:
    sandbox, ask = pair
    assert ask("POST", "/_sandbox/faults", ["1:500", "2:503"]).status == 204
    assert [ask("GET", "/brand").status for _ in range(3)] == [500, 503, 200]
    assert ask("POST", "/_sandbox/faults", "1+:500").status == 204
    assert ask("DELETE", "/_sandbox/faults").status == 204
    assert ask("POST", "/_sandbox/switches", {"shape.brand": "bare"}).status == 204
    assert ask("GET", "/brand").json == []
    assert ask("POST", "/_sandbox/faults", "nonsense").status == 400
    assert ask("POST", "/_sandbox/switches", {"nonsense": "x"}).status == 400
    assert ask("POST", "/_sandbox/switches", 5).status == 400
    assert ask("GET", "/_sandbox/nonsense").status == 404
    assert len(sandbox.calls) == 4


def test_the_log_tells_requests_without_keys_and_pictures(pair: tuple[Sandbox, Asker]) -> None:
    sandbox, ask = pair
    body = {"name": "x", "images": [{"data": "A" * 4000}]}
    ask("POST", "/category?a=1", body)
    told = ask("GET", "/_sandbox/log")
    call = told.json[0]
    assert (call["n"], call["method"], call["path"], call["query"]) == (
        1,
        "POST",
        "/category",
        "a=1",
    )
    assert call["body"]["images"][0]["data"] == "AAAAAAAAAAAAAAAA... (4000 characters)"
    assert "sandbox" not in told.text
    sandbox.reset_log()
    assert sandbox.calls == []


def test_reset_goes_back_to_the_seed(pair: tuple[Sandbox, Asker]) -> None:
    sandbox, ask = pair
    before = ask("GET", "/_sandbox/state").json
    ask("POST", "/brand", {"name": "x"})
    sandbox.set_fault("1+:500")
    assert ask("POST", "/_sandbox/reset").status == 204
    assert ask("GET", "/_sandbox/state").json == before
    assert ask("GET", "/brand").json["paging"]["total"] == 0
    assert sandbox.calls[0].n == 1


def test_hooks_see_a_call_before_and_after_it_is_kept(pair: tuple[Sandbox, Asker]) -> None:
    sandbox, ask = pair
    seen: list[tuple[str, int, int]] = []

    def note(when: str, call: LoggedRequest) -> None:
        seen.append((when, call.status, brands(sandbox)))

    sandbox.before(lambda call: note("before", call))
    sandbox.after(lambda call: note("after", call))
    ask("POST", "/brand", {"name": "x"})
    assert seen == [("before", 0, 0), ("after", 201, 1)]
