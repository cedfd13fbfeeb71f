"""What the client sends, how often, and what it makes of each answer."""

import gc
import re
import threading
import time
import traceback
from email.utils import formatdate
from unittest.mock import Mock

import pytest
from shopserver import DROP, TOKEN, Answer, ask, quick, script, serving

from shopform.errors import (
    Absent,
    AccessRefused,
    BudgetSpent,
    ConfigError,
    LockLost,
    Nonsense,
    OutcomeUnknown,
    RequestRefused,
    ShopError,
    ShopformError,
    Unreachable,
)
from shopform.kinds.standard import STANDARD
from shopform.model.shop import Shop
from shopform.model.values import Secret
from shopform.shop.client import Client

OK = Answer({"id": 1})
HTML = Answer(b"<html>maintenance</html>", headers={"Content-Type": "text/html"})
HALF = Answer(b'{"id": 1, "na')


@pytest.mark.parametrize(
    ("auth", "header"),
    [("bearer", f"Bearer {TOKEN}"), ("raw", TOKEN), ("shoporama", f"Shoporama {TOKEN}")],
)
def test_each_auth_form_sends_its_header(auth: str, header: str) -> None:
    with serving(script(OK)) as running, Client(running.shop(auth)) as client:
        client.get("x")
    sent = running.asked[0].headers
    assert sent["authorization"] == header
    assert sent["accept"] == sent["content-type"] == "application/json"
    assert sent["user-agent"].startswith("shopform/")


def test_an_exchange_is_sent_once_and_returned_as_it_is() -> None:
    answers = [Answer(b"no", 500), Answer(b"410 Gone", 410), OK, DROP]
    with serving(script(*answers)) as running, Client(running.shop(), max_calls=4) as client:
        assert client.exchange("GET", "x").status == 500
        assert client.exchange("DELETE", "x/1").body == b"410 Gone"
        assert client.exchange("POST", "x", {"a": 1}, {"name": "n"}).status == 200
        with pytest.raises(Unreachable):
            client.exchange("POST", "x", body={})
        with pytest.raises(BudgetSpent):
            client.exchange("GET", "x")
        assert client.calls == len(running.asked) == 4


def test_a_response_leaves_nothing_to_the_garbage_collector() -> None:
    """It is off in a command, and a large shop answers thousands of times."""
    gc.disable()
    try:
        with serving(script(*[OK] * 41)) as running, Client(running.shop()) as client:
            client.get("x")
            gc.collect()
            for _ in range(40):
                client.get("x")
            assert gc.collect() < 40
    finally:
        gc.enable()


FAULTS = {
    "drop": DROP,
    "cut": Answer({"id": 1}, cut=True),
    "500": Answer(b"500 broken", status=500),
    "502": Answer(b"502 Bad Gateway", status=502),
    "503": Answer(b"", status=503),
    "html": HTML,
    "half": HALF,
    "400": Answer(b"400 Bad Request", status=400),
    "409": Answer(b"409 Conflict", status=409),
    "422": Answer(b"422 Unprocessable Content", status=422),
    "404": Answer(b"404 Not Found", status=404),
    "410": Answer(b"410 Gone", status=410),
    "401": Answer(b"401", status=401),
    "403": Answer(b"403", status=403),
    "302": Answer(b"", status=302, headers={"Location": "https://elsewhere.example/x"}),
    "429": Answer(b"429 Too Many Requests", status=429),
}
# What a lasting fault raises (None: it is a success), and how many requests it costs.
READS: dict[str, tuple[type[ShopformError] | None, int]] = {
    "drop": (Unreachable, 3),
    "cut": (Unreachable, 3),
    "500": (ShopError, 3),
    "502": (ShopError, 3),
    "503": (ShopError, 3),
    "html": (Nonsense, 2),
    "half": (Nonsense, 2),
    "400": (RequestRefused, 1),
    "409": (RequestRefused, 1),
    "422": (RequestRefused, 1),
    "404": (Absent, 1),
    "410": (Absent, 1),
    "401": (AccessRefused, 1),
    "403": (AccessRefused, 1),
    "302": (Nonsense, 1),
    "429": (BudgetSpent, 1),
}
TABLE = {
    "GET": READS,
    "PUT": READS,
    "DELETE": READS | {"404": (None, 1), "410": (None, 1)},
    "POST": READS
    | dict.fromkeys(("drop", "cut", "500", "502", "503", "html", "half"), (OutcomeUnknown, 1)),
}


