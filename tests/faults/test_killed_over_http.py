"""An apply whose machine is lost is continued from another one, by the state on a server."""

import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from support import Prepared, environment_of, point_at
from terraform_server import ENVIRONMENT, Gitea, GitLab, TerraformServer, serving
from trial import CREATE, DIED, KEY, Trial, goal, report, shape, trial

from shopform.errors import Locked

EVERY = pytest.mark.parametrize("kind", [GitLab, Gitea, TerraformServer])


@dataclass
class Machine(Trial):
    """A machine without a state of its own."""

    @property
    def environment(self) -> dict[str, str]:
        return environment_of(KEY, **ENVIRONMENT)

    def another(self, folder: str, server: TerraformServer) -> "Machine":
        """A machine with nothing but the files of the project."""
        directory = self.directory.with_name(folder)
        shutil.copytree(CREATE.goal, directory)
        point_at(directory, self.sandbox)
        settings = directory / "shopform.yaml"
        place = f"    state: {server.address}\n    url: "
        settings.write_text(settings.read_text("utf-8").replace("    url: ", place), "utf-8")
        return Machine(self.sandbox, directory, self.prepared, self.parallelism)


def survive(
    kind: type[TerraformServer], prepared: Prepared, points: Iterable[int], parallelism: int
) -> None:
    failures, tried = [], 0
    for number in points:
        with trial(CREATE, prepared, parallelism=parallelism) as one, serving(kind()) as server:
            first = Machine(one.sandbox, one.directory, prepared, parallelism).another("a", server)
            killed = first.killed_at(number, answered=number % 2 == 0)
            if killed.exit == 0:
                break
            tried += 1
            try:
                assert killed.exit == DIED, killed.text
                shutil.rmtree(first.directory)
                continued(first.another("b", server), server)
            except AssertionError as problem:
                failures.append(f"call {number}: {problem}")
    report(f"{kind.__name__}, {parallelism} at once, machine lost", failures, tried)


def continued(one: Machine, server: TerraformServer) -> None:
    """The next apply is refused until the lock is removed, and then all is as without a kill."""
    done = one.here("apply", "--auto-approve")
    if done.exit == Locked.exit_code:
        holder = re.search(r"force-unlock\s+([0-9a-f-]{36})", done.err)
        assert holder, done.text
        unlocked = one.here("force-unlock", holder[1])
        assert unlocked.exit == 0, unlocked.text
        done = one.here("apply", "--auto-approve")
    assert done.exit == 0, done.text
    wanted = goal(CREATE, one.prepared)
    assert shape(one.sandbox) == wanted.shop
    assert sorted(json.loads(server.content())["resources"]) == wanted.addresses
    again = one.here("plan", "--detailed-exitcode")
    assert again.exit == 0, again.text
    assert server.locks == {}
    assert not (one.directory / "state").exists()


@EVERY
def test_killed_at_some_calls_and_its_disk_lost(
    kind: type[TerraformServer], prepared: Prepared
) -> None:
    survive(kind, prepared, (12, 25), 4)


@pytest.mark.wide
@pytest.mark.parametrize("parallelism", [1, 4])
@EVERY
def test_killed_at_every_third_call_and_its_disk_lost(
    kind: type[TerraformServer], prepared: Prepared, parallelism: int
) -> None:
    survive(kind, prepared, range(1, 10_000, 3), parallelism)


@pytest.mark.wide
def test_a_server_that_goes_away_in_mid_run_ends_it_with_the_way_on(
    prepared: Prepared,
) -> None:
    with trial(CREATE, prepared) as one, serving(GitLab()) as server:
        first = Machine(one.sandbox, one.directory, prepared, 2).another("a", server)
        before = len(goal(CREATE, prepared).shop)
        assert before
        hooks = one.sandbox.app.after
        hooks.append(lambda call: setattr(server, "down", server.down or call.method == "POST"))
        stopped = first.apply()
        hooks.clear()
        server.down = False
        assert stopped.exit == 14, stopped.text
        assert "force-unlock" in stopped.text
        continued(first.another("b", server), server)
