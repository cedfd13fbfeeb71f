"""GitLab's REST API for one project, with its rules.

Pages: https://docs.gitlab.com/api/rest/#pagination. Notes: https://docs.gitlab.com/api/notes/
What a job token may ask: https://docs.gitlab.com/ci/jobs/ci_job_token/ (artifacts, and neither
notes nor merge requests: gitlab-org/gitlab#545150). Project access tokens are bots:
https://docs.gitlab.com/user/project/settings/project_access_tokens/
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forge.server import Answer, Asked, Refused, Route, Server

PROJECT, PROJECT_PATH, FORK = 3, "a/shop", 8
REPORTER, DEVELOPER, MAINTAINER = 20, 30, 40
LONGEST = 1_000_000


@dataclass(frozen=True)
class Token:
    """An access token: its user, role and scope."""

    login: str
    level: int
    scope: str


class GitLab(Server):
    """The project 3, `a/shop`: merge requests, notes, pipelines and artifacts of jobs."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: dict[str, Token] = {}
        self.job_tokens: set[str] = set()
        self.merges: dict[int, dict[str, Any]] = {}
        self.pipelines: list[dict[str, Any]] = []
        self.jobs: list[dict[str, Any]] = []
        self._files: dict[int, Mapping[str, bytes]] = {}
        self._notes: list[tuple[int, dict[str, Any]]] = []
        self._ids = itertools.count(501)

    @property
    def api(self) -> str:
        """The value of CI_API_V4_URL."""
        return f"{self.url}/api/v4"

    def access_token(
        self, scope: str = "api", *, login: str = "project_3_bot", level: int = DEVELOPER
    ) -> str:
        name = f"glpat-{next(self._ids)}"
        self.tokens[name] = Token(login, level, scope)
        return name

    def job_token(self) -> str:
        name = f"glcbt-{next(self._ids)}"
        self.job_tokens.add(name)
        return name

    def merge_request(self, iid: int, head: str, *, fork: bool = False) -> None:
        """Open a merge request, or push to it."""
        self.merges[iid] = {
            "iid": iid,
            "state": "opened",
            "sha": head,
            "merge_commit_sha": None,
            "squash_commit_sha": None,
            "merged_at": None,
            "source_project_id": FORK if fork else PROJECT,
            "target_project_id": PROJECT,
            "target_branch": "main",
        }

    def merge(self, iid: int, commit: str, *, squash: str = "") -> None:
        """Merge by this commit; a fast-forward has none of its own: pass the head then."""
        found = self.merges[iid]
        found |= {"state": "merged", "merged_at": "2026-01-02T03:04:05Z"}
        found["merge_commit_sha"] = None if commit == found["sha"] else commit
        found["squash_commit_sha"] = squash or None

    def note(self, login: str, body: str, iid: int, *, system: bool = False) -> dict[str, Any]:
        made = {"id": next(self._ids), "body": body, "author": _user(login), "system": system}
        made |= {"created_at": f"2026-01-01T00:00:00.{len(self._notes):06}Z", "noteable_iid": iid}
        self._notes.append((iid, made))
        return made

    def notes(self, iid: int) -> list[dict[str, Any]]:
        """Return the notes of a merge request, the oldest first."""
        return [note for number, note in self._notes if number == iid]

    def job(
        self,
        name: str,
        files: Mapping[str, bytes],
        head: str,
        *,
        iid: int = 0,
        status: str = "success",
        fork: bool = False,
    ) -> int:
        """Run a job in a pipeline of its own, of a merge request if `iid` is given."""
        pipeline = next(self._ids)
        owner = FORK if fork else PROJECT
        row = {"id": pipeline, "sha": head, "project_id": owner, "status": status}
        self.pipelines.append({**row, "iid_of_request": iid, "source": "merge_request_event"})
        number = next(self._ids)
        self.jobs.append({"id": number, "name": name, "status": status, "pipeline": row})
        self._files[number] = files
        return number

    def routes(self) -> list[tuple[str, Route]]:
        base = rf"/api/v4/projects/(?:{PROJECT}|a%2Fshop)"
        request = rf"{base}/merge_requests/(\d+)"
        return [
            ("GET /api/v4/user", self._me),
            (rf"GET {request}/notes", self._list_notes),
            (rf"POST {request}/notes", self._add_note),
            (rf"PUT {request}/notes/(\d+)", self._edit_note),
            (rf"GET {base}/repository/commits/(\w+)/merge_requests", self._requests_of),
            (rf"GET {request}/pipelines", self._list_pipelines),
            (rf"GET {base}/pipelines/(\d+)/jobs", self._list_jobs),
            (rf"GET {base}/jobs/(\d+)/artifacts/(.+)", self._file),
        ]

    def _allow(self, asked: Asked, level: int = REPORTER) -> Token:
        name = asked.headers.get("private-token", "")
        name = name or asked.headers.get("authorization", "").removeprefix("Bearer ")
        if not name:  # a job token counts as nobody here, and a private project is not shown
            reading = asked.method == "GET"
            status, what = (404, "404 Project Not Found") if reading else (401, "401 Unauthorized")
            raise Refused(status, {"message": what})
        if name not in self.tokens:
            raise Refused(401, {"message": "401 Unauthorized"})
        token = self.tokens[name]
        if token.scope != "api" and (asked.method != "GET" or token.scope != "read_api"):
            error = {"error": "insufficient_scope", "scope": "api"}
            raise Refused(403, error)
        if token.level < level:
            raise Refused(403, {"message": "403 Forbidden"})
        return token

    def _me(self, asked: Asked) -> Answer:
        return Answer(200, _user(self._allow(asked, 0).login))

    def _rows(self, asked: Asked, rows: list[Any]) -> Answer:
        found, number, after = self.page(asked, 20, rows)
        headers = {"X-Page": str(number), "X-Next-Page": str(after or "")}
        return Answer(200, found, {**headers, **self.link(asked, after)})

    def _request(self, iid: str) -> dict[str, Any]:
        if int(iid) not in self.merges:
            raise Refused(404, {"message": "404 Not found"})
        return self.merges[int(iid)]

    def _list_notes(self, asked: Asked, iid: str) -> Answer:
        self._allow(asked)
        self._request(iid)
        rows = self.notes(int(iid))
        return self._rows(asked, rows if asked.query.get("sort") == "asc" else rows[::-1])

    def _add_note(self, asked: Asked, iid: str) -> Answer:
        token = self._allow(asked)
        self._request(iid)
        return Answer(201, self.note(token.login, _body(asked), int(iid)))

    def _edit_note(self, asked: Asked, iid: str, number: str) -> Answer:
        token = self._allow(asked)
        for note in self.notes(int(iid)):
            if note["id"] == int(number):
                if note["author"]["username"] != token.login and token.level < MAINTAINER:
                    raise Refused(403, {"message": "403 Forbidden"})
                note["body"] = _body(asked)
                return Answer(200, note)
        raise Refused(404, {"message": "404 Note Not Found"})

    def _requests_of(self, asked: Asked, commit: str) -> Answer:
        self._allow(asked)
        names = ("sha", "merge_commit_sha", "squash_commit_sha")
        found = [each for each in self.merges.values() if commit in map(each.get, names)]
        return self._rows(asked, found)

    def _list_pipelines(self, asked: Asked, iid: str) -> Answer:
        self._allow(asked)
        self._request(iid)
        found = [each for each in self.pipelines if each["iid_of_request"] == int(iid)]
        return self._rows(asked, found[::-1])

    def _list_jobs(self, asked: Asked, pipeline: str) -> Answer:
        self._allow(asked)
        scope = asked.query.get("scope[]")
        found = [
            job
            for job in self.jobs
            if job["pipeline"]["id"] == int(pipeline)
            and job["pipeline"]["project_id"] == PROJECT
            and scope in (None, job["status"])
        ]
        return self._rows(asked, found[::-1])

    def _file(self, asked: Asked, number: str, path: str) -> Answer:
        if asked.headers.get("job-token", "") not in self.job_tokens:
            self._allow(asked)
        files = self._files.get(int(number), {})
        if path not in files:
            raise Refused(404, {"message": "404 Not Found"})
        return Answer(200, files[path], {"Content-Type": "application/octet-stream"})


def _user(login: str) -> dict[str, Any]:
    return {"id": 2000 + len(login), "username": login, "bot": login.startswith("project_")}


def _body(asked: Asked) -> str:
    body = str(asked.body.get("body") or "")
    if not body:
        raise Refused(400, {"error": "body is missing"})
    if len(body) > LONGEST:
        wrong = f"is too long (maximum is {LONGEST} characters)"
        raise Refused(400, {"message": {"note": [wrong]}})
    return body
