"""Requests to a shop of this process, without a socket between: it takes half of the time.

Only where nothing is to go wrong on the way: with a fault or a hook set they go over HTTP, as do
those of a process of its own. What builds the requests and reads the answers is the client's own
code in both.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from weakref import WeakValueDictionary

import httpx

from shopform.sandbox.app import ROOT
from shopform.sandbox.server import Server
from shopform.shop.responses import Call
from shopform.shop.transport import Check, Response, Transport

SERVERS: WeakValueDictionary[int, Server] = WeakValueDictionary()
_serve, _over_http = Server.__init__, Transport._respond


def _known(self: Server, *args: Any) -> None:
    _serve(self, *args)
    SERVERS[self.port] = self


patch.object(Server, "__init__", _known).start()


def _plain(server: Server, path: str) -> bool:
    if server.stopping.is_set() or not path.startswith(f"{ROOT}/"):
        return False
    app = server.app
    # The one hook that every shop has is its own log.
    return not (app.faults.active or app.before or app.after[1:])


def _answered(self: Transport, call: Call, check: Check) -> Response:
    request = self._request(call, check)
    url = request.url
    server = SERVERS.get(url.port or 0)
    if not server or not _plain(server, url.path):
        return _over_http(self, call, check)
    headers = {name.lower(): text for name, text in request.headers.items()}
    query = url.query.decode("ascii")
    # As it is sent: what is quoted in a path stays so.
    path = url.raw_path.decode("ascii").partition("?")[0]
    answer = server.app.handle(request.method, path, query, headers, request.read())
    shown = [("Content-Type", answer.type)] if answer.status != 204 else []
    return Response(answer.status, httpx.Headers([*shown, *answer.headers]), answer.body)


@contextmanager
def direct() -> Iterator[None]:
    with patch.object(Transport, "_respond", _answered):
        yield
