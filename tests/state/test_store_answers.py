"""What object stores answer instead of doing their work, and what the user reads."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from listening import listening
from support import EXAMPLES, SHOPFORM, copy_project, environment_of

from shopform.errors import StoreError
from shopform.model.shop import StateStore
from shopform.sandbox import Sandbox
from shopform.state.objects.blobs import Blobs, write
from shopform.state.objects.obstore_blobs import open_blobs

KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"}
OBJECT = {"ETag": '"1"', "Last-Modified": "Mon, 30 Nov 2026 08:00:00 GMT"}


def xml(code: str, message: str = "so it is", more: str = "") -> str:
    return f"<Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>"


@dataclass
class Answering:
    """A store that gives the first of its answers to each method, the last one for ever."""

    url: str = ""
    answers: dict[str, list[tuple[int, str, dict[str, str]]]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def always(self, status: int, body: str, **headers: str) -> None:
        for method in ("GET", "PUT", "POST", "DELETE"):
            self.answers[method] = [(status, body, headers)]

    def next(self, method: str) -> tuple[int, str, dict[str, str]]:
        self.requests.append(method)
        left = self.answers[method]
        return left.pop(0) if len(left) > 1 else left[0]

    def blobs(self) -> Blobs:
        return open_blobs("s3", "shops", StateStore(endpoint=self.url, region="us-east-1"), KEYS)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answering]:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    found = Answering()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, text, headers = found.next(self.command)
            body = text.encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815

    with listening(Handler) as found.url:
        yield found


REQUESTS: dict[str, Callable[[Blobs], object]] = {
    "read": lambda blobs: blobs.get("k"),
    "write": lambda blobs: write(blobs, "k", b"x", {"e_tag": '"1"'}),
    "list": lambda blobs: blobs.list("k/"),
    "delete": lambda blobs: blobs.delete(["k"]),
}
RIGHTS = {"read": "GetObject", "write": "PutObject", "list": "ListBucket", "delete": "DeleteObject"}


@pytest.mark.parametrize("verb", REQUESTS)
def test_a_missing_right_is_named(store: Answering, verb: str) -> None:
    store.always(403, xml("AccessDenied", "Access Denied"))
    with pytest.raises(StoreError, match=f"may not {verb} `s3://shops/k/?`: AccessDenied") as said:
        REQUESTS[verb](store.blobs())
    assert said.value.exit_code == 19
    assert f"`s3:{RIGHTS[verb]}`" in said.value.diagnostics[0].hint


REGION = "the region 'us-east-1' is wrong; expecting 'eu-north-1'"
ANSWERS = {
    "a wrong key": (403, xml("InvalidAccessKeyId"), "set their variables again"),
    "a wrong secret key": (403, xml("SignatureDoesNotMatch"), "set their variables again"),
    "an expired token": (400, xml("ExpiredToken"), "set their variables again"),
    "no credentials": (401, xml("Unauthorized"), "set their variables again"),
    "a wrong clock": (403, xml("RequestTimeTooSkewed"), "set the clock of this machine"),
    "a region, named": (400, xml("AuthorizationHeaderMalformed", REGION), "region `eu-north-1`"),
    "a region": (301, xml("PermanentRedirect"), "correct `region` of `state_store`"),
    "no bucket": (404, xml("NoSuchBucket"), "create it, or correct the shop's `state`"),
    "an unknown answer": (418, "teapot", "check the connection"),
}


@pytest.mark.parametrize("verb", ["read", "write", "list"])
@pytest.mark.parametrize(("status", "body", "hint"), ANSWERS.values(), ids=ANSWERS)
def test_each_answer_has_a_hint_and_quotes_no_address(
    store: Answering, verb: str, status: int, body: str, hint: str
) -> None:
    store.always(status, body)
    with pytest.raises(StoreError) as said:
        REQUESTS[verb](store.blobs())
    assert said.value.exit_code == 19
    assert hint in said.value.diagnostics[0].hint
    assert store.url not in str(said.value)


def test_a_store_that_is_busy_is_asked_several_times(store: Answering) -> None:
    store.always(503, xml("SlowDown"))
    with pytest.raises(StoreError, match="SlowDown") as said:
        store.blobs().get("k")
    assert said.value.diagnostics[0].hint == "run again: the store is busy"
    assert len(store.requests) == 4


CONFLICT = (409, xml("ConditionalRequestConflict"), dict[str, str]())


def test_a_conflict_without_another_writer_is_tried_again(store: Answering) -> None:
    """S3 says so of a create, and of a replacement; neither stores anything."""
    store.answers = {
        "GET": [(200, "old", OBJECT)],
        "PUT": [*[CONFLICT] * 5, (200, "", {"ETag": '"2"'})],
    }
    assert write(store.blobs(), "k", b"new", {"e_tag": '"1"'}) == {"e_tag": '"2"'}
    store.answers = {
        "GET": [(404, xml("NoSuchKey"), {})],
        "PUT": [CONFLICT, CONFLICT, (200, "", {"ETag": '"2"'})],
    }
    assert write(store.blobs(), "k", b"new", None) == {"e_tag": '"2"'}


def test_a_conflict_with_another_writer_is_lost(store: Answering) -> None:
    theirs = (200, "theirs", {**OBJECT, "ETag": '"3"'})
    store.answers = {"GET": [theirs], "PUT": [CONFLICT]}
    assert write(store.blobs(), "k", b"new", {"e_tag": '"1"'}) is None
    assert write(store.blobs(), "k", b"new", None) is None
    assert write(store.blobs(), "k", b"theirs", {"e_tag": '"1"'}) == {"e_tag": '"3"'}


@pytest.mark.wide
def test_a_conflict_that_does_not_end_is_reported(store: Answering) -> None:
    store.answers = {"GET": [(200, "old", OBJECT)], "PUT": [CONFLICT]}
    with pytest.raises(StoreError, match="cannot be written, although no other run wrote it"):
        write(store.blobs(), "k", b"new", {"e_tag": '"1"'})


def test_a_command_ends_with_the_code_of_a_store_that_refuses(
    store: Answering, sandbox: Sandbox, tmp_path: Path
) -> None:
    project = copy_project(EXAMPLES / "minimal", tmp_path / "project", sandbox)
    settings = project / "shopform.yaml"
    lines = settings.read_text("utf-8").splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if "url:" in line)
    indent = lines[place].partition("url")[0]
    lines.insert(place, f"{indent}state: s3://shops/state.json\n")
    settings.write_text(
        "".join(lines) + f"state_store: {{endpoint: '{store.url}', region: us-east-1}}\n", "utf-8"
    )
    store.always(403, xml("AccessDenied", "Access Denied"))
    for command in (("apply", "--auto-approve"), ("state", "unlock-info")):
        run = subprocess.run(
            [*SHOPFORM, "-C", str(project), *command],
            env=environment_of(**KEYS),
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 19, run.stderr
        assert "may not read `s3://shops/state.json" in run.stderr
        assert "`s3:ListBucket`" in " ".join(run.stderr.split())
    assert [call.method for call in sandbox.calls if call.method != "GET"] == []
