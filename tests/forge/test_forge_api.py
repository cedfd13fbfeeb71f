"""Where the token of a forge goes: to its API and nowhere else."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from shopform.errors import ForgeError
from shopform.forge import github
from shopform.forge.api import ForgeApi
from shopform.forge.ci_run import CiRun
from shopform.forge.forge import MergedRequest
from shopform.forge.github import GitHub

SECRET = "very-secret"
REQUEST = MergedRequest("7", "#7", "a" * 40, fork=False)
Answer = tuple[int, dict[str, str], bytes]


class Server(ThreadingHTTPServer):
    """Answers what `answer` says, and keeps the paths and headers of all requests."""

    daemon_threads = True

    def __init__(self, answer: Callable[[str], Answer]) -> None:
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.answer = answer
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        status, headers, body = self.server.answer(self.path)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """The requests are kept."""


@contextmanager
def serving(answer: Callable[[str], Answer]) -> Iterator[Server]:
    with Server(answer) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def opened(url: str) -> ForgeApi:
    return ForgeApi(url, {"Authorization": SECRET})


@pytest.mark.parametrize(
    "url", ["http://forge.example", "ftp://forge.example", "", "https://", "https://[", "//x"]
)
def test_the_token_is_sent_to_an_https_address_only(url: str) -> None:
    with pytest.raises(ForgeError, match="not an https URL"):
        opened(url)


def test_no_answer_leads_the_token_to_another_host() -> None:
    with serving(lambda _path: (200, {}, b"[]")) as other:

        def answer(path: str) -> Answer:
            if "moved" in path:
                return 302, {"Location": f"{other.url}/moved"}, b""
            more = (
                {"Link": f'<{other.url}/more?page=2>; rel="next"'}
                if path.endswith("&page=1")
                else {}
            )
            return 200, more, b'[{"id": 1}]'

        with serving(answer) as server:
            found = list(opened(server.url).pages("/list"))
            moved = opened(server.url).request("GET", "/moved")
    assert (len(found), moved.status_code) == (2, 302)
    assert [path.partition("page=")[2] for path, _ in server.asked] == [
        "100&page=1",
        "100&page=2",
        "",
    ]
    assert all(headers["Authorization"] == SECRET for _, headers in server.asked)
    assert other.asked == []


def test_what_creates_something_is_sent_once_and_the_rest_again() -> None:
    busy: Answer = (503, {}, b"")
    with serving(lambda _path: busy) as server:
        for method, times in (("POST", 1), ("GET", 3)):
            server.asked.clear()
            with pytest.raises(ForgeError, match="HTTP 503"):
                opened(server.url).request(method, "/x")
            assert len(server.asked) == times


@pytest.mark.parametrize("body", [b"", b"{}", b'{"message": 1}', b"[1]", b"<html>", b"[" * 100_000])
def test_an_answer_of_another_shape_is_an_error_and_no_defect(body: bytes) -> None:
    with (
        serving(lambda _path: (200, {}, body)) as server,
        pytest.raises(ForgeError, match="not what its API documents"),
    ):
        list(opened(server.url).pages("/list"))


def test_a_refusal_says_why_and_never_with_which_token() -> None:
    body = json.dumps({"message": "Resource not\x1b[2J accessible"}).encode()
    with serving(lambda _path: (403, {}, body)) as server, pytest.raises(ForgeError) as refused:
        opened(server.url).request("GET", "/x", params={"page": "2"})
    assert refused.value.status == 403
    assert "HTTP 403 (Resource not\\u001b[2J accessible)" in str(refused.value)
    assert "page" not in str(refused.value)
    with pytest.raises(ForgeError, match="no answer from") as lost:
        opened(server.url).request("GET", "/x")
    assert SECRET not in str(refused.value) + str(lost.value)


def zipped(**files: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return data.getvalue()


def test_the_archive_of_an_artifact_is_fetched_without_the_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = {"good": zipped(**{"shopform-ci__main.plan.json": "plan", "main.md": "x"})}
    data["two"] = zipped(**{"a__main.plan.json": "1", "b__main.plan.json": "2"})
    data["none"], data["damaged"] = zipped(other="x"), data["good"][:60]
    wanted, given_up = ["good"], Event()

    def stored(_path: str) -> Answer:
        if wanted[0] == "slow":
            given_up.wait(60)
        if wanted[0] == "moved":
            return 302, {"Location": "https://u:signed@b.example/a?signed=1"}, b""
        return (200, {}, data[wanted[0]]) if wanted[0] in data else (404, {}, b"")

    run = {"head_sha": REQUEST.head, "repository_id": 1, "head_repository_id": 1}
    kept = {"name": f"shopform-main-{REQUEST.head}", "expired": False, "workflow_run": run}
    listed = [{"id": 5, **kept}]

    with serving(stored) as store:
        away = f"{store.url.replace('127.0.0.1', 'localhost')}/signed"

        def answer(path: str) -> Answer:
            if path.endswith("/zip"):
                return 302, {"Location": away}, b""
            return 200, {}, json.dumps({"artifacts": listed}).encode()

        with serving(answer) as server:
            forge = GitHub(CiRun(system="github", api=server.url, project="a/shop", token=SECRET))
            assert forge.saved_plan(REQUEST, "shopform-ci/main.plan.json") == b"plan"
            for wanted[0], says in (
                ("two", "or several"),
                ("none", "has no file"),
                ("damaged", "is damaged"),
                ("lost", "it answered 404"),
                ("slow", "took more than 0 seconds"),
                ("moved", "it leads to `https://b.example/a`"),
            ):
                monkeypatch.setattr(github, "SECONDS", 0.05 if wanted[0] == "slow" else 30)
                with pytest.raises(ForgeError, match=says) as problem:
                    forge.saved_plan(REQUEST, "shopform-ci/main.plan.json")
                assert "signed" not in str(problem.value)
                if wanted[0] == "slow":
                    given_up.set()
            away = "http://elsewhere.example/signed"
            with pytest.raises(ForgeError, match="not https"):
                forge.saved_plan(REQUEST, "shopform-ci/main.plan.json")
    assert store.asked
    assert not [headers for _, headers in store.asked if SECRET in str(headers)]


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "shopform-other-" + REQUEST.head},
        {"expired": True},
        {"workflow_run": None},
        {"workflow_run": {"head_sha": REQUEST.head, "repository_id": 1, "head_repository_id": 2}},
        {"workflow_run": {"head_sha": "b" * 40, "repository_id": 1, "head_repository_id": 1}},
        {"workflow_run": {"head_sha": REQUEST.head}},
    ],
)
def test_an_artifact_counts_if_a_run_of_this_repository_for_that_commit_made_it(
    changed: dict[str, object],
) -> None:
    run = {"head_sha": REQUEST.head, "repository_id": 1, "head_repository_id": 1}
    kept = {"name": f"shopform-main-{REQUEST.head}", "expired": False, "workflow_run": run}
    listed = json.dumps({"artifacts": [{"id": 5, **kept, **changed}]}).encode()
    with serving(lambda _path: (200, {}, listed)) as server:
        forge = GitHub(CiRun(system="github", api=server.url, project="a/shop", token=SECRET))
        assert forge.saved_plan(REQUEST, "shopform-ci/main.plan.json") is None
