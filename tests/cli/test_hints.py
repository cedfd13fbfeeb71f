"""Messages that say what happened and what to do next, each with what leads to it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import Run, environment_of, run_here

from shopform.diagnostics import alike, error, escaped
from shopform.kinds.standard import STANDARD
from shopform.model.plan import Failure, Op, Outcome, Plan, Step
from shopform.model.values import Address
from shopform.render.text.outcome_text import render_outcome
from shopform.sandbox import Sandbox
from shopform.sandbox.behaviour.table import Table, View

Here = Callable[..., Run]
HOOK = "webhooks:\n  erp: {url: 'https://erp.example/x', events: [paid]%s}\n"
COMMAND = ", secret_to: {command: [cat]}"
FILE = ", secret_to: {file: secrets/erp}"


@pytest.fixture
def here(project: Path) -> Here:
    for file in project.glob("*.yaml"):
        if file.name != "shopform.yaml":
            file.unlink()

    def run(*arguments: str, **environment: str) -> Run:
        return run_here(project, *arguments, environment=environment_of(**environment))

    return run


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def declare(project: Path, text: str) -> None:
    (project / "catalogue.yaml").write_text(text, "utf-8")


def test_where_a_secret_went_is_said(here: Here, project: Path) -> None:
    places = {"": "`secrets/sandbox.json`", FILE: "`secrets/erp`", COMMAND: "the command `cat`"}
    hooks = HOOK.partition("\n")[0] + "\n"
    for number, (deliver, place) in enumerate(places.items()):
        hook = HOOK.replace("erp:", f"erp{number}:").replace("/x", f"/{number}")
        hooks += (hook % deliver).partition("\n")[2]
        declare(project, hooks)
        done = here("apply", "--auto-approve")
        assert done.exit == 0, done.text
        assert f"Secret: `secret` of `webhook.erp{number}` went to {place}" in done.out


def test_a_secret_that_the_shop_does_not_show_again_went_nowhere(
    here: Here, project: Path, sandbox: Sandbox
) -> None:
    declare(project, HOOK % FILE)
    sandbox.set_fault("POST /webhook:1:500_after")
    done = here("apply", "--auto-approve")
    assert done.exit == 0, done.text
    assert "generated `secret` of `webhook.erp` but did not show it" in squeezed(done.err)
    assert "Secret:" not in done.out


def test_a_secret_in_a_response_without_an_id_is_delivered(
    here: Here, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look-up of the id shows no secret any more."""

    def without_id(table: Table, row: dict[str, Any], view: View) -> dict[str, Any]:
        shown = respond(table, row, view)
        return {n: v for n, v in shown.items() if view is not View.CREATED or n != "webhook_id"}

    respond = Table.respond
    monkeypatch.setattr(Table, "respond", without_id)
    declare(project, HOOK % FILE)
    done = here("apply", "--auto-approve")
    assert (done.exit, "did not show it" in squeezed(done.err)) == (0, False), done.text
    assert "Secret: `secret` of `webhook.erp` went to `secrets/erp`" in done.out
    assert len((project / "secrets/erp").read_text("utf-8")) > 20


def test_in_ci_a_secret_without_a_place_is_refused_before_anything_is_written(
    here: Here, project: Path, sandbox: Sandbox
) -> None:
    declare(project, HOOK % "")
    for arguments in (("plan",), ("apply", "--auto-approve")):
        for ci in ("true", "1"):
            done = here(*arguments, CI=ci)
            assert done.exit == 11, done.text
            assert "the secret of `webhook.erp` would be lost with this CI machine" in done.err
            assert "declare `secret_to`" in done.err
    assert {call.method for call in sandbox.calls} == {"GET"}
    assert here("plan", CI="false").exit == 0
    for deliver in (COMMAND, FILE):
        declare(project, HOOK % deliver)
        assert here("plan", CI="true").exit == 0
    assert here("apply", "--auto-approve", CI="true").exit == 0
    assert here("apply", "--auto-approve", CI="true").exit == 0


