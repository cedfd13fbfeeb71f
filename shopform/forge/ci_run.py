"""What the variables of a CI system say of the run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shopform import files
from shopform.forge.records import part
from shopform.model.provenance import Provenance

GITHUB, GITLAB = "github", "gitlab"
# GitHub refuses the body of a comment over 65,536 characters, GitLab one over 1,000,000; the rest
# is for what is added to a plan.
COMMENT_LIMITS = {GITLAB: 999_000}
COMMENT_LIMIT = 65_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CiRun:
    """A run on GitHub (`system` is `github`), on GitLab (`gitlab`), or elsewhere (empty).

    `actor` is the user who started it. `project` is how the API names the repository. `request` is
    the number of the pull request or merge request, as `label` shows it, and `head` the last commit
    of its branch; `commit` is that of the run, which may be a merge of the two. `fork`: the request
    is of another repository, or of an unknown one.
    """

    system: str = ""
    actor: str = ""
    api: str = ""
    project: str = ""
    event: str = ""
    commit: str = ""
    request: str = ""
    label: str = ""
    head: str = ""
    fork: bool = False
    token: str = field(default="", repr=False)
    commit_url: str = ""
    request_url: str = ""
    run_url: str = ""

    @property
    def title(self) -> str:
        """The name of the request for people; empty without one."""
        kind = "Pull" if self.system == GITHUB else "Merge"
        return f"{kind} request {self.label}" if self.request else ""

    def provenance(self, made: str = "") -> Provenance:
        """Return what is kept of the run with what it made."""
        return Provenance(
            made=made,
            actor=self.actor,
            commit=self.commit,
            commit_url=self.commit_url,
            request=self.title,
            request_url=self.request_url,
            run_url=self.run_url,
        )

    @property
    def comment_limit(self) -> int:
        """The maximum characters of a plan in a comment."""
        return COMMENT_LIMITS.get(self.system, COMMENT_LIMIT)


def ci_run(variables: Mapping[str, str]) -> CiRun:
    """Return the run of which these variables are. On GitHub the file of its event is read too."""
    if variables.get("GITHUB_ACTIONS") == "true":
        return _github(variables)
    if variables.get("GITLAB_CI") == "true":
        return _gitlab(variables)
    return CiRun()


def _github(variables: Mapping[str, str]) -> CiRun:
    """Return a run of GitHub Actions.

    Source: "Variables reference" of GitHub Actions. On a pull request GITHUB_SHA is the merge with
    the base and GITHUB_REF is `refs/pull/NUMBER/merge`; the head and its repository, which is null
    once that is deleted, are in the event only.
    """
    found = variables.get
    name = found("GITHUB_REPOSITORY", "")
    page = f"{found('GITHUB_SERVER_URL', '')}/{name}"
    commit = found("GITHUB_SHA", "")
    event = _event(found("GITHUB_EVENT_PATH", ""))
    kind, _, rest = found("GITHUB_REF", "").removeprefix("refs/").partition("/")
    number = part(event, "pull_request", "number")
    if not number and kind == "pull":
        number = rest.partition("/")[0]
    source = part(event, "pull_request", "head", "repo", "full_name")
    return CiRun(
        system=GITHUB,
        actor=found("GITHUB_ACTOR", ""),
        api=found("GITHUB_API_URL", "https://api.github.com"),
        project=name,
        event=found("GITHUB_EVENT_NAME", ""),
        commit=commit,
        request=number,
        label=f"#{number}" if number else "",
        head=part(event, "pull_request", "head", "sha"),
        fork=bool(number) and source.lower() != name.lower(),
        token=found("GITHUB_TOKEN", ""),
        commit_url=_web(f"{page}/commit/{commit}") if commit else "",
        request_url=_web(f"{page}/pull/{number}") if number else "",
        run_url=_web(f"{page}/actions/runs/{found('GITHUB_RUN_ID', '')}"),
    )


def _event(path: str) -> dict[str, Any]:
    try:
        data = json.loads(files.read(Path(path))) if path else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _gitlab(variables: Mapping[str, str]) -> CiRun:
    """Return a run of GitLab CI.

    Source: "Predefined CI/CD variables reference" of GitLab. CI_MERGE_REQUEST_SOURCE_BRANCH_SHA is
    empty unless the pipeline is one of merged results, where CI_COMMIT_SHA is the merge.
    """
    found = variables.get
    page, number = found("CI_PROJECT_URL", ""), found("CI_MERGE_REQUEST_IID", "")
    commit = found("CI_COMMIT_SHA", "")
    source = found("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "")
    target = found("CI_MERGE_REQUEST_PROJECT_ID", "") or found("CI_PROJECT_ID", "")
    return CiRun(
        system=GITLAB,
        actor=found("GITLAB_USER_LOGIN", ""),
        api=found("CI_API_V4_URL", ""),
        project=target,
        event=found("CI_PIPELINE_SOURCE", ""),
        commit=commit,
        request=number,
        label=f"!{number}" if number else "",
        head=(found("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "") or commit) if number else "",
        fork=bool(number) and source != target,
        token=found("SHOPFORM_GITLAB_TOKEN", "") or found("GITLAB_TOKEN", ""),
        commit_url=_web(f"{page}/-/commit/{commit}") if commit else "",
        request_url=_web(f"{page}/-/merge_requests/{number}") if number else "",
        run_url=_web(found("CI_JOB_URL", "")),
    )


def _web(url: str) -> str:
    """Return a URL if a browser can open it as a page, else an empty string."""
    return url if url.startswith(("https://", "http://")) else ""
