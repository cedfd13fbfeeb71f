"""What is read of a shop: containers and what is in them, names, failures, counts."""

from typing import Any

import pytest
from shopserver import (
    Answer,
    Asked,
    Behaviour,
    Running,
    envelope,
    read,
    redirects,
    serving,
    suppliers,
    window,
)

from shopform.errors import AccessRefused, Nonsense, ShopError, ShopformError
from shopform.kinds.standard import STANDARD
from shopform.model.live import Live, LiveObject
from shopform.model.shop import WireNames
from shopform.shop.client import Client
from shopform.shop.fetch import fetch, list_one, with_counts

SUPPLIER, REDIRECT = STANDARD["supplier"], STANDARD["redirect"]


PROFILES = [{"profile_id": 1, "name": "Shoe"}, {"profile_id": 2, "name": "Belt"}]
ATTRIBUTES = {
    "1": [
        {"attribute_id": 11, "name": "Size", "data_type": "valuelist"},
        {"attribute_id": 12, "name": "Note", "data_type": "string"},
    ],
    "2": [{"attribute_id": 13, "name": "Length", "data_type": "valuelist"}],
}
VALUES = {"11": [{"attribute_value_id": 5, "val": "36"}], "13": []}


def nested(asked: Asked) -> Answer:
    if asked.path == "profile":
        return Answer(PROFILES)
    if asked.path == "profile-attribute":
        return Answer(ATTRIBUTES[asked.query["profile_id"]])
    return Answer(VALUES[asked.query["attribute_id"]])


def look(
    behaviour: Behaviour, kinds: list[str], **options: Any
) -> tuple[Live, list[str], list[dict[str, str]]]:
    with serving(behaviour) as running:
        with Client(running.shop(), sleep=lambda _s: None) as client:
            live = fetch(client, kinds, **options)
        return live, sorted(running.lines), [asked.query for asked in running.asked]


def test_containers_are_read_too_and_each_list_once() -> None:
    live, lines, queries = look(nested, ["value"])
    assert lines == [
        "GET profile",
        "GET profile-attribute",
        "GET profile-attribute",
        "GET profile-attribute-value",
        "GET profile-attribute-value",
    ]
    assert list(live.kinds) == ["profile", "attribute", "value"]
    assert live.kinds["value"].objects == {5: LiveObject(5, {"val": "36"}, 11)}
    assert [o.parent_id for o in live.kinds["attribute"].objects.values()] == [1, 1, 2]
    assert {"attribute_id": "11", "limit": "100", "offset": "0"} in queries


def test_only_wanted_containers_are_listed() -> None:
    live, lines, _ = look(
        nested,
        ["value", "attribute"],
        wanted=lambda kind, thing: thing.id in (1, 11),
    )
    assert len(lines) == 3
    assert sorted(live.kinds["attribute"].objects) == [11, 12]


def test_shop_that_ignores_the_filter_doubles_nothing() -> None:
    everything = [
        {**item, "profile_id": owner} for owner, items in ATTRIBUTES.items() for item in items
    ]

    def behaviour(asked: Asked) -> Answer:
        return Answer(everything) if asked.path == "profile-attribute" else nested(asked)

    live, _, _ = look(behaviour, ["attribute"])
    found = live.kinds["attribute"]
    assert [(o.id, o.parent_id) for o in found.objects.values()] == [(11, 1), (12, 1), (13, 2)]
    assert found.problem == ""


def test_problem_of_one_container_is_the_kind_s() -> None:
    def behaviour(asked: Asked) -> Answer:
        if asked.query.get("profile_id") == "2":
            return Answer({"paging": {"total": 3}, "rows": ATTRIBUTES["2"]})
        return nested(asked)

    live, _, _ = look(behaviour, ["attribute"])
    assert live.kinds["attribute"].problem == "1 of 3 received of `profile-attribute?profile_id=2`"


def test_container_that_vanished_meanwhile_is_a_problem() -> None:
    def behaviour(asked: Asked) -> Answer:
        gone = Answer(b"410 Gone", status=410)
        return gone if asked.query.get("profile_id") == "2" else nested(asked)

    live, _, _ = look(behaviour, ["attribute"])
    problem = live.kinds["attribute"].problem
    assert problem == "nothing instead of `profile-attribute?profile_id=2`"


def test_names_are_found_on_the_first_list() -> None:
    items = redirects(3)
    got, _ = read(lambda asked: envelope("redirects", items, asked), REDIRECT)
    assert got.names == {"source": "from_url", "target": "to_url"}
    assert not got.assumed
    assert got.objects[1].fields == {"source": "a1", "target": "b"}


def test_names_are_assumed_when_there_is_nothing_to_look_at() -> None:
    got, _ = read(lambda asked: envelope("redirects", [], asked), REDIRECT)
    assert got.assumed == {"source", "target", "status"}
    assert got.names == {"source": "source", "target": "target", "status": "status"}
    assert not read(lambda asked: Answer([]))[0].assumed


def test_names_from_the_project_are_not_assumed() -> None:
    own = WireNames(fields={"source": "fra", "target": "til"})
    with (
        serving(lambda asked: Answer([])) as running,
        Client(running.shop(wire={"redirect": own})) as client,
    ):
        got = fetch(client, ["redirect"]).kinds["redirect"]
    assert got.assumed == {"status"}
    assert got.names["source"] == "fra"