@pytest.mark.parametrize("method", TABLE)
@pytest.mark.parametrize("fault", FAULTS)
def test_lasting_fault_costs_and_raises_what_the_table_says(method: str, fault: str) -> None:
    error, calls = TABLE[method][fault]
    with serving(script(FAULTS[fault])) as running, quick(running) as client:
        if error is None:
            assert ask(client, method) is None
        else:
            with pytest.raises(error) as caught:
                ask(client, method)
            assert type(caught.value) is error
            assert method in str(caught.value)
            assert TOKEN not in "".join(traceback.format_exception(caught.value))
        assert len(running.asked) == client.calls == calls


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("fault", ["drop", "cut", "500", "html"])
def test_passing_fault_is_healed(method: str, fault: str) -> None:
    with serving(script(FAULTS[fault], OK)) as running, quick(running) as client:
        assert ask(client, method) == {"id": 1}
        assert len(running.asked) == 2


def test_back_off_doubles_with_jitter() -> None:
    waits: list[float] = []
    with (
        serving(script(DROP)) as running,
        quick(running, waits, random=lambda: 1.0) as client,
        pytest.raises(Unreachable),
    ):
        client.get("x")
    assert waits == [0.625, 1.25]


def closed() -> Shop:
    with serving(script(OK)) as running:
        return running.shop()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_request_that_never_left_is_tried_again_whatever_it_is(method: str) -> None:
    shop = closed()
    with Client(shop, sleep=lambda _s: None) as client:
        with pytest.raises(Unreachable, match=f"no connection to {re.escape(shop.url)}: "):
            ask(client, method)
        assert client.calls == 0


def test_update_that_must_not_be_repeated_is_sent_once() -> None:
    with serving(script(DROP)) as running, quick(running) as client:
        with pytest.raises(OutcomeUnknown):
            client.send("PUT", "x/1", body={}, repeatable=False)
        assert len(running.asked) == 1


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_short_retry_after_is_waited_for(method: str, form: str) -> None:
    after = "7" if form == "seconds" else formatdate(time.time() + 7, usegmt=True)
    waits: list[float] = []
    busy = Answer(b"429", status=429, headers={"Retry-After": after})
    with serving(script(busy, OK)) as running, quick(running, waits) as client:
        ask(client, method)
        assert len(running.asked) == 2
    assert len(waits) == 1
    assert 5 < waits[0] <= 7


def test_while_the_shop_is_waited_for_nobody_sends() -> None:
    waits: list[float] = []
    busy = Answer(b"429", status=429, headers={"Retry-After": "9"})
    with serving(script(busy, OK)) as running, quick(running, waits) as client:
        client.get("x")
        client.get("y")
    assert len(waits) == 2
    assert min(waits) > 8


