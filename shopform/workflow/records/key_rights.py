"""Which kinds a key may not write, as far as the shop's answers showed it.

A document `KEY.KIND`, with a digest of the key, has the status with which the shop refused the
writes of a kind, and in how many runs in a row. A run in which it accepted one empties it: a store
may not allow to delete it.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from shopform.errors import StateError
from shopform.model.desired import Desired
from shopform.model.prior import Prior
from shopform.planning.checks.key_rights import Denial, known_before
from shopform.planning.kinds_in_use import kinds_in_scope
from shopform.planning.scope import Options
from shopform.shop.call_budget import key_name
from shopform.shop.codec import names_for
from shopform.state.shelf import Shelf
from shopform.workflow.workspace import Workspace

KEPT: Final = timedelta(days=30)
_CONTENT: Final = re.compile(rb"(401|403) (\d{1,6})\n")
_MISSING: Final = (404, 410)


class KeyRights:
    """The rights of the key in one shop: `watch` gets every call of a run, `close` records them.

    `accepted`: the shop accepted the key in this run. If documents cannot be read or written, the
    observer is warned.
    """

    def __init__(self, workspace: Workspace) -> None:
        shop = workspace.shop
        self._workspace = workspace
        self._key = key_name(shop.token.text)
        self._kinds = {
            names_for(kind, shop.wire.get(kind.name)).endpoint: kind.name
            for kind in shop.catalogue.kinds
        }
        self.accepted = False
        self._written: set[str] = set()
        self._refused: dict[str, int] = {}
        self._denials: dict[str, Denial] | None = None

    def watch(self, method: str, path: str, status: int) -> None:
        """Take in an answer. May be called from any thread.

        A 401 may also say that the key is not valid, so it counts only if the shop accepted the key
        in this run.
        """
        good = 200 <= status < 300
        self.accepted = self.accepted or good or status in _MISSING
        kind = self._kinds.get(path.partition("/")[0])
        if method == "GET" or kind is None:
            return
        if good:
            self._written.add(kind)
        elif status == 403 or (status == 401 and self.accepted):
            self._refused[kind] = status

    def denials(self) -> Mapping[str, Denial]:
        """Return the refusals of earlier runs, by kind, as they were at the first call of it."""
        if self._denials is not None:
            return self._denials
        found = self._denials = {}
        with self._warning():
            shelf = self._shelf()
            for kind, when in self._recorded(shelf).items():
                if denial := self._read(shelf, kind, when):
                    found[kind] = denial
        return found

    def warn(self, options: Options, desired: Desired, prior: Prior) -> None:
        """Warn of the kinds that a plan may change and the key may not write."""
        if options.refresh_only or not (denials := self.denials()):
            return
        kinds = kinds_in_scope(options, desired, prior)
        name = self._workspace.shop.name
        self._workspace.observer.warn(known_before(name, kinds, denials, desired))

    def close(self) -> None:
        """Record what this run showed."""
        refused = {kind: s for kind, s in self._refused.items() if kind not in self._written}
        if not (refused or self._written):
            return
        with self._warning():
            shelf, before = self._shelf(), self.denials()
            for kind in sorted(before.keys() & self._written):
                shelf.write(self._name(kind), b"\n")
            for kind, status in refused.items():
                earlier = before.get(kind)
                runs = earlier.runs + 1 if earlier else 1
                shelf.write(self._name(kind), f"{status} {runs}\n".encode())

    @contextmanager
    def _warning(self) -> Iterator[None]:
        try:
            yield
        except StateError as problem:
            self._workspace.observer.warn(problem.diagnostics)

    def _shelf(self) -> Shelf:
        return self._workspace.shelf("rights")

    def _name(self, kind: str) -> str:
        return f"{self._key}.{kind}"

    def _recorded(self, shelf: Shelf) -> dict[str, datetime]:
        """Return the kinds with a document about this key that is not too old, with its time."""
        oldest = datetime.now(UTC) - KEPT
        times = {name: datetime.fromtimestamp(at, UTC) for name, at in shelf.names().items()}
        own = f"{self._key}."
        return {
            name.removeprefix(own): when
            for name, when in times.items()
            if name.startswith(own) and when > oldest
        }

    def _read(self, shelf: Shelf, kind: str, when: datetime) -> Denial | None:
        found = _CONTENT.fullmatch(shelf.read(self._name(kind)) or b"")
        if found is None:
            return None
        return Denial(int(found[1]), f"{when:%Y-%m-%d %H:%M} UTC", int(found[2]))
