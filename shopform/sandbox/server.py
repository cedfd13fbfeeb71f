"""An HTTP/1.1 server on loopback that can lose and cut responses."""

import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import urlsplit

from shopform.sandbox import control, swagger
from shopform.sandbox.app import App
from shopform.sandbox.messages import Fate, SandboxResponse

REQUEST_LIMIT = 64 * 1024 * 1024


class Exchange(BaseHTTPRequestHandler):
    """One connection, without Nagle's algorithm, which would delay responses."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def _exchange(self) -> None:
        size = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not size.isdecimal():
            self.close_connection = True
            self._send(SandboxResponse(411, b"411 Length Required"))
            return
        if int(size) > REQUEST_LIMIT:
            self.close_connection = True
            self._send(SandboxResponse(413, b"413 Content Too Large"))
            return
        body = self.rfile.read(int(size))
        if len(body) < int(size):  # the client ended before it had sent its request
            self.close_connection = True
            return
        address = urlsplit(self.path)
        headers = {name.lower(): text for name, text in self.headers.items()}
        if address.path.startswith(control.ROOT):
            response = control.handle(self.server.app, self.command, address.path, body)
        elif described := swagger.handle(self.server.app, self.command, address.path, headers):
            response = described
        else:
            response = self.server.app.handle(
                self.command, address.path, address.query, headers, body
            )
            response = swagger.allowed(response, headers)
        if response.delay:
            self.server.stopping.wait(response.delay)
        if response.fate is not Fate.SEND:
            self.close_connection = True
        if response.fate is not Fate.CLOSE:
            self._send(response)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _exchange  # noqa: N815

    def _send(self, response: SandboxResponse) -> None:
        reason = self.responses.get(response.status, ("",))[0]
        head = [f"HTTP/1.1 {response.status} {reason}"]
        body = response.body
        if response.status != 204:
            head += [f"Content-Type: {response.type}", f"Content-Length: {len(body)}"]
        if response.fate is Fate.CUT:
            head[-1] = f"Content-Length: {len(body) + 2}"
            body = body[: len(body) // 2]
        head += [f"{name}: {text}" for name, text in response.headers]
        if self.close_connection:
            head.append("Connection: close")
        with suppress(ConnectionError):
            self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)

    def handle(self) -> None:
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: Any) -> None:
        """Log nothing: the shop has its own log."""


class Server(ThreadingHTTPServer):
    """Serves an App. `stop` ends every connection and waits for their threads."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, app: App) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.app = app
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._closed = threading.Condition()
        super().__init__((host, port), Exchange)

    def server_bind(self) -> None:
        """Bind without the reverse DNS lookup of http.server."""
        TCPServer.server_bind(self)

    @property
    def port(self) -> int:
        port: int = self.socket.getsockname()[1]
        return port

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._closed:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._closed:
            self._open.discard(request)
            self._closed.notify_all()

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()
        with self._closed:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._closed.wait_for(lambda: not self._open, timeout=5)
