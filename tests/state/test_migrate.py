"""`state migrate` between every two sorts of stores, interrupted anywhere."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count, product
from typing import Any

import pytest
from machines import Machine, Switched, one, shared
from object_stores import Killed, memory
from state_samples import A, B, entry, intent
from support import Run
from terraform_server import ENVIRONMENT, GitLab, TerraformServer, serving

from shopform.model.plan import Op
from shopform.model.prior import Prior
from shopform.state.http.server import StateServer
from shopform.workflow.open_project import open_settings
from shopform.workflow.state import migrate_state
from shopform.workflow.state.migrate_state import migrate
from shopform.workflow.workspace import LoadedProject, Workspace

__all__ = ["one", "shared"]

LOCAL, OBJECT, HTTP = "state/demo.json", "s3://bucket/shops/demo.json", "http"
PAIRS = list(product((LOCAL, OBJECT, HTTP), repeat=2))
SOME = [(LOCAL, OBJECT), (OBJECT, HTTP), (HTTP, LOCAL)]
RECORD = "20261130-080000-0001.json"


@dataclass
class World:
    """A machine, a bucket and a GitLab, with a state at `source` that goes to `target`."""

    machine: Machine
    bucket: Switched
    server: TerraformServer
    source: str
    target: str

    def __post_init__(self) -> None:
        self.source, self.target = self.place(self.source), self.place(self.target)
        if self.source == self.target:
            self.target = self.target.replace("demo", "other").replace("staging", "other")
        self.settle(self.source)

    def place(self, sort: str) -> str:
        return self.server.address if sort == HTTP else sort

    def settle(self, state: str) -> None:
        """Have the settings say where the state is."""
        shop = {"url": self.machine.sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
        old = {**shop, "url": "https://old.example.dk", "state": "state/old.json"}
        shops = {"demo": {**shop, "state": state}, "old": old}
        self.machine.directory.mkdir(exist_ok=True)
        (self.machine.directory / "shopform.yaml").write_text(json.dumps({"shops": shops}))

    def run(self, *arguments: str) -> Run:
        return self.machine.run(*arguments, "--shop", "demo", **ENVIRONMENT)

    def loaded(self) -> LoadedProject:
        return self.machine.loaded(**ENVIRONMENT)

    def workspace(self, state: str, copied: str = "") -> Workspace:
        own = open_settings(self.loaded())
        return replace(own, shop=replace(own.shop, state=state), source=copied)

    def read(self, state: str, copied: str = "") -> Prior:
        return self.workspace(state, copied).store(migrated=True).read()

    def fill(self) -> None:
        """Make a state with a pending create, a state of copies, and a record of a run."""
        own = self.workspace(self.source)
        with own.store().open("apply") as session:
            session.edit(set={A: entry(1)})
            session.intend("2", Op.CREATE, B, intent(B))
        with self.workspace(self.source, "old").store().open("clone") as session:
            session.edit(set={B: entry(7)})
        own.shelf("runs").write(RECORD, b"{}")

    def clear(self) -> None:
        shutil.rmtree(self.machine.directory / "state", ignore_errors=True)
        shutil.rmtree(self.machine.directory / ".shopform", ignore_errors=True)
        self.bucket.blobs.blobs = memory()
        self.server.versions.clear()
        self.server.locks.clear()

    def require_migrated(self, before: list[Prior]) -> None:
        for copied, prior in zip(("", "old"), before, strict=True):
            assert content(self.read(self.target, copied)) == content(prior)
            left = self.read(self.source, copied)
            assert content(left) == content(prior)
            assert left.migrated_to == self.workspace(self.target, copied).location
        assert self.workspace(self.target).shelf("runs").read(RECORD) == b"{}"
        if self.target.startswith(self.server.url):
            stored = self.server.content(f"{self.target.rpartition('/')[2]}-runs")
            assert RECORD in json.loads(stored)["documents"]


def content(prior: Prior) -> tuple[str, object, object]:
    return prior.lineage, prior.resources, {each.address: each for each in prior.pending}


@pytest.fixture
def world(request: pytest.FixtureRequest, one: Machine, shared: Switched) -> Iterator[World]:
    with serving(GitLab()) as server:
        yield World(one, shared, server, *request.param)


every = pytest.mark.parametrize("world", PAIRS, indirect=True, ids="-".join)
some = pytest.mark.parametrize("world", SOME, indirect=True)


@pytest.mark.parametrize(
    "world",
    [each if each in SOME else pytest.param(each, marks=pytest.mark.wide) for each in PAIRS],
    indirect=True,
)
def test_a_state_and_what_is_kept_with_it_is_migrated_and_the_old_one_is_refused(
    world: World,
) -> None:
    world.fill()
    before = [world.read(world.source, copied) for copied in ("", "old")]
    done = world.run("state", "migrate", world.target)
    assert done.exit == 0, done.text
    assert f"Set `state: {world.target}`" in " ".join(done.out.split())
    assert "(1 resources, 1 pending creates)" in " ".join(done.out.split())
    world.require_migrated(before)
    for command in (("plan",), ("apply", "--auto-approve"), ("state", "rm", A)):
        refused = world.run(*command)
        assert refused.exit == 1, refused.text
        assert f"set `state: {world.target}`" in " ".join(refused.err.split())
    assert world.machine.sandbox.calls == []
    again = world.run("state", "migrate", world.target)
    assert again.exit == 0, again.text
    world.require_migrated(before)
    world.settle(world.target)
    assert world.run("state", "list").out.split("\n")[:2] == [A, f"{B} (pending create)"]
    world.source, world.target = world.target, world.source
    back = world.run("state", "migrate", world.target)
    assert back.exit == 0, back.text
    world.require_migrated(before)
    world.settle(world.target)
    assert world.run("state", "list").exit == 0


@contextmanager
def killed_at(world: World, number: int, after: bool, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """End the process at a request, or at a file that is written or replaced."""
    counted = count(1)

    def striking(real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*arguments: Any, **named: Any) -> Any:
            at = next(counted)
            if at > number or (at == number and not after):
                raise Killed
            done = real(*arguments, **named)
            if at == number:
                raise Killed
            return done

        return act

    with patch.context() as context:
        for name in ("fsync", "replace"):
            context.setattr(os, name, striking(getattr(os, name)))
        context.setattr(StateServer, "send", striking(StateServer.send))
        for name in ("get", "create", "replace", "delete", "list"):
            context.setattr(world.bucket.blobs, name, striking(getattr(world.bucket.blobs, name)))
        yield


def killed_everywhere(world: World, patch: pytest.MonkeyPatch, step: int) -> int:
    """Kill a migration at each point in turn, and repeat it; how often it was killed."""
    loaded = world.loaded()
    for tried, (point, after) in enumerate(
        (point, after) for point in count(1, step) for after in (False, True)
    ):
        world.clear()
        world.fill()
        before = [world.read(world.source, copied) for copied in ("", "old")]
        try:
            with killed_at(world, point, after, patch):
                migrate(loaded, world.target, 5)
        except Killed:
            pass
        else:
            return tried
        world.server.locks.clear()  # by hand, as this kind of lock needs
        for copied, prior in zip(("", "old"), before, strict=True):
            left = world.read(world.source, copied)
            assert content(left) == content(prior), point
            if left.migrated_to:
                assert content(world.read(world.target, copied)) == content(prior), point
        migrate(loaded, world.target, 5)
        world.require_migrated(before)
    raise AssertionError


@pytest.mark.parametrize("world", SOME[:1], indirect=True)
def test_a_migration_that_was_killed_is_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert killed_everywhere(world, monkeypatch, 9) > 5


@pytest.mark.wide
@every
def test_a_migration_killed_at_every_request_is_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = killed_everywhere(world, monkeypatch, 1)
    print(f"{world.source} to {world.target}: killed at {tried} points")
    assert tried > 50


@some
def test_a_run_before_the_repetition_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The migration is killed before it marks the old state, and a run resolves a create there."""
    world.fill()
    kill_before_the_mark(world, monkeypatch)
    assert content(world.read(world.target)) == content(world.read(world.source))
    with world.workspace(world.source).store().open("apply") as session:
        session.resolve(B)
        session.edit(set={A: entry(9)})
    before = [world.read(world.source, copied) for copied in ("", "old")]
    assert before[0].pending == ()
    migrate(world.loaded(), world.target, 5)
    world.require_migrated(before)


