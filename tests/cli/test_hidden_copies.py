"""What a shop should hide is read back once, before more of its kind is created visibly."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from demo_shop import demo
from own_kinds import catalogue_of
from support import Run, environment_of, run_here
from two_shops import BETWEEN, TwoShops, edit, two_shops, writes

from shopform.kinds.base import UNKNOWN
from shopform.kinds.standard import STANDARD
from shopform.render.json.plan_document import INTEGRITY, integrity_of
from shopform.sandbox import Sandbox
from shopform.sandbox.behaviour.categories import Categories
from shopform.sandbox.behaviour.columns import SetBy
from shopform.sandbox.behaviour.products import Products
from shopform.sandbox.behaviour.table import Table

DROPS: dict[str, Any] = {"switches": {"unknown_columns": "drop"}}
NOTE: dict[str, Any] = {
    "section": "notes",
    "endpoint": "note",
    "id": "note_id",
    "identity": ["name"],
    "fields": {
        "name": {"type": "text", "required": True},
        "shut": {"type": "flag", "wire": "is_shut", "hides": True},
    },
}
NOTES = catalogue_of(note=NOTE)


def hidden(count: int, **column: Any) -> dict[str, list[dict[str, Any]]]:
    rows = [{"name": f"Engros {n}", "rewrite_url": f"engros-{n}", **column} for n in range(count)]
    return {"category": [{"name": "Aaben", "rewrite_url": "aaben"}, *rows]}


def made(sandbox: Sandbox, kind: str = "category") -> list[str]:
    return sorted(each["name"] for each in sandbox.data(kind) if each["name"].startswith("E"))


def refused(run: Run, name: str, code: int = 1) -> None:
    assert run.exit == code, run.text
    said = " ".join(run.text.split())
    assert "visitors can see it (id " in said
    assert f"the shop did not keep `{name}`, which hides it" in said


@pytest.mark.parametrize(
    ("name", "value"), [("is_hidden", 1), ("is_online", 0), ("no_internal_search", 1)]
)
def test_a_copy_stops_at_the_first_object_that_is_visible(
    tmp_path: Path, name: str, value: int
) -> None:
    with two_shops(tmp_path, hidden(4, **{name: value}), other=DROPS) as shops:
        run = shops.run("clone", *BETWEEN, "--auto-approve")
        refused(run, name, 14)
        assert "`--allow-loss` copies the others visibly" in run.text
        assert len(made(shops.new)) == 1
        assert "Aaben" in {each["name"] for each in shops.new.data("category")}
        # The next runs know it, and are refused before anything is made.
        for verb in ("clone", "promote"):
            shops.new.reset_log()
            run = shops.run(verb, *BETWEEN, "--auto-approve")
            assert run.exit == 11, run.text
            assert f"3 objects of kind `category` would be shown in `new`: `{name}`" in run.text
            assert not writes(shops.new)
        run = shops.run("clone", *BETWEEN, "--write", "files")
        assert run.exit == 11, run.text
        assert f"4 objects of kind `category` would be shown in `new`: `{name}`" in run.err
        assert not (tmp_path / "files").exists()
        run = shops.run("clone", *BETWEEN, "--write", "files", "--allow-loss")
        assert run.exit == 0, run.text
        assert f"warning: 4 objects of kind `category` would be shown in `new`: `{name}`" in run.err
        run = shops.clone("--allow-loss")
        assert f"stores `{name}` of" in run.err
        assert len(made(shops.new)) == 4
        shops.settled("clone")


def test_a_shop_that_takes_it_is_asked_once_a_kind(tmp_path: Path) -> None:
    seed = hidden(3, is_hidden=1, is_online=0)
    seed["product"] = [{"name": f"E{n}", "own_id": f"E{n}", "is_online": 0} for n in range(3)]
    with two_shops(tmp_path, seed, other={"switches": {}}) as shops:
        run = shops.clone("--kinds", "categories,products")
        asked = [c.path for c in shops.new.calls if c.method == "GET" and c.path.count("/") == 2]
        assert sorted(path.split("/")[1] for path in asked) == ["category", "product"]
        assert "7 to write, 4 to verify" in run.out
        assert [row["is_hidden"] for row in shops.new.data("category")[2:]] == [1, 1, 1]
        shops.settled("clone", "--kinds", "categories,products")
        edit(shops.old, "category", "Engros 1", is_hidden=None)
        edit(shops.old, "category", "Aaben", is_hidden=1)
        shops.new.reset_log()
        shops.promote()  # only updates: verified with the others
        assert not [c for c in shops.new.calls if c.method == "GET" and c.path.count("/") == 2]


def not_taken(table: type[Table], column: str) -> Any:
    """Shops show this column of a table, and take it of seeds only."""
    kept = {**table.columns, column: replace(table.columns[column], set_by=SetBy.SEED)}
    return patch.object(table, "columns", kept)


@pytest.mark.parametrize(("name", "value"), [("is_online", 0), ("no_internal_search", 1)])
def test_products_that_are_shown_stop_a_copy_too(tmp_path: Path, name: str, value: int) -> None:
    seed = {"product": [{"name": f"E{n}", "own_id": f"E{n}", name: value} for n in range(3)]}
    with (
        not_taken(Products, name),
        two_shops(tmp_path, seed, other={"switches": {}}) as shops,
    ):
        refused(shops.run("clone", *BETWEEN, "--auto-approve", "--kinds", "products"), name)
        assert len(made(shops.new, "product")) == 1
        shops.clone("--allow-loss", "--kinds", "products")
        assert len(made(shops.new, "product")) == 3


@contextmanager
def notes(
    folder: Path, count: int, *, takes: bool, kind: dict[str, Any] = NOTE
) -> Iterator[TwoShops]:
    """Two shops with a kind of the project's own, of which the other one has no object."""
    seed = {"note": [{"name": f"E{n}", "is_shut": 1} for n in range(count)]}
    facts = {"catalogue": NOTES, "switches": {}}
    with two_shops(folder, seed, first={"catalogue": NOTES}, other=facts) as shops:
        settings = json.loads((folder / "shopform.yaml").read_text("utf-8"))
        (folder / "shopform.yaml").write_text(json.dumps(settings | {"kinds": {"note": kind}}))
        table = type(shops.new.app.world.tables["note"])
        with not_taken(table, "is_shut") if not takes else nullcontext():
            yield shops


