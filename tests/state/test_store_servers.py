"""The promises of a shared state over real servers; run by `make faults`."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest
from crash_driver import RUNS, truths
from object_stores import store_of
from servers import BUCKET, Server, serving
from support import EXAMPLES, ROOT, Run, copy_project, environment_of
from test_crash import truth_of

from shopform.errors import StoreError
from shopform.model.shop import StateStore
from shopform.sandbox import Sandbox
from shopform.sandbox.calls import LoggedRequest
from shopform.state.objects.blobs import Blobs
from shopform.state.objects.obstore_blobs import open_blobs

pytestmark = pytest.mark.wide
DRIVER = str(Path(__file__).with_name("remote_driver.py"))
ROUNDS = 50


@pytest.fixture(scope="module", params=["moto", "azurite", "seaweedfs"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with serving(request.param, tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving("moto", tmp_path_factory.mktemp("moto")) as running:
        yield running


def blobs_of(server: Server, monkeypatch: pytest.MonkeyPatch) -> Blobs:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return open_blobs(server.scheme, BUCKET, StateStore(**server.settings), os.environ)


def machine(server: Server, *arguments: str, cwd: Path) -> subprocess.Popen[str]:
    environment = environment_of(**server.environment)
    environment["PYTHONPATH"] = f"{ROOT}:{Path(DRIVER).parent}"
    return subprocess.Popen(
        [sys.executable, DRIVER, *arguments],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> Run:
    out, err = process.communicate(timeout=300)
    return Run(process.returncode, out, err)


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
        machine(server, "race", order, str(tmp_path), name, str(ROUNDS), cwd=tmp_path)
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


class Machines:
    """A shop, and machines that come and go: each has the files of the project and nothing else."""

    def __init__(self, server: Server, sandbox: Sandbox, folder: Path, key: str) -> None:
        self.server, self.sandbox, self.folder, self.key = server, sandbox, folder, key
        self.count = 0

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        self.count += 1
        project = copy_project(
            EXAMPLES / "minimal", self.folder / f"machine{self.count}", self.sandbox
        )
        settings = project / "shopform.yaml"
        store = "".join(f"  {name}: {value}\n" for name, value in self.server.settings.items())
        lines = settings.read_text("utf-8").splitlines(keepends=True)
        place = next(number for number, line in enumerate(lines) if "url:" in line)
        indent = lines[place].partition("url")[0]
        lines.insert(place + 1, f"{indent}state: {self.server.scheme}://{BUCKET}/{self.key}\n")
        settings.write_text("".join(lines) + f"state_store:\n{store}", "utf-8")
        return machine(self.server, "run", *arguments, cwd=project)

    def run(self, *arguments: str) -> Run:
        return ended(self.start(*arguments))

    def made(self) -> dict[str, int]:
        return {kind: len(rows) for kind, rows in self.sandbox.app.state().items()}


APPLY = ("apply", "--auto-approve", "--lock-timeout", "5m")


def struck(
    machines: Machines, call: int, strike: Callable[[int], None], parallelism: int = 4
) -> subprocess.Popen[str]:
    """An apply, with something done to its process at a call."""
    victim: Queue[int] = Queue()

    def hook(seen: LoggedRequest) -> None:
        if seen.n == call:
            strike(victim.get(timeout=60))

    hooks = machines.sandbox.app.after
    machines.sandbox.reset_log()
    hooks.append(hook)
    process = machines.start(*APPLY, "--parallelism", str(parallelism))
    victim.put(process.pid)
    return process


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    raise ConnectionAbortedError


def test_a_runner_killed_at_every_third_call_is_continued_by_another_machine(
    moto: Server, tmp_path: Path
) -> None:
    goal: dict[str, int] = {}
    tried = 0
    for call in range(0, 100, 3):
        with Sandbox() as sandbox:
            machines = Machines(moto, sandbox, tmp_path / str(call), f"kill/{call}.json")
            killed = ended(struck(machines, call, kill))
            if killed.exit == 0:
                if goal:
                    break
                goal = machines.made()  # no call has the number 0
                continue
            assert killed.exit == -signal.SIGKILL, killed.text
            tried += 1
            sandbox.app.after.clear()
            done = machines.run(*APPLY)
            assert done.exit == 0, done.text
            assert machines.made() == goal, f"killed at {call}: doubles or orphans\n{done.text}"
            again = machines.run("plan", "--detailed-exitcode")
            assert again.exit == 0, again.text
    print(f"killed at every third call: {tried} tried, 0 doubles, 0 orphans")
    assert tried > 5


def test_a_run_is_undone_from_a_machine_with_an_empty_disk(server: Server, tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        machines = Machines(server, sandbox, tmp_path, "undo.json")
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
        machines = Machines(server, sandbox, tmp_path, "calls.json")
        assert machines.run(*APPLY).exit == 0
        for _ in range(2):  # each on a machine that made no call before
            plan = machines.run("plan", "--json")
            assert json.loads(plan.out)["calls"]["left"] == 10_000 - len(sandbox.calls), plan.text


@pytest.mark.parametrize("call", [7, 11, 15])
def test_a_machine_that_was_paused_makes_no_further_call(
    call: int, server: Server, tmp_path: Path
) -> None:
    """One call at a time: one that was about to be sent cannot be stopped by anything."""
    with Sandbox() as sandbox:
        machines = Machines(server, sandbox, tmp_path, f"pause/{call}.json")
        asleep = struck(machines, call, lambda pid: os.kill(pid, signal.SIGSTOP), 1)
        try:
            while len(sandbox.calls) < call:
                assert asleep.poll() is None
                time.sleep(0.05)
            done = machines.run(*APPLY)
            assert done.exit == 0, done.text
            made, before = machines.made(), len(sandbox.calls)
        finally:
            os.kill(asleep.pid, signal.SIGCONT)
        woken = ended(asleep)
        assert woken.exit in (14, 15, 19), woken.text
        assert machines.made() == made
        later = [seen.method for seen in sandbox.calls[before:]]
        assert not {"POST", "PUT", "DELETE"} & set(later), later
        again = machines.run("plan", "--detailed-exitcode")
        assert again.exit == 0, again.text
