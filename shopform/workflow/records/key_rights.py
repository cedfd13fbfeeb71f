"""Which kinds a key may not write, as far as the shop's answers showed it.

A run in which the shop refused the writes of a kind leaves an empty document, `KEY.KIND.STATUS.RUN`
with a digest of the key. A run in which it accepted one deletes them.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from shopform.errors import StateError
from shopform.planning.checks.key_rights import Denial
from shopform.shop.call_budget import key_name
from shopform.shop.codec import names_for
from shopform.state.shelf import Shelf
from shopform.workflow.workspace import Workspace

KEPT: Final = timedelta(days=30)
_NAME: Final = re.compile(r"([0-9a-f]{12})\.([a-z0-9_-]+)\.(401|403)\.[0-9a-f]{8}")
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
        """Return the refusals of earlier runs, by kind."""
        oldest = datetime.now(UTC) - KEPT
        found: dict[str, list[tuple[datetime, int]]] = {}
        with self._warning():
            for name, seconds in self._shelf().names().items():
                when = datetime.fromtimestamp(seconds, UTC)
                if (known := self._parsed(name)) and when > oldest:
                    found.setdefault(known[0], []).append((when, known[1]))
        return {
            kind: Denial(max(each)[1], f"{max(each)[0]:%Y-%m-%d %H:%M} UTC", len(each))
            for kind, each in sorted(found.items())
        }

    def close(self) -> None:
        """Record what this run showed."""
        refused = {kind: s for kind, s in self._refused.items() if kind not in self._written}
        if not (refused or self._written):
            return
        with self._warning():
            shelf = self._shelf()
            known = ((name, self._parsed(name)) for name in shelf.names())
            shelf.delete([name for name, found in known if found and found[0] in self._written])
            for kind, status in refused.items():
                shelf.write(f"{self._key}.{kind}.{status}.{uuid.uuid4().hex[:8]}", b"\n")

    @contextmanager
    def _warning(self) -> Iterator[None]:
        try:
            yield
        except StateError as problem:
            self._workspace.observer.warn(problem.diagnostics)

    def _shelf(self) -> Shelf:
        return self._workspace.shelf("rights")

    def _parsed(self, name: str) -> tuple[str, int] | None:
        """Return kind and status of a document about this key."""
        found = _NAME.fullmatch(name)
        return (found[2], int(found[3])) if found and found[1] == self._key else None
