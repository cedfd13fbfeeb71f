"""The reviewed plan of a request is kept in the store of the state, under its last commit."""

import json
from typing import Any

from forge.jobs import HEAD, MERGE, NUMBER, Hub
from machines import Machine, Switched, one, shared

from shopform.workflow.records.reviewed_plans import saved_plan

__all__ = ["one", "shared"]

NORD: Any = {"suppliers": {"nord": {"name": "Nord"}}}


def names(machine: Machine) -> list[str]:
    return [row["name"] for row in machine.sandbox.data("supplier")]


def test_another_machine_applies_the_plan_that_is_kept_in_the_store(one: Machine) -> None:
    one.declare(**NORD)
    two = one.another("two")
    with Hub() as hub:
        made = one.done("ci", "plan", **hub.variables(one.directory))
        assert "warning" not in made.err
        hub.merge(NUMBER, MERGE)
        two.declare(suppliers={"nord": {"name": "Syd"}})
        other = two.run("ci", "apply", **hub.on_main(two.directory, MERGE))
        assert (other.exit, names(one)) == (12, []), other.text
        two.declare(**NORD)
        two.done("ci", "apply", **hub.on_main(two.directory, MERGE))
        assert names(one) == ["Nord"]
        assert not [request for request in hub.requests if "artifacts" in request]
        hub.pull(8, HEAD[:-1] + "b")
        hub.merge(8, "c" * 40)
        pushed = two.run("ci", "apply", **hub.on_main(two.directory, "c" * 40))
        assert pushed.exit == 12, pushed.text


def test_a_job_that_may_only_read_the_store_still_plans(one: Machine, shared: Switched) -> None:
    one.declare(**NORD)
    shared.refuses = lambda request: not request.startswith(("get", "list", "read"))
    with Hub() as hub:
        made = one.run("ci", "plan", **hub.variables(one.directory))
        assert made.exit == 0, made.text
        assert "may not" in made.err
        shared.refuses = lambda _request: False
        hub.merge(NUMBER, MERGE)
        plan = (one.directory / "shopform-ci/demo.plan.json").read_bytes()
        assert one.run("ci", "apply", **hub.on_main(one.directory, MERGE)).exit == 12
        hub.keep("demo", plan, HEAD)
        one.done("ci", "apply", **hub.on_main(one.directory, MERGE))
        assert names(one) == ["Nord"]


def test_a_plan_in_the_checkout_is_not_one_that_was_reviewed(one: Machine) -> None:
    """A commit may contain any file."""
    one.declare(state="state/demo.json", **NORD)
    one.done("plan", "--out", "p.json")
    plan = (one.directory / "p.json").read_bytes()
    digest = json.loads(plan)["digest"]
    folder = one.directory / ".shopform/plans"
    (folder / f"{digest}.plan.json").write_bytes(plan)
    (folder / f"pr-{NUMBER}.{HEAD}.review.json").write_text(f'{{"digest": "{digest}"}}', "utf-8")
    assert saved_plan(one.workspace(), review=f"pr-{NUMBER}/{HEAD}") == plan
    with Hub() as hub:
        hub.merged(NUMBER, HEAD, MERGE)
        done = one.run("ci", "apply", **hub.on_main(one.directory, MERGE))
    assert (done.exit, names(one)) == (12, []), done.text
