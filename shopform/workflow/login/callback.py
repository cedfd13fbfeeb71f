"""Wait on this machine for the redirect of a browser, with which the shop delivers a key."""

import hmac
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from socketserver import TCPServer
from threading import Thread
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from shopform.errors import Refused, ShopformError, UsageError

PATH: Final = "/callback"
IDLE: Final = 10.0  # seconds until a connection without a request is closed
_HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
# The address has the key: the page removes it from the history of the browser.
_PAGE: Final = (
    "<!doctype html><title>shopform</title><script>history.replaceState(null, '', '/')</script>"
    "<p>{}</p>"
)


class Callback:
    """The address that gets the redirect, with the `state` that it must return."""

    def __init__(self, server: "_Server") -> None:
        self._server = server
        self.state = server.state
        self.url = f"http://127.0.0.1:{server.server_port}{PATH}"

    def wait(self, seconds: float) -> Mapping[str, str]:
        """Return the parameters of the first redirect with this `state`.

        Any page of a browser can request this address, so others end nothing. Raises ShopformError
        after `seconds`, Refused if there were only others.
        """
        try:
            return self._server.received.get(timeout=seconds)
        except Empty:
            pass
        waited = f"within {seconds:,.0f} seconds"
        if self._server.refused:
            raise Refused(
                f"no answer to this login {waited}, but one with another `state`",
                hint="close older pages of the login, and run `shopform login` again",
            )
        raise ShopformError(f"no answer {waited}", hint="run `shopform login` again")


@contextmanager
def listening(port: int) -> Iterator[Callback]:
    """Listen on loopback, on any free port if it is 0. Raises UsageError."""
    try:
        server = _Server(("127.0.0.1", port), _Handler)
    except OSError as problem:
        reason = (problem.strerror or "refused").lower()
        raise UsageError(f"cannot listen on port {port}: {reason}") from None
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Callback(server)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    """Browsers open connections ahead, so each has a thread."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.state = secrets.token_urlsafe(32)
        self.received: SimpleQueue[Mapping[str, str]] = SimpleQueue()
        self.refused = False

    def server_bind(self) -> None:
        """Bind without the reverse DNS lookup of http.server, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_port = self.server_address[1]

    def handle_error(self, *_: object) -> None:
        """A connection that the browser gave up says nothing about the login."""


class _Handler(BaseHTTPRequestHandler):
    timeout = IDLE
    server: _Server

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        # A page of another host whose name leads to this machine is not answered.
        known = self.headers.get("Host") == f"127.0.0.1:{self.server.server_port}"
        if address.path != PATH or not known:
            self._answer(404, "Not found.")
            return
        found = dict(parse_qsl(address.query, keep_blank_values=True))
        if not hmac.compare_digest(found.get("state", "").encode(), self.server.state.encode()):
            self.server.refused = True
            self._answer(400, "This is not an answer to the login that shopform waits for.")
            return
        self._answer(200, "shopform has the answer. This page can be closed.")
        self.server.received.put(found)

    def _answer(self, status: int, text: str) -> None:
        body = _PAGE.format(text).encode()
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing: the address has the key."""
