"""Jobs of GitHub and GitLab for a small project in a repository, and of a CI that is neither."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from support import Run, environment_of, run_here

from forge.github import GitHub
from forge.gitlab import GitLab
from shopform.kinds import Catalogue
from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox

HEAD, MERGE = "a" * 40, "b" * 40
NUMBER = 7


class System(Protocol):
    """A forge with its rules, as the tests speak to it."""

    requests: list[str]
    faults: list[int]
    bot: str

    def variables(self, folder: Path, *, fork: bool = False) -> dict[str, str]: ...
    def on_main(self, folder: Path, commit: str) -> dict[str, str]: ...
    def denied(self) -> str: ...
    def write(self, login: str, body: str) -> None: ...
    def bodies(self) -> list[str]: ...
    def merged(self, number: int, head: str, commit: str, *, fork: bool = False) -> None: ...
    def keep(self, shop: str, plan: bytes, head: str, *, fork: bool = False) -> None: ...


class Hub(GitHub):
    """GitHub, as a System."""

    bot = "github-actions[bot]"

    def _always(self, folder: Path) -> dict[str, str]:
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.url,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_REPOSITORY": "a/shop",
            "GITHUB_RUN_ID": "99",
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            "GITHUB_OUTPUT": str(folder / "outputs"),
        }

    def variables(self, folder: Path, *, fork: bool = False) -> dict[str, str]:
        if NUMBER not in self.pulls:
            self.pull(NUMBER, HEAD, fork=fork)
        event = folder / "event.json"
        event.write_text(json.dumps({"pull_request": self.pulls[NUMBER]}), "utf-8")
        return self._always(folder) | {
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REF": f"refs/pull/{NUMBER}/merge",
            "GITHUB_SHA": MERGE,
            "GITHUB_TOKEN": self.token("pull-requests: write"),
        }

    def on_main(self, folder: Path, commit: str) -> dict[str, str]:
        return self._always(folder) | {
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_SHA": commit,
            "GITHUB_TOKEN": self.token("pull-requests: read", "actions: read"),
        }

    def denied(self) -> str:
        return self.token("pull-requests: read")

    def write(self, login: str, body: str) -> None:
        self.comment(login, body, NUMBER)

    def bodies(self) -> list[str]:
        return [each["body"] for each in self.comments(NUMBER)]

    def merged(self, number: int, head: str, commit: str, *, fork: bool = False) -> None:
        self.pull(number, head, fork=fork)
        self.merge(number, commit)

    def keep(self, shop: str, plan: bytes, head: str, *, fork: bool = False) -> None:
        self.artifact(f"shopform-{shop}-{head}", {f"{shop}.plan.json": plan}, head, fork=fork)


class Lab(GitLab):
    """GitLab, as a System."""

    bot = "project_3_bot"

    def _always(self) -> dict[str, str]:
        return {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": self.api,
            "CI_PROJECT_ID": "3",
            "CI_PROJECT_URL": "https://gitlab.example/a/shop",
            "CI_JOB_URL": "https://gitlab.example/a/shop/-/jobs/99",
        }

    def variables(self, folder: Path, *, fork: bool = False) -> dict[str, str]:
        if NUMBER not in self.merges:
            self.merge_request(NUMBER, HEAD, fork=fork)
        found = self.merges[NUMBER]
        return self._always() | {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_COMMIT_SHA": found["sha"],
            "CI_MERGE_REQUEST_IID": str(NUMBER),
            "CI_MERGE_REQUEST_PROJECT_ID": "3",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": str(found["source_project_id"]),
            "GITLAB_TOKEN": self.access_token("api"),
        }

    def on_main(self, folder: Path, commit: str) -> dict[str, str]:
        more = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_SHA": commit}
        return self._always() | more | {"GITLAB_TOKEN": self.access_token("read_api")}

    def denied(self) -> str:
        return self.access_token("read_api")

    def write(self, login: str, body: str) -> None:
        self.note(login, body, NUMBER)

    def bodies(self) -> list[str]:
        return [each["body"] for each in self.notes(NUMBER)]

    def merged(self, number: int, head: str, commit: str, *, fork: bool = False) -> None:
        self.merge_request(number, head, fork=fork)
        self.merge(number, commit)

    def keep(self, shop: str, plan: bytes, head: str, *, fork: bool = False) -> None:
        number = next(n for n, each in self.merges.items() if each["sha"] == head)
        files = {f"shop/shopform-ci/{shop}.plan.json": plan}
        self.job(f"plan {shop}", files, head, iid=number, fork=fork)


SYSTEMS: tuple[Callable[[], Any], ...] = (Hub, Lab)


@dataclass
class Repository:
    """A checkout with a project in the folder `shop`, for the shop of a sandbox."""

    root: Path
    sandbox: Sandbox
    more: dict[str, str] = field(default_factory=dict)

    @property
    def project(self) -> Path:
        return self.root / "shop"

    @property
    def out(self) -> Path:
        return self.project / "shopform-ci"

    def settings(self, **more: Any) -> None:
        shop = {"url": self.sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
        text = json.dumps({"shops": {"main": shop}, **more})
        (self.project / "shopform.yaml").write_text(text, "utf-8")

    def declare(self, **sections: Any) -> None:
        (self.project / "catalogue.yaml").write_text(json.dumps(sections), "utf-8")

    def run(self, *arguments: str, **variables: str) -> Run:
        environment = environment_of(**self.more, **variables)
        return run_here(self.project, *arguments, environment=environment)

    def outputs(self) -> dict[str, str]:
        text = (self.root / "outputs").read_text("utf-8")
        return dict(line.split("=", 1) for line in text.splitlines())


@contextmanager
def repository(root: Path, catalogue: Catalogue = STANDARD) -> Iterator[Repository]:
    with Sandbox(catalogue=catalogue) as sandbox:
        made = Repository(root, sandbox)
        (root / ".git").mkdir(parents=True)
        made.project.mkdir()
        made.settings()
        made.declare(suppliers={"fjord": {"name": "Fjord"}})
        yield made
