"""GitLab's REST API.

Source: the API documentation of notes, commits, merge requests, jobs and job artifacts. Job tokens
may use none of these but the artifacts, so a project access token is needed: with the scope `api`
for comments, `read_api` for the rest.
"""

from collections.abc import Iterator
from urllib.parse import quote

from shopform.errors import ForgeError
from shopform.forge.api import ForgeApi
from shopform.forge.ci_run import CiRun
from shopform.forge.forge import MergedRequest, own_comment
from shopform.forge.records import part


class GitLab:
    """A project on GitLab, as a Forge."""

    def __init__(self, run: CiRun) -> None:
        self._run = run
        self._base = f"/projects/{run.project}"
        self._api = ForgeApi(run.api, {"PRIVATE-TOKEN": run.token})

    def comment(self, mark: str, body: str) -> None:
        notes = f"{self._base}/merge_requests/{self._run.request}/notes"
        author = part(self._api.json("GET", "/user"), "username")
        found = self._api.pages(notes, sort="asc", order_by="created_at")
        if own := own_comment(found, author, ("author", "username"), mark):
            self._api.request("PUT", f"{notes}/{own}", body={"body": body})
        else:
            self._api.request("POST", notes, body={"body": body})

    def merged(self, commit: str) -> list[MergedRequest]:
        """Return the merge requests whose merge made the commit.

        It is their merge or squash commit; of a fast-forward it is their own last one.
        """
        found = self._api.pages(f"{self._base}/repository/commits/{commit}/merge_requests")
        made_by = ("merge_commit_sha", "squash_commit_sha", "sha")
        requests = [
            each
            for each in found
            if part(each, "state") == "merged" and commit in [part(each, name) for name in made_by]
        ]
        return [
            MergedRequest(
                number=part(each, "iid"),
                label=f"!{part(each, 'iid')}",
                head=part(each, "sha"),
                fork=part(each, "source_project_id") != self._run.project,
            )
            for each in sorted(requests, key=lambda each: part(each, "merged_at"), reverse=True)
        ]

    def saved_plan(self, request: MergedRequest, path: str) -> bytes | None:
        """Return the file that the newest job of a pipeline of the head kept.

        The pipelines of a merge request include those that ran in a fork's project. One of merged
        results is not found, as its commit is the merge.
        """
        for job in self._jobs(request):
            try:
                file = f"{self._base}/jobs/{job}/artifacts/{quote(path)}"
                return self._api.request("GET", file).content
            except ForgeError as problem:
                if problem.status != 404:
                    raise
        return None

    def _jobs(self, request: MergedRequest) -> Iterator[str]:
        pipelines = self._api.pages(f"{self._base}/merge_requests/{request.number}/pipelines")
        ours = [
            int(part(each, "id"))
            for each in pipelines
            if part(each, "sha") == request.head and part(each, "project_id") == self._run.project
        ]
        for pipeline in sorted(ours, reverse=True):
            jobs = self._api.pages(
                f"{self._base}/pipelines/{pipeline}/jobs", **{"scope[]": "success"}
            )
            yield from sorted((part(job, "id") for job in jobs), key=int, reverse=True)
