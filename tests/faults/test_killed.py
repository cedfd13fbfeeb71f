"""An apply killed with SIGKILL at any call and at any file operation is made good by the next."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterable
from queue import Queue

import pytest
from support import SHOPFORM, Prepared, Run, sampled
from trial import APPLY, CHANGE, CREATE, DIED, Scenario, Trial, goal, made_good, report, trial

from shopform.sandbox.calls import LoggedRequest

AT_CALLS = ("arrived", "answered")
AT_FILES = ("before", "after", "torn")
SCENARIOS = pytest.mark.parametrize("scenario", [CREATE, CHANGE], ids=lambda s: s.name)
SOME = pytest.mark.parametrize("scenario", sampled([CHANGE, CREATE], 2), ids=lambda s: s.name)
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
        if what in AT_CALLS and number > goal(scenario, prepared).calls:
            break
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
    assert points is not EVERY or tried > 20, "the run was over too soon"


@SOME
@pytest.mark.parametrize("what", AT_CALLS)
def test_killed_at_some_calls(what: str, scenario: Scenario, prepared: Prepared) -> None:
    survive(what, scenario, prepared, EVERY[AT_CALLS.index(what) + 3 :: 17])


@SOME
@pytest.mark.parametrize("what", AT_FILES)
def test_killed_at_some_file_operations(what: str, scenario: Scenario, prepared: Prepared) -> None:
    survive(what, scenario, prepared, EVERY[AT_FILES.index(what) * 6 + 2 :: 97])


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


@pytest.mark.parametrize("call", [1, 15])
def test_a_process_started_the_long_way_is_made_good_too(call: int, prepared: Prepared) -> None:
    with trial(CREATE, prepared) as one:
        victim: Queue[int] = Queue()

        def kill(seen: LoggedRequest) -> None:
            if seen.n == call:
                os.kill(victim.get(timeout=30), signal.SIGKILL)
                raise ConnectionAbortedError

        one.sandbox.after(kill)
        with subprocess.Popen(
            [*SHOPFORM, *APPLY, "4"],
            cwd=one.directory,
            env=one.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            victim.put(process.pid)
        assert process.returncode == DIED
        made_good(one, CREATE)


def test_a_secret_that_was_lost_is_made_anew_as_told(prepared: Prepared) -> None:
    with trial(CREATE, prepared) as one:
        one.sandbox.set_fault("POST /webhook:1:lose")
        lost = one.apply()
        assert lost.exit == 0, lost.text
        assert "`shopform apply --replace webhook.orders` makes a new one" in lost.err
        assert not (one.directory / "secrets").exists()
        done = one.here("apply", "--auto-approve", "--replace", "webhook.orders")
        assert done.exit == 0, done.text
        (hook,) = one.sandbox.data("webhook")
        assert hook["secret"] in (one.directory / "secrets/sandbox.json").read_text("utf-8")
        made_good(one, CREATE)
