"""The calls of a key per day, as the runs on all machines that share a state count them.

A run publishes its count in the name of an empty document, `DATE-KEY-RUN-COUNT`, so that one
listing has all counts. The highest count of a run is its last.
"""

import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta

from shopform.errors import ShopformError, StateError
from shopform.state.shelf import Shelf
from shopform.workflow.workspace import Workspace

KEPT = timedelta(days=7)
NAME = re.compile(r"((\d{4}-\d\d-\d\d)-[0-9a-f]{12})-([0-9a-f]{16})-(\d+)")


class SharedCalls:
    """The published counts of this run and of the others.

    After an error of the store, `failed` is called with it, and nothing more is shared.
    """

    def __init__(self, shelf: Shelf, failed: Callable[[StateError], None]) -> None:
        self._shelf = shelf
        self._failed = failed
        self._run = uuid.uuid4().hex[:16]
        self._published = ""
        self._others = 0
        self._ended = False

    def publish(self, day: str, calls: int) -> None:
        """Publish the calls of this run on a day of a key, which is `DATE-KEY`."""
        name, earlier = f"{day}-{self._run}-{calls}", self._published
        if self._ended or name == earlier:
            return
        try:
            self._shelf.write(name, b"\n")
            self._published = name
            if earlier:
                self._shelf.delete([earlier])
        except StateError as problem:
            self._end(problem)

    def others(self, day: str) -> int:
        """Return the published calls of the other runs; the last known number after an error."""
        if not self._ended:
            try:
                self._others = self._count(day)
            except StateError as problem:
                self._end(problem)
        return self._others

    def _count(self, day: str) -> int:
        counts: dict[str, int] = {}
        old = []
        expired = (date.fromisoformat(day[:10]) - KEPT).isoformat()
        for name in self._shelf.names():
            if not (found := NAME.fullmatch(name)):
                continue
            this, at, run, calls = found.groups()
            if at < expired:
                old.append(name)
            elif this == day and run != self._run:
                counts[run] = max(counts.get(run, 0), int(calls))
        self._shelf.delete(old)
        return sum(counts.values())

    def _end(self, problem: StateError) -> None:
        self._ended = True
        self._failed(problem)


def shared_calls(workspace: Workspace, warn: Callable[[ShopformError], None]) -> SharedCalls | None:
    """Return the counts of the machines that share the state, if its store can be used."""
    if workspace.shop.in_object_store:
        try:
            return SharedCalls(workspace.shelf("calls"), warn)
        except ShopformError as problem:
            warn(problem)
    return None
