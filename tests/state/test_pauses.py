"""An apply that is paused in mid-run, while another machine takes its lock and finishes.

It makes four calls at once, so when it wakes up some of its threads are about to send a create.
The last check of the lock is made where a request leaves; what is between the two cannot be fenced.
"""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import servers
import terraform_server
from remote_machines import Machines, ended, stopped

from shopform.sandbox import Sandbox
from shopform.sandbox.calls import LoggedRequest

pytestmark = pytest.mark.wide
ROUNDS = 12
AT_ONCE = 3
CREATES = 60
MORE = "suppliers:\n" + "".join(f"  s{n}: {{name: Supplier {n}}}\n" for n in range(CREATES))
HTTP = {kind.__name__.lower(): kind for kind in (terraform_server.GitLab, terraform_server.Gitea)}


@contextmanager
def serving(name: str, folder: Path) -> Iterator[tuple[str, servers.Server]]:
    """The address below which states are, and the server."""
    if kind := HTTP.get(name):
        with terraform_server.serving(kind()) as running:
            parent = running.address.rpartition("/")[0]
            yield parent, servers.Server(name, "", {}, terraform_server.ENVIRONMENT)
    else:
        with servers.serving(name, folder) as server:
            yield f"{server.scheme}://{servers.BUCKET}", server


def paused(machines: Machines, create: int, delay: float) -> list[LoggedRequest]:
    """What is sent late by an apply that was paused a moment after one of its creates."""
    posts = 0

    def when(seen: LoggedRequest) -> bool:
        nonlocal posts
        posts += seen.method == "POST"
        return seen.method == "POST" and posts == create

    def pause(pid: int) -> None:
        threading.Timer(delay, os.kill, (pid, signal.SIGSTOP)).start()

    sandbox = machines.sandbox
    asleep = machines.struck(pause, when)
    try:
        while not stopped(asleep.pid):
            assert asleep.poll() is None, ended(asleep).text
            time.sleep(0.05)
        done = machines.go_on()
        assert done.exit == 0, done.text
        before = len(sandbox.calls)
    finally:
        os.kill(asleep.pid, signal.SIGCONT)
    woken = ended(asleep)
    assert woken.exit in (14, 15, 19), woken.text
    return [seen for seen in sandbox.calls[before:] if seen.method != "GET"]


@pytest.mark.parametrize("name", ["moto", "azurite", "seaweedfs", "gitlab", "gitea"])
def test_a_machine_that_was_paused_sends_no_further_write(name: str, tmp_path: Path) -> None:
    random.seed(name)
    moments = [(random.randrange(2, CREATES), random.random() / 50) for _ in range(ROUNDS)]

    def tried(number: int) -> list[LoggedRequest]:
        with Sandbox() as sandbox:
            folder = tmp_path / str(number)
            location = f"{parent}/pause-{number}"
            machines = Machines(
                sandbox, folder, location, server.settings, server.environment, MORE
            )
            late = paused(machines, *moments[number])
            again = machines.run("plan", "--detailed-exitcode")
            assert again.exit == 0, again.text
            names = [each["name"] for each in sandbox.data("supplier")]
            if not late:
                assert len(names) == len(set(names)) == CREATES + 1
            return late

    with serving(name, tmp_path) as (parent, server), ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(tried, range(ROUNDS)))
    late = [number for number, sent in enumerate(found) if sent]
    print(f"{name}, paused at 4 calls at once: {ROUNDS} tried, {len(late)} with late writes")
    assert not late, [(moments[number], found[number]) for number in late]
