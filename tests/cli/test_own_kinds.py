"""Runs with kinds that the project declares: what is recorded of them, and what changed since."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from own_kinds import LINE, catalogue_of, note
from support import SHOPFORM, Run, environment_of, run_here
from two_shops import KEYS, ask

from shopform.sandbox import Sandbox

KEY = KEYS["KEY_A"]
NOTE = note(
    body={"type": "html", "description": "The text.\nIt may | have\n\nlines.\n"},
    hidden={"type": "flag", "wire": "is_hidden"},
)
KINDS: dict[str, Any] = {"note": NOTE, "line": LINE}
NOTES = {"notes": {"about": {"headline": "Om os", "hidden": True, "lines": ["one", "two"]}}}

NOTES_ONLY = {"notes": {"about": {"headline": "Om os", "hidden": True}}}
DESTROY = ("destroy", "--auto-approve")


class Project:
    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        folder.mkdir()
        self.declare(KINDS, NOTES)

    def declare(self, kinds: Mapping[str, Any], notes: Mapping[str, Any] = NOTES) -> None:
        shops = {"demo": {"url": self.url, "token": "${env:SHOPFORM_TOKEN}"}}
        settings = {"shops": shops, "kinds": kinds}
        (self.folder / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
        (self.folder / "notes.yaml").write_text(json.dumps(notes), "utf-8")

    def run(self, *arguments: str, code: int = 0) -> Run:
        done = run_here(
            self.folder, *arguments, environment=environment_of(KEY, SHOPFORM_TRACEBACK="1")
        )
        assert done.exit == code, f"{arguments}\n{done.text}"
        return done


def changed(**fields: Any) -> dict[str, Any]:
    """The kinds with other rows of `note`; one of None is removed."""
    kinds = deepcopy(KINDS)
    rows: dict[str, Any] = {**kinds["note"]["fields"], **fields}
    kinds["note"]["fields"] = {name: row for name, row in rows.items() if row is not None}
    return kinds


@pytest.fixture
def shop() -> Iterator[Sandbox]:
    with Sandbox(token=KEY, catalogue=catalogue_of(**KINDS)) as one:
        yield one


@pytest.fixture
def project(tmp_path: Path, shop: Sandbox) -> Project:
    return Project(tmp_path / "project", shop.url)


def one_line(done: Run) -> str:
    return " ".join(done.err.split())


def test_a_saved_plan_holds_the_kinds_that_it_was_made_with(
    project: Project, shop: Sandbox
) -> None:
    project.run("plan", "--out", "plan.json")
    plan = project.folder / "plan.json"
    shown = run_here(project.folder.parent, "show", str(plan), environment=environment_of())
    assert "line.about.one" in shown.out
    project.declare(changed(hidden={"type": "flag", "wire": "hidden"}))
    done = project.run("apply", "plan.json", code=12)
    assert "the definition of the kind `note` changed: `fields.hidden`" in one_line(done)
    project.declare({"note": NOTE}, {"notes": {"about": {"headline": "Om os"}}})
    done = project.run("apply", "plan.json", code=12)
    assert "the kind `line` is not declared" in one_line(done)
    project.declare(changed(body={"type": "html", "description": "Another description."}))
    project.run("apply", "plan.json")
    assert [row["is_hidden"] for row in shop.data("note")] == [1]
    assert [row["val"] for row in shop.data("line")] == ["one", "two"]


def test_a_reviewed_plan_holds_the_kinds_that_it_changes(project: Project, shop: Sandbox) -> None:
    """Descriptions, and kinds that it has no change of, may change between review and apply."""
    memo = {**NOTE, "section": "memos", "endpoint": "memo", "id": "memo_id"}
    project.declare({**KINDS, "memo": memo})
    project.run("ci", "plan")
    again = ("ci", "apply", "shopform-ci/demo.plan.json")
    project.declare(changed(hidden={"type": "flag", "wire": "hidden"}))
    done = project.run(*again, code=12)
    assert "the definition of the kind `note` changed: `fields.hidden`" in one_line(done)
    described = changed(body={"type": "html", "description": "Another description."})
    other = {**memo, "fields": {"headline": {"type": "text", "required": True}}}
    project.declare({**described, "memo": other})
    project.run(*again)
    assert [row["is_hidden"] for row in shop.data("note")] == [1]


@pytest.mark.wide
def test_a_plan_with_another_kind_has_another_digest(project: Project) -> None:
    digest = json.loads(project.run("plan", "--json").out)["digest"]
    project.declare(changed(hidden={"type": "flag", "wire": "hidden"}))
    assert json.loads(project.run("plan", "--json").out)["digest"] != digest


def test_a_state_with_a_kind_that_is_no_longer_declared(project: Project, shop: Sandbox) -> None:
    """Nothing is deleted, the error says what to do, and both ways on are open."""
    project.run("apply", "--auto-approve")
    project.declare({}, {})
    before = len(shop.calls)
    done = project.run("plan", code=1)
    assert "contains kinds that shopform does not know: `line`, `note`" in one_line(done)
    assert "declare it under `kinds:` again" in one_line(done)
    everything = "line.about.one line.about.two note.about"
    assert f"`shopform state rm {everything} --shop demo`" in one_line(done)
    assert len(shop.calls) == before
    lines = ["line.about.one", "line.about.two"]
    assert project.run("state", "list").out.split() == [*lines, "note.about"]
    assert 'headline = "Om os"' in project.run("show").out
    moved = changed()
    moved["line"] = {name: part for name, part in LINE.items() if name != "parent"}
    project.declare(moved, {"lines": {"one": {"val": "one"}}})
    done = project.run("plan", code=1)
    assert "`line.about.one`, whose kind has another parent now" in one_line(done)
    project.declare(KINDS)
    project.run("plan", "--detailed-exitcode")
    project.declare({}, {})
    project.run("state", "rm", *lines, "note.about")
    project.run("plan", "--detailed-exitcode")
    assert len(shop.data("note")) == 1
    assert "note.about" in project.run("log").out


@pytest.mark.parametrize("by_wire", [True, False])
def test_the_ids_of_an_endpoint_are_not_used_at_another(project: Project, by_wire: bool) -> None:
    """The objects with the same ids there are others, in a shop that looks right otherwise."""
    other = {**NOTE, "endpoint": "memo", "section": "memos", "id": "memo_id"}
    seed = {
        "note": [{"note_id": 77, "headline": "Om os", "is_hidden": 1}],
        "memo": [{"memo_id": 77, "headline": "Theirs", "is_hidden": 0}],
    }
    with Sandbox(token=KEY, catalogue=catalogue_of(**KINDS, memo=other), seed=seed) as shop:
        project.url = shop.url
        rest = {f"s{n}": {"name": f"S{n}"} for n in range(5)}
        project.declare({"note": NOTE}, {**NOTES_ONLY, "suppliers": rest})
        project.run("apply", "--auto-approve")
        moved = {**NOTE, "endpoint": "memo", "id": ["note_id", "memo_id"]}

        def move(**sections: Any) -> None:
            project.declare({"note": NOTE if by_wire else moved}, {**sections, "suppliers": rest})
            if by_wire:
                path = project.folder / "shopform.yaml"
                settings = json.loads(path.read_text("utf-8"))
                settings["shops"]["demo"]["wire"] = {"note": {"endpoint": "memo", "id": "memo_id"}}
                path.write_text(json.dumps(settings), "utf-8")

        move()
        rehome = ("state", "rehome", "--auto-approve")
        for command in (("plan",), ("drift",), ("apply", "--auto-approve"), DESTROY, rehome):
            done = project.run(*command, code=1)
            said = "the objects of `note` in the state are those of `/note`, not of `/memo`"
            assert said in one_line(done)
        assert [row["headline"] for row in shop.data("memo")] == ["Theirs"]
        project.declare({"note": NOTE}, {**NOTES_ONLY, "suppliers": rest})
        project.run("plan", "--detailed-exitcode")
        changed_note = {"about": {"headline": "Om", "hidden": False}}
        project.declare({"note": NOTE}, {"notes": changed_note, "suppliers": rest})
        project.run("apply", "--auto-approve")
        move(**NOTES_ONLY)
        project.run("state", "rm", "note.about")
        assert "1 to add, 0 to change, 0 to destroy" in project.run("plan").out
        undone = project.run("undo", "--auto-approve", code=1)
        assert ("for objects of `note`, not `/memo`" if by_wire else "`endpoint`") in one_line(
            undone
        )
        assert [row["headline"] for row in shop.data("memo")] == ["Theirs"]


def test_a_run_is_undone_with_the_kinds_that_it_was_made_with(
    project: Project, shop: Sandbox
) -> None:
    project.run("apply", "--auto-approve")
    project.declare(KINDS, {"notes": {"about": {"headline": "Om", "hidden": False}}})
    project.run("apply", "--auto-approve", "--allow-delete", "lines=2")
    assert [row["headline"] for row in shop.data("note")] == ["Om"]
    project.declare({"note": NOTE}, {})
    done = project.run("undo", "--auto-approve", code=1)
    assert "cannot be undone: the kind `line` is not declared" in one_line(done)
    project.declare(changed(hidden={"type": "text", "wire": "is_hidden"}), {})
    done = project.run("undo", "--auto-approve", code=1)
    assert "the definition of the kind `note` changed: `fields.hidden`" in one_line(done)
    more = changed(footer={"type": "text"}, hidden={**NOTE["fields"]["hidden"], "default": False})
    project.declare(more, {})
    project.run("undo", "--auto-approve")
    assert [(row["headline"], row["is_hidden"]) for row in shop.data("note")] == [("Om os", 1)]
    assert {row["val"] for row in shop.data("line")} == {"one", "two"}


@pytest.mark.wide
def test_a_snapshot_of_other_kinds_is_not_planned_from(project: Project) -> None:
    project.run("apply", "--auto-approve")
    project.run("snapshot", "--out", "shop.json")
    project.run("plan", "--snapshot", "shop.json", "--detailed-exitcode")
    project.declare(changed(hidden={"type": "text", "wire": "is_hidden"}), {})
    done = project.run("plan", "--snapshot", "shop.json", code=1)
    assert "the definition of the kind `note` changed: `fields.hidden`" in one_line(done)


def test_a_snapshot_without_the_list_of_a_kind_is_read(project: Project) -> None:
    """With objects of the kind in the state: a patrol continues with the lists that are left."""
    notes = {**NOTES, "brands": {"b": {"name": "B"}}}
    project.declare(KINDS, notes)
    project.run("apply", "--auto-approve")
    shutil.rmtree(project.folder / ".shopform")
    patrols = [project.run("drift", "--spend", "1") for _ in range(2)]
    assert not [done.err for done in patrols if done.err]
    assert "1 list not read yet" in patrols[1].out, patrols[1].out


@pytest.mark.wide
def test_a_field_is_written_only_after_an_object_showed_its_key(
    project: Project, shop: Sandbox
) -> None:
    ask(shop, "POST", "note", {"headline": "Another"})
    project.declare(changed(hidden={"type": "flag", "wire": "concealed"}))
    done = project.run("apply", "--auto-approve")
    assert "have no key for `hidden`, which is not sent" in one_line(done)
    assert "their keys without a field: `is_hidden`" in one_line(done)
    assert [row["is_hidden"] for row in shop.data("note")] == [0, 0]
    project.declare(changed(headline={"type": "text", "required": True, "wire": "title"}))
    done = project.run("plan", code=18)
    assert "cannot determine which key of `/note` holds `headline`" in one_line(done)
    project.declare(changed(hidden={"type": "flag", "wire": "concealed", "aliases": ["is_hidden"]}))
    project.run("apply", "--auto-approve")
    assert [row["is_hidden"] for row in shop.data("note")] == [0, 1]


def test_commands_know_the_kinds_of_the_project(project: Project, shop: Sandbox) -> None:
    (project.folder / "notes.yaml").write_text("{}", "utf-8")
    number = ask(shop, "POST", "note", {"headline": "Kontakt", "is_hidden": 1})
    project.run("import", "--generate", "note.contact", str(number), "--into", "notes.yaml")
    assert "headline: Kontakt" in (project.folder / "notes.yaml").read_text("utf-8")
    dumped = project.run("dump").out
    assert "notes:\n  contact:\n    headline: Kontakt\n    hidden: true\n" in dumped
    assert "not KIND=N with a kind of supplier" in one_line(
        project.run("plan", "--allow-delete", "nots=1", code=64)
    )
    schema = json.loads(project.run("schema").out)
    assert "lines" in schema["$defs"]["note"]["properties"]
    reference = project.run("schema", "--kinds").out
    assert "## line\n" in reference
    assert "| The text. It may \\| have lines. | html |" in reference
    assert "| field `hidden` | `is_hidden` | ASSUMED | the project's `kinds` |" in reference
    project.run("init")
    kept = json.loads((project.folder / ".shopform.schema.json").read_text("utf-8"))
    assert kept == schema
    (project.folder / "kinds.yaml").write_text("kinds: {x: {}}", "utf-8")
    for command in ("schema", "init", "plan"):
        assert "`section` is missing" in one_line(project.run(command, code=10))


@pytest.mark.wide
def test_the_sandbox_serves_the_kinds_of_a_project(project: Project) -> None:
    ready = project.folder / "ready"
    words = [*SHOPFORM, "sandbox", "--port", "0", "--ready-file", "ready", "--token", KEY]
    environment = environment_of(SHOPFORM_SANDBOX_PROJECT=".")
    process = subprocess.Popen(
        words, cwd=project.folder, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 60
        while not ready.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        project.url = f"http://127.0.0.1:{int(ready.read_text('utf-8'))}"
        project.declare(KINDS)
        assert "3 to add" in project.run("plan").out
    finally:
        process.kill()
        process.wait()


def test_kinds_that_identify_others_by_references(project: Project, shop: Sandbox) -> None:
    """The names are confirmed by a create that waits for no other, and children are found again."""
    above = {"type": "reference", "to": "note"}
    kinds = changed(above=above, brand={"type": "reference", "to": "brand"})
    kinds["note"]["identity"] = ["above", "headline"]
    notes = {
        "a": {"headline": "A", "above": "b", "lines": ["one"]},
        "b": {"headline": "B", "above": "c"},
        "c": {"headline": "C", "brand": "x"},
    }
    project.declare(kinds, {"notes": notes, "brands": {"x": {"name": "X"}}})
    plan = json.loads(project.run("plan", "--json").out)
    steps = {step["address"]: step for step in plan["steps"]}
    assert list(steps) == ["brand.x", "note.c", "note.b", "note.a", "line.a.one"]
    assert [address for address, step in steps.items() if step.get("confirm")] == [
        "brand.x",
        "note.c",
        "line.a.one",
    ]
    project.run("apply", "--auto-approve")
    shutil.rmtree(project.folder / "state")
    assert "5 to import, 0 to add" in project.run("plan").out
    assert len(shop.data("line")) == 1


def by_each_other() -> dict[str, Any]:
    """Two kinds, each identified by a reference to the other."""
    kinds = {"note": deepcopy(NOTE), "memo": {**deepcopy(NOTE), "section": "memos"}}
    kinds["memo"] |= {"endpoint": "memo", "id": "memo_id"}
    for name, other in (("note", "memo"), ("memo", "note")):
        kinds[name]["identity"] = ["headline", other]
        kinds[name]["fields"][other] = {"type": "reference", "to": other}
    return kinds


@pytest.mark.wide
def test_objects_that_refer_to_each_other_live_and_are_deleted(
    project: Project, shop: Sandbox
) -> None:
    """One is created before it refers to the other, and deleted while the other refers to it."""
    to_note = {"type": "reference", "to": "note"}
    kinds = changed(next=to_note, other=to_note)
    with Sandbox(token=KEY, catalogue=catalogue_of(**kinds)) as one:
        project.url = one.url
        a, b = {"headline": "A", "next": "b"}, {"headline": "B", "other": "c"}
        project.declare(kinds, {"notes": {"a": a, "b": b, "c": {"headline": "C", "other": "a"}}})
        project.run("apply", "--auto-approve")
        project.run("plan", "--detailed-exitcode")
        project.declare(kinds, {})
        project.run("plan", "--allow-delete", "notes=3", "--out", "plan.json")
        saved = json.loads((project.folder / "plan.json").read_text("utf-8"))
        assert sorted(len(step.get("after", ())) for step in saved["steps"]) == [0, 1, 1]
        project.run("apply", "plan.json")
        assert one.data("note") == []
        project.run("undo", "--auto-approve")
        assert len(one.data("note")) == 3


def test_a_kind_with_another_name_imports_its_objects(project: Project, shop: Sandbox) -> None:
    project.run("apply", "--auto-approve")
    parent = {**LINE["parent"], "kind": "memo"}
    project.declare({"memo": NOTE, "line": {**LINE, "parent": parent}})
    done = project.run("state", "mv", "note.about", "memo.about", code=64)
    assert "`note.about` names no kind hint: kinds are `supplier`" in one_line(done)
    assert "a kind that shopform does not know: `note`" in one_line(project.run("plan", code=1))
    project.run("state", "rm", "note.about")
    assert "1 to import, 0 to add, 0 to change, 0 to destroy" in project.run("plan").out
    project.run("apply", "--auto-approve")
    project.run("plan", "--detailed-exitcode")
    assert len(shop.data("line")) == 2


@pytest.mark.wide
def test_kinds_that_identify_each_other_are_found_again(tmp_path: Path) -> None:
    with Sandbox(token=KEY, catalogue=catalogue_of(**by_each_other())) as shop:
        project = Project(tmp_path / "project", shop.url)
        first, second = {"headline": "A"}, {"headline": "B", "memo": "c"}
        memos = {"c": {"headline": "C", "note": "a"}, "d": {"headline": "D", "note": "b"}}
        project.declare(by_each_other(), {"notes": {"a": first, "b": second}, "memos": memos})
        project.run("apply", "--auto-approve")
        shutil.rmtree(project.folder / "state")
        assert "4 to import, 0 to add" in project.run("plan").out
        first["memo"] = "d"
        project.declare(by_each_other(), {"notes": {"a": first, "b": second}, "memos": memos})
        done = project.run("plan", code=10)
        cycle = "`memo.c` -> `note.a` -> `memo.d` -> `note.b` -> `memo.c`"
        assert f"`note` and `memo` form a cycle: {cycle}" in one_line(done)
        assert "notes.yaml:1:" in one_line(done)


@pytest.mark.wide
def test_tables_patches_and_promotions_know_the_kinds(project: Project, shop: Sandbox) -> None:
    with Sandbox(token=KEY, catalogue=catalogue_of(**KINDS)) as other:
        project.declare(KINDS, {"notes": {"table": "notes.csv"}})
        settings = json.loads((project.folder / "shopform.yaml").read_text("utf-8"))
        settings["shops"]["other"] = {"url": other.url, "token": "${env:SHOPFORM_TOKEN}"}
        (project.folder / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
        (project.folder / "notes.csv").write_text("headline;hidden\nA;1\nB;0\n", "utf-8")
        notes = "notes:\n  c: {headline: C, body: <p>y</p>}\n"
        (project.folder / "more.yaml").write_text(notes, "utf-8")
        project.run("apply", "--shop", "demo", "--auto-approve")
        project.run("clone", "--from", "demo", "--to", "other", "--auto-approve")
        ids = {row["headline"]: row["note_id"] for row in shop.data("note")}
        edited = {"headline": "A", "is_hidden": 0, "body": "<p>x</p>"}
        ask(shop, "PUT", f"note/{ids['A']}", edited)
        ask(shop, "PUT", f"note/{ids['C']}", {"headline": "C", "body": "<p>z</p>"})
        done = project.run("drift", "--shop", "demo", "--write", "-", code=2)
        assert "\n+  c: {headline: C, body: <p>z</p>}\n" in done.out
        assert "is not in the patch: it is in a table" in one_line(done)
        project.run("promote", "--from", "demo", "--to", "other", "--auto-approve")
        row = next(row for row in other.data("note") if row["headline"] == "A")
        assert (row["is_hidden"], row["body"]) == (0, "<p>x</p>")


RICH: dict[str, Any] = {
    "topic": {
        "section": "topics",
        "endpoint": "topic",
        "id": "topic_id",
        "identity": ["above", "name"],
        "path": "slug",
        "slug": "name",
        "fixed": "is_root",
        "fields": {
            "name": {"type": "text", "required": True},
            "above": {"type": "reference", "to": "topic", "wire": "above_id"},
            "slug": {"type": "path"},
            "price": {"type": "decimal"},
            "brands": {"type": "references", "to": "brand"},
            "words": {"type": "set"},
            "images": {"type": "images"},
            "layout": {"type": "choice", "values": ["wide", "narrow"]},
        },
    },
    "remark": {
        "section": "remarks",
        "endpoint": "remark",
        "id": "remark_id",
        "identity": ["val"],
        "parent": {"kind": "topic", "argument": "topic_id"},
        "fields": {
            "val": {"type": "text", "required": True},
            "category": {"type": "reference", "to": "category", "wire": "category_id"},
        },
    },
    "answer": {
        "section": "answers",
        "endpoint": "answer",
        "id": "answer_id",
        "identity": ["val"],
        "parent": {"kind": "remark", "argument": "remark_id", "short": "val"},
        "fields": {"val": {"type": "text", "required": True}},
    },
    "badge": {
        "section": "badges",
        "endpoint": "badge",
        "id": "badge_id",
        "identity": ["name"],
        "parent": {"kind": "category", "argument": "category_id"},
        "fields": {"name": {"type": "text", "required": True}},
    },
}
OBJECTS: dict[str, Any] = {
    "brands": {"a": {"name": "A"}, "b": {"name": "B"}},
    "categories": {"men": {"name": "Herre", "badges": {"new": {"name": "New"}}}},
    "topics": {
        "root": {"name": "Root", "slug": "root", "price": "19,50", "brands": ["b", "a"]},
        "leaf": {
            "name": "Leaf",
            "above": "root",
            "words": ["y", "x"],
            "layout": "narrow",
            "images": [{"file": "leaf.png", "description": "A leaf"}],
            "remarks": {"first": {"val": "First", "category": "men", "answers": ["Yes", "No"]}},
        },
    },
}


@pytest.mark.wide
def test_kinds_of_every_type_nested_in_each_other_and_in_ours(tmp_path: Path) -> None:
    catalogue = catalogue_of(**RICH)
    assert [*catalogue][-4:] == ["topic", "remark", "answer", "badge"]
    with (
        Sandbox(token=KEY, catalogue=catalogue) as shop,
        Sandbox(token=KEY, catalogue=catalogue) as other,
    ):
        project = Project(tmp_path / "project", shop.url)
        (project.folder / "leaf.png").write_bytes(b"picture")
        project.declare(RICH, OBJECTS)
        project.run("apply", "--auto-approve")
        project.run("plan", "--detailed-exitcode")
        project.run("drift")
        root, leaf = shop.data("topic")
        assert (leaf["above_id"], leaf["layout"]) == (root["topic_id"], "narrow")
        assert len(shop.data("answer")) == 2
        assert [row["name"] for row in shop.data("badge")] == ["New"]
        made = project.run("dump").out
        assert "remarks:\n      first:\n        val: First\n        category: men\n" in made
        shutil.rmtree(project.folder / "state")
        again = project.run("plan", "--detailed-exitcode", code=2).out
        assert ", 0 to add, 0 to change, 0 to destroy." in again, again
        project.run("apply", "--auto-approve")
        changed = deepcopy(OBJECTS)
        del changed["topics"]["leaf"]
        changed["topics"]["root"]["brands"] = ["a"]
        project.declare(RICH, changed)
        allowed = [f"--allow-delete={kind}=9" for kind in ("topic", "remark", "answer")]
        project.run("apply", "--auto-approve", *allowed)
        assert (len(shop.data("topic")), shop.data("answer")) == (1, [])
        project.run("undo", "--auto-approve")
        assert len(shop.data("answer")) == 2
        both = {"demo": shop.url, "other": other.url}
        shops = {name: {"url": url, "token": "${env:SHOPFORM_TOKEN}"} for name, url in both.items()}
        settings = {"shops": shops, "kinds": RICH}
        (project.folder / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
        project.run("clone", "--from", "demo", "--to", "other", "--auto-approve")
        assert {row["val"] for row in other.data("answer")} == {"Yes", "No"}
        assert [row["name"] for row in other.data("badge")] == ["New"]


PAGE: dict[str, Any] = {
    "section": "pages",
    "endpoint": "page",
    "id": "page_id",
    "identity": ["headline"],
    "path": "rewrite_url",
    "fields": {
        "headline": {"type": "text", "required": True},
        "text": {"type": "html"},
        "rewrite_url": {"type": "path"},
        "category": {"type": "reference", "to": "category", "wire": "category_id"},
    },
}


def test_a_kind_that_is_not_documented_may_be_defined_anew(project: Project) -> None:
    """The objects stay managed, and saved plans do not outlive the change of the definition."""
    pages = {"pages": {"om": {"headline": "Om os", "text": "<p>x</p>"}}}
    project.declare({}, pages)
    project.run("apply", "--auto-approve")
    pages["pages"]["om"]["text"] = "<p>y</p>"
    project.declare({}, pages)
    project.run("plan", "--out", "ours.json")
    project.declare({"page": PAGE}, pages)
    done = project.run("apply", "ours.json", code=12)
    assert "the project declares the kind `page` itself" in one_line(done)
    project.run("plan", "--out", "own.json")
    project.run("apply", "own.json")
    project.run("plan", "--detailed-exitcode")
    done = project.run("schema", "--kinds")
    assert done.out.count("## page") == 1
    assert "category_id" in done.out
    pages["pages"]["om"]["text"] = "<p>z</p>"
    project.declare({"page": PAGE}, pages)
    project.run("plan", "--out", "own.json")
    project.declare({}, pages)
    done = project.run("apply", "own.json", code=12)
    assert "the definition of the kind `page` changed" in one_line(done)
    project.run("apply", "--auto-approve")
    project.run("plan", "--detailed-exitcode")
    project.run("undo", "--auto-approve")
