"""A live shop as its files would declare it."""

from typing import Any

import pytest
from own_kinds import catalogue_of
from worlds import World

from shopform.describe.from_live import declare
from shopform.model.declared import Declared
from shopform.model.prior import Prior
from shopform.model.values import Address, Ref


def declared(world: World, **asked: Any) -> Declared:
    return declare(world.shop(), Prior(), **{"known": {}, "whole": False, **asked})


def addresses(found: Declared) -> list[str]:
    return [str(address) for address in found.resources]


def why(found: Declared) -> dict[tuple[int, str], str]:
    return {(left.id, left.field): left.why for left in found.omissions}


def test_keys_are_derived_from_names_after_the_key_of_the_parent() -> None:
    world = World().live("category", 5, name="Sko", parent=2).live("category", 2, name="Børn")
    world.live("category", 6, name="Støvler", parent=5)
    assert addresses(declared(world)) == [
        "category.boern",
        "category.boern-sko",
        "category.boern-sko-stoevler",
    ]


def test_key_that_is_taken_gets_the_id_and_the_older_keeps_it() -> None:
    world = World().live("supplier", 9, name="Å-bo").live("supplier", 4, name="Aa bo")
    found = declared(world)
    assert found.ids == {Address("supplier.aa-bo"): 4, Address("supplier.aa-bo-9"): 9}


def test_name_without_a_letter_gives_kind_and_id() -> None:
    assert addresses(declared(World().live("supplier", 4, name="🎉"))) == ["supplier.supplier-4"]


def test_known_addresses_stay_and_are_not_given_twice() -> None:
    world = World().live("supplier", 4, name="B").live("supplier", 5, name="C")
    found = declared(world, known={("supplier", 4): Address("supplier.c")})
    assert found.ids == {Address("supplier.c"): 4, Address("supplier.c-5"): 5}


@pytest.mark.parametrize(
    ("whole", "fields"),
    [(False, {"name", "rewrite_url"}), (True, {"name", "in_menu", "rewrite_url"})],
)
def test_what_the_shop_would_have_by_itself_is_declared_only_in_whole(
    whole: bool, fields: set[str]
) -> None:
    world = World().live("category", 5, name="Sko", in_menu="1", rewrite_url="")
    (resource,) = declared(world, whole=whole).resources.values()
    assert {n for n, value in resource.fields.items() if value is not None} == fields


def test_objects_with_one_identity_are_both_declared() -> None:
    world = World().live("category", 5, name="Sko").live("category", 6, name="Sko")
    found = declared(world)
    assert found.duplicates == {"category.sko", "category.sko-6"}
    assert not found.omissions


def test_an_object_with_the_identity_of_an_omitted_one_is_imported_by_id() -> None:
    world = World().live("webhook", 5, url=False, events=["paid"])
    world.live("webhook", 6, url=False, events="https://u:p@erp.example")
    found = declared(world)
    assert [one.id for one in found.omissions] == [6]
    assert found.duplicates == found.resources.keys()


def test_without_duplicates_their_children_are_omitted_too() -> None:
    world = World().live("category", 5, name="Sko").live("category", 6, name="Sko")
    world.live("category", 7, name="Dame", parent=6).live("category", 8, name="Herre")
    found = declared(world, duplicates=False)
    assert addresses(found) == ["category.herre"]
    assert set(why(found)) == {(5, ""), (6, ""), (7, "")}


def test_a_cycle_and_a_missing_parent_are_omitted() -> None:
    world = World().live("category", 5, name="A", parent=6).live("category", 6, name="B", parent=5)
    world.live("category", 7, name="C", parent=99).live("category", 8, name="D", parent=7)
    found = declared(world)
    assert not found.resources
    assert {left.id for left in found.omissions} == {5, 6, 7, 8}


def test_a_reference_is_an_address_and_a_missing_one_is_reported() -> None:
    world = World().live("category", 5, name="A").live("category", 6, name="B", canonical=5)
    world.live("category", 7, name="C", canonical=99)
    found = declared(world)
    assert found.resources[Address("category.b")].fields["canonical"] == Ref(Address("category.a"))
    assert why(found) == {(7, "canonical"): "category 99 is not declared"}


