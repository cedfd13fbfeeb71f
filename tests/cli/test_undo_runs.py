"""Records of runs, and how they are named."""

import json
import re
from pathlib import Path
from unittest.mock import patch

import pytest
from two_shops import tree, two_shops
from undoable import KITCHEN, Project, one, tables, words

from shopform.workflow.records import run_history

__all__ = ["one"]


def test_the_last_run_is_undone_and_undoing_is_a_run(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.apply()
    one.declare(suppliers={"nord": {"name": "Syd"}})
    one.apply()
    one.undo()
    assert one.row("supplier", "Nord")
    one.undo()
    assert one.row("supplier", "Syd")
    assert one.settled()


def test_an_earlier_run_is_named_by_its_beginning(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.apply()
    one.declare(suppliers={"nord": {"name": "Syd"}})
    second = one.apply()
    one.declare(suppliers={"nord": {"name": "Syd"}, "vest": {"name": "Vest"}})
    one.apply()
    one.undo(second)
    assert {row["name"] for row in one.sandbox.data("supplier")} == {"Nord", "Vest"}


def test_where_nobody_can_approve_nothing_is_done(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.apply()
    before = one.writes()
    run = one.done("undo")
    assert "1 to destroy" in run.out
    assert "Nothing was changed. `--auto-approve` does it; `--out FILE` saves it" in words(run)
    assert one.run("undo", "--detailed-exitcode").exit == 2
    assert one.writes() == before
    document = json.loads(one.done("undo", "--json").out)
    changed = {c["address"]: c["change"]["actions"] for c in document["resource_changes"]}
    assert changed == {"supplier.nord": ["delete"]}


def test_a_saved_plan_undoes(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}}, categories={"kitchen": KITCHEN})
    one.apply()
    one.declare(suppliers={"nord": {"name": "Syd"}})
    one.apply()
    one.done("undo", "--out", "undo.json", "--auto-approve")
    assert one.row("supplier", "Syd")
    one.done("apply", "undo.json")
    assert one.row("supplier", "Nord")
    assert one.row("category", "Køkken")["rewrite_url"] == "koekken"
    assert one.run("apply", "undo.json").exit == 12


def test_a_document_lists_what_is_as_it_was(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.apply()
    one.declare(suppliers={"nord": {"name": "Syd"}, "vest": {"name": "Vest"}})
    second = one.apply()
    one.declare(suppliers={"nord": {"name": "Nord"}, "vest": {"name": "Vest"}})
    one.apply()
    one.done("undo", second, "--out", "undo.json")
    saved = (one.directory / "undo.json").read_text("utf-8")
    for document in (saved, one.done("undo", second, "--json").out):
        changes = json.loads(document)["resource_changes"]
        assert {c["address"]: c["change"]["actions"] for c in changes} == {
            "supplier.vest": ["delete"],
            "supplier.nord": ["no-op"],
        }


def test_runs_are_listed_the_last_one_first(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    assert one.done("undo", "--list").out == ""
    first = one.apply()
    one.undo()
    lines = one.done("undo", "--list").out.splitlines()
    assert [line.split()[0] for line in lines] == one.names()[::-1]
    assert re.search(rf"undo {first}  0 imported, 0 added, 0 changed, 1 destroyed", lines[0])
    assert re.search(r"UTC  apply +0 imported, 1 added", lines[1])
    listed = json.loads(one.done("undo", "--list", "--json").out)
    assert [run["name"] for run in listed] == one.names()[::-1]
    assert listed[1]["counts"]["add"] == 1


@pytest.mark.parametrize("broken", ['{"counts": {"add": "x"}}', '{"counts": []}', "{", ""])
def test_a_damaged_record_hides_no_other(one: Project, broken: str) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    first = one.apply()
    one.undo()
    path = one.records / f"{one.names()[-1]}.json"
    held = {**json.loads(path.read_text("utf-8")), **json.loads(broken)} if "}" in broken else None
    path.write_text(json.dumps(held) if held else broken, "utf-8")
    listed = one.done("undo", "--list")
    assert [line.split()[0] for line in listed.out.splitlines()] == [first]
    assert f"the record of the run `{path.stem}` is damaged" in words(listed)


def test_an_empty_name_is_not_the_last_run(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.apply()
    assert one.run("undo", "", "--auto-approve").exit == 64
    assert one.settled()


def test_a_run_that_is_not_there_is_a_mistake(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    none = one.run("undo")
    assert (none.exit, "no run of `demo` is recorded" in none.err) == (64, True)
    one.apply()
    one.undo()
    unknown = one.run("undo", "1999")
    assert (unknown.exit, "`shopform undo --list`" in unknown.err) == (64, True)
    assert one.run("undo", "20").exit == 64
    assert one.run("undo", "20", "--list").exit == 64


def test_nothing_is_recorded_of_a_run_that_does_nothing(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.done("plan")
    one.done("plan", "--out", "p.json")
    assert one.names() == []
    one.apply()
    one.done("apply", "--auto-approve")
    assert one.run("apply", "p.json").exit == 12
    assert len(one.names()) == 1
    assert (one.records / f"{one.names()[0]}.json").stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_recorded_is_not_begun(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.records.parent.mkdir(parents=True)
    one.records.write_text("in the way")
    run = one.run("apply", "--auto-approve")
    assert (run.exit, one.writes()) == (1, 0)
    assert "cannot use" in run.err
    one.records.unlink()
    one.apply()


def test_old_records_go_and_names_sort_within_a_second(one: Project) -> None:
    with patch.object(run_history, "KEPT", 3):
        names = []
        for number in range(5):
            one.declare(suppliers={"nord": {"name": f"S{number}"}})
            names.append(one.apply())
    assert one.names() == names[-3:]
    assert names == sorted(set(names))


def test_a_run_of_another_shop_or_state_is_refused(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    name = one.apply()
    (one.directory / "state/demo.json").unlink()
    lost = one.run("undo", name)
    assert lost.exit == 1
    assert "made with another state" in lost.err
    path = one.records / f"{name}.json"
    text = path.read_text("utf-8")
    path.write_text(text.replace(one.sandbox.url.removesuffix("/REST"), "https://other.example"))
    other = one.run("undo", name)
    assert other.exit == 1
    assert "changed `https://other.example" in other.err
    path.write_text("{}")
    damaged = one.run("undo", name)
    assert damaged.exit == 1
    assert "is damaged" in damaged.err
    assert one.writes() == 1


def test_a_copy_is_undone_in_its_own_memory(tmp_path: Path) -> None:
    with two_shops(tmp_path) as two:
        shop = tree(two.new)
        two.clone()
        assert tree(two.new) != shop
        done = two.run("undo", "--shop", "new", "--auto-approve")
        assert done.exit == 0, done.text
        assert tree(two.new) == shop
        assert two.memory() == {}
        again = two.run("undo", "--shop", "new", "--auto-approve")
        assert again.exit == 0, again.text
        two.settled()


def test_a_run_of_which_nothing_is_left_needs_no_undoing(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    name = one.apply()
    one.done("destroy", "--auto-approve")
    before = one.writes()
    told = one.undo(name).err
    assert f"Undoing {name}, `apply`." in told
    assert "Nothing is left to undo." in told
    assert one.writes() == before


def test_an_undoing_that_stopped_goes_on_by_the_name_of_the_run(one: Project) -> None:
    one.declare(
        suppliers={f"s{n}": {"name": f"S{n}"} for n in range(4)}, brands={"b": {"name": "B"}}
    )
    one.apply()
    shop, state = tables(one.sandbox, "supplier_id"), one.state()
    one.declare(
        suppliers={f"s{n}": {"name": f"T{n}"} for n in range(3)}, brands={"b": {"name": "C"}}
    )
    name = one.apply()
    one.sandbox.set_fault("PUT:3+:401")
    stopped = one.run("undo", name, "--auto-approve", "--parallelism", "1")
    assert stopped.exit == 16
    assert tables(one.sandbox, "supplier_id") != shop
    one.sandbox.clear_faults()
    one.undo(name)
    assert tables(one.sandbox, "supplier_id") == shop
    assert one.state().keys() == state.keys()


def test_undo_is_for_one_shop_at_a_time(one: Project) -> None:
    shop = {"url": one.sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
    one.declare({"shops": {"demo": shop, "other": {**shop, "state": "state/o.json"}}})
    assert one.run("undo").exit == 64
    assert one.run("undo", "--shop", "demo,other").exit == 64
    assert one.run("undo", "--shop", "all").exit == 64