def test_a_saved_plan_that_was_applied_says_when(here: Here, project: Path) -> None:
    declare(project, "brands:\n  a: {name: A}\n")
    assert here("plan", "--out", "p.json").exit == 0
    assert here("apply", "p.json").exit == 0
    done = here("apply", "p.json")
    assert done.exit == 12
    serial = json.loads(here("state", "pull").out)["serial"]
    said = squeezed(done.err)
    assert re.search(r"the plan was applied already, at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", said)
    assert f"serial 0, and the state is at {serial}" in said
    assert "plan again for what is left; `shopform undo " in said
    declare(project, "brands:\n  a: {name: B}\n")
    assert here("plan", "--out", "q.json").exit == 0
    assert here("state", "protect", "brand.a").exit == 0
    assert "the state changed after the plan was made" in here("apply", "q.json").err


def test_a_destroy_of_nothing_says_so(here: Here, project: Path) -> None:
    declare(project, "brands:\n  a: {name: A}\n")
    for arguments in (("destroy", "--auto-approve"), ("plan", "--destroy")):
        done = here(*arguments)
        assert done.exit == 0
        assert "nothing to destroy" in done.out


def test_a_patch_goes_to_stdout_in_silence(here: Here, project: Path, sandbox: Sandbox) -> None:
    declare(project, "brands:\n  a: {name: A}\n")
    assert here("apply", "--auto-approve").exit == 0
    (row,) = sandbox.data("brand")
    body = json.dumps({"name": "B"}).encode()
    path = f"/REST/brand/{row['brand_id']}"
    sandbox.app.handle("PUT", path, "", {"authorization": "sandbox"}, body)
    loud, quiet = here("drift", "--write", "-"), here("drift", "--write", "-", "-q")
    assert (quiet.exit, quiet.err) == (2, "")
    assert quiet.out == loud.out
    assert "+  a: {name: B}" in quiet.out


def test_what_the_shop_refused_is_corrected_before_it_is_run_again() -> None:
    step = Step(key="k", op=Op.CREATE, address=Address("a.b"))
    for code, first in (("request-refused", True), ("unreachable", False), ("nonsense", False)):
        outcome = Outcome(failed=(Failure(step=step, diagnostic=error(code, "no")),))
        told = render_outcome(Plan(catalogue=STANDARD), outcome, color=False)
        assert ("Correct what the shop refused, then run" in told) is first
        assert "it continues from here." in told


def test_a_difference_that_cannot_be_seen_is_written_out() -> None:
    from shopform.apply.verify import _short

    for sent, stored in (("A B", "A\u00a0B"), ("A ", "A"), ("e\u0301", "\u00e9"), ("A  B", "A B")):
        assert alike(sent, stored)
        one, other = _short(sent, stored)
        assert one != other
        assert one.isascii()
        assert "\\u" in one + other
        assert escaped(sent) in one
    long = "x" * 500
    assert list(_short(f"{long}a", f"{long}b")) == [f"`...{'x' * 20}{c}`" for c in "ab"]
    assert list(_short("A", "B")) == ["`A`", "`B`"]


def test_edits_of_the_state_name_their_addresses(here: Here, project: Path) -> None:
    declare(project, "brands:\n  a: {name: A}\n  b: {name: B}\n")
    assert here("apply", "--auto-approve").exit == 0
    protect = "lifecycle: {protect: true}"
    declare(project, f"brands:\n  a: {{name: A, {protect}}}\n  b: {{name: B, {protect}}}\n")
    for arguments in (("plan",), ("apply", "--auto-approve")):
        assert "State edits: 2 (brand.a, brand.b)." in here(*arguments).out


@pytest.mark.parametrize("number", ["abc", "0"])
def test_an_id_that_is_not_one_is_refused(here: Here, number: str) -> None:
    done = here("import", "supplier.a", number)
    assert (done.exit, done.out) == (64, "")
    assert f"error: invalid value for 'ID': `{number}` is not an id" in done.err
