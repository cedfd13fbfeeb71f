"""`shopform log`: what the records of runs say, in text, JSON and Markdown."""

import json
import os
import pwd
import shutil
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


def test_an_outcome_that_cannot_be_recorded_is_a_warning(one: Project) -> None:
    def replace_folder(_call: object) -> None:
        if one.records.is_dir():
            shutil.rmtree(one.records)
            one.records.write_text("in the way")

    one.declare(categories={"kitchen": KITCHEN})
    one.sandbox.after(replace_folder)
    done = one.done("apply", "--auto-approve")
    assert "warning: " in done.err
    assert ".outcome.json" in done.err
    assert one.settled()


def test_the_outcome_of_a_removed_record_is_removed_too(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN})
    one.records.mkdir(parents=True)
    for number in range(51):
        for part in ("", ".outcome"):
            (one.records / f"20260101-000000-{number:04x}{part}.json").write_text("{}")
    one.apply()
    assert len(one.names()) == 50
    assert len([*one.records.iterdir()]) == 100


GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTOR": "ana",
    "GITHUB_SERVER_URL": "https://forge.example",
    "GITHUB_REPOSITORY": "a/shop",
    "GITHUB_SHA": "0" * 40,
    "GITHUB_REF": "refs/pull/7/merge",
    "GITHUB_RUN_ID": "99",
}


def log(one: Project, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(one.done("log", "--json", *arguments).out)
    return found


def summaries(run: dict[str, Any]) -> list[str]:
    return [change["summary"] for change in run["changes"]]


def test_without_runs_the_log_is_empty(one: Project) -> None:
    one.declare()
    assert one.done("log").out == ""
    assert log(one) == []
    assert one.done("log", SHOPFORM_FORMAT="html").out == ""
    assert one.done("log", SHOPFORM_LOG_FORMAT="json").out == "[]\n"
    assert "No changes are recorded." in one.done("log", "--format", "markdown").out


def test_the_log_names_objects_as_they_are_called(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN, "mugs": MUGS})
    first = one.apply()
    cups = {**MUGS, "name": "Krus & kopper", "parent": None, "in_menu": False}
    one.declare(categories={"kitchen": {**KITCHEN, "tag": None}, "mugs": cups})
    second = one.apply(**GITHUB)
    one.declare(categories={"kitchen": {**KITCHEN, "tag": None}})
    one.apply()
    third, made, begun = log(one)
    assert [each["name"] for each in (made, begun)] == [second, first]
    assert summaries(begun) == ["Category Køkken added", "Category Krus added"]
    assert summaries(made) == [
        "Category Køkken: tag removed",
        "Category Krus renamed to Krus & kopper; parent removed; in menu switched off",
    ]
    assert summaries(third) == ["Category Krus & kopper deleted"]
    assert made["ci"] == {
        "actor": "ana",
        "commit": "0" * 40,
        "commit_url": f"https://forge.example/a/shop/commit/{'0' * 40}",
        "request": "Pull request #7",
        "request_url": "https://forge.example/a/shop/pull/7",
        "run_url": "https://forge.example/a/shop/actions/runs/99",
    }
    assert "ci" not in begun
    assert (made["verb"], made["result"], len(made["digest"])) == ("apply", "complete", 64)
    names = [field["name"] for field in made["changes"][1]["fields"]]
    assert names == ["name", "parent", "in_menu"]


def test_text_and_release_notes_show_the_same_run(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN})
    one.apply()
    one.declare(categories={"kitchen": {**KITCHEN, "name": "Bad *og* <b>"}})
    run = one.apply(**GITHUB)
    text = one.done("log").out
    (record,) = (each for each in log(one) if each["name"] == run)
    day, time = record["time"][:10], record["time"][11:16]
    lines = text.split("\n\n")[0].splitlines()
    assert lines[0] == f"run {run} (apply)"
    assert lines[1] == f"Author:  ana <{record['who']}>"
    assert lines[2].startswith(f"Date:    {day} {time}")
    assert "Request: Pull request #7 https://forge.example/a/shop/pull/7" in lines
    assert "CI run:  https://forge.example/a/shop/actions/runs/99" in lines
    assert "    ~ Category Køkken renamed to Bad *og* <b> (category.kitchen)" in text.splitlines()
    notes = one.done("log", "--format", "markdown").out
    assert notes.startswith(f"# Changes of demo\n\n## {day}\n\n### {time} UTC: Apply by ana\n\n")
    assert "[Pull request #&#8203;7](<https://forge.example/a/shop/pull/7>)" in notes
    assert "- Category Køkken renamed to Bad \\*og\\* &lt;b&gt;" in notes.splitlines()
    assert "category.kitchen" not in notes


