"""One write, one call; what the answer says is taken, and nothing more."""

from typing import Any

import pytest
from shopserver import DROP, Answer, Running, script, serving

from shopform.errors import Absent, Nonsense, OutcomeUnknown, RequestRefused, ShopError
from shopform.kinds.standard import STANDARD
from shopform.model.shop import WireNames
from shopform.model.values import Secret
from shopform.shop.client import Client
from shopform.shop.write import create, delete, read, update

CATEGORY, SUPPLIER = STANDARD["category"], STANDARD["supplier"]
ATTRIBUTE, WEBHOOK = STANDARD["attribute"], STANDARD["webhook"]
HIDDEN = "hunter2-in-the-body"


def ready(running: Running, **wire: WireNames) -> Client:
    return Client(running.shop(wire=wire), sleep=lambda _s: None)


def test_create_sends_fields_and_takes_the_object() -> None:
    made = {"category_id": 9, "name": "A", "parent_id": 3, "in_menu": "1"}
    with serving(script(Answer(made, status=201))) as running, ready(running) as client:
        got = create(client, CATEGORY, {}, {"name": "A", "parent": 3, "in_menu": True})
    assert running.lines == ["POST category"]
    assert running.asked[0].body == {"name": "A", "parent_id": 3, "in_menu": 1}
    assert got.id == 9
    assert got.object is not None
    assert got.object.fields == {"name": "A", "parent": 3, "in_menu": "1"}


def test_container_is_named_in_query_and_body_of_a_create() -> None:
    with (
        serving(script(Answer({"attribute_id": 4, "name": "S"}))) as running,
        ready(running) as client,
    ):
        got = create(client, ATTRIBUTE, {}, {"name": "S"}, 3)
    assert running.asked[0].query == {"profile_id": "3"}
    assert running.asked[0].body == {"profile_id": 3, "name": "S"}
    assert got.object is not None
    assert got.object.parent_id == 3


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        (Answer(b"", status=201), None),
        (Answer({"ok": True}), None),
        (Answer({"id": 4}), 4),
        (Answer({"supplier": {"supplier_id": "4"}}), 4),
    ],
)
def test_create_with_a_thin_answer_is_a_success(answer: Answer, number: int | None) -> None:
    with serving(script(answer)) as running, ready(running) as client:
        got = create(client, SUPPLIER, {}, {"name": "A"})
    assert (got.id, got.object) == (number, None)


def test_generated_secret_is_handed_over_and_not_shown() -> None:
    made = {"webhook_id": 2, "url": "https://x", "secret": "s3cret"}
    with serving(script(Answer(made))) as running, ready(running) as client:
        got = create(client, WEBHOOK, {}, {"url": "https://x"})
    assert got.generated == {"secret": "s3cret"}
    assert "s3cret" not in repr(got)


@pytest.mark.parametrize(
    "made",
    [
        {"secret": "s3cret"},
        {"url": "https://x", "events": [], "secret": "s3cret"},
        {"number": 2, "url": "https://x", "secret": "s3cret"},
        {"ok": True, "data": {"url": "https://x", "secret": "s3cret"}},
        {"webhook_id": 2, "webhook": {"url": "https://x", "secret": "s3cret"}},
        [{"url": "https://x", "secret": "s3cret"}],
    ],
)
def test_generated_secret_is_found_wherever_it_is_in_the_response(made: Any) -> None:
    with serving(script(Answer(made))) as running, ready(running) as client:
        assert create(client, WEBHOOK, {}, {"url": "https://x"}).generated == {"secret": "s3cret"}


@pytest.mark.parametrize("status", [400, 422, 500])
def test_words_about_an_object_that_held_a_secret_are_not_quoted(status: int) -> None:
    """Also where the secret is not what is sent: the shop may quote what it has."""
    answers = [Answer({"error": f"`{HIDDEN}` is in use"}, status=status)] * 8
    with serving(script(*answers)) as running, ready(running) as client:
        for write in (
            lambda secret: update(client, SUPPLIER, {}, 1, {"name": "A"}, secret=secret),
            lambda secret: delete(client, SUPPLIER, 1, secret=secret),
        ):
            with pytest.raises((RequestRefused, ShopError)) as caught:
                write(True)
            assert HIDDEN not in str(caught.value)


