"""Runs the steps of a workflow of GitHub as its runner would, as far as the recipes use it.

Every job has a machine of its own: an empty disk, a clone, a token with the permissions of the job;
a fork has no secrets. Steps are real processes. Actions other than shopform's are done by hand:
checkout, setup-python (there is one already), upload-artifact.
"""

import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from forge.github import REPOSITORY, GitHub
from ruamel.yaml import YAML
from support import ROOT, environment_of

Context = dict[str, Any]
NAME = re.compile(r"'([^']*)'|(always|success|failure)\(\)|[A-Za-z_][\w.-]*|&&|\|\||!(?!=)")
WORDS = {"&&": " and ", "||": " or ", "!": " not ", "true": "True", "false": "False"}


def git(directory: Path, *arguments: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.dk")
    done = subprocess.run(
        ["git", *who, *arguments], cwd=directory, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def evaluate(text: str, context: Context) -> Any:
    """Evaluate an expression. What is missing is empty, as on GitHub."""

    def one(found: re.Match[str]) -> str:
        if found[0].startswith("'"):
            return repr(found[1])
        if found[2]:
            return repr(found[2] == "always" or (found[2] == "success") == context["going"])
        return WORDS.get(found[0]) or repr(look_up(found[0], context))

    return eval(NAME.sub(one, text), {"__builtins__": {}})


def look_up(path: str, context: Context) -> Any:
    found: Any = context
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return "" if found is None else found


def filled(text: str, context: Context) -> str:
    return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: str(evaluate(found[1], context)), str(text))


@dataclass(frozen=True, kw_only=True)
class Event:
    """What a workflow runs for. `commit` is checked out; `head` is the last of the request."""

    name: str
    commit: str
    number: int = 0
    head: str = ""
    fork: bool = False

    @property
    def ref(self) -> str:
        return f"refs/pull/{self.number}/merge" if self.number else "refs/heads/main"

    @property
    def payload(self) -> Context:
        if not self.number:
            return {}
        source = {"full_name": "stranger/shop" if self.fork else REPOSITORY}
        head = {"sha": self.head, "repo": source}
        base = {"ref": "main", "repo": {"full_name": REPOSITORY}}
        return {
            "number": self.number,
            "pull_request": {"number": self.number, "head": head, "base": base},
        }


@dataclass
class Done:
    """A job that ran, or was skipped: its exit code, its log and its summary."""

    code: int = 0
    log: str = ""
    summary: str = ""
    skipped: bool = False
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class GitHubRunner:
    """Runs jobs of a workflow for the repository `remote`.

    `program` puts shopform into a folder; `machine` has the variables of every machine, such as
    the credentials of the state.
    """

    hub: GitHub
    remote: Path
    scratch: Path
    program: Callable[[Path], None]
    secrets: Mapping[str, str]
    machine: Mapping[str, str] = field(default_factory=dict)
    started: Callable[["subprocess.Popen[str]"], None] = lambda process: None
    _numbers: Any = field(default_factory=lambda: count(1))

    def job(self, workflow: Context, name: str, event: Event) -> Done:
        job = workflow["jobs"][name]
        rights = {**workflow.get("permissions", {}), **job.get("permissions", {})}
        if event.fork:
            rights = dict.fromkeys(rights, "read")
        token = self.hub.token(*(f"{key}: {level}" for key, level in rights.items()))
        github = {
            "event_name": event.name,
            "ref": event.ref,
            "sha": event.commit,
            "repository": REPOSITORY,
            "token": token,
            "event": event.payload,
        }
        secrets = {} if event.fork else dict(self.secrets)
        context: Context = {"github": github, "secrets": secrets, "steps": {}, "going": True}
        if not evaluate(job.get("if", "true"), context):
            return Done(skipped=True)
        machine = Machine(self, event, self.scratch / str(next(self._numbers)), context)
        return machine.steps(job["steps"], context, dict(job.get("env", {})))


@dataclass
class Machine:
    """A fresh disk with the folders and variables of a runner."""

    runner: GitHubRunner
    event: Event
    disk: Path
    context: Context

    def __post_init__(self) -> None:
        for name in ("shop", "temp/shopform/bin", "home"):
            (self.disk / name).mkdir(parents=True)
        self.workspace = self.disk / "shop"
        # As if the step `install` had run; `test_forge_files.py` runs it.
        self.runner.program(self.disk / "temp/shopform/bin")
        (self.disk / "event.json").write_text(json.dumps(self.event.payload), "utf-8")
        (self.disk / "summary").touch()

    def variables(self) -> dict[str, str]:
        path = f"{self.disk / 'temp/shopform/bin'}:{os.environ['PATH']}"
        found = environment_of("", HOME=str(self.disk / "home"), PATH=path)
        del found["SHOPFORM_TOKEN"]
        return {
            **found,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_API_URL": self.runner.hub.url,
            "GITHUB_EVENT_NAME": self.event.name,
            "GITHUB_EVENT_PATH": str(self.disk / "event.json"),
            "GITHUB_OUTPUT": str(self.disk / "output"),
            "GITHUB_REF": self.event.ref,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "99",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_SHA": self.event.commit,
            "GITHUB_STEP_SUMMARY": str(self.disk / "summary"),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.disk / "temp"),
            **self.runner.machine,
        }

    def steps(self, steps: list[Context], context: Context, environment: Context) -> Done:
        done = Done()
        for step in steps:
            context |= {"going": done.code == 0, "env": environment}
            condition = str(step.get("if", "success()"))
            if "()" not in condition:
                condition = f"success() && ({condition})"
            if not evaluate(condition, context):
                continue
            given = {name: filled(text, context) for name, text in step.get("env", {}).items()}
            ended = self.step(step, context, {**environment, **given})
            context["steps"][step.get("id", "")] = {"outputs": ended.outputs}
            done.code, done.log = done.code or ended.code, done.log + ended.log
        done.summary = (self.disk / "summary").read_text("utf-8")
        return done

    def step(self, step: Context, context: Context, environment: Context) -> Done:
        if "run" in step:
            return self.script(step, filled(step["run"], context), environment)
        action = step["uses"].partition("@")[0]
        inputs = {name: filled(text, context) for name, text in step.get("with", {}).items()}
        if action == "actions/checkout":
            git(self.workspace, "clone", "--quiet", str(self.runner.remote), ".")
            git(self.workspace, "fetch", "--quiet", "origin", self.event.commit)
            git(self.workspace, "checkout", "--quiet", self.event.commit)
        elif action == "actions/upload-artifact":
            self.upload(**inputs)
        elif action.endswith("/shopform"):
            return self.composite(inputs, context, environment)
        else:
            assert action == "actions/setup-python", action
        return Done()

    def composite(self, inputs: Context, context: Context, environment: Context) -> Done:
        action = YAML(typ="safe").load(ROOT / "action.yml")
        assert set(inputs) <= set(action["inputs"])
        given = {
            name: inputs.get(name, filled(each.get("default", ""), context))
            for name, each in action["inputs"].items()
        }
        inner: Context = {"github": context["github"], "inputs": given, "steps": {}}
        done = self.steps(action["runs"]["steps"], inner, environment)
        for name, each in action["outputs"].items():
            done.outputs[name] = filled(each["value"], inner)
        return done

    def script(self, step: Context, script: str, environment: Context) -> Done:
        if step.get("name") == "install":
            return Done()
        assert "${{" not in str(step["run"]), "an expression in a script is an injection"
        (self.disk / "output").write_text("")
        process = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.workspace,
            env={**self.variables(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.runner.started(process)
        log, _ = process.communicate(timeout=120)
        lines = (self.disk / "output").read_text("utf-8").splitlines()
        outputs = dict(line.split("=", 1) for line in lines)
        return Done(process.returncode, log, outputs=outputs)

    def upload(self, **inputs: str) -> None:
        """As actions/upload-artifact does: paths in the archive begin at the uploaded folder."""
        folder = self.workspace / inputs["path"]
        files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
        if not files:
            assert inputs["if-no-files-found"] == "ignore"
            return
        assert inputs["name"], "an artifact needs a name"
        packed = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
        head = self.event.head or self.event.commit
        self.runner.hub.artifact(inputs["name"], packed, head, fork=self.event.fork)


def recipe(title: str) -> str:
    """Return a recipe of the guide by its title."""
    page = (ROOT / "docs" / "guide" / "ci.md").read_text("utf-8")
    found = re.search(rf'^```\w+ title="{re.escape(title)}"\n(.*?)^```$', page, re.M | re.S)
    assert found, title
    return found[1]
