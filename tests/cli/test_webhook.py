"""`shopform webhook`: deliveries are verified as a receiver does, and sent to one over HTTP."""

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import NamedTuple

import pytest
from listening import listening
from support import Run, environment_of, run_here

from shopform.kit.signatures import Scheme, sign, verify

SECRET = "canary-of-the-webhook"
BODY = b'{"event": "paid", "name": "S\xc3\xb8ren"}'
HEAD = b"POST /hook HTTP/1.1\r\nHost: erp.example\r\nX-Signature: %s\r\n\r\n"


class Receiver(NamedTuple):
    """Where deliveries are received, and those that were; what is not signed is refused."""

    url: str
    received: list[tuple[str, dict[str, str], bytes]]


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): text for name, text in self.headers.items()}
            made.received.append((self.path, headers, body))
            good = verify(body, headers.get("x-signature", ""), SECRET)
            self.send_response(204 if good else 401)
            self.end_headers()

    with listening(Handler) as url:
        made = Receiver(f"{url}/hook?key=canary-of-the-url", [])
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def webhook(
    folder: Path, *arguments: str, secret: str = SECRET, source: str = "${env:HOOK}"
) -> Run:
    command, *rest = arguments
    environment = environment_of(HOOK=secret)
    run = run_here(folder, "webhook", command, "--secret", source, *rest, environment=environment)
    assert "canary" not in run.text
    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "body").write_bytes(BODY)
    (tmp_path / "signature").write_text(sign(BODY, SECRET) + "\n")
    return tmp_path


def test_a_delivery_is_verified_from_files(folder: Path) -> None:
    run = webhook(folder, "verify", "--signature", "signature", "body")
    assert (run.exit, run.out, run.err) == (0, "The signature is valid.\n", "")
    (folder / "body").write_bytes(BODY + b"\n")
    run = webhook(folder, "verify", "--signature", "signature", "body")
    assert (run.exit, run.out) == (11, "")
    assert "the signature is not that of these 36 bytes (HMAC with sha256, in hex)" in run.err
    assert sign(BODY, SECRET) not in run.text
    assert sign(BODY + b"\n", SECRET) not in run.text


def test_the_secret_may_be_a_file_that_a_delivery_wrote(folder: Path) -> None:
    (folder / "secrets").mkdir()
    (folder / "secrets/erp").write_text(SECRET + "\n")
    given = "--signature", "signature", "body"
    assert webhook(folder, "verify", *given, source="${file:secrets/erp}").exit == 0
    assert webhook(folder, "verify", *given, source="${file:../other}").exit == 10


@pytest.mark.parametrize("source", ["-", "${env:HOOK}"])
@pytest.mark.parametrize(
    ("secret", "code", "said"),
    [
        (SECRET.encode() + b"\n", 0, ""),
        (b"canary-\xe6", 64, "is not UTF-8"),
        (b" \n", 64, "is empty"),
    ],
)
def test_a_secret_is_text_and_not_empty(
    folder: Path, monkeypatch: pytest.MonkeyPatch, source: str, secret: bytes, code: int, said: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(secret)))
    given = "--signature", "signature", "body"
    run = webhook(folder, "verify", *given, secret=os.fsdecode(secret), source=source)
    assert run.exit == code, run.text
    assert said in run.err


def test_a_whole_request_comes_from_stdin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def verified(data: bytes, *more: str) -> Run:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return webhook(folder, "verify", "--header", "X-Signature", *more)

    assert verified(HEAD % sign(BODY, SECRET).encode() + BODY).exit == 0
    other = Scheme("sha1", "base64")
    signed = HEAD % sign(BODY, SECRET, other).encode() + BODY
    run = verified(signed)
    assert run.exit == 11
    assert "it matches with `--digest sha1 --encoding base64`" in run.err
    assert verified(signed, "--digest", "sha1", "--encoding", "base64").exit == 0
    assert "no empty line" in verified(BODY).err
    lines = b"paid\r\n\r\n\xff"
    head = HEAD.replace(b"\r\n", b"\n") % f"sha256={sign(lines, SECRET)}".encode()
    assert verified(head + lines).exit == 0, "its headers end at the first empty line"
    assert verified(HEAD % sign(b"", SECRET).encode()).exit == 0, "a body may be empty"
    run = verified(b"Host: a\nDate: b\n\n" + BODY)
    assert run.exit == 64
    assert "there is no header `X-Signature`" in run.err
    assert "the headers are: Host, Date" in run.err


