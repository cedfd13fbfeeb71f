"""`state pull`, `state push` and `state unlock-info`, as commands over each type of store."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from object_stores import memory
from state_samples import A, B, entry, intent
from support import Run, environment_of, run_here
from terraform_server import ENVIRONMENT, GitLab, TerraformServer, serving

from shopform.kinds.standard import STANDARD
from shopform.model.plan import Op
from shopform.model.shop import StateStore
from shopform.sandbox import Sandbox
from shopform.state.open import RemoteAccess, open_store
from shopform.state.ownership import Expected
from shopform.state.store import Store


@dataclass
class Shared:
    """A project whose state is at a location, and what has its lock."""

    directory: Path
    host: str
    location: str
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, stdin: bytes = b"") -> Run:
        with patch("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin))):
            return run_here(self.directory, *arguments, environment=self._environment)

    def done(self, *arguments: str, stdin: bytes = b"") -> str:
        run = self.run(*arguments, stdin=stdin)
        assert run.exit == 0, run.text
        return run.out

    def pull(self) -> dict[str, Any]:
        held: dict[str, Any] = json.loads(self.done("state", "pull"))
        return held

    def push(self, document: dict[str, Any], *arguments: str) -> Run:
        data = json.dumps(document).encode()
        return self.run("state", "push", "-", *arguments, stdin=data)

    @property
    def store(self) -> Store:
        access = RemoteAccess(
            settings=StateStore(), environment=self._environment, folder=".shopform"
        )
        expected = Expected(shop=self.host, catalogue=STANDARD)
        return open_store(self.location, self.directory, expected, access)

    @property
    def _environment(self) -> dict[str, str]:
        return environment_of(**self.environment)


@contextmanager
def at(kind: type[TerraformServer] | str) -> Iterator[tuple[str, dict[str, str]]]:
    """A location for a state, with the variables that reach it."""
    if kind == "file":
        yield "state/demo.json", {}
    elif isinstance(kind, str):
        blobs = memory()
        with patch("shopform.state.objects.obstore_blobs.open_blobs", lambda *_: blobs):
            yield "s3://bucket/shops/staging.json", {}
    else:
        with serving(kind()) as server:
            yield server.address, ENVIRONMENT


@pytest.fixture(params=["file", "objects", GitLab], ids=["file", "objects", "http"])
def shared(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path) -> Iterator[Shared]:
    with at(request.param) as (location, environment):
        host = f"127.0.0.1:{sandbox.port}"
        shop = {"url": sandbox.url, "token": "${env:SHOPFORM_TOKEN}", "state": location}
        (tmp_path / "shopform.yaml").write_text(json.dumps({"shops": {"demo": shop}}), "utf-8")
        found = Shared(tmp_path, host, location, environment)
        with found.store.open("apply") as session:
            session.edit(set={A: entry(1), B: entry(2)})
        yield found


def test_a_state_that_is_pulled_and_edited_is_pushed(shared: Shared) -> None:
    held = shared.pull()
    assert "content already" in shared.push(held).out
    assert shared.pull() == held
    del held["resources"][B]
    file = shared.directory / "edited.json"
    file.write_text(json.dumps(held), "utf-8")
    serial = held["serial"]
    assert shared.done("state", "push", "edited.json") == f"Pushed serial {serial + 1}.\n"
    assert shared.pull() == {**held, "serial": serial + 1}
    assert shared.store.read().resources == {A: entry(1)}


def test_a_pushed_state_makes_saved_plans_stale(shared: Shared) -> None:
    (shared.directory / "catalogue.yaml").write_text("brands: {a: {name: A}}\n", "utf-8")
    assert shared.push({**shared.pull(), "resources": {}}).exit == 0
    shared.done("plan", "--out", "p.json")
    assert shared.push({**shared.pull(), "keys": ["0123456789abcdef"]}).exit == 0
    run = shared.run("apply", "p.json")
    assert run.exit == 12, run.text


def test_a_state_that_changed_since_it_was_pulled_is_kept(shared: Shared) -> None:
    held = shared.pull()
    shared.done("state", "protect", A)
    current = shared.pull()
    run = shared.push({**held, "resources": {}})
    assert run.exit == 12, run.text
    assert "pull it again and repeat your edit" in run.err
    assert shared.pull() == current
    forced = shared.push({**held, "resources": {}}, "--force", "--lineage", held["lineage"])
    assert forced.out == f"Pushed serial {current['serial'] + 1}.\n"
    assert shared.pull()["resources"] == {}


def test_an_unrelated_state_is_refused(shared: Shared) -> None:
    held = shared.pull()
    other = {**held, "lineage": "other", "serial": 70}
    for arguments in ((), ("--force", "--lineage", "other")):
        run = shared.push(other, *arguments)
        assert run.exit == 12, run.text
    for single in (("--force",), ("--lineage", held["lineage"])):
        assert shared.push(other, *single).exit == 64
    assert shared.pull() == held
    assert shared.push(other, "--force", "--lineage", held["lineage"]).exit == 0
    assert shared.pull() == other
    with shared.store.open("apply") as session:
        session.intend("c", Op.CREATE, B, intent(B))
        session.edit(drop=[A])
    assert shared.pull()["lineage"] == "other"
    assert shared.store.read().pending == (intent(B),)


def test_a_document_that_is_no_state_of_this_shop_is_refused(shared: Shared) -> None:
    held = shared.pull()
    twice = {**held["resources"], B: held["resources"][A]}
    refused = {
        "belongs to the shop `other.dk`": {**held, "shop": "other.dk"},
        "does not know: `gadget`": {**held, "resources": {"gadget.a": {"id": 1}}},
        "at two addresses": {**held, "resources": twice},
        "is damaged": {**held, "serial": "1"},
    }
    for message, document in refused.items():
        run = shared.push(document)
        assert (run.exit, message in run.err) == (1, True), run.text
    assert shared.run("state", "push", "missing.json").exit == 64
    assert shared.pull() == held


def test_pending_creates_are_kept_unless_the_pushed_state_has_their_object(
    shared: Shared,
) -> None:
    held = shared.pull()
    with shared.store.open("apply") as session:
        session.edit(drop=[A, B])
        session.announce({"a": intent(A), "b": intent(B)})
    pulled = shared.pull()
    assert pulled["resources"] == {}
    run = shared.push({**pulled, "resources": {B: held["resources"][B]}})
    assert run.exit == 0, run.text
    prior = shared.store.read()
    assert prior.resources == {B: entry(2)}
    assert prior.pending == (intent(A),)
    assert prior.serial > pulled["serial"]


def test_results_of_an_interrupted_run_are_pulled_and_not_replayed_after_a_push(
    shared: Shared,
) -> None:
    with shared.store.open("apply") as session:
        session.intend("a", Op.UPDATE, A)
        session.result("a", set={A: entry(1, "Støvler")})
        session.result("b", drop=[B])
    pulled = shared.pull()
    assert list(pulled["resources"]) == [A]
    pulled["resources"][A]["protect"] = True
    assert shared.push(pulled).exit == 0
    assert shared.pull()["resources"] == pulled["resources"]
    with shared.store.open("apply") as session:
        assert session.prior.resources[A].protect
        assert session.prior.pending == ()


def test_the_first_state_of_a_store_keeps_its_lineage(shared: Shared) -> None:
    held = shared.pull()
    settings = json.loads((shared.directory / "shopform.yaml").read_text("utf-8"))
    settings["shops"]["demo"]["state"] += "2"
    (shared.directory / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
    shared.location += "2"
    with shared.store.open("apply") as session:
        session.intend("a", Op.CREATE, A, intent(A))
        session.failed("a")
        session.commit()
    assert shared.push(held).out == f"Pushed serial {held['serial']}.\n"
    assert shared.pull() == held


def test_the_holder_of_a_lock_is_shown(shared: Shared) -> None:
    place = shared.store.describe()
    assert shared.done("state", "unlock-info") == f"{place} is not locked.\n"
    assert json.loads(shared.done("state", "unlock-info", "--json")) == {
        "path": place,
        "locked": False,
    }
    with shared.store.open("apply"):
        assert shared.push(shared.pull()).exit == 15
        shown = shared.done("state", "unlock-info")
        found = json.loads(shared.done("state", "unlock-info", "--json"))
        assert found["locked"]
        assert f"`shopform force-unlock {found['id']}`" in found["release"]
        for name in ("id", "who", "created", "release"):
            assert found[name] in shown
        assert ("expires" in found) == shared.location.startswith("s3:")
        unlocked = shared.run("force-unlock", found["id"])
        assert (unlocked.exit, unlocked.out) == (0, "Lock released.\n")
        waits = (
            "" if shared.location.startswith("state/") else "until the run can send nothing more"
        )
        assert waits in unlocked.err
        assert bool(unlocked.err) == bool(waits)
        assert not json.loads(shared.done("state", "unlock-info", "--json"))["locked"]
