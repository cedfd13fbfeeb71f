"""The state on GitLab, Gitea and plain servers of Terraform's `http` protocol."""

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from crash_driver import truths
from object_stores import Killed, at_once
from remote_runs import play, require_recovery
from state_samples import HOST, A, B, C, entry, intent
from terraform_server import ENVIRONMENT, Gitea, GitLab, TerraformServer, serving
from test_crash import ROOT, truth_of

from shopform.errors import ConfigError, Locked, LockLost, StateError, StoreError
from shopform.kinds.standard import STANDARD
from shopform.model.plan import Op
from shopform.model.prior import Prior
from shopform.model.shop import StateStore
from shopform.model.values import Address
from shopform.state.format import dumps
from shopform.state.http import journal
from shopform.state.http.server import Intervals, StateServer
from shopform.state.http.store import HttpStore
from shopform.state.open import RemoteAccess, open_store
from shopform.state.ownership import Expected

QUICK = Intervals(pause=0, poll=0.01, check=600)
ALWAYS = Intervals(pause=0, poll=0.01, check=0)
SOON = Intervals(pause=0, poll=0.01, check=0.3, arrive=0)
EXPECTED = Expected(shop=HOST, catalogue=STANDARD)


@pytest.fixture(params=[GitLab, Gitea, TerraformServer])
def server(request: pytest.FixtureRequest) -> Iterator[TerraformServer]:
    with serving(request.param()) as running:
        yield running


WIDE = [pytest.param(each, marks=pytest.mark.wide) for each in (Gitea, TerraformServer)]


@pytest.fixture(params=[GitLab, *WIDE])
def tried(request: pytest.FixtureRequest) -> Iterator[TerraformServer]:
    """A server for tests at every request: one of them in the gate."""
    with serving(request.param()) as running:
        yield running


@pytest.fixture
def gitlab() -> Iterator[TerraformServer]:
    with serving(GitLab()) as running:
        yield running


def store_of(
    server: TerraformServer,
    environment: Mapping[str, str] = ENVIRONMENT,
    times: Intervals = QUICK,
) -> HttpStore:
    return HttpStore(server.address, EXPECTED, environment, times)


@contextmanager
def dying(at: int, after: bool) -> Iterator[None]:
    """End this process at a request: nothing is sent afterwards."""
    real, count = StateServer.send, itertools.count(1)

    def send(self: StateServer, *arguments: Any) -> Any:
        number = next(count)
        if number > at or (number == at and not after):
            raise Killed
        answer = real(self, *arguments)
        if number == at:
            raise Killed
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StateServer, "send", send)
        yield


def breaking(at: int, after: bool) -> Callable[[int, bool], bool]:
    """Break the connection at a request, before or after it is carried out."""
    return lambda number, done: number == at and done == after


def lock_id(locked: Locked) -> str:
    return locked.diagnostics[0].hint.split()[-1].strip("`")


def unlock(server: TerraformServer) -> None:
    """Free the locks of a run that died, as its user would after the message."""
    try:
        store_of(server).open("apply").__exit__(None, None, None)
    except Locked as locked:
        store_of(server).force_unlock(lock_id(locked), at_once)
    assert server.locks == {}


def test_a_run_is_read_by_the_next(server: TerraformServer) -> None:
    assert store_of(server).read() == Prior()
    with store_of(server).open("apply") as session:
        session.announce({"a": intent(A), "b": intent(B)})
        session.intend("a", Op.CREATE, A, intent(A))
        session.result("a", set={A: entry(1)})
        assert store_of(server).read().pending == (intent(A), intent(B))
        committed = session.commit()
        assert store_of(server).read() == committed
    with store_of(server).open("apply") as session:
        assert session.prior == committed
        session.resolve(B)
        session.result("c", set={C: entry(3)})
        session.commit()
    assert store_of(server).read().resources == {A: entry(1), C: entry(3)}
    assert server.locks == {}
    serials = server.serials("staging-journal")
    assert serials == [*range(1, len(serials) + 1)]


def test_gitlab_keeps_the_bytes_of_a_local_state_and_gitea_gets_what_it_requires(
    server: TerraformServer,
) -> None:
    with store_of(server).open("apply") as session:
        committed = session.edit(set={A: entry(1)})
    stored = server.content()
    if isinstance(server, GitLab):
        assert stored == dumps(committed)
    else:
        document = json.loads(stored)
        assert (document["version"], document["outputs"]) == (4, {})
        assert document["terraform_version"]
        assert document["serial"] == committed.serial


def test_a_small_apply_takes_ten_requests(server: TerraformServer) -> None:
    with store_of(server).open("apply") as session:
        session.announce({"a": intent(A)})
        session.intend("a", Op.CREATE, A, intent(A))
        session.result("a", set={A: entry(1)})
        session.commit()
    careful = 0 if isinstance(server, GitLab | Gitea) else 3
    assert len(server.requests) == 10 + careful