def test_word_the_files_do_not_know_is_left_out() -> None:
    found = declared(World().live("category", 5, name="A", sort_order="by_moon"))
    assert why(found) == {(5, "sort_order"): "`by_moon` is not one of its allowed values"}


def test_second_holder_of_a_path_goes_without() -> None:
    world = World().live("category", 5, name="A", rewrite_url="/a")
    world.live("category", 6, name="B", rewrite_url="a")
    found = declared(world)
    assert why(found) == {(6, "rewrite_url"): "`category.a` has it too"}
    assert "rewrite_url" not in found.resources[Address("category.b")].fields


def test_the_front_page_is_omitted_unless_it_has_children() -> None:
    world = World().live("category", 1, fixed=True, name="Forside")
    assert why(declared(world)) == {(1, ""): "every shop has one"}
    world.live("category", 2, name="Sko", parent=1)
    assert addresses(declared(world)) == ["category.forside", "category.forside-sko"]


def test_order_in_which_objects_come_changes_nothing() -> None:
    one, other = World(), World()
    for number in range(1, 9):
        one.live("category", number, name=f"N{number % 3}", parent=number // 2)
        back = 9 - number
        other.live("category", back, name=f"N{back % 3}", parent=back // 2)
    assert declared(one) == declared(other)


def test_references_in_a_cycle_are_omitted_from_the_oldest() -> None:
    world = World().live("category", 5, name="A", canonical=6)
    world.live("category", 6, name="B", canonical=5).live("category", 7, name="C", canonical=7)
    world.live("category", 8, name="D", canonical=5)
    found = declared(world)
    assert set(why(found)) == {(5, "canonical"), (7, "canonical")}
    assert found.resources[Address("category.d")].fields["canonical"] == Ref(Address("category.a"))


def test_key_of_a_very_long_name_is_cut_and_unlike_others() -> None:
    world = World().live("category", 5, name="a" * 300).live("category", 6, name="a" * 301)
    keys = [address.keys[0] for address in declared(world).resources]
    assert keys == ["a" * 80 + "-5", "a" * 80 + "-6"]


def test_key_deep_in_a_tree_has_its_name_and_id() -> None:
    world = World().live("category", 5, name="Herre " * 12)
    world.live("category", 6, name="Vinterstøvler", parent=5)
    world.live("category", 7, name="Foer", parent=6)
    keys = [address.keys[0] for address in declared(world).resources]
    assert keys[1:] == ["vinterstoevler-6", "vinterstoevler-6-foer"]


def test_known_address_that_lies_elsewhere_now_is_not_kept() -> None:
    world = World().live("profile", 2, name="P").live("attribute", 5, parent_id=2, name="Size")
    known = {("attribute", 5): Address("attribute.other.s")}
    assert addresses(declared(world, known=known)) == ["profile.p", "attribute.p.size"]


def test_number_that_no_file_takes_is_left_out() -> None:
    world = World().live("profile", 2, name="P")
    world.live("attribute", 5, parent_id=2, name="Size", weight=10**30)
    assert set(why(declared(world))) == {(5, "weight")}


def test_a_false_that_hides_is_declared_though_the_default_is_not_known() -> None:
    shown = {"type": "flag", "hides": False}
    fields = {"title": {"type": "text"}, "shown": shown, "big": {"type": "flag"}}
    about = {"section": "notices", "endpoint": "notice", "id": "id", "identity": ["title"]}
    world = World(catalogue=catalogue_of(notice={**about, "fields": fields}))
    world.live("notice", 1, title="A", shown=0, big=0)
    resource = declared(world).resources[Address("notice.a")]
    assert resource.fields == {"title": "A", "shown": False}


@pytest.mark.parametrize("value", ["a#b", "1.5", "0"])
def test_item_with_a_value_that_its_type_does_not_have_is_declared_as_the_shop_has_it(
    value: str,
) -> None:
    item = {"titel": "A", "type": "landing_page", "val": value, "class": ""}
    world = World().live("menu", 1, location="top", items=[item])
    resource = declared(world).resources[Address("menu.top")]
    expected = {"title": "A", "type": "landing_page", "value": value}
    assert resource.fields["items"] == (expected,)
