"""One shop made like another: what is copied, what is left out, what it costs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import EXAMPLES, copy_project, environment_of, run_here
from two_shops import (
    BETWEEN,
    KEYS,
    OTHER_IDS,
    OTHER_WIRE,
    TwoShops,
    ask,
    edit,
    number,
    row,
    tree,
    two_shops,
    writes,
)

from shopform.sandbox import Sandbox
from shopform.state.store import open_store

MAPPED = ("--rewrite", "old.example=new.example", "--rewrite", "nordlys.example=test.example")


@pytest.fixture
def shops(tmp_path: Path) -> Iterator[TwoShops]:
    with two_shops(tmp_path / "project") as found:
        yield found


def mapped(shop: Sandbox) -> dict[str, list[str]]:
    """A shop as its copy with all mapped should be."""
    text = json.dumps(tree(shop), ensure_ascii=False)
    for old, new in (("old.example", "new.example"), ("nordlys.example", "test.example")):
        text = text.replace(old, new)
    # The other shop keeps paths with a leading slash.
    text = text.replace(r"\"source\": \"", r"\"source\": \"/")
    found: dict[str, list[str]] = json.loads(text.replace(r"\"target\": \"", r"\"target\": \"/"))
    return found


def test_everything_mapped_is_there_and_every_reference_points_to_its_counterpart(
    shops: TwoShops,
) -> None:
    done = shops.clone(*MAPPED)
    assert tree(shops.new) == mapped(shops.old)
    assert {row(shops.old, "category", "Sko")["parent_id"]} == {61}
    assert row(shops.new, "category", "Sko")["parent_id"] == number(shops.new, "category", "Herre")
    assert not writes(shops.old)
    assert "not copied: every shop has one of its own" in done.err
    shops.settled("clone", *MAPPED)


def test_calls_are_the_fewest_possible(shops: TwoShops) -> None:
    shops.clone(*MAPPED)
    lists_of_old = 8  # one a kind, and the lists in one profile and in its one list of values
    lists_of_empty = 6  # nothing is in profiles that are not there
    objects, confirmed = 13, 1  # redirects of an empty shop show no names of fields
    assert len(shops.old.calls) == lists_of_old
    assert len(writes(shops.new)) == objects
    verified = lists_of_old
    assert len(shops.new.calls) == lists_of_empty + objects + confirmed + verified
    shops.old.reset_log()
    shops.new.reset_log()
    shops.clone(*MAPPED)
    assert (len(shops.old.calls), len(shops.new.calls)) == (lists_of_old, lists_of_old)


def test_what_a_shop_has_for_itself_is_left_out_and_told(shops: TwoShops) -> None:
    done = shops.clone()
    assert not shops.new.data("webhook")
    assert {r["dropshipping_mail"] for r in shops.new.data("supplier")} <= {None, ""}
    assert "1 webhook is not copied: `url` holds for one shop only" in done.err
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
    assert "several objects of the other shop could be it" in done.err
    assert "62 `Sko`: what `parent` points to is not copied" in done.err
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


def test_ways_that_lead_astray_there_already_are_told_and_copied(shops: TwoShops) -> None:
    ask(shops.old, "POST", "redirect", {"source": "herre", "target": "gammel", "status": 301})
    done = shops.clone()
    assert "warning: " in done.err
    assert "leads back to itself" in done.err
    assert len(shops.new.data("redirect")) == 2
    shops.settled()


def test_memory_is_locked_while_anybody_writes_to_the_shop(shops: TwoShops) -> None:
    own = open_store("state/new.json", shops.directory, f"127.0.0.1:{shops.new.port}")
    with own.open("apply"):
        done = shops.run("clone", *BETWEEN, "--auto-approve")
    assert (done.exit, writes(shops.new)) == (15, [])


def test_nothing_is_deleted_unless_it_is_asked_for(shops: TwoShops) -> None:
    shops.clone()
    ask(shops.old, "DELETE", "category/63")
    ask(shops.new, "POST", "category", {"name": "Eget"})
    done = shops.clone()
    assert "gone from `old`, and left in `new`: 1 object: `category.dame`" in done.err
    assert row(shops.new, "category", "Dame")
    done = shops.clone("--delete")
    assert "1 destroyed" in done.out
    assert {r["name"] for r in shops.new.data("category")} == {"Forside", "Herre", "Sko", "Eget"}
    shops.settled("clone", "--delete")


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


def test_kind_that_the_key_may_not_read_is_told_and_the_rest_is_copied(tmp_path: Path) -> None:
    with two_shops(tmp_path, first={"deny": ["redirect"]}) as shops:
        done = shops.clone()
        assert "the redirects are not copied" in done.err
        assert "11 added" in done.out
        shops.settled()
        done = shops.run("clone", *BETWEEN, "--kinds", "redirects")
        assert done.exit == 16, done.text


def test_saved_plan_is_applied_with_the_memory_of_copies(shops: TwoShops, tmp_path: Path) -> None:
    saved = str(tmp_path / "copy.json")
    done = shops.run("clone", *BETWEEN, "--out", saved)
    assert (done.exit, writes(shops.new)) == (0, [])
    assert "It makes it like `old`." in " ".join(done.out.split())
    for form in ("markdown", "html"):
        shown = shops.run("show", saved, "--format", form).out
        assert "to make it like" in shown
    done = shops.run("apply", saved)
    assert done.exit == 0, done.text
    assert {path.name for path in (shops.directory / "state").glob("*.json")} == {
        "new.from-old.json"
    }
    shops.settled()
    assert shops.run("apply", saved).exit == 12


def test_saved_plan_is_refused_where_the_shop_is_another_by_now(
    shops: TwoShops, tmp_path: Path
) -> None:
    shops.clone()
    edit(shops.old, "category", "Dame", meta_title="A")
    saved = str(tmp_path / "copy.json")
    shops.run("clone", *BETWEEN, "--out", saved)
    edit(shops.new, "category", "Dame", meta_title="B")
    done = shops.run("apply", saved)
    assert done.exit == 13, done.text
    assert row(shops.new, "category", "Dame")["meta_title"] == "B"


def test_nobody_is_asked_where_nobody_can_answer(shops: TwoShops) -> None:
    done = shops.run("clone", *BETWEEN)
    assert (done.exit, writes(shops.new)) == (0, [])
    assert "Nothing was changed." in done.err
    assert shops.run("clone", *BETWEEN, "--detailed-exitcode").exit == 2
    done = shops.run("clone", *BETWEEN, "--format", "markdown")
    assert (done.exit, writes(shops.new)) == (0, [])
    assert shops.run("clone", *BETWEEN, "--json", "--auto-approve").exit == 64
    assert shops.run("clone", *BETWEEN, "--quiet").text.split("\n")[1:] == ["", ""]


def test_stopped_by_its_budget_it_goes_on_from_there(shops: TwoShops) -> None:
    done = shops.run("clone", *BETWEEN, "--auto-approve", "--max-calls", "5")
    assert (done.exit, writes(shops.new)) == (17, [])
    shops.new.set_fault("POST /category:2+:429")
    done = shops.run("clone", *BETWEEN, "--auto-approve")
    assert done.exit == 17, done.text
    assert len(shops.new.data("category")) == 2
    shops.new.clear_faults()
    shops.clone()
    shops.settled()
    assert len(shops.new.data("category")) == len(shops.old.data("category"))


def test_addresses_of_the_shops_may_hold_variables(shops: TwoShops) -> None:
    settings = shops.directory / "shopform.yaml"
    text = settings.read_text("utf-8").replace("127.0.0.1", "${var.here}")
    given = json.loads(text) | {"variables": {"here": None}}
    settings.write_text(json.dumps(given), "utf-8")
    shops.clone("--var", "here=127.0.0.1")
    assert row(shops.new, "category", "Sko")


def test_memory_of_copies_is_looked_at_and_mended(shops: TwoShops) -> None:
    shops.clone()
    chosen = ("--shop", "new", "--from", "old")
    assert "category.herre-sko" in shops.run("state", "list", *chosen).out.split()
    shown = json.loads(shops.run("state", "show", *chosen, "category.herre-sko").out)
    assert shown["origin"] == 62
    assert shops.run("state", "rm", *chosen, "category.dame").exit == 0
    assert "category.dame" not in shops.memory()
    assert shops.run("state", "list", "--shop", "new").out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("clone", "--from", "old", "--to", "old"),
        ("clone", "--from", "old", "--to", "nwe"),
        ("clone", "--from", "old"),
        ("clone", "--from", "all", "--to", "new"),
        ("clone", "--from", "old,new", "--to", "new"),
        ("clone", *BETWEEN, "--kinds", "shoes"),
        ("clone", *BETWEEN, "--rewrite", "x"),
        ("promote", *BETWEEN),
    ],
)
def test_wrong_words_are_refused_without_a_call(shops: TwoShops, arguments: tuple[str]) -> None:
    assert shops.run(*arguments).exit == 64
    assert not [*shops.old.calls, *shops.new.calls]


def test_no_secret_is_anywhere(tmp_path: Path) -> None:
    with two_shops(tmp_path / "project") as shops:
        secret = "hemmelig-4711"
        catalogue: dict[str, dict[str, dict[str, Any]]] = {
            "suppliers": {"f": {"name": "Fjord", "dropshipping_mail": "${env:MAIL}"}},
            "webhooks": {"w": {"url": "${env:HOOK}", "events": ["stock"]}},
        }
        (shops.directory / "catalogue.yaml").write_text(
            json.dumps({k: {n: r | {"lifecycle": {"shops": ["old"]}} for n, r in v.items()}
                        for k, v in catalogue.items()}), "utf-8",
        )  # fmt: skip
        surroundings = shops.environment | {
            "MAIL": f"{secret}@x.example", "HOOK": f"https://{secret}.x.example/hook"
        }  # fmt: skip
        done = run_here(
            shops.directory, "apply", "--shop", "old", "--auto-approve", environment=surroundings
        )
        assert done.exit == 0, done.text
        edit(shops.old, "category", "Dame", description_a=f"<a href='https://u:{secret}@x'>x</a>")
        shops.clone(*MAPPED, "--rewrite", "x.example=x.example")
        shops.run("clone", *BETWEEN, "--format", "json", "--out", "saved.json", *MAPPED)
        shops.run("promote", *BETWEEN)
        made = [hook["secret"] for hook in shops.new.data("webhook")]
        said = "".join(run.text for run in shops.runs)
        files = [path for path in shops.directory.rglob("*") if path.is_file()]
        for canary in (secret, *KEYS.values(), *made):
            assert canary not in said
            holders = {p.relative_to(shops.directory).parts[0] for p in files
                       if canary.encode() in p.read_bytes()}  # fmt: skip
            assert holders <= ({"secrets"} if canary in made else set())
        assert len(made) == 1
        assert f"{secret}" not in json.dumps(shops.new.app.state())


def test_real_shop_is_copied_whole_into_one_with_other_ids_and_another_wire(
    tmp_path: Path,
) -> None:
    with Sandbox() as old, Sandbox(first_ids=OTHER_IDS, switches=OTHER_WIRE) as new:
        folder = copy_project(EXAMPLES / "nordisk-sko", tmp_path / "project", old)
        settings = folder / "shopform.yaml"
        url = new.url.removesuffix("/REST")
        text = settings.read_text("utf-8").replace(
            "shops:\n", f"shops:\n  empty: {{url: '{url}', token: '${{env:KEY}}'}}\n", 1
        )
        settings.write_text(text, "utf-8")
        keys = {"SHOPFORM_PRODUCTION_TOKEN": "sandbox", "KEY": "sandbox"}

        def run(*arguments: str) -> tuple[int, str]:
            done = run_here(folder, *arguments, environment=environment_of(**keys))
            return done.exit, done.text

        code, told = run("apply", "--shop", "production", "--auto-approve")
        assert code == 0, told
        old.reset_log()
        between = ("--from", "production", "--to", "empty")
        maps = [part for name in ("erp", "lager", "nyhedsbrev") for part in
                ("--rewrite", f"{name}.nordisk-sko.example={name}.test.example")]  # fmt: skip
        mails = sorted({r["dropshipping_mail"].partition("@")[2] for r in old.data("supplier")
                        if r["dropshipping_mail"]})  # fmt: skip
        maps += [part for host in mails for part in ("--rewrite", f"{host}={host}")]
        code, told = run("clone", *between, "--auto-approve", *maps)
        assert code == 0, told
        counts = figures(old, new)
        print("calls:", counts)
        assert counts["wasted"] == 0
        wanted = json.dumps(tree(old), ensure_ascii=False)
        for name in ("erp", "lager", "nyhedsbrev"):
            wanted = wanted.replace(f"{name}.nordisk-sko", f"{name}.test")
        assert paths_alike(tree(new)) == paths_alike(json.loads(wanted))
        new.reset_log()
        code, told = run("clone", *between, "--detailed-exitcode", *maps)
        assert (code, writes(new)) == (0, []), told
        code, told = run("promote", *between, "--detailed-exitcode", *maps)
        assert (code, writes(new)) == (0, []), told
        code, told = run("clone", *between, "--detailed-exitcode", *maps[6:])
        assert "3 webhooks are not copied" in told


def figures(old: Sandbox, new: Sandbox) -> dict[str, int]:
    """What a copy into an empty shop cost, and what no copy could do without."""
    kinds = ("supplier", "brand", "profile", "category", "redirect", "webhook")
    objects = sum(len(new.data(kind)) for kind in (*kinds, "attribute", "value")) - 1
    lists = sum(r["type"] == "valuelist" for r in old.data("attribute"))
    inner = len(old.data("profile")) + lists
    reads = len(kinds) + inner
    confirmed = 1
    least = reads + len(kinds) + objects + confirmed + reads
    spent = len(old.calls) + len(new.calls)
    return {
        "objects": objects, "read old": len(old.calls), "new": len(new.calls),
        "spent": spent, "least": least, "wasted": spent - least,
    }  # fmt: skip


def paths_alike(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """The shops keep the paths of redirects differently."""
    return found | {"redirect": [text.replace('": "/', '": "') for text in found["redirect"]]}


def test_copy_is_written_as_yaml_without_a_call_to_the_other_shop(shops: TwoShops) -> None:
    edit(shops.old, "category", "Dame", empty_redir=f"http://127.0.0.1:{shops.old.port}/herre")
    done = shops.run("clone", *BETWEEN, "--write", "copy", *MAPPED)
    assert done.exit == 0, done.text
    assert not shops.new.calls
    files = {path.name: path.read_text("utf-8") for path in (shops.directory / "copy").iterdir()}
    assert set(files) == {
        f"{section}.yaml"
        for section in ("suppliers", "brands", "profiles", "categories", "redirects", "webhooks")
    }
    assert "https://erp.new.example/hook" in files["webhooks.yaml"]
    assert f"http://127.0.0.1:{shops.new.port}/herre" in files["categories.yaml"]
    assert "every shop has one of its own" in files["categories.yaml"]
    settings = json.loads((shops.directory / "shopform.yaml").read_text("utf-8"))
    settings["include"] = "copy/*.yaml"
    (shops.directory / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
    done = shops.run("apply", "--shop", "new", "--auto-approve")
    assert done.exit == 0, done.text
    shops.clone(*MAPPED)
    wanted = json.dumps(mapped(shops.old)).replace(str(shops.old.port), str(shops.new.port))
    assert tree(shops.new) == json.loads(wanted)
    again = shops.run("clone", *BETWEEN, "--write", "copy")
    assert (again.exit, "is there and holds something else" in again.err) == (64, True)
    assert shops.run("clone", *BETWEEN, "--write", "x", "--out", "y").exit == 64
