"""Block writes to a list while it is read, so that its pages are consistent."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class ListLocks:
    """Allow, for each kind, any number of writes or any number of reads at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._writes: Counter[str] = Counter()
        self._reads: Counter[str] = Counter()

    @contextmanager
    def write(self, kind: str) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._reads[kind])
            self._writes[kind] += 1
        yield from self._held(self._writes, kind)

    @contextmanager
    def read(self, kind: str) -> Iterator[None]:
        """Block new writes, and wait for the running ones."""
        with self._changed:
            self._reads[kind] += 1
            self._changed.wait_for(lambda: not self._writes[kind])
        yield from self._held(self._reads, kind)

    def _held(self, counts: Counter[str], kind: str) -> Iterator[None]:
        try:
            yield
        finally:
            with self._changed:
                counts[kind] -= 1
                self._changed.notify_all()
