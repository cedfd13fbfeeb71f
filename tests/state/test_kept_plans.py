"""Reviewed plans are kept with a remote state, so that another machine can apply them."""

import json

import pytest
from machines import Machine, Switched, one, shared

from shopform.errors import StateError, StoreError, UsageError
from shopform.kinds.standard import STANDARD
from shopform.workflow.records import reviewed_plans
from shopform.workflow.records.plan_file import read_plan
from shopform.workflow.records.reviewed_plans import keep_plan, saved_plan

__all__ = ["one", "shared"]

PLANS = "shops/demo.json.plans/"


def keep(machine: Machine, review: str) -> str:
    """Plan, and keep the plan; its digest."""
    machine.done("plan", "--out", "p.json")
    plan = read_plan(machine.directory, machine.directory / "p.json", STANDARD)
    keep_plan(machine.workspace(), plan, review)
    return plan.digest


def declare(machine: Machine, name: str) -> None:
    machine.declare(suppliers={"nord": {"name": name}})


def test_another_machine_finds_the_last_plan_of_a_review_and_applies_it(one: Machine) -> None:
    declare(one, "Nord")
    keep(one, "pr-12/0123abc")
    declare(one, "Syd")
    digest = keep(one, "pr-12/0123abc")
    declare(one, "Vest")
    keep(one, "pr-13/0123abc")
    declare(one, "Syd")
    two = one.another("two")
    found = saved_plan(two.workspace(), review="pr-12/0123abc")
    assert found
    assert found == saved_plan(two.workspace(), digest=digest)
    (two.directory / "found.json").write_bytes(found)
    two.done("apply", "found.json")
    assert [row["name"] for row in one.sandbox.data("supplier")] == ["Syd"]


def test_what_was_not_kept_is_not_found(one: Machine) -> None:
    declare(one, "Nord")
    digest = keep(one, "")
    assert saved_plan(one.workspace(), digest=digest)
    assert saved_plan(one.workspace(), digest="0" * 64) is None
    assert saved_plan(one.workspace(), digest="../secret") is None
    assert saved_plan(one.workspace(), review="pr-12/0123abc") is None
    with pytest.raises(UsageError, match="cannot be the name"):
        saved_plan(one.workspace(), review="../secret")


def test_a_plan_under_the_digest_of_another_is_damage(one: Machine, shared: Switched) -> None:
    declare(one, "Nord")
    first = keep(one, "pr-1")
    declare(one, "Syd")
    second = keep(one, "pr-2")
    where = [f"{PLANS}{digest}.plan.json" for digest in (first, second)]
    found, other = (shared.blobs.get(key) for key in where)
    assert found
    assert other
    shared.blobs.replace(where[1], found.data, other.tag)
    with pytest.raises(StateError, match="it has another digest"):
        saved_plan(one.workspace(), review="pr-2")


def test_a_difference_from_the_plan_of_another_machine_is_explained(one: Machine) -> None:
    declare(one, "Nord")
    approved = json.loads(one.done("plan", "--json").out)["digest"]
    two = one.another("two")
    declare(two, "Syd")
    refused = two.run("apply", "--auto-approve", "--expect-digest", approved)
    assert refused.exit == 12
    assert "`supplier.nord` is another change" in refused.err
    unknown = two.run("apply", "--auto-approve", "--expect-digest", "0" * 64)
    assert "the expected plan is not recorded" in unknown.err


def test_a_plan_whose_digests_cannot_be_stored_is_shown(one: Machine, shared: Switched) -> None:
    declare(one, "Nord")
    shared.refuses = lambda request: PLANS in request
    run = one.done("plan")
    assert "1 to add" in run.out
    assert f"warning: may not create {PLANS}" in " ".join(run.err.split())
    with pytest.raises(StoreError):
        keep(one, "pr-1")


def test_the_oldest_documents_are_deleted(one: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewed_plans, "KEPT_IN_STORE", 6)
    for name in ("A", "B", "C", "D"):
        declare(one, name)
        keep(one, f"pr-{name}")
    kept = one.workspace().shelf("plans", "plans").names()
    assert len(kept) == 6
    assert saved_plan(one.workspace(), review="pr-A") is None
    assert saved_plan(one.workspace(), review="pr-D")


def test_with_a_local_state_they_are_in_a_folder(one: Machine) -> None:
    one.declare(state="state/demo.json", suppliers={"nord": {"name": "Nord"}})
    digest = keep(one, "pr-12/0123abc")
    found = saved_plan(one.workspace(), review="pr-12/0123abc")
    assert found == (one.directory / f".shopform/plans/{digest}.plan.json").read_bytes()