def test_stdin_that_is_closed_or_endless_is_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    run = webhook(folder, "verify", "--signature", "signature")
    assert (run.exit, "stdin is closed" in run.err) == (64, True)
    monkeypatch.setattr("shopform.terminal.console.LARGEST", 1000)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(bytes(1001))))
    run = webhook(folder, "verify", "--signature", "signature")
    assert (run.exit, "stdin has more than 1,000 bytes" in run.err) == (64, True)


@pytest.mark.parametrize(
    ("source", "arguments", "code", "said"),
    [
        ("canary-literal", ("--signature", "signature", "body"), 64, "must not be on the command"),
        ("", ("--signature", "signature", "body"), 64, "there is no secret"),
        ("${env:NONE}", ("--signature", "signature", "body"), 10, "`NONE` is not set"),
        ("${env:HOOK}", ("body",), 64, "there is no signature"),
        ("${env:HOOK}", ("--signature", "none", "body"), 64, "cannot use"),
        ("-", ("--signature", "signature"), 64, "only one of the inputs can be stdin"),
    ],
)
def test_what_is_missing_is_reported(
    folder: Path, source: str, arguments: tuple[str, ...], code: int, said: str
) -> None:
    run = webhook(folder, "verify", *arguments, source=source)
    assert run.exit == code, run.text
    assert said in run.err


def test_a_receiver_gets_a_signed_delivery(folder: Path, receiver: Receiver) -> None:
    ping = ("ping", receiver.url, "--header", "X-Signature")
    run = webhook(folder, *ping, "--event", "paid")
    assert run.exit == 0, run.text
    address = receiver.url.partition("?")[0]
    assert run.out.startswith(f"POST {address}: 204, ")
    assert "X-Signature: HMAC with sha256, in hex\n" in run.out
    assert "The form of a delivery is not documented" in run.err
    ((path, headers, body),) = receiver.received
    assert path == "/hook?key=canary-of-the-url"
    assert json.loads(body) == {"event": "paid", "test": True}
    assert run.out.endswith(f"{body.decode()}\n")
    assert headers["content-type"] == "application/json"
    run = webhook(folder, *ping, "--body", "body")
    assert receiver.received[-1][2] == BODY
    assert "not documented" not in run.err


def test_a_receiver_that_refuses_is_a_failure(folder: Path) -> None:
    with receiving() as receiver:
        ping = ("ping", receiver.url, "--header", "X-Signature")
        run = webhook(folder, *ping, "--event", "piad", secret="another")
        assert run.exit == 1
        assert "warning: `piad` is not a documented event\n  hint: did you mean `paid`?" in run.err
        assert "answered 401" in run.err
        assert len(receiver.received) == 1
    run = webhook(folder, *ping, "--event", "paid")
    assert run.exit == 1
    assert "no answer from" in run.err


def test_a_redirect_is_not_followed_and_an_endless_body_is_not_read(
    folder: Path, receiver: Receiver
) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(302 if self.path == "/moved" else 200)
            self.send_header("Location", receiver.url)
            self.end_headers()
            with suppress(OSError):
                while True:
                    self.wfile.write(bytes(100_000))

    with listening(Handler) as url:
        for path, code, said in (("moved", 1, "answered 302"), ("", 0, "")):
            ping = ("ping", f"{url}/{path}", "--header", "X-Signature", "--event", "paid")
            run = webhook(folder, *ping)
            assert (run.exit, said in run.err) == (code, True), run.text
    assert not receiver.received


def test_a_delivery_is_sent_to_no_other_host_without_https(folder: Path) -> None:
    for url in (
        "http://erp.example/?key=canary",
        "erp.example",
        "http://[",
        "ftp://erp.example",
        "ftp://127.0.0.1",
    ):
        run = webhook(folder, "ping", url, "--header", "X-S", "--event", "paid")
        assert run.exit == 64, run.text
        assert "not an https URL" in run.err


@pytest.mark.parametrize("name", ["X Signature", "X-Signatur\u00e6", "X-S:", "X-S\nX-T"])
def test_the_name_of_a_header_is_checked_before_anything_is_sent(
    folder: Path, receiver: Receiver, name: str
) -> None:
    run = webhook(folder, "ping", receiver.url, "--header", name, "--event", "paid")
    assert run.exit == 64, run.text
    assert "cannot be the name of a header" in run.err


@pytest.mark.parametrize("name", ["Content-Length", "host", "Content-type"])
def test_a_header_of_every_request_is_not_that_of_the_signature(
    folder: Path, receiver: Receiver, name: str
) -> None:
    run = webhook(folder, "ping", receiver.url, "--header", name, "--event", "paid")
    assert run.exit == 64, run.text
    assert f"`{name}` is a header of every request" in run.err
    assert not receiver.received