def test_a_run_that_changes_nothing_writes_nothing(server: TerraformServer) -> None:
    with store_of(server).open("apply") as session:
        assert session.commit() == Prior()
    assert not any(server.versions.values())
    assert server.locks == {}


def test_a_second_run_is_refused_with_the_holder_or_waits(server: TerraformServer) -> None:
    with ThreadPoolExecutor(1) as pool:
        with store_of(server).open("apply") as session:
            who = "ana" if isinstance(server, GitLab) else ".*@.*"
            with pytest.raises(Locked, match=rf"is locked by {who} since 20.*lock ") as locked:
                store_of(server).open("destroy")
            if not isinstance(server, GitLab):
                assert "`apply`" in str(locked.value)
            hint = locked.value.diagnostics[0].hint
            assert "--lock-timeout" in hint
            assert f"`shopform force-unlock {server.locks['staging']['ID']}`" in hint
            waiting = pool.submit(store_of(server).open, "apply", 60.0)
            session.edit(set={A: entry(1)})
        with waiting.result() as after:
            assert after.prior.resources == {A: entry(1)}
    assert server.locks == {}


# In the gate every seventh death is tried.
EVERY = [pytest.param(after, 1, marks=pytest.mark.wide) for after in (False, True)]


@pytest.mark.parametrize(("after", "step"), [*EVERY, (True, 7)])
def test_every_death_leaves_an_earlier_or_the_later_truth(
    tried: TerraformServer, after: bool, step: int
) -> None:
    for at in itertools.count(1, step):
        tried.versions.clear()
        steps: list[None] = []
        try:
            with dying(at, after):
                play(partial(store_of, tried), partial(steps.append, None))
        except Killed:
            require_recovery(partial(store_of, tried), len(steps), partial(unlock, tried))
        else:
            break
    assert at > 30
    assert truth_of(store_of(tried).read()) == truths()[-1]


@pytest.mark.wide
@pytest.mark.parametrize("after", [False, True])
def test_a_lost_request_or_answer_changes_nothing(tried: TerraformServer, after: bool) -> None:
    for at in itertools.count(1):
        tried.versions.clear()
        tried.requests.clear()
        tried.fails = breaking(at, after)
        play(partial(store_of, tried), lambda: None)
        assert truth_of(store_of(tried).read()) == truths()[-1], at
        assert tried.locks == {}, at
        if at > len(tried.requests):
            break


def test_a_server_that_is_down_in_mid_run_stops_it_and_loses_nothing(
    server: TerraformServer,
) -> None:
    session = store_of(server).open("apply")
    session.announce({"a": intent(A), "b": intent(B)})
    session.intend("a", Op.CREATE, A, intent(A))
    server.down = True
    session.result("a", set={A: entry(1)})
    with pytest.raises(StoreError, match=r"cannot (read|write)"):
        session.announce({"c": intent(C)})
    with pytest.raises(StoreError, match="cannot unlock") as closed:
        session.__exit__(None, None, None)
    assert "`shopform force-unlock" in closed.value.diagnostics[0].hint
    server.down = False
    assert store_of(server).read().pending == (intent(A), intent(B))
    unlock(server)
    with store_of(server).open("apply") as session:
        assert session.prior.pending == (intent(A), intent(B))


def test_a_run_continues_where_the_server_was_down(server: TerraformServer) -> None:
    with store_of(server).open("apply") as session:
        session.announce({"a": intent(A)})
        server.down = True
        with pytest.raises(StoreError):
            session.announce({"b": intent(B)})
        server.down = False
        session.result("a", set={A: entry(1)})
        session.failed("b")
    assert store_of(server).read().resources == {A: entry(1)}
    assert store_of(server).read().pending == ()


def test_force_unlock_stops_a_run_that_is_alive(server: TerraformServer) -> None:
    def removed() -> pytest.RaisesExc[LockLost]:
        return pytest.raises(LockLost, match="was removed, or another run acquired it")

    with store_of(server).open("apply") as session:
        session.announce({"a": intent(A)})
        with pytest.raises(StateError, match="is held under the id"):
            store_of(server).force_unlock("0", at_once)
        with pytest.raises(Locked) as locked:
            store_of(server).open("apply")
        store_of(server).force_unlock(lock_id(locked.value), at_once)
        with removed():
            session.announce({"b": intent(B)})
        session.result("a", set={A: entry(1)})
        with removed():
            session.commit()
        with store_of(server).open("apply") as following:
            assert following.prior.pending == (intent(A),)
    with pytest.raises(StateError, match="no run holds"):
        store_of(server).force_unlock(lock_id(locked.value), at_once)
    assert server.locks == {}


