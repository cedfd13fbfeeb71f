"""Ctrl-C, once and twice, and two runs at once."""

import os
import signal
import threading
import time
from contextlib import suppress

import pytest
from support import Prepared, sampled
from trial import APPLY, CHANGE, CREATE, Scenario, addresses, made_good, trial, well_told

HELD = 0.3  # seconds an answer is held back, so that the signal comes while it is awaited
AWAY = 60
# The first calls of an apply are reads, 5 and 15 of them here, and the last ones verify.
PARALLELISM = pytest.mark.parametrize("parallelism", [pytest.param(1, marks=pytest.mark.wide), 4])
AT_A_WRITE = pytest.mark.parametrize(
    ("scenario", "call"),
    [
        (CREATE, 7),
        (CHANGE, 17),
        *(pytest.param(*each, marks=pytest.mark.wide) for each in ((CREATE, 11), (CHANGE, 24))),
    ],
)


@pytest.mark.parametrize("number", sampled([signal.SIGINT, signal.SIGTERM], 2))
@PARALLELISM
@AT_A_WRITE
def test_interrupted_once_finishes_what_is_in_flight_and_says_what_remains(
    call: int, parallelism: int, number: signal.Signals, scenario: Scenario, prepared: Prepared
) -> None:
    with trial(scenario, prepared, parallelism=parallelism) as one:
        one.sandbox.set_fault(f"{call}:slow={HELD}")
        run = one.struck_at(call, one.sandbox.app.after, lambda pid: os.kill(pid, number))
        well_told(run)
        assert run.exit == 130, run.text
        assert "interrupted" in run.err
        assert "not run" in run.out
        made = sum(len(rows) for rows in one.sandbox.app.state().values())
        front = 1
        assert len(addresses(one)) == made - front, "something was done and is not recorded"
        assert not (one.directory / "state/sandbox.json.journal").exists()
        made_good(one, scenario)


@PARALLELISM
@AT_A_WRITE
def test_interrupted_twice_stops_at_once(
    call: int, parallelism: int, scenario: Scenario, prepared: Prepared
) -> None:
    def twice(pid: int) -> None:
        # Signals that wait together are one, and how long they wait is up to the machine.
        with suppress(ProcessLookupError):
            for _ in range(100):
                os.kill(pid, signal.SIGINT)
                time.sleep(0.05)

    with trial(scenario, prepared, parallelism=parallelism) as one:
        one.sandbox.set_fault(f"{call}:slow={AWAY}")
        begun = time.monotonic()
        run = one.struck_at(call, one.sandbox.app.after, twice)
        assert run.exit == 130, run.text
        assert time.monotonic() - begun < AWAY / 2
        well_told(run)
        made_good(one, scenario)


def test_interrupted_while_reading_changes_nothing(prepared: Prepared) -> None:
    with trial(CREATE, prepared) as one:
        one.sandbox.set_fault(f"2:slow={HELD}")
        run = one.struck_at(2, one.sandbox.app.after, lambda pid: os.kill(pid, signal.SIGINT))
        well_told(run)
        assert run.exit == 130, run.text
        assert {call.method for call in one.sandbox.calls} == {"GET"}
        made_good(one, CREATE)


def test_the_second_of_two_applies_is_told_who_holds_the_lock(prepared: Prepared) -> None:
    with trial(CREATE, prepared) as one:
        reached, go_on = threading.Event(), threading.Event()

        def hold(pid: int) -> None:
            reached.set()
            assert go_on.wait(30)

        holder = threading.Thread(target=one.struck_at, args=(8, one.sandbox.app.before, hold))
        holder.start()
        assert reached.wait(30)
        second = one.apply()
        assert second.exit == 15, second.text
        assert "process" in second.err
        assert "`apply`" in second.err
        assert "--lock-timeout" in second.err
        waiting = one.prepared.start(
            one.directory, *APPLY, "4", "--lock-timeout", "30s", environment=one.environment
        )
        go_on.set()
        holder.join(30)
        third = one.kept(waiting.wait())
        assert [run.exit for run in one.runs] == [15, 0, 0], third.text
        made_good(one, CREATE)
