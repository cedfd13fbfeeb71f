"""The promises of a shared state over real servers; run by `make faults`."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from crash_driver import RUNS, truths
from object_stores import store_of
from remote_machines import APPLY, Machines, ended, machine
from servers import BUCKET, Server, serving
from test_crash import truth_of

from shopform.errors import StoreError
from shopform.model.shop import StateStore
from shopform.sandbox import Sandbox
from shopform.sandbox.calls import LoggedRequest
from shopform.state.objects.blobs import Blobs
from shopform.state.objects.obstore_blobs import open_blobs

pytestmark = pytest.mark.wide
ROUNDS = 50


@pytest.fixture(scope="module", params=["moto", "azurite", "seaweedfs", "fake-gcs"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with serving(request.param, tmp_path_factory.mktemp(request.param)) as running:
        yield running


def blobs_of(server: Server, monkeypatch: pytest.MonkeyPatch) -> Blobs:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return open_blobs(server.scheme, BUCKET, StateStore(**server.settings), os.environ)


def test_runs_leave_their_truth(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = blobs_of(server, monkeypatch)
    for run in RUNS:
        with store_of(blobs).open("apply") as session:
            for act, _ in run:
                act(session)
    assert truth_of(store_of(blobs).read()) == truths()[-1]


def test_two_machines_that_race_are_never_both_inside(server: Server, tmp_path: Path) -> None:
    location = f"{server.scheme}://{BUCKET}/race.json"
    order = json.dumps({"settings": dict(server.settings), "location": location})
    racing = [
        machine(server.environment, "race", order, str(tmp_path), name, str(ROUNDS), cwd=tmp_path)
        for name in "ab"
    ]
    runs = [ended(process) for process in racing]
    assert [run.exit for run in runs] == [0, 0], runs
    assert [run.out for run in runs] == ["0\n", "0\n"]
    with pytest.MonkeyPatch.context() as patch:
        state = blobs_of(server, patch).get("race.json")
    assert state
    assert len(json.loads(state.data)["resources"]) == 2 * ROUNDS


def test_a_server_that_ignores_conditions_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving("rclone", tmp_path) as server:
        blobs = blobs_of(server, monkeypatch)
        with pytest.raises(StoreError, match="ignores the conditions"):
            store_of(blobs).open("apply")


def machines_of(server: Server, sandbox: Sandbox, folder: Path, key: str) -> Machines:
    location = f"{server.scheme}://{BUCKET}/{key}"
    return Machines(sandbox, folder, location, server.settings, server.environment)


def at(call: int) -> Callable[[LoggedRequest], bool]:
    return lambda seen: seen.n == call


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    raise ConnectionAbortedError


def test_a_runner_killed_at_every_third_call_is_continued_by_another_machine(
    server: Server, tmp_path: Path
) -> None:
    goal: dict[str, int] = {}
    tried = 0
    for call in range(0, 100, 3):
        with Sandbox() as sandbox:
            machines = machines_of(server, sandbox, tmp_path / str(call), f"kill/{call}.json")
            killed = ended(machines.struck(kill, at(call)))
            if killed.exit == 0:
                if goal:
                    break
                goal = machines.made()  # no call has the number 0
                continue
            assert killed.exit == -signal.SIGKILL, killed.text
            tried += 1
            sandbox.app.after.clear()
            done = machines.go_on()
            assert done.exit == 0, done.text
            assert machines.made() == goal, f"killed at {call}: doubles or orphans\n{done.text}"
            again = machines.run("plan", "--detailed-exitcode")
            assert again.exit == 0, again.text
    print(f"{server.name}, killed at every third call: {tried} tried, 0 doubles, 0 orphans")
    assert tried > 5


def test_a_run_is_undone_from_a_machine_with_an_empty_disk(server: Server, tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        machines = machines_of(server, sandbox, tmp_path, "undo.json")
        before = machines.made()
        done = machines.run(*APPLY)
        assert done.exit == 0, done.text
        assert machines.made() != before
        listed = machines.run("undo", "--list", "--json")
        assert len(json.loads(listed.out)) == 1, listed.text
        assert machines.run("state", "unprotect", "category.kitchen").exit == 0
        undone = machines.run("undo", "--auto-approve")
        assert undone.exit == 0, undone.text
        assert machines.made() == before


def test_machines_count_the_calls_of_a_key_together(server: Server, tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        machines = machines_of(server, sandbox, tmp_path, "calls.json")
        assert machines.run(*APPLY).exit == 0
        for _ in range(2):  # each on a machine that made no call before
            plan = machines.run("plan", "--json")
            assert json.loads(plan.out)["calls"]["left"] == 10_000 - len(sandbox.calls), plan.text