@pytest.mark.parametrize("status", [400, 500])
def test_secret_field_that_the_shop_echoes_is_not_shown(status: int) -> None:
    echo = Answer(f"bad url {HIDDEN}".encode(), status=status)
    with (
        serving(script(echo)) as running,
        ready(running) as client,
        pytest.raises((RequestRefused, OutcomeUnknown)) as caught,
    ):
        create(client, WEBHOOK, {}, {"url": Secret("${env:U}", HIDDEN)})
    assert running.asked[0].body == {"url": HIDDEN}
    assert HIDDEN not in str(caught.value) + repr(caught.value.diagnostics)


def test_update_sends_only_what_it_is_given() -> None:
    with serving(script(Answer(b"", status=204))) as running, ready(running) as client:
        got = update(client, CATEGORY, {}, 9, {"tag": None})
    assert running.lines == ["PUT category/9"]
    assert running.asked[0].body == {"tag": ""}
    assert (got.id, got.object) == (None, None)


def test_update_that_adds_a_picture_is_not_sent_twice() -> None:
    picture = {"images": ({"data": "AAAA", "weight": 10},)}
    with serving(script(DROP)) as running, ready(running) as client:
        with pytest.raises(OutcomeUnknown):
            update(client, CATEGORY, {}, 9, picture)
        assert len(running.asked) == 1


def test_update_of_a_known_picture_may_be_sent_again() -> None:
    picture = {"images": ({"image_id": 3, "weight": 10},)}
    with serving(script(DROP, Answer(b"", status=204))) as running, ready(running) as client:
        update(client, CATEGORY, {}, 9, picture)
        assert len(running.asked) == 2


@pytest.mark.parametrize("status", [200, 204, 404, 410])
def test_delete_of_what_is_gone_is_done(status: int) -> None:
    with serving(script(Answer(b"", status=status))) as running, ready(running) as client:
        delete(client, SUPPLIER, 4)
    assert running.lines == ["DELETE supplier/4"]


def test_lost_delete_is_sent_again_and_finds_it_gone() -> None:
    with serving(script(DROP, Answer(b"410 Gone", status=410))) as running:
        with ready(running) as client:
            delete(client, SUPPLIER, 4)
        assert len(running.asked) == 2


def test_object_is_read_by_id() -> None:
    with (
        serving(script(Answer({"supplier_id": "4", "name": "A"}))) as running,
        ready(running) as client,
    ):
        got = read(client, SUPPLIER, {}, 4)
    assert got.object is not None
    assert got.object.fields == {"name": "A"}


def test_object_that_is_only_kept_as_removed_is_not_there() -> None:
    body = {"supplier_id": 4, "name": "A", "is_removed": "1"}
    with serving(script(Answer(body))) as running, ready(running) as client:
        assert read(client, SUPPLIER, {}, 4).object is None


def test_missing_object_is_absent() -> None:
    with (
        serving(script(Answer(b"410 Gone", status=410))) as running,
        ready(running) as client,
        pytest.raises(Absent),
    ):
        read(client, SUPPLIER, {}, 4)


@pytest.mark.parametrize(
    "body", [{"supplier_id": 5, "name": "B"}, {}, [], [{"supplier_id": 4}, {"supplier_id": 5}]]
)
def test_another_object_than_the_one_asked_for_is_nonsense(body: Any) -> None:
    with (
        serving(script(Answer(body))) as running,
        ready(running) as client,
        pytest.raises(Nonsense),
    ):
        read(client, SUPPLIER, {}, 4)


@pytest.mark.parametrize("number", [0, -1])
def test_id_that_means_the_whole_list_is_never_sent(number: int) -> None:
    with serving(script(Answer([]))) as running, ready(running) as client:
        for act in (
            lambda: read(client, SUPPLIER, {}, number),
            lambda: update(client, SUPPLIER, {}, number, {"name": "A"}),
            lambda: delete(client, SUPPLIER, number),
        ):
            with pytest.raises(Nonsense):
                act()
        assert running.asked == []


def test_names_in_use_and_endpoint_of_this_shop_are_sent() -> None:
    own = WireNames(endpoint="leverandor", id="nr")
    with (
        serving(script(Answer({"nr": 3, "navn": "A"}))) as running,
        ready(running, supplier=own) as client,
    ):
        got = create(client, SUPPLIER, {"name": "navn"}, {"name": "A"})
    assert running.asked[0].path == "leverandor"
    assert running.asked[0].body == {"navn": "A"}
    assert got.id == 3
