"""A project with one shop, to do things with and to undo them."""

import http.client
import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support import Run, environment_of, run_here

from shopform.sandbox import Sandbox

KITCHEN = {"name": "Køkken", "rewrite_url": "koekken", "tag": "k"}
MUGS = {"name": "Krus", "parent": "kitchen", "meta_title": "Krus"}


@dataclass
class Project:
    """A project with one shop, and ways to change both."""

    directory: Path
    sandbox: Sandbox

    def declare(self, settings: dict[str, Any] | None = None, /, **sections: Any) -> None:
        shop = {"url": self.sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
        self.write("shopform.yaml", {"shops": {"demo": shop}, **(settings or {})})
        self.write("catalogue.yaml", sections)

    def write(self, name: str, content: object) -> None:
        (self.directory / name).write_text(json.dumps(content), "utf-8")

    def run(self, *arguments: str, **environment: str) -> Run:
        return run_here(self.directory, *arguments, environment=environment_of(**environment))

    def done(self, *arguments: str, **environment: str) -> Run:
        run = self.run(*arguments, **environment)
        assert run.exit == 0, run.text
        return run

    def apply(self, *arguments: str, **environment: str) -> str:
        """Apply what is declared; the name of the run."""
        self.done("apply", "--auto-approve", *arguments, **environment)
        return self.names()[-1]

    def undo(self, *arguments: str, **environment: str) -> Run:
        return self.done("undo", "--auto-approve", *arguments, **environment)

    def settled(self) -> bool:
        return self.run("plan", "--detailed-exitcode").exit == 0

    def names(self) -> list[str]:
        return sorted(path.stem for path in self.records.glob("*-????.json"))

    @property
    def records(self) -> Path:
        return self.directory / ".shopform/runs/demo"

    def state(self) -> dict[str, Any]:
        text = (self.directory / "state/demo.json").read_text("utf-8")
        held: dict[str, Any] = json.loads(text)["resources"]
        return held

    def row(self, kind: str, name: str) -> dict[str, Any]:
        (found,) = (r for r in self.sandbox.data(kind) if name in (r.get("name"), r.get("url")))
        return found

    def by_hand(self, path: str, body: dict[str, Any] | None = None) -> int:
        """What somebody does in the shop's own administration; the id of what was made."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.sandbox.port)) as line:
            verb = "DELETE" if body is None else "PUT" if "/" in path else "POST"
            text = None if body is None else json.dumps(body)
            line.request(verb, f"/REST/{path}", text, {"Authorization": "sandbox"})
            answer = line.getresponse()
            assert answer.status < 300
            made = json.loads(answer.read() or "{}")
            return next((int(number) for name, number in made.items() if name.endswith("id")), 0)

    def writes(self) -> int:
        return sum(call.method != "GET" for call in self.sandbox.calls)


@pytest.fixture
def one(tmp_path: Path, sandbox: Sandbox) -> Project:
    return Project(tmp_path, sandbox)


def words(run: Run) -> str:
    return " ".join(run.text.split())


def tables(sandbox: Sandbox, *without: str) -> dict[str, list[dict[str, Any]]]:
    """The rows by kind, in an order that does not tell which of them was made first."""
    aside = {"last_modified", *without}
    return {
        kind: sorted(({n: v for n, v in row.items() if n not in aside} for row in rows), key=str)
        for kind, rows in sandbox.app.state().items()
    }
