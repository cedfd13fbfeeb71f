"""GitHub's REST API.

Source: "REST API endpoints for" issue comments, commits, and GitHub Actions artifacts.
"""

import io
import zipfile
from pathlib import PurePosixPath
from typing import Final

from shopform.errors import ForgeError
from shopform.files.paths import LARGEST
from shopform.forge.api import ForgeApi
from shopform.forge.ci_run import CiRun
from shopform.forge.forge import PLAN_FILE, MergedRequest, artifact_of, own_comment
from shopform.forge.records import part
from shopform.shop.http_client import download, open_https

SECONDS: Final = 180.0  # for an artifact
# The token of a workflow may not ask who it is (403, "Resource not accessible by integration").
ACTIONS: Final = "github-actions[bot]"


class GitHub:
    """A repository on GitHub, as a Forge."""

    def __init__(self, run: CiRun) -> None:
        self._run = run
        self._base = f"/repos/{run.project}"
        headers = {
            "Authorization": f"Bearer {run.token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        self._api = ForgeApi(run.api, headers)

    def comment(self, mark: str, body: str) -> None:
        comments = f"{self._base}/issues/{self._run.request}/comments"
        found = self._api.pages(comments)
        if own := own_comment(found, self._author(), ("user", "login"), mark):
            path = f"{self._base}/issues/comments/{own}"
            self._api.request("PATCH", path, body={"body": body})
        else:
            self._api.request("POST", comments, body={"body": body})

    def merged(self, commit: str) -> list[MergedRequest]:
        """Return the pull requests whose merge made the commit.

        A merge and a squash make it, and of a rebase it is the last one.
        """
        found = self._api.pages(f"{self._base}/commits/{commit}/pulls")
        pulls = [
            pull
            for pull in found
            if part(pull, "merged_at") and part(pull, "merge_commit_sha") == commit
        ]
        return [
            MergedRequest(
                number=part(pull, "number"),
                label=f"#{part(pull, 'number')}",
                head=part(pull, "head", "sha"),
                fork=not self._ours(part(pull, "head", "repo", "full_name")),
            )
            for pull in sorted(pulls, key=lambda pull: part(pull, "merged_at"), reverse=True)
        ]

    def saved_plan(self, request: MergedRequest, path: str) -> bytes | None:
        """Return the plan in the newest artifact `shopform-SHOP-HEAD` of a run of the head.

        A run of a fork for the same commit has another head repository.
        """
        file = PurePosixPath(path).name
        name = artifact_of(file.removesuffix(PLAN_FILE), request.head)
        found = self._api.pages(f"{self._base}/actions/artifacts", key="artifacts", name=name)
        ours = [
            (part(each, "created_at"), part(each, "id"))
            for each in found
            if part(each, "name") == name
            and each.get("expired") is False
            and part(each, "workflow_run", "head_sha") == request.head
            and part(each, "workflow_run", "head_repository_id")
            == part(each, "workflow_run", "repository_id")
            != ""
        ]
        if not ours:
            return None
        data = self._download(f"{self._base}/actions/artifacts/{max(ours)[1]}/zip")
        return _member(data, file, name)

    def _author(self) -> str:
        try:
            return part(self._api.json("GET", "/user"), "login")
        except ForgeError as problem:
            if problem.status != 403:
                raise
            return ACTIONS

    def _ours(self, name: str) -> bool:
        return name.lower() == self._run.project.lower()

    def _download(self, path: str) -> bytes:
        """Return a file that the API keeps elsewhere: its answer is a redirect.

        The address is on another host and signed, so it gets no token and is in no message.
        """
        response = self._api.request("GET", path)
        url = response.headers.get("Location")
        if not url:
            return response.content
        elsewhere = ForgeError(f"GitHub leads to an address for `{path}` that is not https")
        with open_https(url, elsewhere) as http:
            found = download(http, url, largest=LARGEST, seconds=SECONDS)
        if isinstance(found, str):
            raise ForgeError(f"cannot read the artifact `{path}`: {found}")
        return found


def _member(data: bytes, wanted: str, artifact: str) -> bytes:
    """Return the one file with this name in an archive, in whatever folder."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = [i for i in archive.infolist() if PurePosixPath(i.filename).name == wanted]
            if len(found) == 1 and found[0].file_size <= LARGEST:
                return archive.read(found[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as problem:
        raise ForgeError(f"the artifact `{artifact}` is damaged: {problem}") from None
    raise ForgeError(f"the artifact `{artifact}` has no file `{wanted}`, or several")
