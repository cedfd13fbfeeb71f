"""Records of runs and reviewed plans beside a state on GitLab, Gitea and plain servers."""

import itertools
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from forge.jobs import MERGE, NUMBER, Hub
from machines import Machine, deletes_what_a_probe_left
from object_stores import Killed
from terraform_server import ENVIRONMENT, Gitea, GitLab, TerraformServer, serving
from test_http_store import QUICK, WIDE, breaking, dying

from shopform.errors import StateError, StoreError
from shopform.sandbox import Sandbox
from shopform.state.http import server as http_server
from shopform.state.http import shelf as http_shelf
from shopform.state.http.server import Intervals, RemoteState, StateServer
from shopform.state.http.shelf import HttpShelf
from shopform.state.lock_info import new_lock_info
from shopform.state.shelf import FolderShelf
from shopform.workflow.open_project import open_settings

NORD: Any = {"suppliers": {"nord": {"name": "Nord"}}}
SHORT = Intervals(pause=0, poll=0.01, check=600, give_up=0.05)


@pytest.fixture(params=[GitLab, *WIDE])
def server(request: pytest.FixtureRequest) -> Iterator[TerraformServer]:
    with serving(request.param()) as running:
        yield running


@pytest.fixture
def one(tmp_path: Path, sandbox: Sandbox, server: TerraformServer) -> Machine:
    machine = Machine(tmp_path / "one", sandbox)
    machine.declare(state=server.address, **NORD)
    return machine


def test_what_a_probe_left_is_deleted_from_another_machine(
    one: Machine, server: TerraformServer, sandbox: Sandbox
) -> None:
    """Its journal is beside the state, and empty after that, since the server deletes nothing."""
    two = Machine(one.directory.with_name("two"), sandbox)
    two.declare(state=server.address, **NORD)
    deletes_what_a_probe_left(one, two, **ENVIRONMENT)


def raised(problem: StateError) -> None:
    raise problem


def shelf_of(
    server: TerraformServer,
    *,
    kept: int = 100,
    here: FolderShelf | None = None,
    times: Intervals = QUICK,
    failed: Any = raised,
) -> HttpShelf:
    remote = RemoteState(StateServer(server.address, ENVIRONMENT, times), f"{server.address}-runs")
    return HttpShelf(remote, kept, times, here, failed)


def suppliers(machine: Machine) -> list[str]:
    return sorted(row["name"] for row in machine.sandbox.data("supplier"))


def names(machine: Machine) -> list[str]:
    listed = json.loads(machine.done("undo", "--list", "--json", **ENVIRONMENT).out)
    return [run["name"] for run in listed]


def lock(server: TerraformServer) -> None:
    """Leave a lock on the records of runs, as a killed run does."""
    remote = RemoteState(StateServer(server.address, ENVIRONMENT, QUICK), f"{server.address}-runs")
    assert remote.lock(new_lock_info("write", remote.address)) is None


def test_another_machine_lists_and_undoes_a_run(one: Machine, server: TerraformServer) -> None:
    one.done("apply", "--auto-approve", **ENVIRONMENT)
    one.declare(state=server.address, suppliers={"nord": {"name": "Syd"}})
    one.done("apply", "--auto-approve", **ENVIRONMENT)
    two = one.another("two")
    run, _ = json.loads(two.done("log", "--json", **ENVIRONMENT).out)
    assert (run["verb"], run["result"]) == ("apply", "complete")
    two.done("undo", "--auto-approve", **ENVIRONMENT)
    assert suppliers(one) == ["Nord"]
    assert names(one) == names(two)
    assert len(names(one)) == 3
    assert json.loads(one.done("log", "--json", **ENVIRONMENT).out)[0]["undoes"] == run["name"]
    for machine in (one, two):
        assert not (machine.directory / ".shopform/runs").exists()
    assert server.locks == {}


def test_a_record_of_an_earlier_version_is_undone(one: Machine, server: TerraformServer) -> None:
    """They were in the folder of the project."""
    one.done("apply", "--auto-approve", **ENVIRONMENT)
    shelf = open_settings(one.loaded(**ENVIRONMENT)).shelf("runs")
    folder = FolderShelf(one.directory / ".shopform/runs/demo")
    for name in shelf.names():
        folder.write(name, shelf.read(name) or b"")
    del server.versions["staging-runs"]
    (run,) = names(one)
    one.done("undo", "--auto-approve", **ENVIRONMENT)
    assert suppliers(one) == []
    assert names(one)[1:] == [run]