def test_a_run_that_trusts_its_lock_sends_nothing_after_force_unlock(
    server: TerraformServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was paused just after it had looked at its lock."""
    clock = [0.0]  # of the lock; a busy machine takes no time
    monkeypatch.setattr(journal, "now", lambda: clock[0])
    asleep = store_of(server, times=SOON).open("apply")
    asleep.announce({"a": intent(A), "b": intent(B)})
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(store_of(server).open, "apply", 60.0)
        inside = []

        def pause(seconds: float) -> None:
            asleep.require_lock()
            time.sleep(seconds)
            clock[0] += seconds
            inside.append(waiting.done())

        store_of(server, times=SOON).force_unlock(server.locks["staging"]["ID"], pause)
        assert inside == [False]
        with pytest.raises(LockLost):
            asleep.intend("b", Op.CREATE, B, intent(B))
        with waiting.result():
            pass
    assert server.locks == {}


def test_an_interrupted_force_unlock_leaves_the_lock(server: TerraformServer) -> None:
    """A run could get in while the one before may still send."""

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    store_of(server).open("apply").announce({"a": intent(A)})
    holder = server.locks["staging"]["ID"]
    with pytest.raises(KeyboardInterrupt):
        store_of(server).force_unlock(holder, interrupted)
    with pytest.raises(Locked, match=holder):
        store_of(server).open("apply")
    store_of(server).force_unlock(holder, at_once)
    assert server.locks == {}


def test_a_killed_force_unlock_can_be_repeated(server: TerraformServer) -> None:
    """As long as it waits, the journal is locked under its own id."""
    store_of(server).open("apply")
    holder = server.locks["staging"]["ID"]
    with suppress(Killed), pytest.MonkeyPatch.context() as patch:

        def killed(_seconds: float) -> None:
            patch.setattr(StateServer, "send", killed_send)

        def killed_send(*_: Any) -> Any:
            raise Killed

        store_of(server).force_unlock(holder, killed)
    with pytest.raises(Locked) as locked:
        store_of(server).force_unlock(holder, at_once)
    store_of(server).force_unlock(lock_id(locked.value), at_once)
    store_of(server).force_unlock(holder, at_once)
    assert server.locks == {}


def test_a_journal_whose_answer_was_lost_is_not_written_again_after_force_unlock() -> None:
    """Other servers than GitLab and Gitea accept it while the state is not locked."""
    with serving(TerraformServer()) as server:
        asleep = store_of(server, times=ALWAYS).open("apply")
        asleep.announce({"a": intent(A)})
        server.fails = lambda number, after: not after and server.requests[-1].startswith("POST")
        with pytest.raises(StoreError):
            asleep.announce({"b": intent(B)})
        server.fails = lambda number, after: False
        store_of(server).force_unlock(server.locks["staging"]["ID"], at_once)
        with pytest.raises(LockLost):
            asleep.require_lock()


def test_an_announced_create_is_not_sent_after_another_run_has_read_it(
    server: TerraformServer,
) -> None:
    """The locks were removed on the server, which the run notices before its next call."""
    asleep = store_of(server, times=ALWAYS).open("apply")
    asleep.announce({"a": intent(A), "b": intent(B)})
    asleep.intend("a", Op.CREATE, A, intent(A))
    server.locks.clear()
    with store_of(server).open("apply") as session:
        with pytest.raises(StateError, match="another run acquired it"):
            asleep.intend("b", Op.CREATE, B, intent(B))
        session.resolve(A)
        session.resolve(B)
        session.commit()
    with pytest.raises(StateError, match="another run acquired it"):
        asleep.commit()
    assert store_of(server).read().pending == ()


def test_a_commit_after_the_lock_was_lost_does_not_replace_the_state(gitlab: GitLab) -> None:
    """Also where the state is not locked at the time, so that the server would accept a write."""
    with serving(Gitea()) as gitea:
        for server in (gitlab, gitea):
            asleep = store_of(server).open("apply")
            asleep.result("a", set={A: entry(1)})
            server.locks.clear()
            with store_of(server).open("apply") as session:
                session.edit(set={B: entry(2)})
            with pytest.raises(StateError, match="another run acquired it"):
                asleep.commit()
            assert store_of(server).read().resources == {B: entry(2)}


def test_many_runs_at_once_lose_nothing(server: TerraformServer) -> None:
    inside = []

    def add(number: int) -> None:
        with store_of(server).open("apply", timeout=60) as session:
            inside.append(number)
            assert len(inside) == 1
            session.edit(set={Address.of("redirect", f"r{number}"): entry(number)})
            inside.clear()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(24)))
    assert len(store_of(server).read().resources) == 24


def rival(address: str, name: str, first: str, runs: int) -> None:
    """Add an entry in each of these runs; started as a process by the test below."""
    for number in range(runs):
        added = Address.of("redirect", f"{name}{number}")
        store = HttpStore(address, EXPECTED, ENVIRONMENT, QUICK)
        with store.open("apply", timeout=60) as session:
            session.announce({"a": intent(added)})
            session.result("a", set={added: entry(int(first) + number)})
            session.commit()


def test_two_processes_lose_nothing(server: TerraformServer) -> None:
    program = "import sys; from test_http_store import rival; rival(*sys.argv[1:], 10)"
    folders = [str(Path(__file__).parent), str(ROOT / "tests"), str(ROOT)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folders)}
    rivals = [
        subprocess.Popen(
            [sys.executable, "-c", program, server.address, name, first], env=environment
        )
        for name, first in (("a", "100"), ("b", "200"))
    ]
    assert [each.wait(60) for each in rivals] == [0, 0]
    prior = store_of(server).read()
    assert len(prior.resources) == 20
    assert prior.pending == ()


def test_the_role_that_is_missing_is_named(gitlab: GitLab) -> None:
    dev = {"TF_HTTP_USERNAME": "dev", "TF_HTTP_PASSWORD": "glpat-dev"}
    assert store_of(gitlab, dev).read() == Prior()
    with pytest.raises(StoreError, match=r"may not lock .*403") as refused:
        store_of(gitlab, dev).open("apply")
    assert "Maintainer" in refused.value.diagnostics[0].hint
    wrong = {"TF_HTTP_USERNAME": "dev", "TF_HTTP_PASSWORD": "old"}
    with pytest.raises(StoreError, match=r"may not read .*401"):
        store_of(gitlab, wrong).read()


def test_a_job_uses_its_token_with_its_own_gitlab_only(gitlab: GitLab) -> None:
    job = {"CI_JOB_TOKEN": "job-1", "CI_SERVER_HOST": "127.0.0.1"}
    with store_of(gitlab, job).open("apply") as session:
        session.edit(set={A: entry(1)})
    for environment in ({}, {**job, "CI_SERVER_HOST": "gitlab.com"}):
        with pytest.raises(StoreError, match="no credentials"):
            store_of(gitlab, environment)


def test_a_project_that_may_not_be_seen_has_no_empty_state(gitlab: GitLab) -> None:
    address = gitlab.address.replace("/projects/7/", "/projects/8/")
    with pytest.raises(StoreError, match="Project Not Found"):
        HttpStore(address, EXPECTED, ENVIRONMENT, QUICK).read()


def test_a_state_above_the_limit_of_the_server_is_kept_in_the_journal(gitlab: GitLab) -> None:
    with store_of(gitlab).open("apply") as session:
        session.edit(set={A: entry(1)})
    with store_of(gitlab).open("apply") as session:
        session.announce({"b": intent(B)})
        gitlab.limit = 10
        with pytest.raises(StoreError, match=r"size of [\d,]+ bytes \(HTTP 413\)") as refused:
            session.announce({"c": intent(C)})
        assert "limit" in refused.value.diagnostics[0].hint
        gitlab.limit = 0
        session.result("b", set={B: entry(2)})
    assert store_of(gitlab).read().resources == {A: entry(1), B: entry(2)}


def test_a_redirect_is_not_followed(server: TerraformServer) -> None:
    with serving(GitLab()) as other:
        server.redirect = other.address
        with pytest.raises(StoreError, match=f"has moved to `{other.address}`"):
            store_of(server).read()
        assert other.requests == []


def test_a_damaged_journal_is_reported(server: TerraformServer) -> None:
    server.versions["staging-journal"] = [(1, b'{"serial": 1, "records": 7}')]
    with pytest.raises(StateError, match=r"journal .* is damaged"):
        store_of(server).read()
    with pytest.raises(StateError, match=r"journal .* is damaged"):
        store_of(server).open("apply")
    assert server.locks == {}


def test_an_address_is_opened_with_the_environment_of_the_run(
    gitlab: GitLab, tmp_path: Path
) -> None:
    access = RemoteAccess(settings=StateStore(), environment=ENVIRONMENT, folder=".shopform")
    with open_store(f"{gitlab.address}/", tmp_path, EXPECTED, access).open("apply") as session:
        session.edit(set={A: entry(1)})
    assert open_store(gitlab.address, tmp_path, EXPECTED, access).read().resources
    for address in ("http://gitlab.example.dk/state", "https://gitlab.example.dk"):
        with pytest.raises(ConfigError, match="the state cannot be"):
            open_store(address, tmp_path, EXPECTED, access)
