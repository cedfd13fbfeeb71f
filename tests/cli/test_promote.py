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


def partly(shops: TwoShops, *arguments: str) -> Run:
    """A promotion that does all but what both shops changed."""
    done = shops.run("promote", *BETWEEN, "--auto-approve", *arguments)
    assert done.exit == 14, done.text
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
    shown = shops.run("promote", *BETWEEN, "--detailed-exitcode")
    assert shown.exit == 14, shown.text
    done = partly(shops)
    (put,) = [call for call in shops.new.calls if call.method == "PUT"]
    assert put.body == {"tag": "a"}
    told = " ".join(done.err.split())
    assert "`meta_title` of `category.dame` was changed in both shops" in told
    assert "when it was copied: empty `old`: `Fra den gamle` `new`: `Fra den nye`" in told
    assert "shopform clone --from old --to new --target category.dame" in told
    assert '"" -> "a"' in done.out
    shops.new.reset_log()
    refused(shops)  # nothing else is left to do
    shops.clone("--target", "category.dame")
    assert row(shops.new, "category", "Dame")["meta_title"] == "Fra den gamle"
    shops.settled("promote")


def test_values_of_a_conflict_are_told_on_one_line_each(shops: TwoShops) -> None:
    edit(shops.old, "category", "Dame", in_menu=1, description_a="<p>a</p>\n\n<p>b</p>")
    edit(shops.new, "category", "Dame", description_a="<p>c</p>")
    shops.new.reset_log()
    assert "  `old`: `<p>a</p> <p>b</p>`\n" in partly(shops).err
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
    done = partly(shops)
    assert "when it was copied: missing" in done.err
    assert "2 imported, 0 added, 0 changed" in done.out
    assert not writes(shops.new)
    shops.settled("promote")  # that field was not copied, and is no conflict again
    edit(shops.old, "category", "Børn", meta_title="B", tag="x")
    shops.promote()
    shops.settled("promote")


def test_object_that_vanished_is_not_made_again_and_a_conflict_if_it_changed(
    shops: TwoShops,
) -> None:
    ask(shops.new, "DELETE", f"category/{number(shops.new, 'category', 'Dame')}")
    ask(shops.old, "POST", "category", {"name": "Sandaler", "parent_id": 63})
    shops.settled("promote")
    done = shops.run("promote", *BETWEEN)
    assert "its parent was deleted in `new`" in done.err
    edit(shops.old, "category", "Dame", meta_title="A")
    done = refused(shops)
    assert "`category.dame` was deleted in `new`, and `old` changed `meta_title`" in (
        " ".join(done.err.split())
    )


def test_what_is_gone_is_told_and_deleted_only_where_nobody_changed_it(shops: TwoShops) -> None:
    ask(shops.old, "DELETE", "category/63")
    ask(shops.old, "DELETE", "supplier/6")
    done = shops.promote()
    assert "deleted in `old`, and kept in `new`: 2 objects" in done.err
    edit(shops.new, "category", "Dame", meta_title="Vores")
    shops.new.reset_log()
    done = partly(shops, "--delete")
    assert "`category.dame` was deleted in `old`, and `new` changed `meta_title`" in (
        " ".join(done.err.split())
    )
    assert "1 destroyed" in done.out
    assert row(shops.new, "category", "Dame")


def test_emptied_in_the_first_shop_is_emptied_in_the_other(shops: TwoShops) -> None:
    edit(shops.old, "value", "Lille", tag="", weight=0)
    shops.promote()
    held = row(shops.new, "value", "Lille")
    assert (held["tag"] or "", held["weight"] or 0) == ("", 0)
    shops.settled("promote")
    shops.settled("clone")


def test_what_was_left_out_has_no_base_and_is_no_conflict(tmp_path: Path) -> None:
    """A path that another page has, an e-mail address nobody mapped, a name of both shops."""
    with two_shops(tmp_path) as shops:
        ask(shops.new, "POST", "category", {"name": "Anden", "rewrite_url": "dame"})
        ask(shops.new, "POST", "supplier", {"name": "Nordlys & Søn", "dropshipping_mail": "n@n.dk"})
        shops.clone()
        path = row(shops.new, "category", "Dame")["rewrite_url"]
        for edited in ("A", "B"):
            edit(shops.old, "category", "Dame", meta_title=edited)
            edit(shops.old, "supplier", "Fjord", dropshipping_mail=f"{edited}@f.example")
            done = shops.promote()
            assert "another in both shops" not in done.err
            assert row(shops.new, "category", "Dame")["meta_title"] == edited
        assert "`rewrite_url` of 1 category is not copied" in done.err
        assert row(shops.new, "category", "Dame")["rewrite_url"] == path
        shops.settled("promote")
        done = shops.run("promote", *BETWEEN, "--rewrite", "nordlys.example=nordlys.example")
        assert done.exit == 0
        told = " ".join(done.err.split())
        assert "it was not copied before, and `new` has its own" in told
        assert row(shops.new, "supplier", "Nordlys & Søn")["dropshipping_mail"] == "n@n.dk"
        ask(shops.old, "DELETE", "category/63")
        assert "1 destroyed" in shops.promote("--delete").out


def test_what_vanished_is_no_conflict_over_what_was_left_out(tmp_path: Path) -> None:
    with two_shops(tmp_path) as shops:
        ask(shops.new, "POST", "category", {"name": "Anden", "rewrite_url": "dame"})
        shops.clone()
        ask(shops.new, "DELETE", f"category/{number(shops.new, 'category', 'Dame')}")
        shops.settled("promote")


def test_excluded_addresses_are_left_with_what_needs_them(shops: TwoShops) -> None:
    for name in ("Herre", "Sko", "Dame"):
        edit(shops.old, "category", name, meta_title="Ny")
    edit(shops.new, "category", "Herre", meta_title="Vores")
    edit(shops.old, "value", "Lille", tag="ny")
    shops.new.reset_log()
    for verb in ("clone", "promote"):
        done = shops.run(verb, *BETWEEN, "--exclude", "category.herre", "--exclude", "profile.krus")
        assert done.exit == 0, done.text
        assert "Plan: 0 to add, 1 to change, 0 to destroy." in done.out
        assert "category.dame will be updated" in done.out
        assert shops.run(verb, *BETWEEN, "--exclude", "category.none").exit == 64
    shops.promote("--exclude", "category.herre", "--exclude", "profile.krus")
    assert row(shops.new, "category", "Herre")["meta_title"] == "Vores"
    ask(shops.old, "DELETE", "supplier/6")
    assert "gone from" not in shops.promote("--exclude", "supplier.fjord", "--exclude",
                                            "category.herre").err  # fmt: skip
    assert row(shops.new, "supplier", "Fjord")


def test_saved_promotion_with_a_conflict_says_so_when_it_is_applied(shops: TwoShops) -> None:
    edit(shops.old, "category", "Dame", meta_title="A", tag="a")
    edit(shops.new, "category", "Dame", meta_title="B")
    done = shops.run("promote", *BETWEEN, "--out", "p.plan")
    assert done.exit == 14, done.text
    done = shops.run("apply", "p.plan")
    assert done.exit == 14, done.text
    assert row(shops.new, "category", "Dame")["tag"] == "a"
