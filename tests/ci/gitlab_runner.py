"""Runs the jobs of GitLab's component as its runner would: rules, variables, scripts, artifacts.

Each job gets an empty disk and a clone. Variables of the project come before those of a job; the
protected ones are for the default branch only. A fork's merge request runs in the fork, which has
none: https://docs.gitlab.com/ci/pipelines/merge_request_pipelines/
"""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from forge.gitlab import FORK, PROJECT, PROJECT_PATH, GitLab
from github_runner import Done, Event, git
from ruamel.yaml import YAML
from support import ROOT, environment_of

COMPONENT = (ROOT / "templates" / "shopform.yml").read_text("utf-8")
SOURCES = {"pull_request": "merge_request_event", "push": "push", "schedule": "schedule"}


def component(**inputs: str) -> Any:
    """Return the jobs of the component as GitLab includes it: inputs go into strings and keys."""
    head, body = YAML(typ="safe").load_all(COMPONENT)
    declared = head["spec"]["inputs"]
    given = {name: inputs.get(name, (each or {}).get("default")) for name, each in declared.items()}
    assert set(inputs) <= set(declared)
    assert None not in given.values(), "an input without a default was not given"

    def put_in(node: Any) -> Any:
        if isinstance(node, dict):
            return {put_in(key): put_in(value) for key, value in node.items()}
        if isinstance(node, list):
            return [put_in(each) for each in node]
        if not isinstance(node, str):
            return node
        return re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda found: str(given[found[1]]), node)

    return put_in(body)


def fits(rule: str, variables: Mapping[str, str]) -> bool:
    """Return whether a rule's condition is met. A variable that is not set is null."""
    python = re.sub(r"\$(\w+)", lambda found: repr(variables.get(found[1])), rule)
    return bool(eval(python.replace("&&", " and "), {"__builtins__": {}}))


@dataclass
class GitLabRunner:
    """Runs jobs for the repository `remote`; `program` puts shopform into a folder."""

    lab: GitLab
    remote: Path
    scratch: Path
    program: Callable[[Path], None]
    variables: Mapping[str, str]
    protected: Mapping[str, str]
    machine: Mapping[str, str] = field(default_factory=dict)
    started: Callable[["subprocess.Popen[str]"], None] = lambda process: None
    _numbers: Any = field(default_factory=lambda: count(1))

    def job(self, included: Mapping[str, Any], name: str, event: Event) -> Done:
        """Run a job of the component, or skip it if its rules do."""
        job = included[name]
        job = {**included[job["extends"]], **job}
        own = {**included[job["extends"]]["variables"], **job.get("variables", {})}
        disk = self.scratch / f"gitlab-{next(self._numbers)}"
        known = self.predefined(event, disk)
        if not any(fits(rule["if"], known) for rule in job["rules"]):
            return Done(skipped=True)
        of_project = {} if event.fork else dict(self.variables)
        if not event.number:
            of_project |= self.protected
        known |= of_project
        expanded = {
            key: re.sub(r"\$(\w+)", lambda found: known.get(found[1], ""), str(text))
            for key, text in own.items()
        }
        return self.run(job, name, event, disk, {**expanded, **known, **self.machine})

    def predefined(self, event: Event, disk: Path) -> dict[str, str]:
        """Return GitLab's own variables: https://docs.gitlab.com/ci/variables/predefined_variables/"""
        project = str(FORK if event.fork else PROJECT)
        found = {
            "CI": "true",
            "GITLAB_CI": "true",
            "CI_API_V4_URL": self.lab.api,
            "CI_COMMIT_SHA": event.head or event.commit,
            "CI_DEFAULT_BRANCH": "main",
            "CI_JOB_URL": f"https://gitlab.example/{PROJECT_PATH}/-/jobs/99",
            "CI_PIPELINE_SOURCE": SOURCES[event.name],
            "CI_PROJECT_DIR": str(disk / "shop"),
            "CI_PROJECT_ID": project,
            "CI_PROJECT_PATH": PROJECT_PATH,
            "CI_PROJECT_URL": f"https://gitlab.example/{PROJECT_PATH}",
        }
        if not event.number:
            return {**found, "CI_COMMIT_BRANCH": "main"}
        return {
            **found,
            "CI_MERGE_REQUEST_IID": str(event.number),
            "CI_MERGE_REQUEST_PROJECT_ID": str(PROJECT),
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": project,
        }

    def run(
        self, job: Mapping[str, Any], name: str, event: Event, disk: Path, known: dict[str, str]
    ) -> Done:
        place = disk / "shop"
        for folder in ("bin", "home", "shop"):
            (disk / folder).mkdir(parents=True)
        self.program(disk / "bin")
        commit = known["CI_COMMIT_SHA"]
        git(place, "clone", "--quiet", str(self.remote), ".")
        git(place, "fetch", "--quiet", "origin", commit)
        git(place, "checkout", "--quiet", commit)
        outer = environment_of("", HOME=str(disk / "home"))
        outer["PATH"] = f"{disk / 'bin'}:{os.environ['PATH']}"
        del outer["SHOPFORM_TOKEN"]
        process = subprocess.Popen(
            ["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])],
            cwd=place,
            env={**outer, **known},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started(process)
        log, _ = process.communicate(timeout=120)
        self.keep(job, name, event, place, process.returncode)
        return Done(process.returncode, log)

    def keep(self, job: Mapping[str, Any], name: str, event: Event, place: Path, code: int) -> None:
        files = {
            path.relative_to(place).as_posix(): path.read_bytes()
            for kept in job.get("artifacts", {}).get("paths", ())
            for path in (place / kept).rglob("*")
            if path.is_file()
        }
        status = "failed" if code else "success"
        head = event.head or event.commit
        self.lab.job(name, files, head, iid=event.number, status=status, fork=event.fork)