def test_the_reviewed_plan_is_applied_by_another_machine(
    one: Machine, server: TerraformServer
) -> None:
    two = one.another("two")
    with Hub() as hub:
        made = one.done("ci", "plan", **hub.variables(one.directory), **ENVIRONMENT)
        assert "warning" not in made.err
        assert len(server.versions["staging-plans"]) == 1
        hub.merge(NUMBER, MERGE)
        two.done("ci", "apply", **hub.on_main(two.directory, MERGE), **ENVIRONMENT)
        assert suppliers(one) == ["Nord"]
        assert not [request for request in hub.requests if "artifacts" in request]
    digest = json.loads((one.directory / "shopform-ci/demo.plan.json").read_bytes())["digest"]
    two.declare(state=server.address, suppliers={"nord": {"name": "Syd"}})
    other = two.run("apply", "--auto-approve", "--expect-digest", digest, **ENVIRONMENT)
    assert other.exit == 12
    assert "`supplier.nord` is another change" in other.err


def test_a_plan_writes_nothing_on_the_server(one: Machine, server: TerraformServer) -> None:
    one.done("plan", **ENVIRONMENT)
    assert not any(server.versions.values())


def test_a_document_is_written_in_two_requests_or_locked(server: TerraformServer) -> None:
    shelf_of(server).write("a.json", b"1")
    assert len(server.requests) == (2 if isinstance(server, GitLab | Gitea) else 4)
    assert shelf_of(server).read("a.json") == b"1"
    assert shelf_of(server).read("b.json") is None
    assert server.locks == {}


def test_two_writers_at_once_lose_nothing(server: TerraformServer) -> None:
    def write(number: int) -> None:
        shelf_of(server).write(f"{number}.json", b"%d" % number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(24)))
    found = shelf_of(server)
    assert {name: found.read(name) for name in found.names()} == {
        f"{number}.json": b"%d" % number for number in range(24)
    }
    serials = server.serials("staging-runs")
    assert serials == [*range(1, 25)]
    assert server.locks == {}


@pytest.mark.parametrize("after", [False, True])
def test_a_lost_request_or_answer_loses_no_document(server: TerraformServer, after: bool) -> None:
    for at in itertools.count(1):
        server.versions.clear()
        server.requests.clear()
        server.fails = breaking(at, after)
        shelf_of(server).write("a.json", b"1")
        shelf_of(server).write("b.json", b"2")
        found = shelf_of(server)
        assert [found.read(name) for name in found.names()] == [b"1", b"2"], at
        assert server.locks == {}, at
        if at > len(server.requests):
            break
    assert at > 5


@pytest.mark.parametrize("after", [False, True])
def test_a_killed_writer_loses_no_document_and_blocks_no_other(
    server: TerraformServer, after: bool
) -> None:
    """Other servers than GitLab and Gitea keep its lock, which is reported after a while."""
    for at in itertools.count(1):
        server.versions.clear()
        server.locks.clear()
        shelf_of(server).write("a.json", b"1")
        try:
            with dying(at, after):
                shelf_of(server).write("b.json", b"2")
        except Killed:
            pass
        else:
            break
        if server.locks:
            assert not isinstance(server, GitLab | Gitea)
            with pytest.raises(StoreError, match="is locked by"):
                shelf_of(server, times=SHORT).write("c.json", b"3")
            server.locks.clear()
        shelf_of(server).write("c.json", b"3")
        assert {"a.json", "c.json"} <= {*shelf_of(server).names()}, at
        assert shelf_of(server).read("a.json") == b"1"
    assert at > 2


def test_a_write_whose_answer_was_lost_is_found_below_a_later_one() -> None:
    """Another run wrote between the lost answer and the second try."""
    with serving(GitLab()) as server:
        first = shelf_of(server)

        def between(number: int, after: bool) -> bool:
            if number != 2 or not after:
                return False
            stored = json.loads(server.content("staging-runs"))
            stored["serial"] += 1
            server.versions["staging-runs"].append((2, json.dumps(stored).encode()))
            return True

        server.fails = between
        first.write("a.json", b"1")
        assert server.serials("staging-runs") == [1, 2]
        assert shelf_of(server).read("a.json") == b"1"


