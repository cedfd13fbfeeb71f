"""Only what changed in the first shop since the last copy, three ways."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import Run
from two_shops import BETWEEN, TwoShops, ask, edit, number, row, two_shops, writes


@pytest.fixture
def shops(tmp_path: Path) -> Iterator[TwoShops]:
    """Copied once, and nothing counted of that."""
    with two_shops(tmp_path / "project") as found:
        found.clone()
        found.new.reset_log()
        yield found


def refused(shops: TwoShops, *arguments: str) -> Run:
    """A promotion that is refused, and writes nothing."""
    done = shops.run("promote", *BETWEEN, "--auto-approve", *arguments)
    assert done.exit == 11, done.text
    assert not writes(shops.new)
    return done


def test_nothing_changed_is_nothing_to_do(shops: TwoShops) -> None:
    shops.settled("promote")


def test_fields_that_the_first_shop_changed_are_carried_and_no_others(shops: TwoShops) -> None:
    edit(shops.new, "category", "Sko", meta_title="Sko i byen")
    edit(shops.old, "category", "Sko", description_a="<p>Nyt</p>", parent_id=63)
    shops.new.reset_log()
    done = shops.promote()
    assert "1 changed" in done.out
    (put,) = [call for call in shops.new.calls if call.method == "PUT"]
    assert put.body is not None
    assert set(put.body) == {"description_a", "parent_id"}
    held = row(shops.new, "category", "Sko")
    assert (held["meta_title"], held["description_a"]) == ("Sko i byen", "<p>Nyt</p>")
    assert held["parent_id"] == number(shops.new, "category", "Dame")
    shops.settled("promote")


def test_what_only_the_other_shop_changed_is_left_alone(shops: TwoShops) -> None:
    edit(shops.new, "category", "Dame", name="Kvinder", meta_title="K", in_menu=1)
    ask(shops.new, "DELETE", f"redirect/{shops.new.data('redirect')[0]['redirect_id']}")
    shops.settled("promote")
    assert row(shops.new, "category", "Kvinder")["meta_title"] == "K"
    assert not shops.new.data("redirect")


def test_both_shops_changed_it_is_a_conflict_with_three_values(shops: TwoShops) -> None:
    edit(shops.old, "category", "Dame", meta_title="Fra den gamle", tag="a")
    edit(shops.new, "category", "Dame", meta_title="Fra den nye")
    shops.new.reset_log()
    done = refused(shops)
    told = " ".join(done.err.split())
    assert "`meta_title` of `category.dame` is another in both shops" in told
    assert "when it was copied: empty `old`: `Fra den gamle` `new`: `Fra den nye`" in told
    assert "shopform clone --from old --to new --target category.dame" in told
    assert '"" -> "a"' in done.out
    shops.clone("--target", "category.dame")
    assert row(shops.new, "category", "Dame")["meta_title"] == "Fra den gamle"
    shops.settled("promote")


def test_values_of_a_conflict_are_told_on_one_line_each(shops: TwoShops) -> None:
    edit(shops.old, "category", "Dame", in_menu=1, description_a="<p>a</p>\n\n<p>b</p>")
    edit(shops.new, "category", "Dame", description_a="<p>c</p>")
    shops.new.reset_log()
    assert "  `old`: `<p>a</p> <p>b</p>`\n" in refused(shops).err
    edit(shops.new, "category", "Dame", description_a="<p>c</p>", tag="x")
    edit(shops.old, "category", "Dame", tag="y")
    shops.new.reset_log()
    assert "  when it was copied: empty\n  `old`: `y`\n  `new`: `x`\n" in refused(shops).err


def test_conflict_ends_where_both_shops_agree(shops: TwoShops) -> None:
    edit(shops.old, "category", "Dame", meta_title="A")
    edit(shops.new, "category", "Dame", meta_title="A")
    shops.new.reset_log()
    shops.promote()
    assert not writes(shops.new)
    shops.settled("promote")


def test_conflict_about_a_reference_names_addresses(shops: TwoShops) -> None:
    ask(shops.new, "POST", "category", {"name": "Eget"})
    edit(shops.old, "category", "Sko", canonical_id=63)
    edit(shops.new, "category", "Sko", canonical_id=number(shops.new, "category", "Eget"))
    shops.new.reset_log()
    told = " ".join(refused(shops).err.split())
    eget = number(shops.new, "category", "Eget")
    assert f"when it was copied: `category.herre` `old`: `category.dame` `new`: `#{eget}`" in told


def test_new_objects_are_made_with_what_they_lie_in(shops: TwoShops) -> None:
    made = ask(shops.old, "POST", "category", {"name": "Børn"})
    ask(shops.old, "POST", "category", {"name": "Sko", "parent_id": made})
    ask(shops.old, "POST", "profile-attribute-value?attribute_id=31", {"val": "Kæmpe"})
    done = shops.promote()
    assert "3 added, 0 changed" in done.out
    assert row(shops.new, "value", "Kæmpe")
    shops.settled("promote")


def test_new_object_that_is_there_already_is_taken_over_or_a_conflict(shops: TwoShops) -> None:
    for shop, title in ((shops.old, "A"), (shops.new, "B")):
        ask(shop, "POST", "category", {"name": "Børn", "rewrite_url": "boern", "meta_title": title})
    ask(shops.old, "POST", "supplier", {"name": "Vest"})
    ask(shops.new, "POST", "supplier", {"name": "Vest"})
    shops.new.reset_log()
    done = refused(shops)
    assert "when it was copied: not there" in done.err
    assert "2 to import" in done.out
    edit(shops.old, "category", "Børn", meta_title="B")
    done = shops.promote()
    assert "2 imported, 0 added, 0 changed" in done.out
    shops.settled("promote")


def test_object_that_vanished_is_not_made_again_and_a_conflict_if_it_changed(
    shops: TwoShops,
) -> None:
    ask(shops.new, "DELETE", f"category/{number(shops.new, 'category', 'Dame')}")
    ask(shops.old, "POST", "category", {"name": "Sandaler", "parent_id": 63})
    shops.settled("promote")
    done = shops.run("promote", *BETWEEN)
    assert "what it lies in is gone from `new`" in done.err
    edit(shops.old, "category", "Dame", meta_title="A")
    done = refused(shops)
    assert "`category.dame` is gone from `new`, and `old` changed `meta_title`" in (
        " ".join(done.err.split())
    )


def test_what_is_gone_is_told_and_deleted_only_where_nobody_changed_it(shops: TwoShops) -> None:
    ask(shops.old, "DELETE", "category/63")
    ask(shops.old, "DELETE", "supplier/6")
    done = shops.promote()
    assert "gone from `old`, and left in `new`: 2 objects" in done.err
    edit(shops.new, "category", "Dame", meta_title="Vores")
    shops.new.reset_log()
    done = refused(shops, "--delete")
    assert "`category.dame` is gone from `old`, and `new` changed `meta_title`" in (
        " ".join(done.err.split())
    )
    done = shops.promote("--delete", "--kinds", "suppliers")
    assert "1 destroyed" in done.out
    assert row(shops.new, "category", "Dame")


def test_emptied_in_the_first_shop_is_emptied_in_the_other(shops: TwoShops) -> None:
    edit(shops.old, "value", "Lille", tag="", weight=0)
    shops.promote()
    held = row(shops.new, "value", "Lille")
    assert (held["tag"] or "", held["weight"] or 0) == ("", 0)
    shops.settled("promote")
    shops.settled("clone")
