"""Documents are opened from files and addresses, within limits, and without a key."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any, ClassVar

import pytest
from vendor_documents import compared, facts, own

from shopform.errors import ConfigError, ShopError, ShopformError, UsageError
from shopform.openapi.compare import Verdict
from shopform.workflow.doctor import vendor_document
from shopform.workflow.doctor.vendor_document import LARGEST, open_document

YAML = """\
openapi: 3.0.3
info: {title: Shop, version: "1.10"}
paths:
  /supplier:
    get: &list
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: array, items: &item
          {type: object, properties: {supplier_id: {type: integer}, name: {type: string}}}}}}}
    post:
      requestBody: {content: {application/json: {schema: *item}}}
  /brand: {get: *list}
"""


def opened(directory: Path, text: str | bytes, name: str = "vendor.yaml") -> Any:
    data = text if isinstance(text, bytes) else text.encode()
    (directory / name).write_bytes(data)
    return open_document(directory, name)


def test_json_and_yaml_say_the_same(tmp_path: Path) -> None:
    as_json = opened(tmp_path, json.dumps(own()), "vendor.json")
    # JSON is YAML, but for the first bracket, which tells the two apart.
    as_yaml = opened(tmp_path, f"# YAML\n{json.dumps(own(), indent=1)}")
    assert as_json.content == as_yaml.content == own()
    found = compared(opened(tmp_path, YAML).content)
    assert {"supplier.fields.name", "supplier.id", "brand.list"} <= facts(found, Verdict.CONFIRMED)
    assert found.reading.version == "1.10"


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        (b'{"openapi": "3.1.0",\n "paths": }', "vendor.yaml:2:11", "not JSON: expecting value"),
        (b'{"openapi": "\xff"}', "vendor.yaml:1:14", "not UTF-8"),
        (b"a: 1\n\xff: 2", "vendor.yaml:2:1", "not UTF-8"),
        (b"[" * 200_000, "vendor.yaml:1:1", "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "vendor.yaml:1:1", "too many digits"),
        (b"a: b: c\n", "vendor.yaml:1:5", "mapping values are not allowed"),
        (b"a: " + b"[" * 60 + b"]" * 60, "vendor.yaml:1:53", "deeper than 50 levels"),
    ],
)
def test_what_cannot_be_parsed_is_an_error_with_its_place(
    tmp_path: Path, text: bytes, place: str, why: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        opened(tmp_path, text)
    found = refused.value.diagnostics[0]
    assert (str(found.span), why in found.summary) == (place, True), found


def test_aliases_of_aliases_are_refused_before_they_are_copied(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(ConfigError, match="aliases copy more than 200,000 values"):
        opened(tmp_path, "\n".join(lines))


def test_what_yaml_has_and_a_document_needs_not_is_reported_and_the_rest_read(
    tmp_path: Path,
) -> None:
    more = "  /page: {<<: {}, get: {}}\n  /brand: {}\n"
    found = opened(tmp_path, YAML + more)
    assert found.problems == {
        "vendor.yaml:12:11": "`<<` is not supported",
        "vendor.yaml:13:3": "`/brand` is written twice",
    }
    assert set(found.content["paths"]) == {"/supplier", "/brand", "/page"}


def test_half_a_character_is_replaced(tmp_path: Path) -> None:
    given = '{"a\\ud83d": "\\ud83d\\ude00 \\udc00"}'
    assert opened(tmp_path, given).content == {"a?": "\U0001f600 ?"}


@pytest.mark.parametrize("text", ["<!doctype html><title>Swagger</title>", "\n <html>"])
def test_page_instead_of_its_document_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="is a page of HTML") as refused:
        opened(tmp_path, text)
    assert "swagger.json" in refused.value.diagnostics[0].hint


def test_files_that_are_missing_or_too_large_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="no such file"):
        open_document(tmp_path, "none.json")
    with pytest.raises(UsageError, match="is a directory"):
        open_document(tmp_path, str(tmp_path))
    monkeypatch.setattr(vendor_document, "LARGEST", 50)
    with pytest.raises(UsageError, match="larger than 50 bytes"):
        opened(tmp_path, YAML)
    monkeypatch.setattr(vendor_document, "LARGEST", LARGEST)
    monkeypatch.setattr(vendor_document, "LARGEST_YAML", 50)
    with pytest.raises(ConfigError, match="more than 50 characters of YAML"):
        opened(tmp_path, YAML)


class Answers(BaseHTTPRequestHandler):
    """Answers by path, and keeps the headers of requests."""

    seen: ClassVar[list[dict[str, str]]] = []
    stopping: ClassVar[Event] = Event()

    def do_GET(self) -> None:
        self.seen.append({name.lower(): text for name, text in self.headers.items()})
        name = self.path.partition("?")[0]
        if name == "/slow.json":
            self.send_response(200)
            self.end_headers()
            while not self.stopping.wait(0.02):
                self.wfile.write(b" ")
            return
        status = {"/moved.json": 302, "/none.json": 404, "/broken.json": 500}.get(name, 200)
        body = b"x" * 5000 if name == "/large.json" else json.dumps(own()).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "https://other.example.dk/swagger.json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[str]:
    Answers.seen.clear()
    Answers.stopping.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            Answers.stopping.set()
            server.shutdown()
            thread.join()


def test_address_is_read_without_a_key_and_shown_without_its_query(tmp_path: Path) -> None:
    with serving() as url:
        found = open_document(tmp_path, f"{url}/swagger.json?key=secret")
    assert found.content == own()
    assert found.name == f"{url}/swagger.json"
    (headers,) = Answers.seen
    assert "authorization" not in headers
    assert "cookie" not in headers


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("moved", "it leads to `https://other.example.dk/swagger.json`"),
        ("none", "it answered 404"),
        ("broken", "it answered 500"),
        ("large", "it is larger than 4,000 bytes"),
        ("slow", "the response took more than 0 seconds"),
    ],
)
def test_address_without_a_document_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, why: str
) -> None:
    monkeypatch.setattr(vendor_document, "LARGEST", 4_000)
    monkeypatch.setattr(vendor_document, "SECONDS", 0.3 if name == "slow" else 30)
    with serving() as url, pytest.raises(ShopError) as refused:
        open_document(tmp_path, f"{url}/{name}.json?key=secret")
    assert refused.value.diagnostics[0].summary == f"cannot read `{url}/{name}.json`: {why}"
    asked = {1, 0} if name == "slow" else {1}  # the time may be over before the server is asked
    assert len(Answers.seen) in asked


@pytest.mark.parametrize(
    "address", ["http://example.dk/swagger.json", "HTTP://10.0.0.1/a", "https://", "https://[/a"]
)
def test_addresses_that_are_not_https_are_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ShopformError) as refused:
        open_document(tmp_path, address)
    assert "is not an https address" in refused.value.diagnostics[0].summary
