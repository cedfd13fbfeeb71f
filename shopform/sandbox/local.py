"""A whole local shop: data, switches, faults and a server in a thread."""

import json
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self, TextIO

from shopform.errors import UsageError
from shopform.files import reporting
from shopform.kinds import Catalogue
from shopform.kinds.standard import STANDARD
from shopform.kit.url_paths import is_loopback
from shopform.sandbox.app import ROOT, App
from shopform.sandbox.behaviour.surface import Likeness
from shopform.sandbox.behaviour.table import World
from shopform.sandbox.behaviour.tables import Endpoints, Seed
from shopform.sandbox.calls import Hook, LoggedRequest
from shopform.sandbox.gate import MISSING, Gate
from shopform.sandbox.server import Server
from shopform.sandbox.store import RowStore
from shopform.sandbox.switches import Switches

_EMPTY: Mapping[str, object] = MappingProxyType(
    {"string": "", "boolean": False, "integer": 0, "number": 0, "array": (), "object": {}}
)  # by the type in JSON


class Sandbox:
    """A shop on loopback, which listens from the start; a context manager that closes it.

    `data` is a file that stores the shop, `seed` are the objects of a new shop, by endpoint.
    `first_ids` are the first ids, and `like` the names of another shop, by endpoint. Port 0 is any
    free port. A kind of `catalogue` without a table written by hand gets one of its rows. Raises
    UsageError for invalid arguments, such as a host that is not loopback.
    """

    def __init__(
        self,
        *,
        like: Mapping[str, Likeness] | None = None,
        switches: Mapping[str, str] | None = None,
        faults: Iterable[str] = (),
        token: str = "sandbox",  # noqa: S107
        data: Path | None = None,
        seed: Seed | None = None,
        products: int = 0,
        deny: Iterable[str] = (),
        daily_calls: int = 10_000,
        log: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        first_ids: Mapping[str, int] | None = None,
        catalogue: Catalogue = STANDARD,
    ) -> None:
        _check_loopback(host)
        endpoints = Endpoints.of(catalogue)
        given_ids = {endpoints.named(name): number for name, number in (first_ids or {}).items()}
        active = Switches(endpoints.switches, switches)
        self._store = RowStore(data, endpoints.first_ids | given_ids)
        self._world = World(self._store, active, like=like or {})
        try:
            gate = Gate(token, deny, daily_calls, endpoints.named)
            self.app = App(self._world, endpoints, gate, seed or {}, products)
            self.set_fault(*faults)
            self._server = _listen(host, port, self.app)
        except UsageError:
            self._store.close()
            raise
        self._world.origin = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        self._log: TextIO | None = log.open("a", encoding="utf-8") if log else None
        self.app.after.append(self._write_log)
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.01,), name="sandbox", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and end every connection; the data file keeps the data."""
        self._server.stop()
        self._thread.join()
        self._store.close()
        if self._log:
            self._log.close()

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def url(self) -> str:
        """The URL of the API, with /REST."""
        return self._world.origin + ROOT

    @property
    def calls(self) -> list[LoggedRequest]:
        """The requests so far, in order of completion."""
        return list(self.app.calls)

    def data(self, kind: str) -> list[dict[str, Any]]:
        """Return the objects of a kind, or endpoint, that were not removed, as stored."""
        return self.app.data(kind)

    def set_fault(self, *specs: str) -> None:
        for spec in specs:
            self.app.faults.add(spec)

    def clear_faults(self) -> None:
        self.app.faults.clear()

    def set_switch(self, name: str, word: str) -> None:
        self._world.switches.set(name, word)

    def reset_log(self) -> None:
        self.app.reset_log()

    def before(self, hook: Hook) -> None:
        """Call `hook` with each request before it is executed, in the server's thread."""
        self.app.before.append(hook)

    def after(self, hook: Hook) -> None:
        """Call `hook` with each request after it was executed and before its response is sent."""
        self.app.after.append(hook)

    def _write_log(self, call: LoggedRequest) -> None:
        if self._log:
            self._log.write(call.as_json() + "\n")
            self._log.flush()


def _document(file: Path) -> Any:
    with reporting(file, UsageError):
        return json.loads(file.read_text(encoding="utf-8"))


def read_seed(file: Path) -> Seed:
    """Read a seed, an object of lists of objects, from a JSON file. Raises UsageError."""
    try:
        seed = _document(file)
        if not all(isinstance(row, dict) for rows in seed.values() for row in rows):
            raise TypeError
    except (ValueError, TypeError, AttributeError, RecursionError):
        hint = 'write {"ENDPOINT": [{"name": "..."}]}'
        raise UsageError(f"`{file}` is not a seed", hint=hint) from None
    typed: Seed = seed
    return typed


def read_like(file: Path, catalogue: Catalogue = STANDARD) -> dict[str, Any]:
    """Return the `switches`, `deny` and `like` of a shop that `doctor --record` recorded.

    A question without an answer is left at its default, or at the first word that is possible.
    Raises UsageError.
    """
    from shopform.doctor.recording import recording_of

    try:
        found = recording_of(_document(file))
    except (ValueError, TypeError, AttributeError, RecursionError) as problem:
        hint = "`shopform doctor --record FILE` writes one"
        raise UsageError(f"`{file}` is not a recording of a shop", hint=hint) from problem
    endpoints = Endpoints.of(catalogue)
    words = {}
    for switch in endpoints.switches:
        possible = found.possible.get(switch.name, switch.words)
        likely = switch.default if switch.default in possible else possible[0]
        word = found.words.get(switch.name, likely)
        # A word that a switch lacks behaves as its default, such as `ints` without other columns.
        words[switch.name] = word if word in switch.words or switch.free else switch.default
    tables = endpoints.tables
    missing = (f"{name}{MISSING}" for name in found.missing if name in tables)
    denied = (each for each in found.denied if each.partition(":")[0] in tables)
    kinds = {endpoints.of_kind[n]: k for n, k in found.kinds.items() if n in endpoints.of_kind}
    like = {
        name: Likeness(
            kind.endpoint if kind.endpoint != name else "",
            kind.id,
            kind.list_key,
            {key: _empty(types) for key, types in kind.keys.items()},
        )
        for name, kind in kinds.items()
    }
    return {"switches": words, "deny": (*missing, *denied), "like": like}


def _empty(types: tuple[str, ...]) -> object:
    """Return the value of a column that is not set: null, or an empty one of its type in JSON."""
    return None if "null" in types or not types else _EMPTY.get(types[0])


def _check_loopback(host: str) -> None:
    if not is_loopback(host):
        raise UsageError(
            f"`{host}` is not loopback",
            hint="the sandbox has no protection and listens on 127.0.0.1 or ::1 only",
        )


def _listen(host: str, port: int, app: App) -> Server:
    try:
        return Server(host, port, app)
    except OSError as problem:
        reason = problem.strerror or "refused"
        raise UsageError(
            f"cannot listen on port {port}: {reason.lower()}", hint="`--port 0` uses a free one"
        ) from None