def test_a_run_that_failed_or_stopped_is_shown_as_such(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN, "mugs": MUGS}, brands={"a": {"name": "A"}})
    one.sandbox.set_fault("POST /category:1:400")
    assert one.run("apply", "--auto-approve").exit == 14
    (run,) = log(one)
    assert run["result"] == "partial"
    assert [change["result"] for change in run["changes"]] == ["complete", "failed", "failed"]
    added, kitchen, mugs = summaries(run)
    assert added == "Brand A added"
    assert kitchen.startswith("Category Køkken not added: the shop refused")
    assert mugs == "Category Krus not added"
    assert "Result:  partly applied, 2 changes not made" in one.done("log").out
    assert "**Partly applied, 2 changes not made.**" in one.done("log", "--format=markdown").out
    one.sandbox.set_fault("POST:1:400")
    one.declare(brands={"a": {"name": "A"}, "b": {"name": "B"}})
    assert one.run("apply", "--auto-approve").exit == 1
    assert log(one)[0]["result"] == "failed"
    assert "Result:  failed, nothing was changed" in one.done("log").out


def test_a_run_without_an_outcome_is_unknown(one: Project) -> None:
    """A run that was killed, or one of an earlier version."""
    one.declare(categories={"kitchen": KITCHEN})
    run = one.apply()
    (one.records / f"{run}.outcome.json").unlink()
    assert log(one)[0]["result"] == "unknown"
    assert "Result:  unknown: the run was killed" in one.done("log").out


def test_an_undo_names_the_run_that_it_undid(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN})
    run = one.apply()
    one.undo()
    assert log(one)[0]["undoes"] == run
    assert f"Undoes:  {run}" in one.done("log").out
    assert f"This reverts the run {run}." in one.done("log", "--format", "markdown").out


def test_an_address_is_followed_to_its_previous_ones(one: Project) -> None:
    """Its children are part of it, and what else moved to a previous address is not."""
    sizes = {
        "name": "Str",
        "attributes": {"size": {"name": "S", "type": "valuelist", "values": ["36"]}},
    }
    one.declare(profiles={"shoe": sizes}, brands={"a": {"name": "A"}})
    first = one.apply()
    one.declare(
        {"moved": [{"from": "profile.shoe", "to": "profile.shoes"}]},
        profiles={"shoes": {**sizes, "name": "Sko"}},
        brands={"a": {"name": "A"}},
    )
    second = one.apply()
    one.declare(profiles={"shoes": {**sizes, "name": "Sko"}}, brands={"a": {"name": "B"}})
    one.apply()
    one.declare(
        profiles={"shoes": {**sizes, "name": "Sko"}, "shoe": {"name": "Ny"}},
        brands={"a": {"name": "B"}},
    )
    fourth = one.apply()
    found = log(one, "profile.shoes")
    assert [run["name"] for run in found] == [second, first]
    assert summaries(found[1]) == [
        "Profile Str added",
        "Attribute S of Str added",
        "Value 36 of S added",
    ]
    assert [run["name"] for run in log(one, "value.shoes.size.36")] == [second, first]
    assert [run["name"] for run in log(one, "profile.shoe")] == [fourth, second, first]
    assert log(one, "brand.none") == []
    assert one.run("log", "shop.x").exit == 64


def test_since_leaves_out_earlier_runs(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN})
    one.apply()
    for when in ("1h", "7d", "2020-01-01", "2020-01-01T08:00", "2020-01-01T08:00+02:00"):
        assert len(log(one, "--since", when)) == 1
    assert log(one, "--since", "2100-01-01") == []
    assert one.run("log", "--since", "soon").exit == 64


def test_a_damaged_record_is_a_warning(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN})
    run = one.apply()
    path = one.records / f"{run}.outcome.json"
    path.write_text("{}")
    done = one.done("log", "--json")
    assert f"the outcome of the run `{run}` is damaged" in " ".join(done.err.split())
    assert json.loads(done.out)[0]["result"] == "unknown"
    record = recorded(one, run)
    record["plan"]["format_version"] = "9.0"
    (one.records / f"{run}.json").write_text(json.dumps(record))
    done = one.done("log", "--json")
    assert f"the changes of the run `{run}` cannot be read" in " ".join(done.err.split())
    assert json.loads(done.out)[0]["changes"] == []


def test_release_notes_count_what_is_only_managed_now(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN, "mugs": MUGS})
    one.apply()
    (one.directory / "state/demo.json").unlink()
    one.apply()
    assert (
        "- 2 objects now managed by shopform, unchanged" in one.done("log", "--format=markdown").out
    )