def test_the_oldest_documents_are_deleted_whatever_the_clocks_say(
    server: TerraformServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at, name in ((30.0, "c"), (20.0, "b"), (10.0, "a")):
        monkeypatch.setattr(time, "time", lambda at=at: at)
        shelf_of(server, kept=2).write(name, name.encode())
    assert [*shelf_of(server).names()] == ["a", "b"]
    monkeypatch.setattr(http_shelf, "LARGEST", 400)
    shelf_of(server).write("d", os.urandom(150))
    assert [*shelf_of(server).names()] == ["a", "d"]
    with pytest.raises(StoreError, match="`e` is too large"):
        shelf_of(server).write("e", os.urandom(400))


def test_documents_that_are_copied_again_do_not_replace_newer_ones(
    server: TerraformServer,
) -> None:
    documents = {f"{number}.json": b"%d" % number for number in range(5)}
    times = {name: float(number) for number, name in enumerate(documents, 1)}
    for _ in range(2):
        shelf_of(server, kept=3).add((name, documents[name], times[name]) for name in times)
        assert shelf_of(server).names() == {"2.json": 3.0, "3.json": 4.0, "4.json": 5.0}


def test_records_that_the_server_refuses_are_kept_on_this_machine(
    one: Machine, server: TerraformServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "Intervals", lambda: SHORT)
    lock(server)
    run = one.done("apply", "--auto-approve", **ENVIRONMENT)
    assert suppliers(one) == ["Nord"]
    kept = sorted((one.directory / ".shopform/runs/demo").iterdir())
    assert len(kept) == 2
    said = "".join(run.err.split())
    for path in kept:
        assert str(path) in said
    said = " ".join(run.err.split())
    if isinstance(server, GitLab | Gitea):
        assert "unlock it on the server" in said
    else:
        holder = server.locks["staging-runs"]["ID"]
        assert f"`shopform force-unlock {holder}`" in said
        one.done("force-unlock", holder, **ENVIRONMENT)
        assert server.locks == {}
        assert one.run("force-unlock", holder, **ENVIRONMENT).exit == 1
    assert names(one.another("two")) == []
    server.locks.clear()
    one.done("undo", "--auto-approve", **ENVIRONMENT)
    assert suppliers(one) == []


def test_a_write_under_the_lock_of_a_killed_run_is_refused_after_a_while(
    server: TerraformServer,
) -> None:
    lock(server)
    with pytest.raises(StoreError, match=r"is locked by|as if it was locked"):
        shelf_of(server, times=SHORT).write("a.json", b"1")


def test_a_lock_whose_holder_the_server_does_not_name_is_reported() -> None:
    with serving(TerraformServer()) as server:
        server.locks["staging-runs"] = {"ID": "not in this form"}
        with pytest.raises(StoreError, match=r"is locked by another run$") as refused:
            shelf_of(server, times=SHORT).write("a.json", b"1")
        assert str(refused.value.diagnostics[0].hint).endswith("unlock it on the server")


def test_a_server_with_a_lower_limit_does_not_stop_an_apply(
    one: Machine, server: TerraformServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = type(server).refused

    def limited(self: TerraformServer, request: Any) -> Any:
        self.limit = 10 if request.name == "staging-runs" else 0
        return refused(self, request)

    monkeypatch.setattr(type(server), "refused", limited)
    run = one.done("apply", "--auto-approve", **ENVIRONMENT)
    assert "HTTP 413" in run.err
    assert len(names(one)) == 1


@pytest.mark.parametrize(
    "documents",
    [7, {"a": 1}, {"../a": [1, ""]}, {"a": [1, "?"]}, {"a": [1, "YQ=="]}, {"a": [10**400, ""]}],
)
def test_damaged_documents_are_reported(documents: Any) -> None:
    with serving(GitLab()) as server:
        stored = {"serial": 1, "documents": documents}
        server.versions["staging-runs"] = [(1, json.dumps(stored).encode())]
        with pytest.raises(StateError, match="is damaged"):
            shelf_of(server).read("a")


@pytest.mark.parametrize("content", [b"[]", b'{"serial": 1}', b'{"documents": {}}'])
def test_a_state_of_another_form_is_not_taken_for_documents(content: bytes) -> None:
    with serving(GitLab()) as server:
        server.versions["staging-runs"] = [(1, content)]
        with pytest.raises(StateError, match="is damaged"):
            shelf_of(server).write("a", b"1")


def test_a_developer_may_plan_and_read_records_but_write_none() -> None:
    with serving(GitLab()) as server:
        shelf_of(server).write("a.json", b"1")
        dev = {"TF_HTTP_USERNAME": "dev", "TF_HTTP_PASSWORD": "glpat-dev"}
        remote = RemoteState(StateServer(server.address, dev, QUICK), f"{server.address}-runs")
        shelf = HttpShelf(remote, 9, QUICK, None, raised)
        assert shelf.read("a.json") == b"1"
        with pytest.raises(StoreError, match=r"may not write .*403"):
            shelf.write("b.json", b"2")
