"""GitHub's REST API for one repository, with its rules.

Pages: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
Comments: https://docs.github.com/en/rest/issues/comments
Artifacts: https://docs.github.com/en/rest/actions/artifacts (302, and the address needs no token)
Permissions: https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps
`GET /user` of a job's token: actions/create-github-app-token#258. The length of a body: its 422.
"""

import io
import itertools
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from forge.server import Answer, Asked, Refused, Route, Server

REPOSITORY, REPOSITORY_ID, FORK_ID = "a/shop", 7001, 9001
BOT, BOT_ID = "github-actions[bot]", 41898282
LONGEST = 65_536
DENIED = Refused(403, {"message": "Resource not accessible by integration", "status": "403"})


@dataclass(frozen=True)
class Token:
    """Whose token it is, and its permissions: `pull-requests: write` includes `read`."""

    login: str
    permissions: frozenset[str]

    @property
    def of_a_job(self) -> bool:
        return self.login == BOT

    def may(self, *wanted: str) -> bool:
        """Return whether it has one of these permissions."""
        writes = {each.replace(": read", ": write") for each in wanted}
        return bool(self.permissions & (writes | set(wanted)))


class _Blobs(Server):
    """Where artifacts are stored: another host, which refuses the token of the API."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}

    def routes(self) -> list[tuple[str, Route]]:
        return [("GET /(.+)", self._get)]

    def _get(self, asked: Asked, name: str) -> Answer:
        if "authorization" in asked.headers:
            raise Refused(403, {"message": "AuthenticationFailed"})
        return Answer(200, self.files[name], {"Content-Type": "application/zip"})


class GitHub(Server):
    """The repository `a/shop`: pull requests, comments, and artifacts of runs."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: dict[str, Token] = {}
        self.pulls: dict[int, dict[str, Any]] = {}
        self.artifacts: list[dict[str, Any]] = []
        self.blobs = _Blobs()
        self._comments: list[tuple[int, dict[str, Any]]] = []
        self._ids = itertools.count(1001)

    def __enter__(self) -> Self:
        self.blobs.__enter__()
        return super().__enter__()

    def __exit__(self, *about: object) -> None:
        super().__exit__(*about)
        self.blobs.__exit__(*about)

    def token(self, *permissions: str) -> str:
        """Return the token of a job with these `permissions`; one of a fork has no writing ones."""
        return self.token_of(BOT, *permissions)

    def token_of(self, login: str, *permissions: str) -> str:
        """Return the token of a person, or of an app."""
        name = f"ghs_{next(self._ids)}"
        self.tokens[name] = Token(login, frozenset(permissions))
        return name

    def pull(self, number: int, head: str, *, fork: bool | None = False) -> None:
        """Open a pull request, or push to it. With `fork=None` its repository was deleted."""
        names = {True: ("stranger/shop", FORK_ID), False: (REPOSITORY, REPOSITORY_ID)}
        full_name, id_ = names[bool(fork)]
        repository = None if fork is None else {"full_name": full_name, "id": id_}
        self.pulls[number] = {
            "number": number,
            "state": "open",
            "merged_at": None,
            "merge_commit_sha": "7e57" + head[4:],  # GitHub's own merge, to try whether it can be
            "head": {"sha": head, "repo": repository},
            "base": {"ref": "main", "repo": {"full_name": REPOSITORY, "id": REPOSITORY_ID}},
            "user": {"login": "stranger" if fork else "octocat"},
        }

    def merge(self, number: int, commit: str) -> None:
        """Merge a pull request by this commit on the default branch."""
        merged = {
            "state": "closed",
            "merged_at": "2026-01-02T03:04:05Z",
            "merge_commit_sha": commit,
        }
        self.pulls[number].update(merged)

    def comment(self, login: str, body: str, pull: int) -> dict[str, Any]:
        """Comment on a pull request, as this user."""
        made = {
            "id": next(self._ids),
            "body": body,
            "user": _user(login),
            "performed_via_github_app": {"slug": "github-actions"} if login == BOT else None,
            "html_url": f"https://github.example/{REPOSITORY}/pull/{pull}#issuecomment",
        }
        self._comments.append((pull, made))
        return made

    def comments(self, pull: int) -> list[dict[str, Any]]:
        return [comment for number, comment in self._comments if number == pull]

    def artifact(
        self,
        name: str,
        files: Mapping[str, bytes],
        head: str,
        *,
        fork: bool = False,
        expired: bool = False,
    ) -> int:
        """Upload an artifact, from a run for the commit `head`."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, data in files.items():
                archive.writestr(path, data)
        id_ = next(self._ids)
        self.blobs.files[f"{id_}.zip"] = packed.getvalue()
        run = {
            "id": next(self._ids),
            "repository_id": REPOSITORY_ID,
            "head_repository_id": FORK_ID if fork else REPOSITORY_ID,
            "head_sha": head,
        }
        row = {"id": id_, "name": name, "expired": expired, "size_in_bytes": len(packed.getvalue())}
        row |= {"created_at": f"2026-01-01T00:00:{len(self.artifacts):02}Z", "workflow_run": run}
        self.artifacts.insert(0, row)  # the newest first
        return id_

    def routes(self) -> list[tuple[str, Route]]:
        base = f"/repos/{REPOSITORY}"
        return [
            ("GET /user", self._me),
            ("GET /users/([^/]+)", lambda _asked, login: Answer(200, _user(login))),
            (rf"GET {base}/issues/(\d+)/comments", self._list_comments),
            (rf"POST {base}/issues/(\d+)/comments", self._add_comment),
            (rf"PATCH {base}/issues/comments/(\d+)", self._edit_comment),
            (rf"GET {base}/pulls/(\d+)", self._pull),
            (rf"GET {base}/commits/(\w+)/pulls", self._pulls_of),
            (rf"GET {base}/actions/artifacts", self._list_artifacts),
            (rf"GET {base}/actions/artifacts/(\d+)/zip", self._artifact),
        ]

    def _token(self, asked: Asked) -> Token:
        name = asked.headers.get("authorization", "").rpartition(" ")[2]
        if not name:  # a private repository is not shown
            raise Refused(404, {"message": "Not Found", "status": "404"})
        if name not in self.tokens:
            raise Refused(401, {"message": "Bad credentials", "status": "401"})
        return self.tokens[name]

    def _allow(self, asked: Asked, *wanted: str) -> Token:
        token = self._token(asked)
        if not token.may(*wanted):
            raise DENIED
        return token

    def _me(self, asked: Asked) -> Answer:
        token = self._token(asked)
        if token.of_a_job:
            raise DENIED
        return Answer(200, _user(token.login))

    def _rows(self, asked: Asked, rows: list[Any]) -> tuple[list[Any], dict[str, str]]:
        found, _, after = self.page(asked, 30, rows)
        return found, self.link(asked, after)

    def _list_comments(self, asked: Asked, pull: str) -> Answer:
        self._allow(asked, "pull-requests: read", "issues: read")
        self._known(pull)
        rows, headers = self._rows(asked, self.comments(int(pull)))
        return Answer(200, rows, headers)

    def _add_comment(self, asked: Asked, pull: str) -> Answer:
        token = self._allow(asked, "pull-requests: write", "issues: write")
        self._known(pull)
        return Answer(201, self.comment(token.login, _body(asked), int(pull)))

    def _edit_comment(self, asked: Asked, number: str) -> Answer:
        """Who may write may edit the comments of others too: GitHub refuses it to nobody else."""
        self._allow(asked, "pull-requests: write", "issues: write")
        for _, comment in self._comments:
            if comment["id"] == int(number):
                comment["body"] = _body(asked)
                return Answer(200, comment)
        raise Refused(404, {"message": "Not Found"})

    def _known(self, pull: str) -> dict[str, Any]:
        if int(pull) not in self.pulls:
            raise Refused(404, {"message": "Not Found"})
        return self.pulls[int(pull)]

    def _pull(self, asked: Asked, number: str) -> Answer:
        self._allow(asked, "pull-requests: read")
        return Answer(200, self._known(number))

    def _pulls_of(self, asked: Asked, commit: str) -> Answer:
        """Merged ones that brought the commit, and open ones that have it."""
        self._allow(asked, "pull-requests: read")
        rows = [
            pull
            for pull in self.pulls.values()
            if commit in (pull["merge_commit_sha"], pull["head"]["sha"])
        ]
        found, headers = self._rows(asked, rows)
        return Answer(200, found, headers)

    def _list_artifacts(self, asked: Asked) -> Answer:
        self._allow(asked, "actions: read")
        name = asked.query.get("name")
        rows = [each for each in self.artifacts if name in (None, each["name"])]
        found, headers = self._rows(asked, rows)
        return Answer(200, {"total_count": len(rows), "artifacts": found}, headers)

    def _artifact(self, asked: Asked, number: str) -> Answer:
        self._allow(asked, "actions: read")
        for each in self.artifacts:
            if each["id"] == int(number):
                if each["expired"]:
                    raise Refused(410, {"message": "Artifact has expired"})
                return Answer(302, b"", {"Location": f"{self.blobs.url}/{number}.zip"})
        raise Refused(404, {"message": "Not Found"})


def _user(login: str) -> dict[str, Any]:
    if login == BOT:
        return {"login": login, "id": BOT_ID, "type": "Bot"}
    return {"login": login, "id": 1000 + len(login), "type": "User"}


def _body(asked: Asked) -> str:
    body = str(asked.body.get("body") or "")
    wrong = "" if body.strip() else "body cannot be blank"
    if len(body) > LONGEST:
        wrong = f"body is too long (maximum is {LONGEST} characters)"
    if wrong:
        error = {"resource": "IssueComment", "code": "unprocessable", "field": "data"}
        raise Refused(
            422, {"message": "Validation Failed", "errors": [{**error, "message": wrong}]}
        )
    return body