def test_a_shop_with_no_object_of_the_kind_is_asked_by_the_first(tmp_path: Path) -> None:
    with notes(tmp_path / "a", 3, takes=False) as shops:
        refused(shops.run("clone", *BETWEEN, "--auto-approve"), "shut")
        assert len(made(shops.new, "note")) == 1
        assert shops.run("clone", *BETWEEN, "--auto-approve").exit == 11
        shops.clone("--allow-loss")
        assert len(made(shops.new, "note")) == 3
    with notes(tmp_path / "b", 3, takes=True) as shops:
        run = shops.clone()
        assert "3 to write, 2 to verify" in run.out  # one read confirms the names too
        assert [row["is_shut"] for row in shops.new.data("note")] == [1, 1, 1]


def test_columns_under_extra_that_hide_are_read_back_by_apply(tmp_path: Path) -> None:
    text = """\
categories:
  a: {name: Ea, extra: {is_hidden: "1"}}
  b: {name: Eb, extra: {is_hidden: "1"}}
"""
    with Sandbox(**DROPS) as sandbox:
        folder = demo(tmp_path / "project", sandbox, text)
        run = run_here(folder, "apply", "--auto-approve", environment=environment_of())
        refused(run, "is_hidden")
        assert "or do not declare this" in run.text
        assert made(sandbox) == ["Ea"]
        run = run_here(folder, "apply", "--auto-approve", environment=environment_of())
        assert run.exit == 11
        said = " ".join(run.text.split())
        assert "visitors could see 1 object of kind `category` that `is_hidden` hides" in said
        assert "did not keep it of `category.a` category.b" in said
        assert "do not declare `is_hidden`" in said
        (folder / "catalogue.yaml").write_text(text.replace(', extra: {is_hidden: "1"}', ""))
        run = run_here(folder, "apply", "--auto-approve", environment=environment_of())
        assert run.exit == 0, run.text
        assert made(sandbox) == ["Ea", "Eb"]


