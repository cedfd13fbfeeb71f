"""A column under `extra` that is a field of the kind is read as that field."""

import json
from pathlib import Path
from typing import Any

import pytest
from demo_shop import ask, demo
from own_kinds import catalogue_of
from support import Run, environment_of, run_here

from shopform.sandbox import Sandbox

NONE = "No changes. Your infrastructure matches the configuration."
NOTE = {
    "section": "notes",
    "endpoint": "note",
    "id": "note_id",
    "identity": ["name"],
    "fields": {
        "name": {"type": "text", "required": True},
        "shut": {"type": "flag", "wire": "is_shut", "aliases": ["closed"], "hides": True},
    },
}


def go(folder: Path, *arguments: str) -> Run:
    return run_here(folder, *arguments, environment=environment_of())


def row(sandbox: Sandbox, name: str, kind: str = "category") -> dict[str, Any]:
    (found,) = [each for each in sandbox.data(kind) if each["name"] == name]
    return found


def test_the_example_of_the_api_is_accepted_and_dumped_as_fields(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    text = 'categories: {a: {name: A, extra: {is_hidden: "1", weight: "10", shelf: 3}}}\n'
    folder = demo(tmp_path / "project", sandbox, text)
    run = go(folder, "apply", "--auto-approve")
    assert run.exit == 0, run.text
    assert "+ is_hidden   = true" in run.out
    assert "+ extra.shelf = " in run.out
    found = row(sandbox, "A")
    assert (found["is_hidden"], found["weight"], found["shelf"]) == (1, 10, 3)
    assert NONE in go(folder, "plan").out
    dumped = go(folder, "dump", "--kinds", "categories").out
    assert "    is_hidden: true\n    weight: 10\n" in dumped
    assert "extra: {shelf: 3}\n" in dumped


def test_an_edit_in_the_shop_is_written_where_the_column_is_declared(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    text = "categories: {a: {name: A, extra: {is_hidden: 1, search: sko, weight: 10}}}  # by hand\n"
    folder = demo(tmp_path / "project", sandbox, text)
    assert go(folder, "apply", "--auto-approve").exit == 0
    number = row(sandbox, "A")["category_id"]
    ask(sandbox, "PUT", f"category/{number}", {"weight": 12, "is_hidden": 0, "search": "a, b"})
    run = go(folder, "drift", "--write", "p.diff")
    assert "~ weight    = 10 -> 12" in run.out
    added = '+categories: {a: {name: A, extra: {is_hidden: false, search: "a, b", weight: 12}}}'
    assert added in (folder / "p.diff").read_text("utf-8")
    assert go(folder, "dump", "--update").exit == 0
    assert f"{added[1:]}  # by hand\n" == (folder / "catalogue.yaml").read_text("utf-8")
    assert NONE in go(folder, "plan").out.replace("Plan: 0 to add, 0 to change", NONE)


def test_anchors_and_tables_may_have_such_columns(tmp_path: Path, sandbox: Sandbox) -> None:
    text = """\
categories:
  a: {name: A, extra: &hidden {is_hidden: "1", shelf: 4}}
  b: {name: B, extra: *hidden}
suppliers: {table: suppliers.csv}
brands: {table: brands.csv}
"""
    folder = demo(tmp_path / "project", sandbox, text)
    sheet = "name;extra.dropshipping_mail\nNord;a@nord.example\nSyd;\n"
    (folder / "suppliers.csv").write_text(sheet, "utf-8")
    (folder / "brands.csv").write_text("name;extra.code\nAbe;7\n", "utf-8")
    run = go(folder, "apply", "--auto-approve")
    assert run.exit == 0, run.text
    assert [row(sandbox, name)["is_hidden"] for name in "AB"] == [1, 1]
    assert [row(sandbox, name)["shelf"] for name in "AB"] == [4, 4]
    mails = {each["name"]: each["dropshipping_mail"] for each in sandbox.data("supplier")}
    assert mails == {"Nord": "a@nord.example", "Syd": None}
    number = row(sandbox, "B")["category_id"]
    ask(sandbox, "PUT", f"category/{number}", {"is_hidden": 0})
    run = go(folder, "dump", "--update")
    assert "`is_hidden` of `category.b` is not written: an anchor shares the value" in run.err
    assert "catalogue.yaml:2:" in run.err


def test_names_of_one_shop_and_aliases_count(tmp_path: Path) -> None:
    """Each shop reads the same files by its own names; a project's kind by those of its rows."""
    with Sandbox(catalogue=catalogue_of(note=NOTE)) as sandbox:
        text = "categories: {a: {name: A, extra: {shelf: 2}}}\n"
        text += 'notes: {n: {name: N, extra: {is_shut: "1"}}, m: {name: M, extra: {closed: 0}}}\n'
        folder = demo(tmp_path / "project", sandbox, text)
        path = folder / "shopform.yaml"
        settings = json.loads(path.read_text("utf-8")) | {"kinds": {"note": NOTE}}
        settings["shops"]["demo"]["wire"] = {"category": {"fields": {"weight": "shelf"}}}
        path.write_text(json.dumps(settings), "utf-8")
        run = go(folder, "apply", "--auto-approve")
        assert run.exit == 0, run.text
        assert "+ weight = 2" in run.out
        assert "+ shut = true" in run.out
        assert row(sandbox, "N", "note")["is_shut"] == 1
        assert NONE in go(folder, "plan").out


@pytest.mark.parametrize(
    ("written", "code", "hint"),
    [
        ("is_hidden: 1}, is_hidden: true", "`is_hidden` is the field `is_hidden`, which", "one"),
        ("is_hidden: ja}", "`is_hidden` must be `true` or `false`", "write `true` or `false`"),
        ('weight: "x"}', "`weight` must be a whole number", "write"),
        ("canonical_id: 7}", "`canonical_id` is the field `canonical`", "declare `canonical`"),
        ("images: 1}", "`images` is the field `images`", "declare `images`, not under `extra`"),
        ('search: "${env:HOME}"}', "a secret is not allowed here", "string fields of a resource"),
        ("search: {file: a}}", "`search` must be a string, a number", "write one"),
    ],
)
def test_what_is_not_such_a_field_is_refused_at_its_place(
    tmp_path: Path, sandbox: Sandbox, written: str, code: str, hint: str
) -> None:
    text = f"categories:\n  a: {{name: A,\n    extra: {{{written}}}\n"
    run = go(demo(tmp_path / "project", sandbox, text), "validate")
    assert run.exit == 10, run.text
    assert code in run.err
    assert hint in run.err
    assert "catalogue.yaml:3:" in run.err


def test_ignored_columns_and_rules_name_the_field(tmp_path: Path, sandbox: Sandbox) -> None:
    lifecycle = "lifecycle: {ignore: [extra.weight]}"
    text = f"categories: {{a: {{name: A, extra: {{weight: 4}}, {lifecycle}}}}}\n"
    folder = demo(tmp_path / "project", sandbox, text)
    assert go(folder, "apply", "--auto-approve").exit == 0
    (folder / "catalogue.yaml").write_text(text.replace("weight: 4", "weight: 5"), "utf-8")
    assert NONE in go(folder, "plan").out
    settings = json.loads((folder / "shopform.yaml").read_text("utf-8"))
    rule = {"name": "visible", "field": "extra.is_hidden", "forbid": "1"}
    (folder / "shopform.yaml").write_text(json.dumps(settings | {"policy": {"rules": [rule]}}))
    run = go(folder, "plan")
    assert run.exit == 10
    assert "`extra.is_hidden` is the field `is_hidden` of `category`" in run.err
    assert "write `field: is_hidden`" in run.err