READABLE = {
    "2.0": 2, " 2 ": 2, "+2": 2, "2.5": 2.5, "2, 5": 5, "5,2": 5, "2s": 2, "2 secs": 2,
    "029": 29,
}  # fmt: skip
AT_ONCE = ["0", "-1", "-86400.5", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed Oct 21 07:28:00 2015"]
NONSENSE = ["soon", "nan", "inf", "Wed, 99 Oct 2015", "null", "{}", "-"]


def test_retry_after_is_read_however_it_is_written() -> None:
    for after in (*READABLE, *AT_ONCE, *NONSENSE):
        waits: list[float] = []
        busy = Answer(b"429", status=429, headers={"Retry-After": after})
        with serving(script(busy, OK)) as running, quick(running, waits) as client:
            client.send("POST", "x", body={})
            assert len(running.asked) == 2, after
        low = READABLE.get(after, 0.5) - 0.5
        assert low < waits[0] <= max(READABLE.get(after, 1), 1), after


@pytest.mark.parametrize("after", ["31", "30.5", "86400", "1, 86400", "9" * 400, ""])
def test_long_or_no_retry_after_is_the_daily_limit(after: str) -> None:
    headers = {"Retry-After": after} if after else {}
    busy = Answer(b"429", status=429, headers=headers)
    with serving(script(busy)) as running, quick(running) as client:
        with pytest.raises(BudgetSpent, match="daily limit"):
            client.get("x")
        assert len(running.asked) == 1


def test_waiting_for_the_shop_ends() -> None:
    busy = Answer(b"429", status=429, headers={"Retry-After": "1"})
    with serving(script(busy)) as running, quick(running) as client:
        with pytest.raises(BudgetSpent):
            client.get("x")
        assert len(running.asked) == 4


def test_after_a_refused_key_nothing_more_is_sent() -> None:
    with serving(script(Answer(b"", status=403), OK)) as running, quick(running) as client:
        with pytest.raises(AccessRefused) as first:
            client.get("x")
        with pytest.raises(AccessRefused) as second:
            client.get("y")
        assert str(first.value) == str(second.value)
        with pytest.raises(AccessRefused) as third:
            client.send("DELETE", "y/1")
        assert third.value.diagnostics[0].summary == (
            f"`DELETE y/1` was not sent: {first.value.diagnostics[0].summary}"
        )
        assert client.stopped is first.value
        assert running.lines == ["GET x"]


def test_refusal_that_is_not_fatal_stops_only_itself() -> None:
    with serving(script(Answer(b"", status=403), OK)) as running, quick(running) as client:
        with pytest.raises(AccessRefused):
            client.get("x", fatal=False)
        assert client.get("y") == {"id": 1}


def test_max_calls_counts_retries_and_is_never_passed() -> None:
    with serving(script(DROP)) as running, quick(running, max_calls=2) as client:
        with pytest.raises(BudgetSpent, match="2 calls of this run"):
            client.get("x")
        with pytest.raises(BudgetSpent):
            client.get("x")
        assert len(running.asked) == client.calls == 2


def test_threads_together_never_pass_max_calls() -> None:
    refused: list[BudgetSpent] = []

    def work(client: Client) -> None:
        try:
            client.get("x")
        except BudgetSpent as exc:
            refused.append(exc)

    with serving(script(OK)) as running, quick(running, max_calls=5) as client:
        threads = [threading.Thread(target=work, args=(client,)) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(running.asked) == client.calls == 5
    assert len(refused) == 7


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("checks", [0, 1, 2])
def test_a_write_is_not_sent_if_the_lock_is_lost_while_it_waits(method: str, checks: int) -> None:
    """It waits for a thread, for a connection, and after its headers."""
    left = checks

    def require_lock() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise LockLost("it was lost")

    with serving(script(OK)) as running, Client(running.shop(), max_calls=2) as client:
        client.get("x")
        client.before_write = require_lock
        with pytest.raises(LockLost):
            client.send(method, "x", body={"name": "b"})
        assert running.lines == ["GET x"]
        client.before_write = None
        client.send(method, "x", body={"name": "b"})
        assert running.lines == ["GET x", f"{method} x"]


def test_a_lost_lock_is_reported_before_the_shop_is_looked_for() -> None:
    with serving(script(OK)) as running:
        shop = running.shop()
    with Client(shop, sleep=lambda _: None) as client:
        client.before_write = Mock(side_effect=LockLost("it was lost"))
        with pytest.raises(LockLost):
            client.send("POST", "x", body={"name": "b"})


def test_every_request_is_told_with_its_status() -> None:
    told: list[tuple[str, str, int]] = []
    with (
        serving(script(DROP, Answer(b"", status=500), OK)) as running,
        quick(running, on_call=lambda m, p, s: told.append((m, p, s))) as client,
    ):
        client.get("x/1")
    assert told == [("GET", "x/1", 0), ("GET", "x/1", 500), ("GET", "x/1", 200)]


def test_client_does_not_show_the_key() -> None:
    with Client(closed()) as client:
        assert TOKEN not in repr(client)
        assert TOKEN not in repr(client.shop)


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("http://shop.example.dk", TOKEN),
        ("http://127.0.0.1.example.dk", TOKEN),
        ("ftp://127.0.0.1", TOKEN),
        ("https://user:pass@shop.example.dk", TOKEN),
        ("https://shop.example.dk?x=1", TOKEN),
        ("nonsense", TOKEN),
        ("https://shop.example.dk", ""),
        ("https://shop.example.dk", "line\nbreak-canary"),
        ("https://shop.example.dk", "caf\u00e9-canary"),
    ],
)
def test_unfit_shop_is_refused_before_anything_is_sent(url: str, token: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Client(Shop(name="test", url=url, token=Secret("${env:T}", token), catalogue=STANDARD))
    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_cookies_are_not_kept() -> None:
    cookie = Answer({"id": 1}, headers={"Set-Cookie": "PHPSESSID=1; Path=/"})
    with serving(script(cookie)) as running, quick(running) as client:
        client.get("x")
        client.get("x")
    assert "cookie" not in running.asked[1].headers


def test_server_on_this_machine_is_reached_without_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", closed().url)
    with serving(script(OK)) as running, quick(running) as client:
        client.get("x")
    assert running.lines == ["GET x"]
