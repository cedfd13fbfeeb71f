"""Pipelines that meet: whatever their order, the shop ends as declared and the state knows it."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pipelines import LEASE, STOPPED, Job, Sections, Team, team, until
from remote_machines import stopped
from support import Prepared, memory

# Names that are no renamed ones of each other.
NAMES = {"a": "Nordlys", "b": "Fjord", "c": "Havblik", "d": "Skovgaard", "e": "Kobberbo"} | {
    "f": "Ravn", "g": "Ullvik", "h": "Tangen", "x": "Krus", "y": "Vaser", "z": "Fade"
}  # fmt: skip
STORES = pytest.mark.parametrize("store", ["bucket", "gitlab"])


def declared(suppliers: dict[str, int], categories: dict[str, int]) -> Sections:
    """Suppliers with one of two names, a category, and others in it or at the root."""
    below: dict[str, dict[str, Any]] = {
        key: {"name": NAMES[key], "parent": "x" if n else None} for key, n in categories.items()
    }
    return {
        "suppliers": {key: {"name": NAMES[key] + n * " A/S"} for key, n in suppliers.items()},
        "categories": {"x": {"name": NAMES["x"]}, **below},
    }


VERSION = st.builds(
    declared,
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 1)),
    st.dictionaries(st.sampled_from("yz"), st.integers(0, 1)),
)
STRIKE = st.tuples(
    st.sampled_from(["", "pause", "kill before", "kill after", "stop", "cancel"]), st.integers(1, 8)
)
MOVE = st.one_of(
    st.tuples(st.just("merge"), VERSION),
    st.tuples(st.just("apply"), STRIKE),
    st.tuples(st.just("apply_twice"), STRIKE),
    st.tuples(st.just("resume")),
    st.tuples(st.just("unlock")),
    st.tuples(st.just("edit"), st.sampled_from(["add", "rename", "delete"])),
)
FIRST = ("merge", declared(dict.fromkeys("abcdefgh", 0), {"y": 1}))


class Interleaving:
    """Moves of two pipelines and of staff."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.asleep: list[Job] = []
        # Suppliers that staff may touch: nothing is in doubt about them. What staff add while a
        # create is in doubt has to be looked at by a person.
        self.clean: list[str] = []

    def ended(self, job: Job) -> None:
        run = job.wait()
        assert run.exit in {0, 130, -signal.SIGKILL, *STOPPED}, run.text
        if run.exit == 0:
            self.team.require(job.declared)
            self.clean = [each["name"] for each in job.declared.get("suppliers", {}).values()]

    def merge(self, version: Sections) -> None:
        self.team.main = version

    def apply(self, strike: tuple[str, int]) -> None:
        self.clean = []
        job = self.started(*strike)
        if not self.sleeps(job):
            self.ended(job)

    def apply_twice(self, strike: tuple[str, int]) -> None:
        """Two merges of one content at the same time."""
        self.clean = []
        first = self.started(*strike)
        until(lambda: first.wrote.is_set() or first.ended.done())
        second = self.started("", 0)
        asleep = self.sleeps(first)
        runs = [job.wait() for job in (second, *([] if asleep else [first]))]
        for run in runs:
            assert run.exit in {0, 130, -signal.SIGKILL, *STOPPED}, run.text
        if all(run.exit == 0 for run in runs):
            self.team.require(second.declared)

    def started(self, strike: str, at: int) -> Job:
        wait = "5m" if self.team.leased else "1s"
        return self.team.apply(wait=wait, strike=strike, at=at)

    def sleeps(self, job: Job) -> bool:
        """Wait until a job is paused, or has ended."""
        until(lambda: job.ended.done() or stopped(job.pid))
        if asleep := not job.ended.done():
            self.asleep.append(job)
            time.sleep(0.1)  # what it had sent arrives
        return asleep

    def resume(self) -> None:
        if not self.asleep:
            return
        job = self.asleep.pop(0)
        before, kept = len(self.team.sandbox.calls), self.team.holder() in job.lock
        os.kill(job.pid, signal.SIGCONT)
        if kept:
            self.ended(job)
            return
        run = job.wait()
        writes = [each for each in self.team.sandbox.calls[before:] if each.method != "GET"]
        assert run.exit in STOPPED, run.text
        assert not writes, "a run whose lock was lost went on"

    def unlock(self) -> None:
        self.clean = []
        self.team.unlock()

    def edit(self, what: str) -> None:
        if not self.clean:
            return
        if what == "add":
            self.team.hire()
        else:
            number = self.team.number(self.clean.pop())
            if what == "rename":
                self.team.edit("PUT", f"supplier/{number}", {"name": "Renamed"})
            else:
                self.team.edit("DELETE", f"supplier/{number}")


def interleave(store: str, prepared: Prepared, moves: list[tuple[Any, ...]]) -> None:
    with (
        TemporaryDirectory(dir=memory()) as folder,
        team(store, prepared, Path(folder)) as found,
    ):
        found.lease = LEASE
        meeting = Interleaving(found)
        try:
            for name, *arguments in [FIRST, *moves]:
                getattr(meeting, name)(*arguments)
        finally:
            while meeting.asleep:
                meeting.resume()
        found.settle()


def drawn(examples: int, *, derandomize: bool = False) -> Callable[..., Any]:
    """What a run does depends on time, so a failure is not made smaller."""
    return settings(
        max_examples=examples,
        derandomize=derandomize,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@drawn(1, derandomize=True)
@given(moves=st.lists(MOVE, min_size=3, max_size=4))
def test_pipelines_that_meet(moves: list[tuple[Any, ...]], prepared: Prepared) -> None:
    interleave("bucket", prepared, moves)


@pytest.mark.wide
@STORES
@drawn(60)
@given(moves=st.lists(MOVE, min_size=3, max_size=10))
def test_many_pipelines_that_meet(
    store: str, moves: list[tuple[Any, ...]], prepared: Prepared
) -> None:
    interleave(store, prepared, moves)
