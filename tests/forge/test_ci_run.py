"""What a run knows of itself: by the variables of its CI system, and by nothing else."""

import json
from pathlib import Path

import pytest

from shopform.forge.ci_run import CiRun, ci_run
from shopform.forge.open import open_forge

HEAD, MERGE = "a" * 40, "b" * 40
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_API_URL": "https://api.github.example",
    "GITHUB_SERVER_URL": "https://github.example",
    "GITHUB_REPOSITORY": "a/shop",
    "GITHUB_SHA": MERGE,
    "GITHUB_REF": "refs/pull/7/merge",
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_RUN_ID": "99",
    "GITHUB_TOKEN": "very-secret",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_API_V4_URL": "https://gitlab.example/api/v4",
    "CI_PROJECT_ID": "3",
    "CI_PROJECT_URL": "https://gitlab.example/a/shop",
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_COMMIT_SHA": HEAD,
    "CI_MERGE_REQUEST_IID": "7",
    "CI_MERGE_REQUEST_PROJECT_ID": "3",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "3",
    "CI_JOB_URL": "https://gitlab.example/a/shop/-/jobs/99",
    "GITLAB_TOKEN": "very-secret",
}


def github(tmp_path: Path, repository: object, **more: str) -> CiRun:
    head = {"sha": HEAD, "repo": repository}
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "head": head}}), "utf-8")
    return ci_run({**GITHUB, "GITHUB_EVENT_PATH": str(event), **more})


def test_elsewhere_nothing_is_known() -> None:
    assert ci_run({"CI": "true"}) == CiRun()
    assert open_forge(CiRun()) is None


def test_github_names_the_head_of_the_branch_and_not_the_merge(tmp_path: Path) -> None:
    run = github(tmp_path, {"full_name": "A/Shop"})
    assert (run.request, run.head, run.commit, run.fork) == ("7", HEAD, MERGE, False)
    assert (run.label, run.title) == ("#7", "Pull request #7")
    assert run.request_url == "https://github.example/a/shop/pull/7"
    assert run.run_url == "https://github.example/a/shop/actions/runs/99"


@pytest.mark.parametrize("repository", [None, {"full_name": "b/shop"}, {}, "a/shop"])
def test_a_request_is_of_a_fork_unless_it_is_known_to_be_ours(
    tmp_path: Path, repository: object
) -> None:
    assert github(tmp_path, repository).fork


@pytest.mark.parametrize("content", [None, "", "[]", "{", '{"pull_request": []}', "[" * 100_000])
def test_an_event_that_cannot_be_read_is_one_of_a_fork(tmp_path: Path, content: str | None) -> None:
    event = tmp_path / "event.json"
    if content is not None:
        event.write_text(content, "utf-8")
    run = ci_run({**GITHUB, "GITHUB_EVENT_PATH": str(event)})
    assert (run.request, run.head, run.fork) == ("7", "", True)


def test_a_push_has_no_request() -> None:
    run = ci_run({**GITHUB, "GITHUB_REF": "refs/heads/main", "GITHUB_EVENT_NAME": "push"})
    assert (run.request, run.label, run.request_url, run.fork) == ("", "", "", False)


def test_gitlab_names_the_head_of_the_branch_in_every_sort_of_pipeline() -> None:
    run = ci_run(GITLAB)
    assert (run.request, run.head, run.fork, run.label) == ("7", HEAD, False, "!7")
    merged = {"CI_COMMIT_SHA": MERGE, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": HEAD}
    run = ci_run({**GITLAB, **merged})
    assert (run.head, run.commit) == (HEAD, MERGE)
    of_main = {name: text for name, text in GITLAB.items() if "MERGE_REQUEST" not in name}
    assert (ci_run(of_main).request, ci_run(of_main).head, ci_run(of_main).fork) == ("", "", False)


@pytest.mark.parametrize(
    "changed",
    [
        {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "4"},
        {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": ""},
        # A pipeline in the fork's own project.
        {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "4", "CI_PROJECT_ID": "4"},
    ],
)
def test_gitlab_knows_a_fork(changed: dict[str, str]) -> None:
    run = ci_run({**GITLAB, **changed})
    assert (run.fork, run.project) == (True, "3")


def test_shopforms_own_token_comes_first_and_no_token_is_ever_shown() -> None:
    for variables in (GITHUB, GITLAB, {**GITLAB, "SHOPFORM_GITLAB_TOKEN": "very-secret-too"}):
        run = ci_run(variables)
        assert run.token.startswith("very-secret")
        assert "secret" not in repr(run)
    assert ci_run({**GITLAB, "SHOPFORM_GITLAB_TOKEN": "ours"}).token == "ours"
    assert ci_run({**GITLAB, "GITLAB_TOKEN": "", "CI_JOB_TOKEN": "j"}).token == ""
