"""How work grows with its size, counted and not timed."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

TWICE = 2.6  # twice the size, and something for sorting


def lines(work: Callable[[], object]) -> int:
    """The lines of Python that are run; the same on every machine."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def growth(make: Callable[[int], Callable[[], object]], size: int) -> float:
    """How many times as much is done at twice the size. `make` prepares the work uncounted."""
    make(3)()  # what is done once
    return lines(make(2 * size)) / lines(make(size))
