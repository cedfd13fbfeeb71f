"""A plan says which kinds the key may not write, as far as the shop's answers showed it."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from demo_shop import demo
from support import Run, environment_of, run_here

from shopform.sandbox import Sandbox

DECLARED = """\
categories:
  new: {name: Ny, rewrite_url: ny}
redirects:
  old: {source: gammel, target: ny}
  older: {source: aeldre, target: ny}
"""
REFUSED = "the key of `demo` may not write redirects: the shop answered 403 on "
DENIED = "POST /redirect:1+:403"


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Path:
    return demo(tmp_path / "project", sandbox, DECLARED)


def run(project: Path, *arguments: str, **environment: str) -> Run:
    return run_here(project, *arguments, environment=environment_of(**environment))


def apply(project: Path, *more: str) -> Run:
    return run(project, "apply", "--auto-approve", *more)


def documents(project: Path) -> list[Path]:
    found = sorted((project / ".shopform/rights/demo").glob("*"))
    return [path for path in found if path.read_text("utf-8").strip()]


def writes(sandbox: Sandbox) -> list[str]:
    return [f"{call.method} {call.path}" for call in sandbox.calls if call.method != "GET"]


def test_a_kind_that_the_key_may_not_write_is_reported_before_it_is_written(
    project: Path, sandbox: Sandbox
) -> None:
    sandbox.set_fault(DENIED)
    assert apply(project).exit == 16
    planned = run(project, "plan")
    assert planned.exit == 0
    (document,) = documents(project)
    refused_at = datetime.fromtimestamp(document.stat().st_mtime, UTC)
    assert f"warning: {REFUSED}{refused_at:%Y-%m-%d %H:%M} UTC" in planned.err
    assert "--> catalogue.yaml:4:" in planned.err
    assert planned.err.count(REFUSED) == 1
    (found,) = json.loads(run(project, "plan", "--json").out)["notes"]
    hint = "use a key with that right, or give it to this one; `--exclude` leaves out 2 objects"
    assert found["hint"].startswith(hint)
    assert apply(project).exit == 16, "one refusal may have passed, so it is tried once more"
    sandbox.reset_log()
    refused = apply(project)
    assert refused.exit == 16
    assert f"error: {REFUSED}" in refused.err
    assert "UTC, in 2 runs in a row" in " ".join(refused.err.split())
    assert not writes(sandbox)
    assert run(project, "plan").exit == 0
    assert apply(project, "--exclude", "redirect.old", "--exclude", "redirect.older").exit == 0


def test_it_is_said_before_the_first_call_and_of_kinds_in_scope_only(
    project: Path, sandbox: Sandbox
) -> None:
    sandbox.set_fault(DENIED)
    apply(project)
    one = "redirect.old", "redirect.older"
    out_of_scope = ("plan", "--target", "category.new"), ("plan", *(f"--exclude={a}" for a in one))
    for command in (*out_of_scope, ("drift",), ("dump",)):
        assert "may not write" not in run(project, *command).err, command
    sandbox.set_fault("1+:403")
    sandbox.reset_log()
    for command in (("plan",), ("plan", "--target", one[0]), ("apply", "--auto-approve")):
        unread = run(project, *command)
        assert unread.exit == 16
        assert REFUSED in unread.err.partition("error: ")[0], command
    assert not writes(sandbox)


def test_it_is_said_of_a_kind_without_changes_too(project: Path, sandbox: Sandbox) -> None:
    assert apply(project).exit == 0
    sandbox.set_fault("PUT /redirect:1+:403")
    text = (project / "catalogue.yaml").read_text("utf-8")
    (project / "catalogue.yaml").write_text(text.replace("target: ny", "target: nye"), "utf-8")
    assert apply(project).exit == 16
    (project / "catalogue.yaml").write_text(text, "utf-8")
    settled = run(project, "plan", "--refresh=changed")
    assert settled.out.startswith("No changes."), settled.text
    assert settled.err.count(REFUSED) == 1
    (project / "catalogue.yaml").write_text("categories: {new: {name: Ny, rewrite_url: ny}}")
    owned = run(project, "plan")
    assert owned.err.count(REFUSED) == 1, "redirects are in the state only"


def test_a_run_that_may_write_the_kind_ends_it(project: Path, sandbox: Sandbox) -> None:
    sandbox.set_fault(DENIED)
    apply(project)
    apply(project)
    (found,) = documents(project)
    assert found.name.endswith(".redirect")
    assert found.read_text("utf-8") == "403 2\n"
    sandbox.clear_faults()
    assert apply(project).exit == 16
    allowed = apply(project, "--allow", "key-rights")
    assert allowed.exit == 0, allowed.text
    assert f"warning: {REFUSED}" in allowed.err
    assert not documents(project)


def test_a_refusal_of_one_object_is_not_one_of_the_kind(project: Path, sandbox: Sandbox) -> None:
    sandbox.set_fault("POST /redirect:2:403")
    assert apply(project, "--parallelism", "1").exit == 16
    assert not documents(project)
    assert "may not write" not in run(project, "plan").err


def test_another_key_has_other_rights(tmp_path: Path) -> None:
    data = tmp_path / "shop"
    with Sandbox(data=data, deny=["redirect:write"], switches={"denied": "401"}) as first:
        port, project = first.port, demo(tmp_path / "project", first, DECLARED)
        assert apply(project).exit == 16
        assert "may not write redirects: the shop answered 401" in run(project, "plan").err
    with Sandbox(data=data, port=port, token="another"):
        planned = run(project, "plan", SHOPFORM_TOKEN="another")
        assert "Plan: 2 to add" in planned.out, planned.text
        assert "may not write" not in planned.err


@pytest.mark.parametrize(
    ("fault", "recorded"), [("POST /redirect:1+:401", True), ("1+:401", False)]
)
def test_401_is_a_missing_right_only_of_a_key_that_was_accepted(
    project: Path, sandbox: Sandbox, fault: str, recorded: bool
) -> None:
    sandbox.set_fault(fault)
    assert apply(project).exit == 16
    assert bool(documents(project)) == recorded


def test_what_is_old_or_is_not_a_record_does_not_count(project: Path, sandbox: Sandbox) -> None:
    sandbox.set_fault(DENIED)
    apply(project)
    (found,) = documents(project)
    found.with_name("notes.txt").write_text("of a person", "utf-8")
    found.with_name(found.name.replace("redirect", "category")).write_text("damaged", "utf-8")
    old = (datetime.now(UTC) - timedelta(days=31)).timestamp()
    os.utime(found, (old, old))
    assert "may not write" not in run(project, "plan").err


def test_a_saved_plan_and_an_unwritable_folder(project: Path, sandbox: Sandbox) -> None:
    sandbox.set_fault(DENIED)
    apply(project)
    apply(project)
    assert run(project, "plan", "--out", "p.json").exit == 0
    saved = run(project, "apply", "p.json", "--auto-approve")
    assert saved.exit == 16
    assert f"error: {REFUSED}" in saved.err
    sandbox.clear_faults()
    rights = project / ".shopform/rights"
    rights.rename(rights.with_name("rights-before"))
    rights.write_text("in the way", "utf-8")
    unread = run(project, "apply", "p.json", "--auto-approve", "--allow", "key-rights")
    assert unread.exit == 0, unread.text
    assert "warning: cannot use" in unread.err