def test_a_saved_plan_stops_as_well(tmp_path: Path) -> None:
    with two_shops(tmp_path, hidden(3, is_hidden=1), other=DROPS) as shops:
        assert shops.run("clone", *BETWEEN, "--out", "p.json").exit == 0
        data = json.loads((tmp_path / "p.json").read_text("utf-8"))
        steps = data["shopform"]["steps"] if "shopform" in data else data["steps"]
        (step,) = [each for each in steps if "hides" in each]
        assert step["hides"] == ["is_hidden"]
        refused(shops.run("apply", "p.json"), "is_hidden", 14)
        assert len(made(shops.new)) == 1
        step["hides"] = ["tag"]
        data[INTEGRITY] = integrity_of(data)
        (tmp_path / "p.json").write_text(json.dumps(data), "utf-8")
        run = shops.run("apply", "p.json")
        assert "does not send what it hides by" in run.err, run.text


def test_files_of_a_copy_are_refused_by_what_earlier_runs_saw(tmp_path: Path) -> None:
    older = {n: c for n, c in Categories.columns.items() if n != "is_hidden"}
    new = {"switches": DROPS["switches"], "seed": {"category": [{"name": "Dame"}]}}
    with (
        patch.object(Categories, "columns", older),
        two_shops(tmp_path, hidden(2, is_hidden=1), other=new) as shops,
    ):
        assert shops.run("clone", *BETWEEN, "--write", "unseen").exit == 0
        path = tmp_path / "own.yaml"
        path.write_text("categories: {dame: {name: Dame}}\n", "utf-8")
        assert shops.run("apply", "--shop", "new", "--auto-approve").exit == 0
        shops.new.reset_log()
        run = shops.run("clone", *BETWEEN, "--write", "files")
        assert run.exit == 11, run.text
        assert "2 objects of kind `category` would be shown in `new`: `is_hidden`" in run.err
        assert not shops.new.calls


def test_what_is_hidden_by_default_is_not_lost(tmp_path: Path) -> None:
    shut = {**NOTE["fields"]["shut"], "default": "true"}
    kind = {**NOTE, "fields": {**NOTE["fields"], "shut": shut}}
    with notes(tmp_path, 2, takes=True, kind=kind) as shops:
        run = shops.clone()
        assert "hidden-lost" not in run.text
        assert "would be shown" not in run.text


def test_every_kind_that_can_be_hidden_is_tested() -> None:
    found = {(k.name, r.name) for k in STANDARD.kinds for r in k.rows if r.hides is not UNKNOWN}
    category = {("category", name) for name in ("is_hidden", "is_online", "no_internal_search")}
    assert found == category | {("product", "is_online"), ("product", "no_internal_search")}


def test_one_object_shows_what_hides_whatever_the_order_of_the_files(tmp_path: Path) -> None:
    declared = {
        "a": {"name": "Ea", "is_online": False},
        "b": {"name": "Eb", "is_hidden": True},
        "c": {"name": "Ec", "is_hidden": True, "is_online": False},
        "d": {"name": "Ed", "is_online": False},
    }
    plans = []
    with Sandbox() as sandbox:
        for number, keys in enumerate(("abcd", "dcba", "badc", "cabd")):
            text = json.dumps({"categories": {key: declared[key] for key in keys}})
            folder = demo(tmp_path / str(number), sandbox, text)
            run = run_here(folder, "plan", "--json", environment=environment_of())
            plans.append(json.loads(run.out)["steps"])
    assert plans[0] == plans[1] == plans[2] == plans[3]
    shown = {step["key"]: step["hides"] for step in plans[0] if step.get("hides")}
    assert shown == {"category.c:create": ["is_hidden", "is_online"]}
