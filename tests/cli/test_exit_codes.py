"""The same exit code for the same outcome, whatever the form of output; and which beats which."""

import http.client
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import Run, environment_of, run_here

from shopform.sandbox import Sandbox

NO_DELETES: dict[str, Any] = {
    "name": "no-deletes",
    "deny": "delete",
    "kinds": ["brand"],
    "message": "brands stay",
}
MODES: dict[str, tuple[str, ...]] = {
    "text": (),
    "json": ("--json",),
    "stream": ("--json-stream",),
    "markdown": ("--format", "markdown"),
    "html": ("--format", "html"),
    "quiet": ("--quiet",),
}
APPLIES: dict[str, tuple[str, ...]] = {"text": (), "stream": ("--json",), "quiet": ("--quiet",)}
Shopform = Callable[..., Run]


def declare(project: Path, url: str, *, rules: list[dict[str, Any]], **sections: Any) -> None:
    shop = {"url": url, "token": "${env:SHOPFORM_TOKEN}"}
    settings = {"shops": {"demo": shop}, "policy": {"rules": rules}}
    (project / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
    (project / "catalogue.yaml").write_text(json.dumps(sections), "utf-8")


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Path:
    """Two brands that are there, of which one is declared."""
    brands = {"a": {"name": "A"}, "b": {"name": "B"}}
    declare(tmp_path, sandbox.url, rules=[], brands=brands)
    assert run_here(tmp_path, "apply", "--auto-approve", environment=environment_of()).exit == 0
    declare(tmp_path, sandbox.url, rules=[], brands={"a": {"name": "A"}})
    return tmp_path


@pytest.fixture
def run(project: Path) -> Shopform:
    def go(*arguments: str, **environment: str) -> Run:
        return run_here(project, *arguments, environment=environment_of(**environment))

    return go


def _settled(project: Path, sandbox: Sandbox) -> None:
    brands = {"a": {"name": "A"}, "b": {"name": "B"}}
    declare(project, sandbox.url, rules=[], brands=brands)


def _ruled(project: Path, sandbox: Sandbox) -> None:
    declare(project, sandbox.url, rules=[NO_DELETES], brands={"a": {"name": "A"}})


def _short(_project: Path, sandbox: Sandbox) -> None:
    sandbox.set_fault("GET /brand:1+:short")


def _ruled_and_short(project: Path, sandbox: Sandbox) -> None:
    rule = {"name": "x", "kinds": ["brand"], "field": "name", "forbid": ["A"]}
    declare(project, sandbox.url, rules=[rule], brands={"a": {"name": "A"}})
    _short(project, sandbox)


def _nonsense(_project: Path, sandbox: Sandbox) -> None:
    sandbox.set_fault("GET /brand:1+:html")


def _denied(_project: Path, sandbox: Sandbox) -> None:
    sandbox.set_fault("GET /brand:1+:401")


def _wrong(project: Path, sandbox: Sandbox) -> None:
    declare(project, sandbox.url, rules=[{**NO_DELETES, "kinds": ["brnd"]}])


OUTCOMES: dict[str, tuple[Callable[[Path, Sandbox], None] | None, tuple[str, ...], int]] = {
    "no changes": (_settled, ("--detailed-exitcode",), 0),
    "no changes, none expected": (_settled, ("--expect-no-changes", "--fail-on", "delete"), 0),
    "changes": (None, (), 0),
    "changes, told by the code": (None, ("--detailed-exitcode",), 2),
    "changes that no gate names": (None, ("--fail-on", "create,update,drift"), 0),
    "a gate": (None, ("--fail-on", "create,delete"), 11),
    "a gate beats changes": (None, ("--fail-on", "delete", "--detailed-exitcode"), 11),
    "changes that were not expected": (None, ("--expect-no-changes",), 11),
    "a rule": (_ruled, (), 11),
    "a rule beats changes": (_ruled, ("--detailed-exitcode",), 11),
    "a rule that is lifted": (_ruled, ("--allow", "no-deletes", "--detailed-exitcode"), 2),
    "a rule that is not there": (_ruled, ("--allow", "no-delete"), 64),
    "a word that is none": (None, ("--fail-on", "destroy"), 64),
    "an error beats a rule and a gate": (_ruled_and_short, ("--expect-no-changes",), 18),
    "the shop answers nonsense": (_nonsense, ("--expect-no-changes",), 18),
    "the key is refused": (_denied, ("--expect-no-changes",), 16),
    "the files are wrong": (_wrong, ("--fail-on", "delete"), 10),
}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_plan_ends_with_its_code_in_every_form(
    outcome: str, run: Shopform, project: Path, sandbox: Sandbox
) -> None:
    prepare, arguments, code = OUTCOMES[outcome]
    if prepare:
        prepare(project, sandbox)
    sandbox.reset_log()
    for mode, form in MODES.items():
        done = run("plan", *form, *arguments)
        assert done.exit == code, (mode, done.text)
        assert_pure(mode, done)
        if code in (2, 11) and mode in ("text", "markdown"):
            assert "1 to destroy" in done.out, mode
        assert ("error:" in done.err) == (code not in (0, 2)), mode
    assert [call for call in sandbox.calls if call.method != "GET"] == []


def assert_pure(mode: str, done: Run) -> None:
    """stdout holds the result in its form, and nothing else."""
    if mode == "json":
        assert json.loads(done.out)["format_version"] == "1.2"
    elif mode == "stream":
        kinds = [json.loads(line)["type"] for line in done.out.splitlines()]
        assert kinds[0] == "version"
        assert len(kinds) > 1
    elif mode == "markdown":
        assert done.out.startswith("<!-- shopform plan ")
    elif mode == "html":
        assert done.out.startswith("<!doctype html>")
        assert done.out.rstrip().endswith("</html>")
    elif mode == "quiet":
        assert done.out == ""
    assert "Traceback" not in done.text


def _edited(_project: Path, sandbox: Sandbox) -> None:
    """Another brand is edited by hand: not one that a new plan would not see."""
    number = next(row["brand_id"] for row in sandbox.data("brand") if row["name"] == "B")
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
    connection.request(
        "PUT", f"/REST/brand/{number}", '{"name": "C"}', {"Authorization": "sandbox"}
    )
    assert connection.getresponse().status < 300
    connection.close()


def _used(project: Path, _sandbox: Sandbox) -> None:
    assert run_here(project, "apply", "p.json", environment=environment_of()).exit == 0


def _unreachable(project: Path, sandbox: Sandbox) -> None:
    sandbox.set_fault("1+:500")


def _half(project: Path, sandbox: Sandbox) -> None:
    sandbox.set_fault("DELETE /brand:1+:400")


ENDS: dict[str, tuple[Callable[[Path, Sandbox], None] | None, int]] = {
    "done": (None, 0),
    "stale": (_used, 12),
    "edited meanwhile": (_edited, 13),
    "shop unreachable": (_unreachable, 18),
    "partly applied": (_half, 14),
}


@pytest.mark.parametrize("mode", APPLIES)
@pytest.mark.parametrize("end", ENDS)
def test_an_apply_ends_with_its_code_in_every_form(
    end: str, mode: str, run: Shopform, project: Path, sandbox: Sandbox
) -> None:
    brands = {"a": {"name": "A1"}}
    declare(project, sandbox.url, rules=[], brands=brands)
    assert run("plan", "--out", "p.json").exit == 0
    prepare, code = ENDS[end]
    if prepare:
        prepare(project, sandbox)
    done = run("apply", "p.json", *APPLIES[mode])
    assert done.exit == code, done.text
    assert_pure(mode, done)


def test_a_stale_plan_is_shown_in_every_form(
    run: Shopform, project: Path, sandbox: Sandbox
) -> None:
    assert run("plan", "--out", "p.json").exit == 0
    _used(project, sandbox)
    for mode in MODES.keys() - {"stream"}:
        done = run("show", "p.json", *MODES[mode])
        assert done.exit == 0, (mode, done.text)
        assert_pure(mode, done)


def test_a_refusal_names_place_rule_and_how_to_allow_it(
    run: Shopform, project: Path, sandbox: Sandbox
) -> None:
    _ruled(project, sandbox)
    done = run("plan")
    assert "# brand.b will be destroyed" in done.out
    assert "This plan is refused and cannot be applied, for 1 reason (policy-refused)." in done.out
    assert "the rule `no-deletes` refuses delete of 1 object: `brand.b`" in done.err
    assert "--> shopform.yaml:1:" in done.err
    assert "brands stay" in done.err
    assert "hint: `--allow no-deletes` allows it this once" in done.err


def test_rules_hold_for_apply_and_destroy_and_are_lifted_there(
    run: Shopform, project: Path, sandbox: Sandbox
) -> None:
    _ruled(project, sandbox)
    sandbox.reset_log()
    for command in ("apply", "destroy"):
        assert run(command, "--auto-approve").exit == 11
    assert [call for call in sandbox.calls if call.method != "GET"] == []
    assert run("apply", "--auto-approve", "--allow", "no-deletes").exit == 0
    assert run("destroy", "--auto-approve", SHOPFORM_ALLOW="no-deletes").exit == 0
    assert sandbox.data("brand") == []


def test_a_plan_that_a_gate_refused_is_saved_and_not_applied(
    run: Shopform, sandbox: Sandbox
) -> None:
    assert run("plan", "--fail-on", "delete", "--out", "p.json").exit == 11
    assert "# brand.b will be destroyed" in run("show", "p.json").out
    sandbox.reset_log()
    assert run("apply", "p.json").exit == 11
    assert [call for call in sandbox.calls if call.method != "GET"] == []


def test_gates_may_be_set_in_the_environment(run: Shopform) -> None:
    assert run("plan", SHOPFORM_FAIL_ON="create,delete").exit == 11
    assert run("plan", SHOPFORM_FAIL_ON="create,import").exit == 0
    assert run("plan", SHOPFORM_EXPECT_NO_CHANGES="1").exit == 11
