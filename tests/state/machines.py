"""Machines that share one state: each has the files of the project and nothing else."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from object_stores import QUICK, Faults, memory
from support import Run, environment_of, run_here

from shopform.errors import StoreError
from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox
from shopform.state.objects import obstore_blobs, store
from shopform.state.objects.blobs import Blobs
from shopform.terminal.console import Console
from shopform.terminal.reporter import Reporter
from shopform.workflow.open_project import open_project, open_settings
from shopform.workflow.requests import ProjectRequest
from shopform.workflow.workspace import LoadedProject, Workspace

STATE = "s3://bucket/shops/demo.json"


class Switched:
    """A store of which requests can be refused."""

    def __init__(self, blobs: Blobs) -> None:
        self.refuses: Callable[[str], bool] = lambda request: False
        self.blobs = Faults(blobs, self._act)

    def _act(self, number: int, verb: str, after: bool) -> None:
        if not after and self.refuses(self.blobs.requests[-1]):
            raise StoreError(f"may not {self.blobs.requests[-1]}")


@dataclass
class Machine:
    directory: Path
    sandbox: Sandbox

    def declare(self, *, state: str = STATE, calls: int = 10_000, **sections: Any) -> None:
        shop = {"url": self.sandbox.url, "token": "${env:SHOPFORM_TOKEN}", "daily_calls": calls}
        self.directory.mkdir(exist_ok=True)
        for name, content in (
            ("shopform.yaml", {"shops": {"demo": {**shop, "state": state}}}),
            ("catalogue.yaml", sections),
        ):
            (self.directory / name).write_text(json.dumps(content), "utf-8")

    def run(self, *arguments: str, **environment: str) -> Run:
        return run_here(self.directory, *arguments, environment=environment_of(**environment))

    def done(self, *arguments: str, **environment: str) -> Run:
        run = self.run(*arguments, **environment)
        assert run.exit == 0, run.text
        return run

    def loaded(self, **environment: str) -> LoadedProject:
        request = ProjectRequest(
            directory=self.directory,
            catalogue=STANDARD,
            environment=environment_of(**environment),
            shop="demo",
        )
        return open_project(request, Reporter(Console()))

    def workspace(self, *, with_token: bool = False) -> Workspace:
        return open_settings(self.loaded(), with_token=with_token)

    def another(self, name: str) -> "Machine":
        """A machine with a copy of the files that git has."""
        made = Machine(self.directory.with_name(name), self.sandbox)
        made.directory.mkdir()
        for path in self.directory.glob("*.yaml"):
            (made.directory / path.name).write_bytes(path.read_bytes())
        return made


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Switched:
    """A bucket in memory, for all runs of this process."""
    switched = Switched(memory())
    monkeypatch.setattr(obstore_blobs, "open_blobs", lambda *_: switched.blobs)
    monkeypatch.setattr(store, "Times", lambda: QUICK)
    return switched


@pytest.fixture
def one(tmp_path: Path, sandbox: Sandbox, shared: Switched) -> Machine:
    return Machine(tmp_path / "one", sandbox)


def deletes_what_a_probe_left(one: Machine, two: Machine, **environment: str) -> None:
    """A probe of one machine cannot delete what it made, and the next run of another does."""
    sandbox = one.sandbox
    before = sandbox.app.state()
    sandbox.set_fault("DELETE:1+:400")
    run = one.run("doctor", "--probe", "--auto-approve", **environment)
    assert "refuses to delete" in " ".join(run.err.split()), run.text
    assert sandbox.app.state() != before
    sandbox.clear_faults()
    assert "of an earlier probe" in two.done("doctor", **environment).err
    assert sandbox.app.state() == before
    assert "of an earlier probe" not in one.done("doctor", **environment).err
