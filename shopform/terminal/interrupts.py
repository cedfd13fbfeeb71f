"""What Ctrl-C and SIGTERM do to a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interruptible() -> Iterator[Any]:
    """An event set by the first Ctrl-C or SIGTERM; the second ends the process where it is.

    What was recorded by then is in the journal, which holds.
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
