"""The published recipes, run step by step as their systems would, against a shop and a forge."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from forge import Forge, forge
from ruamel.yaml import YAML
from support import EXAMPLES, Prepared, copy_project, environment_of

from shopform.sandbox import Sandbox

RECIPES = EXAMPLES / "ci"
SECRETS = {"secrets.SHOPFORM_READ_TOKEN": "sandbox", "secrets.SHOPFORM_TOKEN": "sandbox"}


def git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=directory, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@dataclass
class Checkout:
    """A clone of the project's repository, as a job gets one."""

    directory: Path
    remote: Path
    forge: Forge
    sandbox: Sandbox
    home: Path
    outputs: dict[str, str] = field(default_factory=dict)

    def bash(self, script: str, **environment: str) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=self.directory,
            env={
                **environment_of(""),
                "HOME": str(self.home),
                "PATH": f"{self.home}:{os.environ['PATH']}",
                **environment,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.returncode, done.stdout + done.stderr

    def committed_state(self) -> str:
        return git(self.remote, "ls-tree", "-r", "--name-only", "main", "state")


@pytest.fixture
def checkout(tmp_path: Path, prepared: Prepared) -> Iterator[Checkout]:
    remote, directory, home = tmp_path / "remote.git", tmp_path / "clone", tmp_path / "home"
    home.mkdir()
    prepared.program(home)
    with Sandbox() as sandbox, forge() as served:
        git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
        git(tmp_path, "clone", "--quiet", str(remote), str(directory))
        copy_project(EXAMPLES / "minimal", directory, sandbox)
        (directory / "state").mkdir()
        (directory / "state" / ".gitkeep").touch()
        git(directory, "checkout", "--quiet", "-B", "main")
        git(directory, "add", "--all")
        who = ("-c", "user.name=t", "-c", "user.email=t@example.dk")
        git(directory, *who, "commit", "--quiet", "--message", "start")
        git(directory, "push", "--quiet", "origin", "main")
        push = f"url.{remote}.insteadOf"
        git(home, "config", "--file", ".gitconfig", push, "https://oauth2:bot@forge.dk/a/shop.git")
        yield Checkout(directory, remote, served, sandbox, home)


def edit_in_the_shop(checkout: Checkout) -> None:
    row = checkout.sandbox.data("supplier")[0]
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", checkout.sandbox.port)
    path = f"/REST/supplier/{row['supplier_id']}"
    connection.request("PUT", path, '{"name": "By hand"}', {"Authorization": "sandbox"})
    assert connection.getresponse().status < 300
    connection.close()


def github(checkout: Checkout, job: str) -> tuple[int, str]:
    """Run a job's own shell steps; what it uses from elsewhere, and the install, are left out."""
    recipe = YAML(typ="safe").load(RECIPES / "github-actions.yml")
    output, code, said = checkout.home / "output", 0, ""
    known = {**SECRETS, "github.token": "t", "github.event.pull_request.number": "7"}
    for step in recipe["jobs"][job]["steps"]:
        if "run" not in step or step["name"] == "install":
            continue
        if code and step.get("if") != "always()":
            continue
        output.write_text("")
        known |= {f"steps.{name}": text for name, text in checkout.outputs.items()}
        environment = {n: expression(str(text), known) for n, text in step.get("env", {}).items()}
        ended, text = checkout.bash(
            step["run"],
            GITHUB_API_URL=checkout.forge.url,
            GITHUB_REPOSITORY="a/shop",
            GITHUB_OUTPUT=str(output),
            GITHUB_STEP_SUMMARY=str(checkout.home / "summary"),
            GITHUB_SHA=git(checkout.directory, "rev-parse", "HEAD"),
            GITHUB_REF_NAME="main",
            **environment,
        )
        code, said = code or ended, said + text
        for line in output.read_text("utf-8").splitlines():
            name, _, value = line.partition("=")
            checkout.outputs[f"{step['id']}.outputs.{name}"] = value
    return code, said


def expression(text: str, known: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: known[found[1]], text)


def gitlab(checkout: Checkout, job: str) -> tuple[int, str]:
    recipe: dict[str, Any] = YAML(typ="safe").load(RECIPES / "gitlab-ci.yml")
    environment = {
        "CI_API_V4_URL": checkout.forge.url,
        "CI_PROJECT_ID": "3",
        "CI_PROJECT_PATH": "a/shop",
        "CI_SERVER_HOST": "forge.dk",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_COMMIT_SHA": git(checkout.directory, "rev-parse", "HEAD"),
        "CI_COMMIT_BRANCH": "main",
        "BOT_TOKEN": "bot",
        "SHOPFORM_READ_TOKEN": "sandbox",
        "SHOPFORM_WRITE_TOKEN": "sandbox",
    }
    code, said = checkout.bash("\n".join(recipe[job]["script"]), **environment)
    for script in recipe[job].get("after_script", ()):
        ended, text = checkout.bash(script, **environment)
        assert ended == 0, text
        said += text
    return code, said


@pytest.mark.parametrize("system", [github, gitlab])
def test_recipe_runs_from_the_review_to_the_nightly_drift(system: Any, checkout: Checkout) -> None:
    code, said = system(checkout, "plan")
    assert code == 0, said
    first = checkout.forge.comments[0]["body"]
    assert "13 to add" in first
    code, said = system(checkout, "plan")
    assert (code, len(checkout.forge.comments)) == (0, 1), said

    code, said = system(checkout, "apply")
    assert (code, len(checkout.sandbox.data("supplier"))) == (0, 1), said
    assert "state/sandbox.json" in checkout.committed_state()

    code, said = system(checkout, "drift")
    assert code == 0, said
    edit_in_the_shop(checkout)
    code, said = system(checkout, "drift")
    assert code == 2, said


@pytest.mark.parametrize("system", [github, gitlab])
def test_recipe_applies_nothing_but_what_was_reviewed(system: Any, checkout: Checkout) -> None:
    system(checkout, "plan")
    catalogue = checkout.directory / "catalogue.yaml"
    text = catalogue.read_text("utf-8")
    catalogue.write_text(text.replace("Nordlys Design", "Somebody Else"), "utf-8")
    code, said = system(checkout, "apply")
    assert (code, checkout.sandbox.data("supplier")) == (12, []), said
    checkout.forge.reviewed = False
    code, said = system(checkout, "apply")
    assert (code, checkout.sandbox.data("supplier")) == (1, []), said
    assert "nobody reviewed" in said


@pytest.mark.parametrize("system", [github, gitlab])
def test_recipe_fails_for_files_that_are_wrong(system: Any, checkout: Checkout) -> None:
    (checkout.directory / "catalogue.yaml").write_text("suppliers: {a: {nam: x}}", "utf-8")
    code, said = system(checkout, "plan")
    assert code == 10, said
