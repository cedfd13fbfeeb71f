"""An apply killed with SIGKILL at any call and at any file operation is made good by the next."""

from collections.abc import Callable, Iterable

import pytest
from support import Prepared, Run
from trial import CHANGE, CREATE, DIED, Scenario, Trial, made_good, report, trial

AT_CALLS = ("arrived", "answered")
AT_FILES = ("before", "after", "torn")
SCENARIOS = pytest.mark.parametrize("scenario", [CREATE, CHANGE], ids=lambda s: s.name)
PARALLELISM = pytest.mark.parametrize("parallelism", [1, 4])
EVERY = range(1, 10_000)


def killer(what: str) -> Callable[[Trial, int], Run]:
    if what in AT_CALLS:
        return lambda one, number: one.killed_at(number, answered=what == "answered")
    return lambda one, number: one.apply(SHOPFORM_TEST_FILES=f"{what}:{number}")


def survive(
    what: str, scenario: Scenario, prepared: Prepared, points: Iterable[int], parallelism: int = 1
) -> None:
    """Kill an apply at each of these points, up to the last that it has."""
    failures = []
    tried = 0
    for number in points:
        with trial(scenario, prepared, parallelism=parallelism) as one:
            killed = killer(what)(one, number)
            if killed.exit == 0:
                break
            tried += 1
            try:
                assert killed.exit == DIED, killed.text
                made_good(one, scenario)
            except AssertionError as problem:
                failures.append(f"{scenario.name}, {what} {number}: {problem}")
    report(f"{scenario.name}, {parallelism} at once, killed {what}", failures, tried)


@SCENARIOS
@pytest.mark.parametrize("what", AT_CALLS)
def test_killed_at_some_calls(what: str, scenario: Scenario, prepared: Prepared) -> None:
    survive(what, scenario, prepared, EVERY[AT_CALLS.index(what) + 3 :: 7])


@SCENARIOS
@pytest.mark.parametrize("what", AT_FILES)
def test_killed_at_some_file_operations(what: str, scenario: Scenario, prepared: Prepared) -> None:
    survive(what, scenario, prepared, EVERY[AT_FILES.index(what) * 6 + 2 :: 23])


@pytest.mark.wide
@PARALLELISM
@SCENARIOS
@pytest.mark.parametrize("what", AT_CALLS)
def test_killed_at_every_call(
    what: str, scenario: Scenario, parallelism: int, prepared: Prepared
) -> None:
    survive(what, scenario, prepared, EVERY, parallelism)


@pytest.mark.wide
@PARALLELISM
@SCENARIOS
@pytest.mark.parametrize("what", AT_FILES)
def test_killed_at_every_file_operation(
    what: str, scenario: Scenario, parallelism: int, prepared: Prepared
) -> None:
    survive(what, scenario, prepared, EVERY, parallelism)


@pytest.mark.wide
@SCENARIOS
def test_killed_and_killed_again_in_the_run_that_makes_it_good(
    scenario: Scenario, prepared: Prepared
) -> None:
    failures = []
    tried = 0
    for first in EVERY[::3]:
        with trial(scenario, prepared) as one:
            killed = one.killed_at(first, answered=first % 2 == 0)
            if killed.exit == 0:
                break
            one.sandbox.reset_log()
            again = one.killed_at(first % 7 + 6, answered=first % 4 > 1)
            tried += 1
            try:
                assert again.exit in (DIED, 0), again.text
                made_good(one, scenario)
            except AssertionError as problem:
                failures.append(f"{scenario.name}, {first}: {problem}")
    report(f"{scenario.name}, killed twice", failures, tried)
