"""What older versions wrote is read, and plans the same."""

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from support import environment_of, run_here

from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox

SAMPLES = Path(__file__).with_name("samples")
NAMES = sorted(path.relative_to(SAMPLES).as_posix() for path in SAMPLES.glob("*/*"))


def rehost(project: Path, before: int, after: int) -> None:
    """Point the files at another port; a journal names the state it was begun on by digest."""
    swaps = {f":{before}".encode(): f":{after}".encode()}
    for state in project.glob("state/*.json"):
        old, new = (data := state.read_bytes()), re.sub(rb":%d\b" % before, b":%d" % after, data)
        swaps |= {
            hashlib.sha256(old).hexdigest().encode(): hashlib.sha256(new).hexdigest().encode()
        }
    for path in project.rglob("*"):
        if path.is_file() and path.suffix != ".png":
            data = path.read_bytes()
            for old, new in swaps.items():
                data = data.replace(old, new)
            path.write_bytes(data)


def changes(text: str) -> list[list[Any]]:
    return [
        [each["address"], each["change"]["actions"]]
        for each in json.loads(text)["resource_changes"]
    ]


@pytest.mark.parametrize("name", NAMES)
def test_files_of_older_versions_plan_the_same(name: str, tmp_path: Path) -> None:
    sample = SAMPLES / name
    expected = json.loads((sample / "expected.json").read_text("utf-8"))
    project = shutil.copytree(sample / "project", tmp_path / "project")
    # Under its own name git and the source package would leave it out.
    (project / "dot-shopform").rename(project / ".shopform")
    data = Path(shutil.copy(sample / "shop.jsonl", tmp_path))
    with Sandbox(data=data) as sandbox:
        rehost(project, expected["port"], sandbox.port)

        def run(*arguments: str) -> str:
            found = run_here(project, *arguments, environment=environment_of())
            assert found.exit in (0, 2, 11), found.text
            return found.out

        planned = [each[:2] for each in expected["plan"]]
        assert changes(run("plan", "--format", "json")) == planned
        if expected["undo"] is not None:
            assert changes(run("undo", "--format", "json")) == expected["undo"]
            logged = json.loads(run("log", "--json"))
            assert {each["result"] for each in logged} == {"unknown"}
            assert all(each["changes"] for each in logged)
        run("apply", "--auto-approve")
        after = changes(run("plan", "--format", "json"))
        assert {tuple(actions) for _, actions in after} == {("no-op",)}
        front = 1  # the category that every shop has
        assert sum(len(sandbox.data(kind.name)) for kind in STANDARD.kinds) == len(after) + front
