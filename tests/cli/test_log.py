"""`shopform log`: what the records of runs say, in text, JSON and Markdown."""

import json
import os
import pwd
from typing import Any

from undoable import KITCHEN, MUGS, Project, one

__all__ = ["one"]


def recorded(one: Project, run: str, part: str = "") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((one.records / f"{run}{part}.json").read_text("utf-8"))
    return found


def test_a_run_is_recorded_with_its_user_and_its_outcome(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN})
    run = one.apply()
    user = pwd.getpwuid(os.getuid()).pw_name
    assert recorded(one, run)["who"] == f"{user}@{os.uname().nodename}"
    assert recorded(one, run, ".outcome").keys() == {"format_version", "time"}


def test_the_outcome_of_a_run_that_failed_names_the_steps(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN, "mugs": MUGS})
    one.sandbox.set_fault("POST:1:400")
    assert one.run("apply", "--auto-approve").exit == 1
    outcome = recorded(one, one.names()[-1], ".outcome")
    assert list(outcome["failed"]) == ["category.kitchen:create"]
    assert "400" in outcome["failed"]["category.kitchen:create"]
    assert outcome["not_run"] == ["category.mugs:create"]


def test_the_outcome_of_a_removed_record_is_removed_too(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN})
    one.records.mkdir(parents=True)
    for number in range(51):
        for part in ("", ".outcome"):
            (one.records / f"20260101-000000-{number:04x}{part}.json").write_text("{}")
    one.apply()
    assert len(one.names()) == 50
    assert len([*one.records.iterdir()]) == 100
