"""One shop made like another: what is copied, what is left out, what it costs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from two_shops import (
    BETWEEN,
    MAPPED,
    TwoShops,
    ask,
    edit,
    mapped,
    number,
    row,
    tree,
    two_shops,
    writes,
)

from shopform.kinds.standard import STANDARD


@pytest.fixture
def shops(tmp_path: Path) -> Iterator[TwoShops]:
    with two_shops(tmp_path / "project") as found:
        yield found


def test_everything_mapped_is_there_and_every_reference_points_to_its_counterpart(
    shops: TwoShops,
) -> None:
    done = shops.clone(*MAPPED)
    assert tree(shops.new) == mapped(shops.old)
    assert {row(shops.old, "category", "Sko")["parent_id"]} == {61}
    assert row(shops.new, "category", "Sko")["parent_id"] == number(shops.new, "category", "Herre")
    assert not writes(shops.old)
    assert "not copied: every shop has one" in done.err
    shops.settled("clone", *MAPPED)


def test_calls_are_the_fewest_possible(shops: TwoShops) -> None:
    shops.clone(*MAPPED)
    kinds = [kind for kind in STANDARD.kinds if kind.nesting is None and not kind.large]
    unused = sum(not shops.old.data(kind.name) for kind in kinds)
    lists_of_old = len(kinds) + 2  # and the lists in one profile and in its one list of values
    lists_of_empty = len(kinds) - unused  # nothing is in profiles that are not there
    # Brands and redirects of an empty shop show no names of fields.
    objects, confirmed = 13, 2
    assert len(shops.old.calls) == lists_of_old
    assert len(writes(shops.new)) == objects
    verified = lists_of_old - unused
    assert len(shops.new.calls) == lists_of_empty + objects + confirmed + verified
    shops.old.reset_log()
    shops.new.reset_log()
    shops.clone(*MAPPED)
    assert (len(shops.old.calls), len(shops.new.calls)) == (lists_of_old, verified)


def test_what_a_shop_has_for_itself_is_left_out_and_told(shops: TwoShops) -> None:
    done = shops.clone()
    assert not shops.new.data("webhook")
    assert {r["dropshipping_mail"] for r in shops.new.data("supplier")} <= {None, ""}
    assert "1 webhook is not copied: `url` is specific to one shop" in done.err
    assert "`dropshipping_mail` of 1 supplier is not copied" in done.err
    assert not [call for call in shops.new.calls if "webhook" in call.path]
    shops.settled()


def test_table_of_the_shop_maps_and_the_command_line_has_the_last_word(tmp_path: Path) -> None:
    table = {"rewrite": {"old.example": "new.example", "nordlys.example": "nordlys.example"}}
    with two_shops(tmp_path, settings=table) as shops:
        shops.clone("--rewrite", "old.example=last.example")
        assert row(shops.new, "supplier", "Nordlys & Søn")["dropshipping_mail"].endswith(
            "@nordlys.example"
        )
        assert [r["url"] for r in shops.new.data("webhook")] == ["https://erp.last.example/hook"]


def test_own_host_in_texts_becomes_the_other_shops_own(shops: TwoShops) -> None:
    port = shops.old.port
    text = f"<a href='http://127.0.0.1:{port}/herre'>x</a> info@127.0.0.1:{port}x"
    edit(shops.old, "category", "Dame", description_b=text, empty_redir=f"http://127.0.0.1:{port}")
    shops.clone()
    made = row(shops.new, "category", "Dame")
    assert f"http://127.0.0.1:{shops.new.port}/herre" in made["description_b"]
    assert f"info@127.0.0.1:{port}x" in made["description_b"]
    assert made["empty_redir"] == f"http://127.0.0.1:{shops.new.port}"
    shops.settled()


def test_field_names_that_no_source_tells_are_those_of_the_first_shop(tmp_path: Path) -> None:
    names = {"redirect_names": "old_url,new_url,type", "redirect_path": "strip"}
    seed = {"redirect": [{"redirect_id": 3, "old_url": "a", "new_url": "b", "type": 302}]}
    wire = {"first": {"switches": names}, "other": {"switches": names}}
    with two_shops(tmp_path / "project", seed, **wire) as shops:
        done = shops.clone()
        assert "1 added" in done.out
        (made,) = shops.new.data("redirect")
        assert [made[name] for name in ("source", "target", "status")] == ["a", "b", 302]
        shops.settled()


def test_words_that_the_api_fixes_are_not_rewritten(shops: TwoShops) -> None:
    shops.clone(*MAPPED, "--rewrite", "paid=betalt", "--rewrite", "valuelist=x")
    assert [r["events"] for r in shops.new.data("webhook")] == [["paid"]]
    assert row(shops.new, "attribute", "Størrelse")["type"] == "valuelist"


def test_renamed_moved_and_edited_in_the_first_shop_is_the_same_object_in_the_other(
    shops: TwoShops,
) -> None:
    shops.clone()
    before = {name: number(shops.new, "category", name) for name in ("Herre", "Sko", "Dame")}
    edit(shops.old, "category", "Herre", name="Mænd", rewrite_url="maend")
    edit(shops.old, "category", "Sko", parent_id=63, description_a="")
    edit(shops.old, "profile", "Krus", name="Kopper")
    edit(shops.old, "value", "Lille", val="Mindre", tag="")
    shops.new.reset_log()
    shops.clone()
    assert all(call.startswith("PUT") for call in writes(shops.new))
    after = {name: number(shops.new, "category", name) for name in ("Mænd", "Sko", "Dame")}
    assert list(after.values()) == list(before.values())
    assert row(shops.new, "category", "Sko")["parent_id"] == after["Dame"]
    assert row(shops.new, "value", "Mindre")["tag"] in ("", None)
    shops.settled()


def test_deleted_and_made_again_in_the_first_shop_is_no_second_object(shops: TwoShops) -> None:
    shops.clone()
    there = number(shops.new, "category", "Dame")
    ask(shops.old, "DELETE", "category/63")
    ask(shops.old, "POST", "category", {"name": "Dame", "rewrite_url": "dame", "in_menu": 0})
    shops.clone()
    assert number(shops.new, "category", "Dame") == there
    shops.settled()


def test_edits_in_the_other_shop_are_drift_and_taken_back(shops: TwoShops) -> None:
    shops.clone()
    edit(shops.new, "category", "Herre", meta_title="Mænd", tag="m")
    done = shops.clone()
    assert "changed outside of shopform" in done.out
    held = row(shops.new, "category", "Herre")
    assert (held["meta_title"], held["tag"]) == ("Herre 👞", "")
    shops.settled()


def test_what_is_empty_in_the_first_shop_is_emptied_in_the_other(shops: TwoShops) -> None:
    shops.clone()
    value, attribute = shops.new.data("profile-attribute-value")[1], "Materiale"
    ask(shops.new, "PUT", f"value/{value['attribute_value_id']}", {"tag": "x", "weight": 9})
    edit(shops.new, "profile-attribute", attribute, weight=4, is_variant=1)
    shops.promote()
    assert row(shops.new, "profile-attribute", attribute)["weight"] == 4
    done = shops.clone()
    assert "2 changed" in done.out
    assert tree(shops.new)["profile-attribute"] == tree(shops.old)["profile-attribute"]
    values = "profile-attribute-value"
    assert tree(shops.new)[values] == tree(shops.old)[values]
    shops.settled()


def test_what_is_there_already_is_taken_over_and_made_alike(tmp_path: Path) -> None:
    there = {
        "category": [{"category_id": 900, "name": "Herre", "in_menu": 0, "rewrite_url": "h"}],
        "supplier": [{"supplier_id": 901, "name": "Fjord"}],
    }
    with two_shops(tmp_path, other={"seed": there}) as shops:
        done = shops.clone()
        assert "2 to import" in done.out
        assert number(shops.new, "category", "Herre") == 900
        assert row(shops.new, "category", "Herre")["rewrite_url"] == "herre"
        shops.settled()


def test_what_could_be_several_is_left_out_with_what_needs_it(shops: TwoShops) -> None:
    for path in ("a", "b"):
        ask(shops.new, "POST", "category", {"name": "Herre", "rewrite_url": path})
    done = shops.clone()
    assert "several objects of the other shop match it" in done.err
    assert "62 `Sko`: what `parent` refers to is not copied" in done.err
    assert {r["name"] for r in shops.new.data("category")} == {"Forside", "Herre", "Dame"}
    shops.settled()


def test_path_that_another_object_has_there_is_left_out(shops: TwoShops) -> None:
    ask(shops.new, "POST", "category", {"name": "Kvinder", "rewrite_url": "dame"})
    done = shops.clone()
    assert "`rewrite_url` of 1 category is not copied: an object of the other shop has it" in (
        done.err
    )
    assert row(shops.new, "category", "Dame")["rewrite_url"] != "dame"
    shops.settled()


def test_what_lies_in_the_front_page_lies_in_the_other_shops_front_page(shops: TwoShops) -> None:
    front = number(shops.old, "category", "Forside")
    ask(shops.old, "POST", "category", {"name": "Nyheder", "parent_id": front})
    shops.clone()
    there = row(shops.new, "category", "Nyheder")["parent_id"]
    assert there == number(shops.new, "category", "Forside")
    assert sum(r["is_front"] for r in shops.new.data("category")) == 1
    shops.settled()
    ask(shops.old, "DELETE", f"category/{number(shops.old, 'category', 'Nyheder')}")
    done = shops.clone("--delete")
    assert "1 destroyed" in done.out
    assert row(shops.new, "category", "Forside")["is_front"]


def test_front_page_is_left_alone_whatever_the_first_shop_calls_by_its_name(
    shops: TwoShops,
) -> None:
    front = row(shops.new, "category", "Forside")
    edit(shops.old, "category", "Forside", name="Hjem")
    edit(shops.old, "category", "Dame", name="Forside", tag="x")
    done = shops.clone()
    assert "it would match an object that every shop has" in done.err
    assert row(shops.new, "category", "Forside") == front
    edit(shops.old, "category", "Sko", parent_id=501)
    shops.clone()
    assert row(shops.new, "category", "Forside") == front
    assert row(shops.new, "category", "Sko")["parent_id"] == front["category_id"]
    shops.settled()


def test_ways_that_lead_astray_there_already_are_told_and_copied(shops: TwoShops) -> None:
    ask(shops.old, "POST", "redirect", {"source": "herre", "target": "gammel", "status": 301})
    done = shops.clone()
    assert "warning: " in done.err
    assert "leads back to itself" in done.err
    assert len(shops.new.data("redirect")) == 2
    shops.settled()


def test_nothing_is_deleted_unless_it_is_asked_for(shops: TwoShops) -> None:
    shops.clone()
    ask(shops.old, "DELETE", "category/63")
    ask(shops.new, "POST", "category", {"name": "Eget"})
    done = shops.clone()
    assert "deleted in `old`, and kept in `new`: 1 object: `category.dame`" in done.err
    assert row(shops.new, "category", "Dame")
    done = shops.clone("--delete")
    assert "1 destroyed" in done.out
    assert {r["name"] for r in shops.new.data("category")} == {"Forside", "Herre", "Sko", "Eget"}
    shops.settled("clone", "--delete")


@pytest.mark.parametrize("verb", ["clone", "promote"])
def test_what_the_files_manage_too_is_not_deleted(verb: str, shops: TwoShops) -> None:
    shops.clone()
    protected = "categories: {dame: {name: Dame, lifecycle: {protect: true, shops: [new]}}}"
    (shops.directory / "catalogue.yaml").write_text(protected, "utf-8")
    assert shops.run("apply", "--shop", "new", "--auto-approve").exit == 0
    ask(shops.old, "DELETE", "category/63")
    shops.new.reset_log()
    done = shops.run(verb, *BETWEEN, "--delete", "--auto-approve")
    assert done.exit == 0, done.text
    assert "kept in `new`, whose files manage it: 1 object: `category.dame`" in done.err
    assert not writes(shops.new)


def test_list_that_came_back_short_deletes_nothing(shops: TwoShops) -> None:
    shops.clone()
    shops.old.set_fault("GET /category:1:short", "GET /category:2:short")
    done = shops.run("clone", *BETWEEN, "--delete", "--auto-approve")
    assert done.exit == 18, done.text
    assert "of `old` is not complete" in done.err
    assert row(shops.new, "category", "Dame")


def test_only_some_kinds_and_only_some_objects(shops: TwoShops) -> None:
    done = shops.clone("--kinds", "profiles")
    assert {call.path for call in shops.old.calls} == {
        "/profile", "/profile-attribute", "/profile-attribute-value"
    }  # fmt: skip
    assert "5 added" in done.out
    done = shops.clone("--target", "category.herre-sko")
    assert "2 added" in done.out
    assert {r["name"] for r in shops.new.data("category")} == {"Forside", "Herre", "Sko"}
    done = shops.run("clone", *BETWEEN, "--target", "category.nowhere")
    assert (done.exit, "is not in the copy" in done.err) == (64, True)
    shops.clone()
    shops.settled()


@pytest.mark.parametrize("asked", [["suppliers,brand"], ["suppliers", "--kinds", "brands"]])
def test_kinds_may_be_named_together_or_one_by_one(shops: TwoShops, asked: list[str]) -> None:
    shops.clone("--kinds", *asked)
    assert {call.path for call in shops.old.calls} == {"/supplier", "/brand"}


def test_kind_that_the_key_may_not_read_is_refused_unless_it_is_left_out(tmp_path: Path) -> None:
    kinds = {k.name: k for k in STANDARD.kinds}
    with two_shops(tmp_path) as shops:
        shops.clone()
        gate = shops.old.app._gate
        usual = [kind for kind in STANDARD.kinds if not kind.large]
        for kind in usual:
            outer = kind
            while outer.nesting:
                outer = kinds[outer.nesting.kind]
            needed = {k.name for k in usual for r in k.rows if outer.name in r.type.targets}
            left = [k for k in usual if not k.nesting and k.name not in (outer.name, *needed)]
            others = ",".join(k.section for k in left)
            gate._denied = {(kind.wire.endpoint.value, True)}
            shops.new.reset_log()
            for verb in ("clone", "promote"):
                for how in (
                    ["--auto-approve"],
                    ["--detailed-exitcode"],
                    ["--kinds", outer.section],
                ):
                    done = shops.run(verb, *BETWEEN, *how)
                    assert done.exit == 16, (kind.name, verb, how, done.text)
                    if how[0] != "--kinds":
                        assert f"--kinds {others}`" in " ".join(done.err.split())
                done = shops.run(verb, *BETWEEN, "--auto-approve", "--kinds", others)
                assert done.exit == 0, (kind.name, verb, done.text)
            done = shops.run("clone", *BETWEEN, "--write", "copy")
            assert done.exit == 16
            assert not (tmp_path / "copy").exists()
            assert not writes(shops.new)


def test_target_needs_only_the_kinds_that_are_with_it(tmp_path: Path) -> None:
    with two_shops(tmp_path, first={"deny": ["redirect", "profile-attribute-value"]}) as shops:
        shops.clone("--target", "category.herre")
        done = shops.run("clone", *BETWEEN, "--target", "profile.krus", "--auto-approve")
        assert done.exit == 16
        assert "redirects" not in done.err.partition("hint")[0]
