"""A folder a case: files, what the shop held, and word for word what was planned and came of it.

`case.json` says what the case is about, and may hold `plan` (what the command line asks), `edits`
(what somebody did in the shop meanwhile: method, path, body) and `stateless` false where the shop
cannot be taken over again without its state. `live.json` is what the shop held at the start; the
files in `before/` were applied after that. `--update-golden` writes what is expected anew.
"""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from line import PORT, Line, asks_if_gone, described, line
from support import at_port

from shopform.config import load_project
from shopform.kinds.standard import STANDARD
from shopform.kit.documents import Document
from shopform.model.plan import Calls, Plan
from shopform.planning.planner import wanted_counts
from shopform.render.html.page import render_html
from shopform.render.json.plan_document import document, sealed
from shopform.render.json.plan_reader import read_document
from shopform.render.json.plan_schema import plan_schema
from shopform.render.markdown.page import render_markdown
from shopform.render.text.diagnostics import render_diagnostics
from shopform.render.text.plan_text import render_plan
from shopform.sandbox import Sandbox

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/case.json"))
OWN = ("case.json", "live.json", "before", "plan.txt", "steps.txt", "shop.txt")
SCHEMA = plan_schema(STANDARD)
VALID = jsonschema.Draft202012Validator(SCHEMA)
UNSTABLE = ("last_modified", "secret")


def test_the_schema_of_plans_is_current() -> None:
    file = Path(__file__).parents[2] / "schemas" / "plan.schema.json"
    assert json.loads(file.read_text("utf-8")) == SCHEMA
    VALID.check_schema(SCHEMA)


@pytest.mark.parametrize("case", CASES, ids=[path.name for path in CASES])
def test_case(case: Path, pytestconfig: pytest.Config) -> None:
    about = _json(case / "case.json", {})
    asked = about.get("plan", {})
    with line(seed=_json(case / "live.json", {})) as one:
        if (case / "before").exists():
            lay_out(case / "before", one)
            one.settle()
        lay_out(case, one)
        edit(one, about.get("edits", []))
        one.sandbox.reset_log()
        made = one.plan(**asked)
        assert made.calls.read == len(one.sandbox.calls)
        assert one.writes() == []
        assert_readable(one.plan(**asked, whole=True))
        assert_same_without_the_shop(one, made, asked)
        found = {"plan.txt": shown(made, one), "steps.txt": steps(made)}
        done = not made.refused and not made.refresh_only
        if done:
            carry_out(one, made, asked, stateless=about.get("stateless", True))
            found["shop.txt"] = world(one.sandbox)
    if pytestconfig.getoption("--update-golden"):
        for name, text in found.items():
            (case / name).write_text(text, "utf-8")
    assert found == {name: (case / name).read_text("utf-8") for name in OWN[3:] if name in found}
    assert (case / "shop.txt").exists() is done


def _json(path: Path, otherwise: Any) -> Any:
    return json.loads(path.read_text("utf-8")) if path.exists() else otherwise


def lay_out(folder: Path, one: Line) -> None:
    """Make the files of a folder the project's, and point them at this shop."""
    for old in one.directory.glob("*.yaml"):
        old.unlink()
    skipped = shutil.ignore_patterns(*OWN)
    shutil.copytree(folder, one.directory, ignore=skipped, dirs_exist_ok=True)
    settings = one.directory / "shopform.yaml"
    settings.write_text(at_port(settings.read_text("utf-8"), PORT, one.sandbox.port), "utf-8")


def edit(one: Line, edits: list[tuple[str, str, dict[str, Any] | None]]) -> None:
    """What somebody does in the shop by hand."""
    with one.open() as (_, connection):
        for method, path, body in edits:
            connection.client.send(method, path, body=body)


