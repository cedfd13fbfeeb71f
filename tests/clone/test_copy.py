"""What can be copied from one shop to another, and what changed since."""

from typing import Any

import pytest
from worlds import World

from shopform.clone.copy import Copy, make_copy, map_fixed_objects
from shopform.clone.id_mapping import (
    deleted_in_source,
    known_addresses,
    required_kinds,
    with_nested,
    with_references,
)
from shopform.clone.text_rewriting import Rewriting, own_hosts
from shopform.describe.from_live import declare
from shopform.kinds.standard import STANDARD
from shopform.model.desired import Import
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address, Ref

OLD = {"www.old.example", "old.example"}


def rewriting(table: dict[str, str] | None = None, target: str = "new.example") -> Rewriting:
    return Rewriting(table or {}, own_hosts(OLD, target))


def copy_of(world: World, table: dict[str, str] | None = None, prior: Prior | None = None) -> Copy:
    live = world.shop()
    found = declare(live, Prior(), known={}, whole=True, duplicates=False)
    return make_copy(found, live, rewriting(table), prior or Prior())


def why(copy: Copy) -> dict[tuple[int, str], str]:
    return {(each.id, each.field): each.why for each in copy.omissions}


def held(copy: Copy, address: str) -> dict[str, Any]:
    return dict(copy.resources[Address(address)].fields)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://old.example/a?b", "https://new.example/a?b"),
        ("https://WWW.old.example", "https://new.example"),
        ("at old.example.", "at new.example."),
        ("a@old.example", "a@old.example"),
        ("cdn.old.example", "cdn.old.example"),
        ("old.example.evil.example", "old.example.evil.example"),
        ("old.example:8080", "old.example:8080"),
        ("bold.example", "bold.example"),
        ("old.example-x", "old.example-x"),
    ],
)
def test_own_host_is_rewritten_where_it_is_whole(text: str, expected: str) -> None:
    assert rewriting().text(text) == expected


def test_own_host_keeps_its_www_where_the_other_has_one() -> None:
    table = own_hosts(OLD, "www.new.example")
    assert table == {"old.example": "new.example", "www.old.example": "www.new.example"}
    assert own_hosts(OLD, "www.old.example") == {}
    ported = own_hosts({"127.0.0.1", "127.0.0.1:1"}, "127.0.0.1:2")
    assert ported == {"127.0.0.1:1": "127.0.0.1:2"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nordisk Sko", "Sydens Sko"),
        ("Nordisk Skotøj", "Nordisk Skotøj"),
        ("erp.x.example", "erp.y.example"),
        ("a@x.example", "a@y.example"),
        ("keep.x.example", "keep.x.example"),
        ("y.example x.example", "z.example y.example"),
        ("my-x.example", "my-x.example"),
    ],
)
def test_table_takes_whole_words_the_longest_first_and_once(text: str, expected: str) -> None:
    table = {
        "Nordisk Sko": "Sydens Sko",
        "x.example": "y.example",
        "y.example": "z.example",
        "keep.x.example": "keep.x.example",
    }
    assert rewriting(table).text(text) == expected


def test_what_holds_for_one_shop_needs_a_word_even_if_it_is_the_same() -> None:
    world = World().live("webhook", 1, url="https://x.example/h", events=["paid"])
    world.live("supplier", 2, name="A", dropshipping_mail="a@x.example")
    copy = copy_of(world)
    assert list(copy.resources) == ["supplier.a"]
    assert "dropshipping_mail" in copy.resources[Address("supplier.a")].ignore
    assert why(copy) == {
        (1, ""): "`url` is specific to one shop",
        (2, "dropshipping_mail"): "it is specific to one shop",
    }
    copy = copy_of(world, {"x.example": "x.example"})
    assert held(copy, "supplier.a")["dropshipping_mail"] == "a@x.example"
    assert not copy.omissions


def test_the_own_host_does_not_replace_local_values() -> None:
    world = World().live("webhook", 1, url="https://old.example/h", events=["paid"])
    assert not copy_of(world).resources


def test_what_nothing_would_be_left_of_by_rewriting_is_left_out() -> None:
    world = World().live("supplier", 1, name="Nord").live("supplier", 2, name="Syd Nord")
    copy = copy_of(world, {"Nord": ""})
    assert {a: r.fields["name"] for a, r in copy.resources.items()} == {"supplier.syd-nord": "Syd "}
    assert why(copy) == {(1, ""): "`name` would be empty"}


def test_children_and_references_of_omitted_objects_are_omitted() -> None:
    world = World().live("category", 1, name="A").live("category", 2, name="A")
    world.live("category", 3, name="B", parent=1).live("category", 4, name="C", parent=3)
    world.live("category", 5, name="D", canonical=1).live("category", 6, name="E")
    copy = copy_of(world)
    assert list(copy.resources) == ["category.d", "category.e"]
    assert "canonical" not in held(copy, "category.d")
    assert "canonical" in copy.resources[Address("category.d")].ignore


