"""What the client makes of a body, and what of it may be shown."""

import traceback
from collections.abc import Callable
from typing import Any

import pytest
from shopserver import TOKEN, Answer, ask, quick, script, serving

from shopform.errors import Nonsense, ShopformError
from shopform.shop.client import Client

EMPTY = Answer(b"", status=204)
# Tracebacks quote the lines of the test, so the texts to look for stand here.
HIDDEN = "hunter2-of-the-shop"


@pytest.mark.parametrize(
    "body",
    [b'\xef\xbb\xbf{"id": 1}', b'  {"id": 1}\n', '{"id": 1, "n": "\u00e6"}'.encode()],
    ids=["bom", "white space", "utf-8"],
)
def test_json_is_json_whatever_it_is_called(body: bytes) -> None:
    answer = Answer(body, headers={"Content-Type": "text/html; charset=latin1"})
    with serving(script(answer)) as running, quick(running) as client:
        got = client.get("x/1")
    assert isinstance(got, dict)
    assert got["id"] == 1


@pytest.mark.parametrize("body", [b"", b"  ", b"null", b'"text"', b"17", b"[" * 100_000])
def test_answer_without_an_object_is_never_taken_for_an_empty_one(body: bytes) -> None:
    with (
        serving(script(Answer(body))) as running,
        quick(running) as client,
        pytest.raises(Nonsense),
    ):
        client.get("x")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("answer", [EMPTY, Answer(b"OK"), Answer(b"true"), Answer(b"null")])
def test_write_answered_with_a_word_is_done(method: str, answer: Answer) -> None:
    with serving(script(answer)) as running, quick(running) as client:
        assert ask(client, method) is None
        assert len(running.asked) == 1


def test_create_answered_with_nothing_is_done() -> None:
    with serving(script(Answer(b"", status=201))) as running, quick(running) as client:
        assert ask(client, "POST") is None


def said(answer: Answer, act: Callable[[Client], object]) -> str:
    with (
        serving(script(answer)) as running,
        quick(running) as client,
        pytest.raises(ShopformError) as caught,
    ):
        act(client)
    error = caught.value
    return "".join(traceback.format_exception(error)) + repr(error) + repr(error.diagnostics)


@pytest.mark.parametrize(
    "body",
    [b"bad events", {"error": "bad events"}, {"message": "bad events"}, {"errors": ["bad events"]}],
)
def test_words_of_a_refusal_are_quoted(body: Any) -> None:
    assert "bad events" in said(Answer(body, status=400), lambda c: c.get("x"))


def test_words_of_a_refusal_are_cut_and_cleaned() -> None:
    text = said(Answer(b"\x1b[31mred " + b"y" * 5000, status=400), lambda c: c.get("x"))
    assert "\x1b" not in text
    assert "y" * 150 in text
    assert "y" * 201 not in text


def test_html_is_not_quoted() -> None:
    page = Answer(
        f"<html>{HIDDEN}</html>".encode(), status=500, headers={"Content-Type": "text/html"}
    )
    assert HIDDEN not in said(page, lambda c: c.get("x"))


@pytest.mark.parametrize("echo", [TOKEN, TOKEN.upper(), "-".join(TOKEN), f"Bearer {TOKEN}!"])
@pytest.mark.parametrize("status", [400, 401, 404, 500])
def test_key_that_the_shop_echoes_is_not_shown(echo: str, status: int) -> None:
    answer = Answer({"error": f"no such key {echo}"}, status=status)
    text = said(answer, lambda c: c.get("x"))
    assert TOKEN not in text
    assert echo not in text


def test_secret_in_a_body_keeps_the_words_of_the_shop_out() -> None:
    text = said(
        Answer(f"bad url {HIDDEN}".encode(), status=400),
        lambda c: c.send("POST", "x", body={"url": HIDDEN}, quotable=False),
    )
    assert HIDDEN not in text


@pytest.mark.parametrize("status", [400, 403, 500])
@pytest.mark.parametrize("path", ["webhook", "webhook/7", "app-status"])
def test_what_may_hold_secrets_of_the_shop_is_not_quoted(path: str, status: int) -> None:
    answer = Answer({"errors": [HIDDEN]}, status=status)
    assert HIDDEN not in said(answer, lambda c: c.get(path))
    assert HIDDEN in said(answer, lambda c: c.get("supplier"))


def test_redirect_to_another_host_is_named_and_not_followed() -> None:
    moved = Answer(b"", status=301, headers={"Location": f"https://elsewhere.example/?key={TOKEN}"})
    text = said(moved, lambda c: c.get("x"))
    assert "elsewhere.example" in text
    assert TOKEN not in text


def test_redirect_to_what_is_no_address_is_told_as_well() -> None:
    moved = Answer(b"", status=302, headers={"Location": "https://[elsewhere/"})
    assert "was redirected to `nowhere` (302)" in said(moved, lambda c: c.get("x"))


def test_good_answer_that_is_no_json_is_not_quoted() -> None:
    text = said(Answer(b"{" + HIDDEN.encode()), lambda c: c.get("x"))
    assert HIDDEN not in text
    assert f"{len(HIDDEN) + 1} bytes" in text