def carry_out(one: Line, made: Plan, asked: dict[str, Any], *, stateless: bool) -> None:
    """Apply at the price that was told; then there is nothing left to do, state or no state."""
    one.sandbox.reset_log()
    again, outcome = one.apply(**asked)
    assert again.digest == made.digest
    assert not outcome.failed
    assert outcome.stopped is None
    assert outcome.calls == made.calls.write + made.calls.verify
    assert len(one.writes()) == made.calls.write
    assert len(one.sandbox.calls) == made.calls.read + outcome.calls
    assert [
        call for call in one.sandbox.calls if call.status >= 400 and not asks_if_gone(call)
    ] == []
    part = {name: asked[name] for name in ("targets", "excludes", "destroy") if name in asked}
    one.assert_settled(**part)
    assert part or one.plan(refresh_only=True).drift == ()
    if stateless and not part:
        held = world(one.sandbox)
        one.assert_imports_only()
        assert world(one.sandbox) == held


def assert_same_without_the_shop(one: Line, made: Plan, asked: dict[str, Any]) -> None:
    """A snapshot gives the same plan, but for its age, calls, and products that it cannot count."""
    held, log = one.snapshot(), len(one.sandbox.calls)
    assert b"hemmeligt" not in held
    found = one.offline(held, **asked)
    assert len(one.sandbox.calls) == log
    assert found.coverage is not None
    assert (found.coverage.offline, found.coverage.taken) == (True, "2027-01-15T08:00:00Z")
    hidden = {
        name
        for each in json.loads(held)["lists"]
        for o in each.get("objects", ())
        for name in o.get("digests", ())
    }
    again = replace(found, coverage=None, calls=made.calls)
    assert comparable(again, hidden) == comparable(made, hidden)
    one.sandbox.reset_log()
    found = one.changed(held, **asked)
    assert found.calls.read == len(one.sandbox.calls)
    assert document(replace(found, coverage=None, calls=made.calls)) == document(made)
    for name in ("write", "verify", "recheck"):
        assert getattr(found.calls, name) == getattr(made.calls, name)


def comparable(made: Plan, hidden: set[str]) -> Document:
    """The document, without numbers of products and without fingerprints of hidden values."""
    marks = made.basis.fingerprints.items()
    kept = {a: {n: v for n, v in each.items() if n not in hidden} for a, each in marks}
    made = replace(made, basis=replace(made.basis, fingerprints=kept))
    if not wanted_counts(made):
        return document(made)
    steps = tuple(replace(step, counted=None) for step in made.steps)
    changes = tuple(replace(change, notes=()) for change in made.changes)
    notes = tuple(d for d in made.diagnostics if d.code != "not-counted")
    return document(
        replace(made, steps=steps, changes=changes, diagnostics=notes, digest="", calls=Calls())
    )


def assert_readable(made: Plan) -> None:
    """The saved document says all that the plan says, and is written the same again."""
    saved = sealed(made)
    VALID.validate(saved)
    read = read_document(saved, STANDARD)
    assert render_plan(read, color=False) == render_plan(made, color=False)
    assert render_markdown(read) == render_markdown(made)
    assert render_html(read) == render_html(made)
    assert read.diagnostics == made.diagnostics
    assert sealed(read) == saved


def shown(made: Plan, one: Line) -> str:
    """What a person sees: the plan, and what speaks against it."""
    text = render_plan(made, color=False)
    if made.diagnostics:
        sources = load_project(one.directory, STANDARD).sources
        text += "\n\n" + render_diagnostics(made.diagnostics, sources, color=False, width=100)
    return at_port(text.replace(made.digest, "DIGEST"), one.sandbox.port, PORT).rstrip() + "\n"


def steps(made: Plan) -> str:
    return "".join(f"{described(step)}\n" for step in made.steps)


def world(sandbox: Sandbox) -> str:
    """Every object of the shop on a line, without its clock and what is empty."""
    lines = []
    for kind in STANDARD.kinds:
        for row in sandbox.data(kind.name):
            kept = {k: v for k, v in row.items() if k not in UNSTABLE and (v or k == "parent_id")}
            lines.append(f"{kind.name} {json.dumps(kept, ensure_ascii=False)}")
    return at_port("\n".join(lines), sandbox.port, PORT) + "\n"


def test_there_are_cases() -> None:
    assert len(CASES) >= 25
