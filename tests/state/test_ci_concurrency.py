"""What happens in CI: each leaves a shop as declared, a state that knows it, and the way on."""

import signal
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, wait
from pathlib import Path

import pytest
from pipelines import LEASE, Sections, Team, team, until
from support import Prepared, Run

WAIT = "1m"
SLOW = "POST:1+:slow=0.1"  # so that a signal comes while a response is awaited


def suppliers(*names: str) -> Sections:
    return {"suppliers": {name.lower(): {"name": name} for name in names}}


ONE, TWO, THREE = (
    suppliers("Nordlys", "Fjord", "Havblik", "Ravn"),
    suppliers("Fjord", "Havblik", "Ravn", "Skovgaard"),
    suppliers("Havblik", "Ravn", "Skovgaard", "Tangen"),
)
MANY = suppliers("Nordlys", "Fjord", "Havblik", "Skovgaard", "Tangen", "Ravn", "Ullvik")


@pytest.fixture(params=["bucket", pytest.param("gitlab", marks=pytest.mark.wide)])
def ours(request: pytest.FixtureRequest, prepared: Prepared, tmp_path: Path) -> Iterator[Team]:
    with team(request.param, prepared, tmp_path) as found:
        yield found


def message(run: Run) -> str:
    return " ".join(run.err.split())


def test_two_merges_in_a_row(ours: Team) -> None:
    ours.main = ONE
    first = ours.apply(strike="hold", at=1)
    until(first.wrote.is_set)
    ours.main = TWO
    refused = ours.apply().wait()
    assert refused.exit == 15
    assert "is locked by" in message(refused)
    assert "wait for that run with `--lock-timeout 5m`" in message(refused)
    second = ours.apply(wait=WAIT)
    ours.free.set()
    assert [first.wait().exit, second.wait().exit] == [0, 0]
    ours.settle()


@pytest.mark.wide
def test_three_that_are_queued(ours: Team) -> None:
    """They go on in any order: the job of a forge sees to it that the newest commit is last."""
    ours.main = ONE
    jobs = [ours.apply(strike="hold", at=1)]
    until(jobs[0].wrote.is_set)
    for version in (TWO, THREE):
        ours.main = version
        jobs.append(ours.apply(wait=WAIT))
    ours.free.set()
    left = {job.ended: job for job in jobs}
    while left:
        done, _ = wait(left, return_when=FIRST_COMPLETED)
        (last, *_) = [left.pop(each) for each in done]
        assert last.wait().exit == 0, last.wait().text
    ours.main = last.declared
    ours.settle()


def test_a_run_that_is_cancelled_and_ends_in_time(ours: Team) -> None:
    ours.sandbox.set_fault(SLOW)
    ours.main = MANY
    stopped = ours.apply(strike="stop", at=1).wait()
    assert stopped.exit == 130, stopped.text
    assert "interrupted; calls in flight have finished" in message(stopped)
    assert "not run" in stopped.out
    assert not ours.holder()
    ours.settle()


@pytest.mark.wide
def test_a_run_that_is_cancelled_and_killed(ours: Team) -> None:
    ours.lease = LEASE
    ours.sandbox.set_fault("POST:1+:slow=1")
    ours.main = ONE
    killed = ours.apply(strike="cancel", at=1).wait()
    assert killed.exit == -signal.SIGKILL, killed.text
    time.sleep(1)  # what it had sent is being carried out
    ours.sandbox.clear_faults()
    refused = ours.apply().wait()
    assert refused.exit == 15
    if ours.leased:
        assert "also acquires the lock of a holder that is dead" in message(refused)
        assert ours.apply(wait=WAIT).wait().exit == 0
    else:
        assert "keeps the lock of a run that was killed" in message(refused)
        unlocked = ours.unlock()
        assert unlocked
        assert unlocked.exit == 0
    ours.settle()


@pytest.mark.wide
def test_a_run_that_is_killed_while_it_deletes_most_of_what_it_owns(ours: Team) -> None:
    """What is gone then is no sign of another shop."""
    ours.lease = LEASE
    ours.main = MANY
    ours.settle()
    ours.main = suppliers("Ravn")
    killed = ours.apply(strike="kill after", at=6).wait()
    assert killed.exit == -signal.SIGKILL, killed.text
    assert len(ours.sandbox.data("supplier")) <= 3
    ours.settle()


def test_a_plan_that_waits_a_day_while_staff_work(ours: Team) -> None:
    ours.main = ONE
    ours.settle()
    ours.main = TWO
    here = ours.checkout()
    assert ours.run("plan", "--out", "reviewed", at=here).exit == 0
    ours.hire()
    assert ours.run("apply", "reviewed", at=here).exit == 0  # it touches nothing of theirs
    ours.settle()


@pytest.mark.wide
def test_a_plan_whose_objects_staff_changed_meanwhile(ours: Team) -> None:
    ours.main = ONE
    ours.settle()
    ours.main = TWO
    here = ours.checkout()
    assert ours.run("plan", "--out", "reviewed", at=here).exit == 0
    ours.edit("PUT", f"supplier/{ours.number('Nordlys')}", {"name": "Nordlys A/S"})
    stale = ours.run("apply", "reviewed", at=here)
    assert stale.exit == 13, stale.text
    assert "`supplier.nordlys` was edited in the shop: `name`" in message(stale)
    assert "plan again, and have the new plan reviewed" in message(stale)
    ours.settle()


@pytest.mark.wide
def test_a_plan_after_which_another_run_applied(ours: Team) -> None:
    ours.main = ONE
    here = ours.checkout()
    assert ours.run("plan", "--out", "reviewed", at=here).exit == 0
    ours.main = TWO
    ours.settle()
    stale = ours.run("apply", "reviewed", at=here)
    assert stale.exit == 12, stale.text
    assert "the state changed after the plan was made" in message(stale)
    assert "plan again, and apply the new plan" in message(stale)
    ours.settle()
