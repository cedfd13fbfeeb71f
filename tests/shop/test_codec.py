"""Between wire objects and fields."""

from typing import Any

import pytest

from shopform.errors import Nonsense
from shopform.kinds.standard import STANDARD
from shopform.model.live import LiveObject
from shopform.model.shop import WireNames
from shopform.model.values import Secret
from shopform.shop.codec import (
    Item,
    discover,
    encode,
    generated,
    names_for,
    reader,
    unwrap,
)

CATEGORY, SUPPLIER = STANDARD["category"], STANDARD["supplier"]
ATTRIBUTE, VALUE = STANDARD["attribute"], STANDARD["value"]
REDIRECT, WEBHOOK = STANDARD["redirect"], STANDARD["webhook"]


def decode(kind: str, item: Item, parent_id: int | None = None) -> LiveObject | None:
    known = STANDARD[kind]
    return reader(known, names_for(known))(item, parent_id)


def test_values_stay_as_they_came_under_our_names() -> None:
    got = decode("category", {"category_id": 7, "name": "A", "parent_id": "3", "is_front": 0})
    assert got == LiveObject(7, {"name": "A", "parent": "3"})


@pytest.mark.parametrize("number", [7, "7", " 7 "])
def test_id_may_be_a_number_or_its_text(number: object) -> None:
    got = decode("supplier", {"supplier_id": number, "name": "A"})
    assert got is not None
    assert got.id == 7


@pytest.mark.parametrize("number", [0, "0", "", None, -1, True, "x", 1.5, [7]])
def test_object_without_an_id_is_refused_with_its_keys(number: object) -> None:
    with pytest.raises(Nonsense, match="`supplier_id`, `name`"):
        decode("supplier", {"supplier_id": number, "name": "A"})


def test_second_id_name_is_read() -> None:
    for key in ("attribute_value_id", "profile_attribute_value_id", "id"):
        got = decode("value", {key: 5, "attribute_id": 2, "val": "36"}, 2)
        assert got == LiveObject(5, {"val": "36"}, 2)


@pytest.mark.parametrize(
    ("extra", "removed"),
    [
        ({"is_removed": "0"}, False),
        ({"is_removed": 0}, False),
        ({"is_removed": None}, False),
        ({"is_removed": "1"}, True),
        ({"is_removed": True}, True),
        ({"removed_on": None}, False),
        ({"removed_on": ""}, False),
        ({"removed_on": "0000-00-00 00:00:00"}, False),
        ({"removed_on": "2026-01-02 03:04:05"}, True),
    ],
)
def test_removed_objects_are_not_there(extra: Item, removed: bool) -> None:
    got = decode("supplier", {"supplier_id": 1, "name": "A", **extra})
    assert (got is None) is removed


def test_object_that_must_stay_is_marked() -> None:
    for flag, fixed in (("1", True), (1, True), ("0", False), (0, False), (None, False)):
        got = decode("category", {"category_id": 7, "is_front": flag})
        assert got is not None
        assert got.fixed is fixed


def test_documented_alias_is_read_and_the_documented_name_written() -> None:
    got = decode("attribute", {"attribute_id": 1, "data_type": "valuelist"}, 3)
    assert got is not None
    assert got.fields["type"] == "valuelist"
    assert encode(ATTRIBUTE, names_for(ATTRIBUTE), {"type": "string"}) == {"type": "string"}


def test_parent_comes_from_the_item_or_from_the_question() -> None:
    own = decode("attribute", {"attribute_id": 1, "profile_id": "3"})
    asked = decode("attribute", {"attribute_id": 1}, 4)
    assert own is not None
    assert asked is not None
    assert (own.parent_id, asked.parent_id) == (3, 4)


def test_item_of_another_container_is_left_out() -> None:
    assert decode("attribute", {"attribute_id": 1, "profile_id": 9}, 4) is None


def test_generated_secret_is_in_no_live_object() -> None:
    item = {"webhook_id": 1, "url": "https://x", "events": ["paid"], "secret": "s3cret"}
    got = decode("webhook", item)
    assert got is not None
    assert "s3cret" not in repr(got)
    assert generated(WEBHOOK, names_for(WEBHOOK), item) == {"secret": "s3cret"}
    assert generated(WEBHOOK, names_for(WEBHOOK), {"webhook_id": 1, "secret": None}) == {}
    for mask in ("********", "****3f9a", "\u2022\u2022\u2022"):
        assert generated(WEBHOOK, names_for(WEBHOOK), {"webhook_id": 1, "secret": mask}) == {}


