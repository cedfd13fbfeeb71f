"""The XML interface of Google Cloud Storage in front of fake-gcs-server, which has the JSON one.

Conditions are passed on as generations, and answered by fake-gcs-server. Uploads are multipart,
since its simple ones ignore the condition (fake-gcs-server#2308).
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

import httpx

PART = "part-of-an-upload"


def answer(
    backend: httpx.Client, method: str, target: str, condition: str | None, body: bytes
) -> tuple[int, bytes, dict[str, str]]:
    """Return status, body and headers for a request of the XML interface."""
    url = urlsplit(target)
    bucket, _, name = url.path.removeprefix("/").partition("/")
    place = f"/storage/v1/b/{bucket}/o"
    if not name:
        prefix = parse_qs(url.query).get("prefix", [""])[0]
        found = backend.get(place, params={"prefix": prefix, "maxResults": 10_000})
        return found.status_code, listing(found.json()), {}
    key = unquote(name)
    if method == "PUT":
        found = backend.post(
            f"/upload{place}",
            params={"uploadType": "multipart", "ifGenerationMatch": condition or ""},
            headers={"Content-Type": f"multipart/related; boundary={PART}"},
            content=upload(key, body),
        )
        return found.status_code, b"", headers(found.json()) if found.is_success else {}
    one = f"{place}/{quote(key, safe='')}"
    if method == "DELETE":
        return backend.delete(one).status_code, b"", {}
    found = backend.get(one)
    if not found.is_success:
        return found.status_code, b"<Error><Code>NoSuchKey</Code></Error>", {}
    meta = found.json()
    media = backend.get(one, params={"alt": "media", "generation": meta["generation"]})
    if not media.is_success:  # replaced meanwhile
        return answer(backend, method, target, condition, body)
    return 200, media.content, headers(meta)


def headers(meta: dict[str, Any]) -> dict[str, str]:
    updated = datetime.fromisoformat(meta["updated"]).astimezone(UTC)
    return {
        "ETag": f'"{meta["etag"]}"',
        "x-goog-generation": str(meta["generation"]),
        "Last-Modified": format_datetime(updated, usegmt=True),
    }


def listing(found: dict[str, Any]) -> bytes:
    items = "".join(
        f"<Contents><Key>{escape(each['name'])}</Key><LastModified>{each['updated']}</LastModified>"
        f"<ETag>{escape(each['etag'])}</ETag><Size>{each['size']}</Size></Contents>"
        for each in found.get("items", ())
    )
    return f"<ListBucketResult>{items}</ListBucketResult>".encode()


def upload(key: str, body: bytes) -> bytes:
    head = json.dumps({"name": key}).encode()
    parts = [
        b"Content-Type: application/json\r\n\r\n" + head,
        b"Content-Type: application/octet-stream\r\n\r\n" + body,
    ]
    start = f"--{PART}\r\n".encode()
    return b"".join(start + part + b"\r\n" for part in parts) + f"--{PART}--\r\n".encode()


@contextmanager
def xml_interface(backend: str) -> Iterator[str]:
    """Serve the interface for the server at an address; yield the address to use."""
    client = httpx.Client(base_url=backend, timeout=30, trust_env=False)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def carry_out(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            condition = self.headers.get("x-goog-if-generation-match")
            status, data, more = answer(client, self.command, self.path, condition, body)
            self.send_response(status)
            for name, value in {**more, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_DELETE = carry_out  # noqa: N815

        def log_message(self, *_: Any) -> None: ...

    with client, ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
