"""A bucket in memory that speaks as much of S3 as the object stores of the tests need."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

from servers import BUCKET, Server

MODIFIED = "2026-11-30T04:00:00.000Z"


class Bucket:
    """Objects by key. Every request is carried out alone."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.mutex = threading.Lock()

    def answer(
        self, method: str, key: str, query: dict[str, list[str]], headers: Any, body: bytes
    ) -> tuple[int, bytes, str]:
        """Return the status, the body and the tag of an answer."""
        if method == "PUT":
            held = self.objects.get(key)
            if headers.get("If-None-Match") == "*" and held is not None:
                return 412, _error("PreconditionFailed"), ""
            if (wanted := headers.get("If-Match")) and (held is None or _tag(held) != wanted):
                return 412, _error("PreconditionFailed"), ""
            self.objects[key] = body
            return 200, b"", _tag(body)
        if method == "POST":
            keys = [
                each.text or "" for each in ElementTree.fromstring(body).iter() if "Key" in each.tag
            ]
            for each in keys:
                self.objects.pop(each, None)
            return (
                200,
                _xml("DeleteResult", "".join(f"<Deleted><Key>{k}</Key></Deleted>" for k in keys)),
                "",
            )
        if method == "DELETE":
            self.objects.pop(key, None)
            return 204, b"", ""
        if not key:
            return 200, self._listed(query["prefix"][0]), ""
        if key not in self.objects:
            return 404, _error("NoSuchKey"), ""
        return 200, self.objects[key], _tag(self.objects[key])

    def _listed(self, prefix: str) -> bytes:
        found = "".join(
            f"<Contents><Key>{key}</Key><LastModified>{MODIFIED}</LastModified>"
            f"<ETag>{_tag(data)}</ETag><Size>{len(data)}</Size></Contents>"
            for key, data in sorted(self.objects.items())
            if key.startswith(prefix)
        )
        return _xml("ListBucketResult", f"<IsTruncated>false</IsTruncated>{found}")


def _tag(data: bytes) -> str:
    return f'"{hashlib.md5(data).hexdigest()}"'


def _xml(name: str, content: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><{name}>{content}</{name}>'.encode()


def _error(code: str) -> bytes:
    return _xml("Error", f"<Code>{code}</Code><Message>{code}</Message>")


@contextmanager
def serving(bucket: Bucket) -> Iterator[Server]:
    """Let a bucket listen on this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet: two cost 40 ms

        def serve(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size)
            if len(body) < size:  # the client was killed
                self.close_connection = True
                return
            url = urlsplit(self.path)
            key = unquote(url.path).removeprefix(f"/{BUCKET}").removeprefix("/")
            with bucket.mutex:
                query = parse_qs(url.query, keep_blank_values=True)
                status, data, tag = bucket.answer(self.command, key, query, self.headers, body)
            self.send_response(status)
            self.send_header("Last-Modified", "Mon, 30 Nov 2026 04:00:00 GMT")
            if tag:
                self.send_header("ETag", tag)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_POST = do_DELETE = serve  # noqa: N815

        def log_message(self, *arguments: Any) -> None:
            pass

    class Listener(ThreadingHTTPServer):
        daemon_threads = True

    with Listener(("127.0.0.1", 0), Handler) as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
        thread.start()
        try:
            endpoint = f"http://127.0.0.1:{listener.server_address[1]}"
            yield Server("memory", "s3", {"endpoint": endpoint, "region": "us-east-1"})
        finally:
            listener.shutdown()
            thread.join()