def test_overrides_are_used_for_reading_and_writing() -> None:
    own = WireNames(endpoint="shops/suppliers", id="uid", list_key="rows", fields={"name": "title"})
    names = names_for(SUPPLIER, own)
    assert (names.endpoint, names.list_key) == ("shops/suppliers", "rows")
    assert reader(SUPPLIER, names)({"uid": 4, "title": "A"}, None) == LiveObject(4, {"name": "A"})
    assert encode(SUPPLIER, names, {"name": "B"}) == {"title": "B"}


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("redirect_id source target status", ("source", "target", "status")),
        ("redirect_id from_url to_url code", ("from_url", "to_url", "code")),
        ("id old_url new_url type", ("old_url", "new_url", "type")),
        ("redirect_id path destination", ("path", "destination", None)),
        ("redirect_id from to old_url", ("from", "to", None)),
    ],
)
def test_field_names_are_found_on_an_object(keys: str, found: tuple[str | None, ...]) -> None:
    item = dict.fromkeys(keys.split(), 301)
    names = discover(REDIRECT, names_for(REDIRECT), [item])
    assert tuple(names.fields.get(ours) for ours in ("source", "target", "status")) == found


def test_word_is_no_status() -> None:
    item = {"redirect_id": 1, "source": "a", "target": "b", "type": "wildcard"}
    assert "status" not in discover(REDIRECT, names_for(REDIRECT), [item]).fields


def test_unknown_names_are_refused_with_the_keys_and_the_way_out() -> None:
    with pytest.raises(Nonsense, match="`target`") as caught:
        discover(REDIRECT, names_for(REDIRECT), [{"redirect_id": 1, "path": "a", "vej": "b"}])
    assert "`vej`" in str(caught.value)
    assert "wire: redirect: fields:" in caught.value.diagnostics[0].hint


def test_override_settles_one_field_and_the_rest_is_found() -> None:
    own = names_for(REDIRECT, WireNames(fields={"target": "source"}))
    names = discover(REDIRECT, own, [{"redirect_id": 1, "source": "b", "path": "a"}])
    assert names.fields == {"source": "path", "target": "source"}


def test_body_is_what_the_api_wants() -> None:
    names = names_for(CATEGORY)
    body = encode(
        CATEGORY,
        names,
        {"in_menu": False, "parent": None, "canonical": None, "tag": None, "name": "A"}
        | {"images": ({"image_id": 3, "remove": 1},)},
    )
    assert body == {
        "in_menu": 0,
        "parent_id": 0,
        "canonical_id": None,
        "tag": "",
        "name": "A",
        "images": [{"image_id": 3, "remove": 1}],
    }
    assert type(body["in_menu"]) is int


def test_secret_and_set_are_sent_as_text_and_list() -> None:
    body = encode(
        WEBHOOK, names_for(WEBHOOK), {"url": Secret("${env:U}", "https://x"), "events": None}
    )
    assert body == {"url": "https://x", "events": []}


ONE = {"supplier_id": 4, "name": "A"}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (ONE, ONE),
        ({"supplier": ONE}, ONE),
        ({"data": ONE}, ONE),
        ({"success": True, "data": {"supplier": ONE}}, ONE),
        ([ONE], ONE),
        ({"suppliers": [ONE]}, ONE),
        ({"id": 4}, {"id": 4}),
        ({}, None),
        ([], None),
        (None, None),
        ({"ok": 1}, None),
        ({"name": "A"}, None),
        ({"name": "A", "images": [{"id": 3}, {"id": 4}]}, None),
    ],
)
def test_one_object_is_found_in_its_wrapping(body: Any, found: Item | None) -> None:
    assert unwrap(SUPPLIER, names_for(SUPPLIER), body) == found


@pytest.mark.parametrize("body", [[ONE, ONE], {"suppliers": [ONE, {"supplier_id": 5}]}])
def test_several_objects_are_not_one(body: Any) -> None:
    with pytest.raises(Nonsense, match="2 objects"):
        unwrap(SUPPLIER, names_for(SUPPLIER), body)