def test_list_in_pages_is_told() -> None:
    items = suppliers(100)
    assert read(lambda asked: envelope("suppliers", items, asked))[0].paged
    assert read(lambda asked: Answer(window(asked, suppliers(150))))[0].paged
    assert not read(lambda asked: Answer(suppliers(21)))[0].paged


def denied(*paths: str) -> Behaviour:
    return lambda asked: Answer(b"", status=403) if asked.path in paths else Answer([])


def test_kind_that_the_key_may_not_read_is_named() -> None:
    with pytest.raises(AccessRefused, match="GET webhook"):
        look(denied("webhook"), ["supplier", "webhook", "category"])


def test_kind_that_the_shop_does_not_have_is_named() -> None:
    with pytest.raises(ShopError, match="no `/redirect`") as caught:
        look(
            lambda asked: Answer(b"404", status=404) if asked.path == "redirect" else Answer([]),
            ["redirect", "supplier"],
        )
    assert caught.value.exit_code == 18


def test_first_failure_in_order_is_raised_whoever_was_quicker() -> None:
    def behaviour(asked: Asked) -> Answer:
        return Answer(b"", status=500) if asked.path == "webhook" else Answer({})

    for _ in range(5):
        with pytest.raises(ShopformError) as caught:
            look(behaviour, ["webhook", "supplier"])
        assert type(caught.value) is Nonsense


def test_no_answer_is_no_empty_list() -> None:
    with pytest.raises(Nonsense):
        read(lambda asked: Answer(b"", status=204))


def ready(running: Running) -> Client:
    return Client(running.shop(), sleep=lambda _s: None)


def test_one_container_is_listed_alone() -> None:
    with serving(nested) as running, ready(running) as client:
        got = list_one(client, STANDARD["attribute"], parent_id=1)
        assert running.lines == ["GET profile-attribute"]
    assert sorted(got.objects) == [11, 12]


def test_known_names_are_kept_when_one_list_is_read() -> None:
    items = [{"redirect_id": 1, "source": "x", "from_url": "a", "to_url": "b"}]
    known = {"source": "from_url", "target": "to_url"}
    with serving(lambda asked: Answer(items)) as running, ready(running) as client:
        got = list_one(client, REDIRECT, known)
    assert got.names == known
    assert got.objects[1].fields["source"] == "a"


def test_products_are_counted_with_one_call_each() -> None:
    def behaviour(asked: Asked) -> Answer:
        return Answer({"paging": {"total": asked.query["category_id"]}, "products": [{}]})

    with serving(behaviour) as running, ready(running) as client:
        wanted = [("category", 7), ("category", 8), ("redirect", 1), ("category", 7)]
        live = with_counts(client, Live(catalogue=STANDARD), wanted)
        assert len(running.asked) == 2
        assert running.asked[0].query["limit"] == "1"
    assert live.counts == {("category", 7): 7, ("category", 8): 8}
    assert live.calls == 2


@pytest.mark.parametrize(("status", "found"), [(401, None), (403, None), (404, 0)])
def test_products_that_cannot_be_counted_stop_nothing(status: int, found: int | None) -> None:
    def behaviour(asked: Asked) -> Answer:
        return Answer(b"", status=status) if asked.path == "product" else Answer([])

    with serving(behaviour) as running, ready(running) as client:
        live = with_counts(client, Live(catalogue=STANDARD), [("supplier", 3)])
        assert live.counts == {("supplier", 3): found}
        assert client.get("supplier") == []


def test_own_hosts_are_known_with_and_without_www() -> None:
    with serving(lambda asked: Answer([])) as running:
        port = running.url.rpartition(":")[2]
        assert running.shop().hosts >= {"127.0.0.1", f"127.0.0.1:{port}"}


def but(*refused: str, status: int = 403) -> Behaviour:
    """A shop that answers nothing but this status at some endpoints."""

    def answer(asked: Asked) -> Answer:
        return Answer({}, status=status) if asked.path in refused else nested(asked)

    return answer


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_kind_that_cannot_be_read_may_be_left_out(status: int) -> None:
    unread: dict[str, ShopformError] = {}
    live, lines, _ = look(but("supplier", status=status), ["supplier", "profile"], unread=unread)
    assert (list(live.kinds), list(unread)) == (["profile"], ["supplier"])
    assert len(lines) == 2


def test_what_lies_in_something_unread_is_not_asked_for() -> None:
    unread: dict[str, ShopformError] = {}
    live, lines, _ = look(but("profile-attribute"), ["value"], unread=unread)
    assert (list(live.kinds), list(unread)) == (["profile"], ["attribute"])
    assert not any("value" in line for line in lines)


def test_a_key_that_may_read_nothing_is_refused_all_the_same() -> None:
    with pytest.raises(AccessRefused):
        look(but("supplier", "brand"), ["supplier", "brand"], unread={})


def test_a_kind_whose_keys_fit_no_field_may_be_left_out() -> None:
    def strange(asked: Asked) -> Answer:
        return nested(asked) if asked.path != "redirect" else Answer([{"id": 1, "alpha": "a"}])

    unread: dict[str, ShopformError] = {}
    live, _, _ = look(strange, ["redirect", "profile"], unread=unread)
    assert list(live.kinds) == ["profile"]
    assert isinstance(unread["redirect"], Nonsense)
