"""Records of runs are kept with a remote state, so that any machine can undo a run."""

import json

import pytest
from machines import Machine, Switched, deletes_what_a_probe_left, one, shared

from shopform.workflow.records import run_history

__all__ = ["one", "shared"]

RUNS = "shops/demo.json.runs/"


def names(machine: Machine) -> list[str]:
    listed = json.loads(machine.done("undo", "--list", "--json").out)
    return [run["name"] for run in listed]


def suppliers(machine: Machine) -> list[str]:
    return sorted(row["name"] for row in machine.sandbox.data("supplier"))


def test_another_machine_lists_and_undoes_a_run(one: Machine) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.done("apply", "--auto-approve")
    one.declare(suppliers={"nord": {"name": "Syd"}})
    one.done("apply", "--auto-approve")
    two = one.another("two")
    first = names(two)
    assert len(first) == 2
    run, _ = json.loads(two.done("log", "--json").out)
    assert (run["verb"], run["result"]) == ("apply", "complete")
    two.done("undo", "--auto-approve")
    assert json.loads(one.done("log", "--json").out)[0]["undoes"] == run["name"]
    assert suppliers(one) == ["Nord"]
    assert names(one) == names(two)
    assert names(one)[1:] == first
    one.done("undo", "--auto-approve")
    assert suppliers(one) == ["Syd"]
    for machine in (one, two):
        assert not (machine.directory / ".shopform/runs").exists()


def test_what_a_probe_left_is_deleted_from_another_machine(one: Machine, shared: Switched) -> None:
    """Also where the journal cannot be deleted: it is empty then."""
    one.declare(suppliers={"nord": {"name": "Nord"}})
    shared.refuses = lambda request: "probe/" in request and "delete" in request
    deletes_what_a_probe_left(one, one.another("two"))


def test_a_plan_that_another_machine_applied_is_said_to_be_applied(one: Machine) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.done("plan", "--out", "p.json")
    two = one.another("two")
    (two.directory / "p.json").write_bytes((one.directory / "p.json").read_bytes())
    two.done("apply", "p.json")
    again = one.run("apply", "p.json")
    assert again.exit == 12
    assert f"shopform undo {names(one)[0]}" in again.err


def test_a_run_that_cannot_be_recorded_in_the_store_is_not_begun(
    one: Machine, shared: Switched
) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    shared.refuses = lambda request: request.startswith(f"create {RUNS}")
    refused = one.run("apply", "--auto-approve")
    assert refused.exit == 19, refused.text
    assert suppliers(one) == []
    shared.refuses = lambda request: False
    one.done("apply", "--auto-approve")
    assert suppliers(one) == ["Nord"]


def test_a_store_that_cannot_be_read_is_no_damaged_record(one: Machine, shared: Switched) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.done("apply", "--auto-approve")
    shared.refuses = lambda request: request.startswith(f"get {RUNS}")
    assert one.run("undo", "--list").exit == 19
    assert one.run("undo", "--auto-approve").exit == 19


def test_an_outcome_that_the_store_refuses_is_kept_on_this_machine(
    one: Machine, shared: Switched
) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    shared.refuses = lambda request: ".outcome.json" in request
    run = one.done("apply", "--auto-approve")
    assert suppliers(one) == ["Nord"]
    (kept,) = (one.directory / ".shopform/runs/demo").glob("*.outcome.json")
    assert str(kept) in "".join(run.err.split())
    assert json.loads(kept.read_bytes())["format_version"] == "1.0"


def test_old_records_are_deleted_from_the_store(
    one: Machine, shared: Switched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_history, "KEPT", 1)
    monkeypatch.setattr(run_history, "KEPT_IN_STORE", 2)
    for name in "ABC":
        one.declare(suppliers={"nord": {"name": name}})
        one.done("apply", "--auto-approve")
    assert len(names(one)) == 2
    assert len([*shared.blobs.list(RUNS)]) == 4


def test_the_message_without_a_record_has_the_place(one: Machine) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    none = one.run("undo", "--auto-approve")
    assert none.exit == 64
    assert f"memory://bucket/{RUNS}" in none.err


def test_the_rights_of_a_key_are_known_to_other_machines(one: Machine, shared: Switched) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.sandbox.set_fault("POST /supplier:1+:403")
    assert one.run("apply", "--auto-approve").exit == 16
    two = one.another("two")
    assert "may not write suppliers: the shop answered 403" in two.done("plan").err
    assert two.run("apply", "--auto-approve").exit == 16
    one.sandbox.clear_faults()
    refused = one.run("apply", "--auto-approve")
    assert "in 2 runs in a row" in " ".join(refused.err.split())
    two.done("apply", "--auto-approve", "--allow", "key-rights")
    one.declare(suppliers={"nord": {"name": "Syd"}})
    asked: list[str] = []

    def note(request: str) -> bool:
        asked.append(request)
        return False

    shared.refuses = note
    assert "may not write" not in one.done("apply", "--auto-approve").err
    assert len([each for each in asked if "list" in each and "rights/" in each]) == 1
    for machine in (one, two):
        assert not (machine.directory / ".shopform/rights").exists()
    shared.refuses = lambda request: "rights/" in request
    assert one.done("plan").err.count("may not list shops/demo.json.rights/") == 1
