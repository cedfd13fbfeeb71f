"""The whole line in one process: files, a shop over HTTP, plans and applies that can be asked."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from direct import direct
from support import memory

from shopform.apply import apply
from shopform.config import compile_project, load_project
from shopform.diagnostics import Diagnostic, Severity
from shopform.kinds import Catalogue
from shopform.kinds.standard import STANDARD
from shopform.model.plan import Op, Outcome, Plan, Step
from shopform.model.snapshot import lists_of
from shopform.planning.checks.saved_plan import mismatches
from shopform.planning.scope import Options
from shopform.render.json.plan_document import sealed
from shopform.sandbox import Sandbox
from shopform.sandbox.calls import LoggedRequest
from shopform.shop.call_budget import CallCounter
from shopform.shop.client import Client
from shopform.shop.fetch import fetch
from shopform.terminal.console import Console
from shopform.terminal.reporter import Reporter
from shopform.workflow.open_project import open_offline, open_project
from shopform.workflow.plan.changed_lists import Changed
from shopform.workflow.plan.from_snapshot import plan_offline
from shopform.workflow.plan.refresh import Connection, read_and_plan
from shopform.workflow.records.kept_snapshot import snapshot_of
from shopform.workflow.records.key_rights import KeyRights
from shopform.workflow.records.plan_file import unchanged
from shopform.workflow.records.snapshot_file import decoded, encoded
from shopform.workflow.requests import ProjectRequest
from shopform.workflow.workspace import LoadedProject, Workspace

NOON = 1_800_000_000.0
PORT = "8484"
KINDS: Mapping[str, Any] = {}  # those of the project


def asks_if_gone(call: LoggedRequest) -> bool:
    """Whether it asked for an owned object that no list showed, and was told that it is gone."""
    return call.method == "GET" and call.path.count("/") == 2 and call.status in (404, 410)


@dataclass
class Line:
    """A project folder and a shop. Calls are made one by one, so that ids repeat."""

    sandbox: Sandbox
    directory: Path
    parallelism: int = 1
    warnings: tuple[Diagnostic, ...] = ()

    def declare(self, settings: Mapping[str, Any] | None = None, /, **sections: Any) -> None:
        """Replace the project's files. What is written is JSON, which is YAML too."""
        for old in self.directory.glob("*.yaml"):
            old.unlink()
        shop = {"url": self.sandbox.url, "token": "${env:TOKEN}"}
        self.write("shopform.yaml", {"shops": {"demo": shop}, "kinds": KINDS, **(settings or {})})
        self.write("catalogue.yaml", sections)

    def write(self, name: str, content: object) -> None:
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    def forget_state(self) -> None:
        for path in (self.directory / "state").iterdir():
            path.unlink()

    @contextmanager
    def open(self) -> Iterator[tuple[Workspace, Connection]]:
        environment = {"TOKEN": "sandbox", "HOOK": "hemmeligt"}
        project = load_project(self.directory, STANDARD)
        shop, desired, self.warnings = compile_project(
            project, None, variables={}, environment=environment
        )
        request = ProjectRequest(
            directory=self.directory, environment=environment, catalogue=STANDARD
        )
        loaded = LoadedProject(request, project, Reporter(Console(environment=environment)))
        ledger = CallCounter(self.directory / ".shopform", "sandbox", 10_000, clock=lambda: NOON)
        hasty: dict[str, Any] = {"sleep": lambda _seconds: None}
        with (
            direct(),
            Client(shop, ledger=ledger, parallelism=self.parallelism, **hasty) as client,
        ):
            workspace = Workspace(loaded, shop, desired)
            yield workspace, Connection(client, ledger, KeyRights(workspace))

    def plan(self, **asked: Any) -> Plan:
        with self.open() as (workspace, connection):
            prior = workspace.store().read()
            return read_and_plan(workspace, connection, prior, Options(**asked))

    def snapshot(self) -> bytes:
        """The shop as a file."""
        with self.open() as (workspace, connection):
            prior, kinds = workspace.store().read(), [kind.name for kind in STANDARD.kinds]
            live = fetch(connection.client, kinds)
            read = dict.fromkeys(lists_of(live), int(NOON))
            return b"".join(encoded(snapshot_of(workspace, live, prior, read, {})))

    def offline(self, snapshot: bytes, **asked: Any) -> Plan:
        """The plan from a snapshot, without the shop, its key and the values of secrets."""
        request = ProjectRequest(directory=self.directory, environment={}, catalogue=STANDARD)
        loaded = open_project(request, Reporter(Console(environment={})))
        known = decoded(snapshot, "it", STANDARD)
        return plan_offline(open_offline(loaded), known, Options(**asked))

    def changed(self, snapshot: bytes, **asked: Any) -> Plan:
        """The plan from a snapshot and the lists behind it."""
        with self.open() as (workspace, connection):
            known = decoded(snapshot, "it", STANDARD)
            source = Changed(workspace, Options(**asked), known, None)
            return source.plan(connection, workspace.store().read())

    def apply(self, **asked: Any) -> tuple[Plan, Outcome]:
        """Plan and do it; a plan that is refused is an error here."""
        with self.open() as (workspace, connection), workspace.store().open("apply") as session:
            made = read_and_plan(workspace, connection, session.prior, Options(**asked))
            assert not made.refused, errors(made)
            saved = unchanged(sealed(made), Path("plan.json"), STANDARD)
            assert [*mismatches(saved, session.prior, workspace.desired, workspace.shop)] == []
            return made, apply(
                made,
                connection.client,
                session,
                directory=self.directory,
                parallelism=self.parallelism,
            )

    def settle(self, **asked: Any) -> Plan:
        """Apply without a failure; what comes after is an empty plan and nothing was refused."""
        made, outcome = self.apply(**asked)
        assert not outcome.failed, [f.diagnostic.summary for f in outcome.failed]
        assert outcome.stopped is None
        assert outcome.calls == made.calls.write + made.calls.verify
        assert [c for c in self.sandbox.calls if c.status >= 400 and not asks_if_gone(c)] == []
        self.assert_settled()
        return made

    def assert_settled(self, **asked: Any) -> None:
        second = self.plan(**asked)
        assert second.empty, [(s.key, s.fields) for s in second.steps]
        assert not second.changes
        assert not second.refused, errors(second)

    def assert_imports_only(self) -> None:
        """Without its state the project recognises everything in the shop as it is."""
        self.forget_state()
        made = self.plan()
        assert not made.refused, errors(made)
        assert {step.op for step in made.steps} <= {Op.IMPORT}, [s.key for s in made.steps]
        self.settle()

    def rows(self, kind: str) -> list[dict[str, Any]]:
        return self.sandbox.data(kind)

    def row(self, kind: str, name: str) -> dict[str, Any]:
        found = [r for r in self.rows(kind) if name in (r.get("name"), r.get("val"), r.get("url"))]
        assert len(found) == 1, (kind, name, found)
        return found[0]

    def writes(self) -> list[str]:
        """The requests that changed something, since the log was reset."""
        return [f"{c.method} {c.path}" for c in self.sandbox.calls if c.method != "GET"]


@contextmanager
def line(parallelism: int = 1, **arguments: Any) -> Iterator[Line]:
    with tempfile.TemporaryDirectory(dir=memory()) as folder, Sandbox(**arguments) as sandbox:
        yield Line(sandbox, Path(folder), parallelism)


@contextmanager
def in_yaml(name: str, definition: Mapping[str, Any]) -> Iterator[None]:
    """Within it, projects declare a kind that shopform then does not come with. Shops have it."""
    others = Catalogue(tuple(kind for kind in STANDARD.kinds if kind.name != name))
    with patch("line.STANDARD", others), patch("line.KINDS", {name: definition}):
        yield


def errors(plan: Plan) -> list[str]:
    return [d.code for d in plan.diagnostics if d.severity is Severity.ERROR]


def warnings(plan: Plan) -> list[str]:
    return [d.code for d in plan.diagnostics if d.severity is Severity.WARNING]


def keys(plan: Plan) -> list[str]:
    return [step.key for step in plan.steps]


def described(step: Step) -> str:
    """A step with what it sends, on one line."""
    fields = ", ".join(f"{name}={value!r}" for name, value in step.fields.items())
    waits = f" after {', '.join(step.after)}" if step.after else ""
    return f"{step.key}({fields}){waits}"
