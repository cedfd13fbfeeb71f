"""How work grows with its size: counted in calls of functions, which no load on a machine changes.

What one call does inside of C, such as looking through a list, is not seen.
"""

import sys
from collections.abc import Callable
from types import FrameType

TWICE = 2.4  # n log n, and what is done once, stay below it; n squared is 4


def work(task: Callable[[], object]) -> int:
    """The number of calls that a task makes in this thread, of Python's functions and of C's."""
    count = 0

    def tick(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(tick)
    try:
        task()
    finally:
        sys.setprofile(None)
    return count


def grows_no_faster(task: Callable[[int], Callable[[], object]], size: int) -> None:
    """Fail where the double of a size takes more than about twice the work.

    `task` prepares a size, which is not counted, and returns what is.
    """
    once, twice = (work(task(each)) for each in (size, 2 * size))
    assert twice <= TWICE * once, f"{size}: {once:,} calls, {2 * size}: {twice:,}"
