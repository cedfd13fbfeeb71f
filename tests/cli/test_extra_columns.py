"""Columns beyond the fields, declared under `extra`: sent, read back, and reported."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from demo_shop import ask, demo
from support import Run, environment_of, run_here

from shopform.sandbox import Sandbox

NONE = "No changes. Your infrastructure matches the configuration."
FILES = """\
categories:
  herre:
    name: Herre
    extra: {colour: "1", shelf: 10, boxed: true, code: 007, note: "${var.town}"}  # by hand
profiles:
  sko:
    name: Sko
    attributes:
      str: {name: Str, type: valuelist, values: {a: {val: "36", extra: {hint: x}}}}
suppliers:
  table: suppliers.csv
manufacturers:
  m: {name: M, extra: {colour: red}}
"""
SETTINGS = {"variables": {"town": {"default": "Ribe"}}}
SHEET = "name;extra.code\nNord;007\nSyd;\n"


@contextmanager
def project(folder: Path, **shop: Any) -> Iterator[tuple[Path, Sandbox]]:
    with Sandbox(**shop) as sandbox:
        made = demo(folder / "project", sandbox, FILES)
        settings = json.loads((made / "shopform.yaml").read_text("utf-8")) | SETTINGS
        (made / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
        (made / "suppliers.csv").write_text(SHEET, "utf-8")
        yield made, sandbox


def go(folder: Path, *arguments: str) -> Run:
    return run_here(folder, *arguments, environment=environment_of())


def category(sandbox: Sandbox) -> dict[str, Any]:
    found = next(each for each in sandbox.data("category") if each["name"] == "Herre")
    return {name: found.get(name) for name in ("colour", "shelf", "boxed", "code", "note")}


@pytest.mark.parametrize("typing", ["mixed", pytest.param("strings", marks=pytest.mark.wide)])
def test_columns_are_sent_as_declared_and_compared_by_their_text(
    tmp_path: Path, typing: str
) -> None:
    with project(tmp_path, switches={"typing": typing}) as (folder, sandbox):
        run = go(folder, "apply", "--auto-approve")
        assert (run.exit, "warning" in run.err) == (0, False), run.err
        sent = {"colour": "1", "shelf": 10, "boxed": True, "code": "007", "note": "Ribe"}
        assert category(sandbox) == sent
        assert sandbox.data("profile-attribute-value")[0]["hint"] == "x"
        assert {row["name"]: row.get("code") for row in sandbox.data("supplier")} == {
            "Nord": "007",
            "Syd": None,
        }
        assert NONE in go(folder, "plan").out
        text = FILES.replace('"1", shelf: 10, boxed: true', '1, shelf: "10", boxed: 1')
        (folder / "catalogue.yaml").write_text(text, "utf-8")
        assert NONE in go(folder, "plan").out


def test_what_the_shop_does_not_take_is_reported_once(tmp_path: Path) -> None:
    seed = {"category": [{"category_id": 60, "name": "Herre", "shelf": 3}]}
    drop = {"unknown_columns": "drop"}
    with project(tmp_path, switches=drop, seed=seed) as (folder, sandbox):
        run = go(folder, "apply", "--auto-approve")
        assert run.exit == 0
        assert "does not show `extra.colour` of `category.herre`, which was sent" in run.err
        assert "stores `extra.shelf` of `category.herre` differently: sent `10`, stored `3`" in (
            run.err
        )
        assert "`extra.colour` of `manufacturer.m`" in run.err
        assert category(sandbox)["shelf"] == 3
        assert NONE in go(folder, "plan").out


def test_an_edit_is_drift_and_can_be_accepted_or_ignored(tmp_path: Path) -> None:
    with project(tmp_path) as (folder, sandbox):
        go(folder, "apply", "--auto-approve")
        number = next(r["category_id"] for r in sandbox.data("category") if r["name"] == "Herre")
        ask(sandbox, "PUT", f"category/{number}", {"shelf": 12, "colour": "2"})
        drift = go(folder, "drift")
        assert '~ extra.shelf  = "10" -> "12"' in drift.out
        file = folder / "catalogue.yaml"
        file.write_text(FILES.replace("  # by hand", "\n    lifecycle: {ignore: [extra.colour]}"))
        assert "extra.colour" not in go(folder, "plan").out
        file.write_text(FILES, "utf-8")
        assert go(folder, "dump", "--update").exit == 0
        line = 'extra: {colour: "2", shelf: 12, boxed: true, code: 007, note: "${var.town}"}  # by'
        assert line in file.read_text("utf-8")
        assert "Plan: 0 to add, 0 to change, 0 to destroy." in go(folder, "plan").out


def test_a_column_that_is_no_longer_declared_is_released(tmp_path: Path) -> None:
    with project(tmp_path) as (folder, sandbox):
        go(folder, "apply", "--auto-approve")
        file = folder / "catalogue.yaml"
        file.write_text(FILES.replace('colour: "1", ', "").replace("shelf: 10", "shelf: null"))
        run = go(folder, "apply", "--auto-approve")
        assert "`extra.colour` is no longer declared and stays as it is" in run.out
        assert '- extra.shelf = "10" -> null' in run.out
        assert (category(sandbox)["colour"], category(sandbox)["shelf"]) == ("1", None)
        assert NONE in go(folder, "plan").out
        assert go(folder, "undo", "--auto-approve").exit == 0
        assert category(sandbox)["shelf"] == "10"


def test_a_saved_plan_and_one_from_a_snapshot_have_the_columns(tmp_path: Path) -> None:
    with project(tmp_path) as (folder, sandbox):
        assert go(folder, "plan", "--out", "saved.json").exit == 0
        shown = json.loads(go(folder, "show", "--json", "saved.json").out)
        change = next(
            each for each in shown["resource_changes"] if each["address"] == "category.herre"
        )
        assert change["change"]["after"]["extra.shelf"] == "10"
        assert go(folder, "apply", "saved.json").exit == 0
        assert category(sandbox)["shelf"] == 10
        file = folder / "catalogue.yaml"
        file.write_text(FILES.replace("shelf: 10", "shelf: 11, floor: 2"), "utf-8")
        run = go(folder, "plan", "--refresh=changed", "--out", "saved.json")
        assert '+ extra.floor = "2"' in run.out
        assert go(folder, "apply", "saved.json").exit == 0
        assert NONE in go(folder, "plan").out


@pytest.mark.parametrize(
    ("written", "code", "hint"),
    [
        (
            "parent_id: 7",
            "`parent_id` is the field `parent`",
            "declare `parent`, not under `extra`",
        ),
        ("category_id: 7", "`category_id` cannot be set", "remove it"),
        ("url: x", "`url` cannot be set", "remove it"),
        ("shelf: [1]", "`shelf` must be a string, a number or a boolean, not a list", "write one"),
        ('"a b": 1', "`a b` cannot be a name here", "use letters, digits and `_`"),
        ('key: "${env:HOME}"', "a secret is not allowed here", "string fields of a resource"),
    ],
)
def test_what_cannot_be_a_column_is_refused_at_its_place(
    tmp_path: Path, written: str, code: str, hint: str, sandbox: Sandbox
) -> None:
    text = f"categories:\n  a:\n    name: A\n    extra:\n      {written}\n"
    run = go(demo(tmp_path / "project", sandbox, text), "validate")
    assert run.exit == 10
    assert code in run.err
    assert hint in run.err
    assert "catalogue.yaml:5:" in run.err


def test_a_policy_rule_restricts_a_column(tmp_path: Path, sandbox: Sandbox) -> None:
    folder = demo(tmp_path / "project", sandbox, "categories: {a: {name: A, extra: {shelf: 4}}}\n")
    rule = {"name": "shelves", "field": "extra.shelf", "allow": ["1", "2"]}
    settings = json.loads((folder / "shopform.yaml").read_text("utf-8"))
    (folder / "shopform.yaml").write_text(json.dumps(settings | {"policy": {"rules": [rule]}}))
    run = go(folder, "plan")
    assert run.exit == 11
    assert "`4` as `extra.shelf` of `category.a`" in run.err


def test_import_generates_the_columns_of_an_object(tmp_path: Path) -> None:
    seed = {"category": [{"category_id": 41, "name": "Herre", "colour": "red", "shelf": 3}]}
    with Sandbox(seed=seed) as sandbox:
        folder = demo(tmp_path / "project", sandbox, "categories: {}\n")
        run = go(folder, "import", "--generate", "category.men", "41")
        assert run.exit == 0, run.text
        files = "".join(each.read_text("utf-8") for each in folder.glob("*.yaml"))
        assert "extra: {colour: red, shelf: 3}" in files
        assert NONE in go(folder, "plan").out
