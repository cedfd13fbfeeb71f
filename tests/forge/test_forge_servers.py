"""The forges of the tests refuse what the real ones refuse."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from forge.github import BOT, REPOSITORY, GitHub
from forge.gitlab import MAINTAINER, GitLab

HEAD, MERGED = "1" * 40, "2" * 40
COMMENTS = f"/repos/{REPOSITORY}/issues/7/comments"
NOTES = "/projects/3/merge_requests/7/notes"


@pytest.fixture
def hub() -> Iterator[GitHub]:
    with GitHub() as server:
        server.pull(7, HEAD)
        yield server


@pytest.fixture
def lab() -> Iterator[GitLab]:
    with GitLab() as server:
        server.merge_request(7, HEAD)
        yield server


def client(url: str, name: str, value: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={name: value} if value else {}, trust_env=False)


def github(hub: GitHub, *permissions: str) -> httpx.Client:
    return client(hub.url, "Authorization", f"Bearer {hub.token(*permissions)}")


def test_a_job_of_github_does_what_its_permissions_say_and_no_more(hub: GitHub) -> None:
    with github(hub, "pull-requests: read", "actions: read") as fork:
        assert fork.get(COMMENTS).json() == []
        refused = fork.post(COMMENTS, json={"body": "x"})
        assert (refused.status_code, hub.comments(7)) == (403, [])
        assert refused.json()["message"] == "Resource not accessible by integration"
        assert fork.get("/user").status_code == 403
    with github(hub, "pull-requests: write") as job:
        assert job.post(COMMENTS, json={"body": "x"}).json()["user"]["login"] == BOT
        assert job.get(f"/repos/{REPOSITORY}/actions/artifacts").status_code == 403
        theirs = hub.comment("octocat", "mine", 7)
        path = f"/repos/{REPOSITORY}/issues/comments/{theirs['id']}"
        assert job.patch(path, json={"body": "yours"}).status_code == 200
    with client(hub.url, "Authorization", "") as stranger:
        assert stranger.get(COMMENTS).status_code == 404
    with client(hub.url, "Authorization", "Bearer x") as revoked:
        assert revoked.get(COMMENTS).status_code == 401
    person = hub.token_of("octocat", "issues: read")
    with client(hub.url, "Authorization", f"Bearer {person}") as one:
        assert one.get("/user").json()["login"] == "octocat"


def test_pages_of_github_are_linked_and_hold_30_or_at_most_100(hub: GitHub) -> None:
    for number in range(130):
        hub.comment("octocat", str(number), 7)
    with github(hub, "issues: read") as job:
        first = job.get(COMMENTS)
        assert (len(first.json()), "next" in first.links) == (30, True)
        first = job.get(COMMENTS, params={"per_page": 1000})
        second = job.get(first.links["next"]["url"])
        assert [each["body"] for each in second.json()] == [str(n) for n in range(100, 130)]
        assert "next" not in second.links


def test_github_refuses_a_body_that_is_too_long_or_blank(hub: GitHub) -> None:
    with github(hub, "issues: write") as job:
        codes = [job.post(COMMENTS, json={"body": b}).status_code for b in ("a" * 65_537, " ", "a")]
    assert codes == [422, 422, 201]


def test_an_artifact_is_on_another_host_that_refuses_the_token_and_expires(hub: GitHub) -> None:
    files = {"a.plan.json": b"{}"}
    kept = hub.artifact("plan", files, HEAD)
    old = hub.artifact("plan", files, HEAD, expired=True, fork=True)
    with github(hub, "actions: read") as job:
        found = job.get(f"/repos/{REPOSITORY}/actions/artifacts", params={"name": "plan"}).json()
        assert [each["id"] for each in found["artifacts"]] == [old, kept]
        runs = [each["workflow_run"] for each in found["artifacts"]]
        assert [run["head_repository_id"] == run["repository_id"] for run in runs] == [False, True]
        path = f"/repos/{REPOSITORY}/actions/artifacts"
        assert job.get(f"{path}/{old}/zip").status_code == 410
        there = job.get(f"{path}/{kept}/zip")
        assert there.status_code == 302
        assert job.get(there.headers["Location"]).status_code == 403
        packed = httpx.get(there.headers["Location"], trust_env=False).content
    assert zipfile.ZipFile(io.BytesIO(packed)).read("a.plan.json") == b"{}"


def test_a_commit_has_the_pull_request_that_it_merged(hub: GitHub) -> None:
    hub.pull(8, "3" * 40, fork=None)
    hub.merge(7, MERGED)

    def pulls(job: httpx.Client, commit: str) -> Any:
        return job.get(f"/repos/{REPOSITORY}/commits/{commit}/pulls").json()

    with github(hub, "pull-requests: read") as job:
        assert [each["head"]["sha"] for each in pulls(job, MERGED)] == [HEAD]
        (open_one,) = pulls(job, "3" * 40)
    assert (open_one["merged_at"], open_one["head"]["repo"]) == (None, None)


def test_a_job_token_of_gitlab_reads_artifacts_and_no_notes(lab: GitLab) -> None:
    job = lab.job("plan", {"out/a.plan.json": b"{}"}, HEAD, iid=7)
    with client(lab.api, "JOB-TOKEN", lab.job_token()) as token:
        assert token.get(NOTES).status_code == 404
        assert token.post(NOTES, json={"body": "x"}).status_code == 401
        assert token.get("/user").status_code == 404
        found = token.get(f"/projects/3/jobs/{job}/artifacts/out/a.plan.json")
        assert found.content == b"{}"


def test_an_access_token_of_gitlab_has_a_scope_and_a_role(lab: GitLab) -> None:
    theirs = lab.note("ana", "mine", 7)["id"]
    with client(lab.api, "PRIVATE-TOKEN", lab.access_token("read_api")) as reader:
        assert [each["body"] for each in reader.get(NOTES).json()] == ["mine"]
        assert reader.post(NOTES, json={"body": "x"}).status_code == 403
    with client(lab.api, "PRIVATE-TOKEN", lab.access_token()) as bot:
        own = bot.post(NOTES, json={"body": "x"}).json()
        assert own["author"]["username"] == bot.get("/user").json()["username"]
        assert bot.put(f"{NOTES}/{own['id']}", json={"body": "y"}).json()["body"] == "y"
        assert bot.put(f"{NOTES}/{theirs}", json={"body": "y"}).status_code == 403
        assert bot.post(NOTES, json={"body": "a" * 1_000_001}).status_code == 400
    with client(lab.api, "PRIVATE-TOKEN", lab.access_token(level=MAINTAINER)) as maintainer:
        assert maintainer.put(f"{NOTES}/{theirs}", json={"body": "y"}).status_code == 200


def test_pages_of_gitlab_hold_20_the_newest_first_and_name_the_next(lab: GitLab) -> None:
    for number in range(25):
        lab.note("ana", str(number), 7)
    with client(lab.api, "PRIVATE-TOKEN", lab.access_token()) as bot:
        first = bot.get(NOTES)
        assert (first.json()[0]["body"], first.headers["X-Next-Page"]) == ("24", "2")
        last = bot.get(NOTES, params={"sort": "asc", "page": 2})
    assert [each["body"] for each in last.json()] == ["20", "21", "22", "23", "24"]
    assert last.headers["X-Next-Page"] == ""


def test_a_commit_leads_to_the_jobs_of_its_merge_request(lab: GitLab) -> None:
    lab.merge(7, MERGED, squash="4" * 40)
    mine = lab.job("plan", {}, HEAD, iid=7)
    lab.job("plan", {}, HEAD, iid=7, status="failed")
    lab.job("plan", {}, HEAD, iid=7, fork=True)
    with client(lab.api, "PRIVATE-TOKEN", lab.access_token("read_api")) as bot:
        for commit in (MERGED, "4" * 40, HEAD):
            (merge,) = bot.get(f"/projects/3/repository/commits/{commit}/merge_requests").json()
            assert (merge["iid"], merge["state"]) == (7, "merged")
        pipelines = bot.get("/projects/3/merge_requests/7/pipelines").json()
        assert [each["project_id"] for each in pipelines] == [8, 3, 3]
        path = "/projects/3/pipelines/{}/jobs?scope[]=success"
        jobs = [job for each in pipelines for job in bot.get(path.format(each["id"])).json()]
    assert [job["id"] for job in jobs] == [mine]


def test_a_forge_that_is_out_of_order_answers_so_and_recovers(hub: GitHub) -> None:
    hub.faults += [502, 429]
    with github(hub, "issues: read") as job:
        assert [job.get(COMMENTS).status_code for _ in range(3)] == [502, 429, 200]
    assert hub.requests == [f"GET {COMMENTS}"] * 3
