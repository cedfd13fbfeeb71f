"""The snapshot that apply and drift keep: plans start from it, and it never hides a change."""

import json
from pathlib import Path
from typing import Any

import pytest
from demo_shop import Shopform, applied, ask, catalogue, demo, number, paths, renamed, write
from test_snapshot import CATALOGUE, CHANGED, SECRETS

from shopform.sandbox import Sandbox

PLAN = ("plan", "--refresh=changed", "--json")
KEPT = ".shopform/snapshot/demo/snapshot.json"


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Path:
    return demo(tmp_path / "project", sandbox, json.dumps(catalogue()))


@pytest.fixture
def run(project: Path) -> Shopform:
    return applied(project, **SECRETS)


def lists(file: Path) -> dict[tuple[str, int | None], Any]:
    held = json.loads(file.read_text("utf-8"))["lists"]
    return {(one["kind"], one.get("parent")): one.get("objects", []) for one in held}


def assert_as_the_shop(run: Shopform, project: Path) -> None:
    """Every list that is kept has what the shop has."""
    assert run("snapshot", "--out", "now.json").exit == 0
    kept, now = lists(project / KEPT), lists(project / "now.json")
    assert kept
    assert {one: now[one] for one in kept} == kept


def assert_same_plan(run: Shopform) -> None:
    found, whole = json.loads(run(*PLAN).out), json.loads(run("plan", "--json").out)
    for each in (found, whole):
        for name in ("coverage", "calls", "integrity"):
            each.pop(name, None)
    assert found == whole


def test_after_an_apply_nothing_is_read_that_did_not_change(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    assert_as_the_shop(run, project)
    sandbox.reset_log()
    assert json.loads(run(*PLAN).out)["coverage"]["checked"] == 0
    assert sandbox.calls == []
    write(project, renamed())
    run(*PLAN)
    assert paths(sandbox) == ["/category"]
    assert run("apply", "--auto-approve").exit == 0
    assert_as_the_shop(run, project)
    sandbox.reset_log()
    assert json.loads(run(*PLAN, "--detailed-exitcode").out)["coverage"]["checked"] == 0
    assert sandbox.calls == []


def test_drift_sees_what_staff_did_and_keeps_it(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    brand = number(sandbox, "brand", "Nord")
    ask(sandbox, "PUT", f"brand/{brand}", {"name": "Edited"})
    assert "brand." not in run("plan", "--refresh=changed").out
    assert run("drift").exit == 2
    assert_as_the_shop(run, project)
    assert "brand.nord" in run("plan", "--refresh=changed").out
    assert_same_plan(run)


def test_a_part_that_is_looked_at_or_applied_leaves_the_rest(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    before = lists(project / KEPT)
    brand = number(sandbox, "brand", "Nord")
    ask(sandbox, "PUT", f"brand/{brand}", {"name": "Edited"})
    assert run("drift", "--target", "brand.nord").exit == 2
    assert lists(project / KEPT).keys() == before.keys()
    assert_as_the_shop(run, project)
    write(project, renamed())
    assert run("plan", "--target", "category.c7", "--out", "plan.json").exit == 0
    assert run("apply", "plan.json").exit == 0
    assert before.keys() - lists(project / KEPT).keys() == {("category", None)}
    assert_same_plan(run)


@pytest.mark.parametrize(
    "fault", ["POST:1:400", "POST:2+:500", "PUT:1:400", "DELETE:1:400", "12+:429"]
)
def test_a_run_that_fails_hides_nothing(
    fault: str, run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    sections = renamed()
    sections["brands"] = {"nord": {"name": "Nord"}, "oest": {"name": "Øst"}}
    sections["profiles"]["p1"]["attributes"] = {"b": {"name": "Ny", "type": "string"}}
    del sections["profiles"]["p3"]
    write(project, sections)
    sandbox.set_fault(fault)
    assert run("apply", "--auto-approve", "--allow-delete", "brand=1").exit != 0
    sandbox.clear_faults()
    assert_same_plan(run)


def test_what_was_deleted_before_a_run_stopped_is_not_unmanaged(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    sections = catalogue()
    del sections["suppliers"], sections["brands"]["syd"]
    write(project, sections)
    sandbox.set_fault("DELETE:2:401")
    assert run("apply", "--auto-approve").exit == 16
    sandbox.clear_faults()
    assert_same_plan(run)


def test_nothing_that_is_kept_is_secret(run: Shopform, project: Path, sandbox: Sandbox) -> None:
    (project / "catalogue.yaml").write_text(CATALOGUE, "utf-8")
    limits = ("category=100", "profile=10", "attribute=10", "brand=10")
    allowed = [part for each in limits for part in ("--allow-delete", each)]
    assert run("apply", "--auto-approve", *allowed).exit == 0
    (project / "catalogue.yaml").write_text(CHANGED, "utf-8")
    assert run("apply", "--auto-approve").exit == 0
    assert run("drift").exit == 0
    held = (project / KEPT).read_text("utf-8")
    generated = [row["secret"] for row in sandbox.data("webhook")]
    assert len(generated) == 2
    assert [text for text in (*generated, "canary", "sandbox-") if text in held] == []
    assert (project / KEPT).stat().st_mode & 0o777 == 0o600
    assert_same_plan(run)


def test_a_damaged_one_is_reported_and_made_again(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    (project / KEPT).write_text("{", "utf-8")
    found = run("plan", "--refresh=changed")
    assert found.exit == 0
    assert "is not a snapshot that this version reads" in found.err
    assert run("drift").exit == 0
    sandbox.reset_log()
    run("plan", "--refresh=changed")
    assert sandbox.calls == []


def test_a_folder_that_is_not_writable_costs_the_snapshot_only(
    run: Shopform, project: Path
) -> None:
    (project / KEPT).unlink()
    (project / KEPT).parent.rmdir()
    (project / KEPT).parent.write_text("in the way", "utf-8")
    write(project, renamed())
    done = run("apply", "--auto-approve")
    assert done.exit == 0, done.text
    assert "snapshot" in done.err