def kill_before_the_mark(world: World, patch: pytest.MonkeyPatch) -> None:
    """End a migration when the copy of the shop's own state was compared."""

    def same(_: Prior, prior: Prior) -> bool:
        if A in prior.resources:
            raise Killed
        return True

    loaded = world.loaded()
    with patch.context() as context:
        context.setattr(migrate_state, "_same", same)
        with pytest.raises(Killed):
            migrate(loaded, world.target, 5)


@some
def test_a_state_of_another_lineage_is_not_replaced(world: World) -> None:
    world.fill()
    with world.workspace(world.target).store().open("apply") as session:
        theirs = session.edit(set={B: entry(2)})
    refused = world.run("state", "migrate", world.target)
    assert (refused.exit, "another state is at" in refused.err) == (1, True), refused.text
    assert world.read(world.target) == theirs
    assert not world.read(world.source).migrated_to


@some
def test_a_state_that_went_on_at_the_new_location_is_not_replaced(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.fill()
    kill_before_the_mark(world, monkeypatch)
    with world.workspace(world.target).store().open("apply") as session:
        session.edit(set={A: entry(8)})
        theirs = session.edit(set={A: entry(9)})
    refused = world.run("state", "migrate", world.target)
    assert (refused.exit, "is newer" in refused.err) == (1, True), refused.text
    assert world.read(world.target) == theirs


@pytest.mark.parametrize("world", [(OBJECT, HTTP)], indirect=True)
def test_the_lock_of_the_new_location_is_released_there(world: World) -> None:
    world.fill()
    with world.workspace(world.target).store().open("apply"):
        held = world.run("state", "migrate", world.target)
    assert held.exit == 15, held.text
    assert f"with `state: {world.target}`" in " ".join(held.err.split())
    assert world.run("state", "migrate", world.target).exit == 0


@pytest.mark.parametrize("world", [(LOCAL, OBJECT)], indirect=True)
def test_what_cannot_be_migrated(world: World) -> None:
    assert world.run("state", "migrate", world.target).exit == 64  # there is no state
    world.fill()
    for location in (LOCAL, "./state/../state/demo.json", "catalogue.yaml", ".shopform/x.json"):
        refused = world.run("state", "migrate", location)
        assert refused.exit == 64, refused.text
    assert world.run("state", "migrate", "ftp://host/x").exit == 64
    assert world.run("state", "migrate", world.target).exit == 0
    assert world.run("state", "migrate", "state/third.json").exit == 1


@pytest.mark.parametrize("world", [(LOCAL, OBJECT), (LOCAL, HTTP)], indirect=True)
def test_a_new_location_without_a_migration_is_refused(world: World) -> None:
    """Else its first plan would import or create all that the other state owns."""
    machine = world.machine
    catalogue = {"suppliers": {"nord": {"name": "Nord"}}}
    (machine.directory / "catalogue.yaml").write_text(json.dumps(catalogue))
    assert world.run("apply", "--auto-approve").exit == 0
    world.settle(world.target)
    for command in (("plan",), ("apply", "--auto-approve"), ("state", "rehome")):
        refused = world.run(*command)
        assert refused.exit == 1, refused.text
        said = " ".join(refused.err.split())
        assert f"`state: {LOCAL}`, run `shopform state migrate {world.target} --shop demo`" in said
    world.settle(LOCAL)
    assert world.run("state", "migrate", world.target).exit == 0
    world.settle(world.target)
    assert world.run("plan", "--detailed-exitcode").exit == 0


@pytest.mark.parametrize("world", [(OBJECT, HTTP)], indirect=True)
def test_a_state_in_a_file_does_not_matter_beside_a_remote_one(world: World) -> None:
    catalogue = {"suppliers": {"nord": {"name": "Nord"}}}
    (world.machine.directory / "catalogue.yaml").write_text(json.dumps(catalogue))
    assert world.run("apply", "--auto-approve").exit == 0
    with world.workspace(LOCAL).store().open("apply") as session:
        session.edit(set={A: entry(1)})
    assert world.run("plan", "--detailed-exitcode").exit == 0