def test_what_no_shop_takes_empty_is_left_out() -> None:
    world = World().live("supplier", 1, name="").live("webhook", 2, url="https://a.b", events=[])
    world.live("redirect", 3, source="/x", target="/").live("redirect", 4, source="y", target="z")
    copy = copy_of(world, {"a.b": "a.b"})
    assert why(copy) == {(1, ""): "`name` is empty", (2, ""): "`events` is empty"}
    ends = [(r.fields["source"], r.fields["target"]) for r in copy.resources.values()]
    assert ends == [("/x", "/"), ("/y", "/z")]


def test_tree_deeper_than_any_stack_is_left_out() -> None:
    world = World().live("category", 1, name="A").live("category", 2, name="A")
    for number in range(3, 2_003):
        world.live("category", number, name=f"K{number}", parent=number - 1)
    live = world.shop()
    copy = make_copy(declare(live, Prior(), known={}, whole=True), live, rewriting(), Prior())
    copy.omit(Address("category.k3"), "because")
    assert not [address for address in copy.resources if "k" in address.keys[0]]
    assert len(copy.omissions) == 2_002


def test_names_that_become_one_by_rewriting_are_left_out() -> None:
    world = World().live("supplier", 1, name="Nord").live("supplier", 2, name="Syd")
    world.live("category", 3, name="A", rewrite_url="nord")
    world.live("category", 4, name="B", rewrite_url="syd")
    copy = copy_of(world, {"Nord": "Syd", "nord": "syd"})
    assert list(copy.resources) == ["category.a", "category.b"]
    assert "rewrite_url" not in held(copy, "category.b")


def test_front_page_that_is_referred_to_is_the_other_shops_own() -> None:
    world = World().live("category", 1, fixed=True, name="Forside", rewrite_url="hjem")
    world.live("category", 2, name="A", parent=1)
    copy = copy_of(world)
    other = World().live("category", 7, fixed=True, name="Home").shop()
    map_fixed_objects(copy, Prior(), other)
    front = Address("category.forside")
    assert copy.desired().imports == (Import(address=front, id=7),)
    assert (held(copy, front), copy.resources[front].keep) == ({}, True)
    copy = copy_of(world)
    map_fixed_objects(copy, Prior(), World().live("category", 7, name="Home").shop())
    assert not copy.resources


def test_emptied_field_is_sent_only_where_it_was_copied_before() -> None:
    world = World().live("profile", 1, name="P")
    world.live("attribute", 2, parent_id=1, name="A", type="valuelist")
    world.live("value", 3, parent_id=2, val="V", tag="")
    address = Address("value.p.a.v")
    assert "tag" not in held(copy_of(world), address)
    prior = Prior(resources={address: Entry(id=30, sent={"val": "V", "tag": "x"}, origin=3)})
    assert held(copy_of(world, prior=prior), address)["tag"] == ""


def test_addresses_are_those_of_the_copies_then_those_of_the_files() -> None:
    live = World().live("profile", 1, name="P").live("attribute", 2, parent_id=1, name="A")
    live.live("supplier", 3, name="S").live("supplier", 4, name="T")
    profile, attribute = Address("profile.mine"), Address("attribute.mine.size")
    own = Prior(
        resources={
            profile: Entry(id=1),
            attribute: Entry(id=2, parent=profile),
            Address("supplier.s"): Entry(id=3),
            Address("supplier.t"): Entry(id=4),
            Address("supplier.lost"): Entry(id=99),
        }
    )
    prior = Prior(
        resources={
            Address("profile.first"): Entry(id=10, origin=1),
            Address("supplier.t"): Entry(id=11, origin=3),
            Address("supplier.gone"): Entry(id=12, origin=98),
        }
    )
    assert known_addresses(prior, own, live.shop()) == {
        ("profile", 1): "profile.first",
        ("supplier", 3): "supplier.t",
        ("attribute", 2): "attribute.first.size",
    }
    copy = copy_of(live)
    assert deleted_in_source(prior, live.shop(), copy) == {"supplier.gone"}


def test_kinds_bring_what_is_in_them_and_what_they_need() -> None:
    assert with_nested(STANDARD, {"profile"}) == {"profile", "attribute", "value"}
    assert required_kinds(STANDARD, {"value"}) == {"profile", "attribute", "value"}
    assert required_kinds(STANDARD, {"category"}) == {"category"}


def test_part_of_a_copy_has_all_it_refers_to() -> None:
    world = World().live("category", 1, name="A").live("category", 2, name="B", parent=1)
    world.live("category", 3, name="C", canonical=2).live("category", 4, name="D")
    copy = copy_of(world)
    assert with_references(copy, [Address("category.c")]) == {
        "category.c",
        "category.a-b",
        "category.a",
    }
    assert held(copy, "category.c")["canonical"] == Ref(Address("category.a-b"))
