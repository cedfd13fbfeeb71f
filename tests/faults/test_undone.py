"""An apply killed at any call is undone: the shop is as it was before, and the state too."""

import json
import shutil
from collections.abc import Iterable
from typing import Any

import pytest
from support import Prepared, Run, point_at, sampled
from trial import CHANGE, CREATE, DIED, Scenario, Trial, report, shape, trial

EVERY = range(1, 10_000)
SCENARIOS = pytest.mark.parametrize("scenario", [CREATE, CHANGE], ids=lambda s: s.name)


def memory(one: Trial) -> dict[str, Any]:
    """What the state remembers, but for the ids that the shop gives."""
    state = one.directory / "state/sandbox.json"
    held = json.loads(state.read_text("utf-8"))["resources"] if state.exists() else {}
    aside = ("id", "identity", "sent", "stored", "made")
    return {
        address: ({n: p for n, p in entry.items() if n not in aside}, sorted(entry["sent"]))
        for address, entry in held.items()
    }


def runs(one: Trial) -> list[str]:
    return sorted(
        path.stem for path in (one.directory / ".shopform/runs/sandbox").glob("*-????.json")
    )


def killed(one: Trial, number: int, *, answered: bool) -> tuple[Run, list[str]]:
    """An apply that is killed, and the names of the records it made."""
    before = runs(one)
    run = one.killed_at(number, answered=answered)
    assert run.exit in (DIED, 0), run.text
    return run, [name for name in runs(one) if name not in before]


def undone(one: Trial, scenario: Scenario, recorded: list[str]) -> None:
    """Undo what was begun; then the files of before have nothing to say."""
    for name in recorded:
        done = one.here("undo", name, "--auto-approve")
        assert done.exit == 0, done.text
    if scenario.start:
        shutil.copytree(scenario.start, one.directory, dirs_exist_ok=True)
        point_at(one.directory, one.sandbox)
        again = one.here("plan", "--detailed-exitcode")
        assert again.exit == 0, again.text


def survive(
    scenario: Scenario, prepared: Prepared, points: Iterable[int], *, answered: bool
) -> None:
    failures = []
    tried = 0
    for number in points:
        with trial(scenario, prepared) as one:
            unprotected(one)
            shop, state = shape(one.sandbox), memory(one)
            run, recorded = killed(one, number, answered=answered)
            tried += 1
            try:
                undone(one, scenario, recorded)
                assert shape(one.sandbox) == shop
                assert memory(one) == state
            except AssertionError as problem:
                failures.append(f"{scenario.name}, {number}: {problem}")
        if run.exit == 0:
            break
    report(f"{scenario.name}, killed and undone", failures, tried)


def unprotected(one: Trial) -> None:
    """What is protected stays, also when what made it is undone."""
    path = one.directory / "catalogue.yaml"
    path.write_text(path.read_text("utf-8").replace("lifecycle: {protect: true}", ""), "utf-8")


@SCENARIOS
@pytest.mark.parametrize("answered", sampled([True, False], 2), ids=["answered", "arrived"])
def test_killed_at_some_calls_and_undone(
    scenario: Scenario, answered: bool, prepared: Prepared
) -> None:
    survive(scenario, prepared, EVERY[8 + answered :: 17], answered=answered)


@pytest.mark.wide
@SCENARIOS
@pytest.mark.parametrize("answered", [False, True], ids=["arrived", "answered"])
def test_killed_at_every_call_and_undone(
    scenario: Scenario, answered: bool, prepared: Prepared
) -> None:
    survive(scenario, prepared, EVERY, answered=answered)
