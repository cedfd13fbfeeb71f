"""The pace of calls: how many may be in flight, by how the shop answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

WINDOW = 8  # answers over which the latency is judged
RISEN = 3  # times the best latency of the same endpoint
NOTABLE = 0.25  # seconds above the best, on average
BEST_RISES_BY = 1.02  # by which the best latency rises with each answer, until it is met again


class Pace:
    """Limits the calls in flight to at most `ceiling`; thread-safe.

    How many calls a shop accepts at the same time is not documented, so the limit follows its
    answers: a bad answer and a rising latency halve it, at least to one, and once for all calls
    that were in flight then; it rises by one after as many good answers as it is high.

    A turn lasts as long as its block, so every wait ends if every block does.
    """

    def __init__(self, ceiling: int) -> None:
        self.limit = self._ceiling = ceiling
        self.in_flight = 0
        self._free = Condition()
        self._halvings = 0
        self._good = 0
        self._best: dict[str, float] = {}
        self._recent: list[tuple[float, float]] = []

    @contextmanager
    def turn(self) -> Iterator[int]:
        """Wait until fewer calls than the limit are in flight; the value is for `judge`."""
        with self._free:
            self._free.wait_for(lambda: self.in_flight < self.limit)
            self.in_flight += 1
            halvings = self._halvings
        try:
            yield halvings
        finally:
            with self._free:
                self.in_flight -= 1
                self._free.notify_all()

    def judge(self, turn: int, endpoint: str, seconds: float, *, good: bool) -> None:
        """Adjust the limit to an answer. Calls of one `endpoint` should take the same time."""
        with self._free:
            if not good or self._has_risen(endpoint, seconds):
                if turn == self._halvings:
                    self.limit = max(1, self.limit // 2)
                    self._halvings += 1
                    self._good = 0
                return
            self._good += 1
            if self._good >= self.limit < self._ceiling:
                self.limit += 1
                self._good = 0
                self._free.notify_all()

    def _has_risen(self, endpoint: str, seconds: float) -> bool:
        """Judge the latency of the last answers together, each by the best of its endpoint."""
        best = min(seconds, self._best.get(endpoint, seconds) * BEST_RISES_BY)
        self._best[endpoint] = best
        self._recent.append((seconds, best))
        if len(self._recent) < WINDOW:
            return False
        taken = sum(seconds for seconds, _ in self._recent)
        least = sum(best for _, best in self._recent)
        self._recent.clear()
        return taken > RISEN * least and taken - least > NOTABLE * WINDOW
