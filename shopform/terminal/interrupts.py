"""Handle Ctrl-C and SIGTERM during a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interruptible() -> Iterator[Any]:
    """Yield an event that the first Ctrl-C or SIGTERM sets; the second ends the process at once.

    Everything recorded until then is safe in the journal.
    """
    import os
    import signal
    from threading import Event

    event = Event()

    def stop(_number: int, _frame: object) -> None:
        if event.is_set():
            os._exit(130)
        event.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
