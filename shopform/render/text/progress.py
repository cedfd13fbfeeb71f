"""Show progress on standard error."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress as Display


EVERY = 10.0  # seconds between two lines without a bar


class Progress(Protocol):
    """Receives the progress of a run, from any thread. `moves`: it shows every part."""

    moves: bool

    def total(self, number: int, /) -> None:
        """Set the number of parts."""

    def advance(self, text: str = "", /) -> None:
        """Complete one more part; `text` names it."""


class _Lines:
    """Writes a line at intervals by `note`, for logs and without rich."""

    moves = False

    def __init__(
        self, label: str, note: Callable[[str], None] | None, clock: Callable[[], float]
    ) -> None:
        self._label, self._note, self._clock = label, note, clock
        self._lock = Lock()
        self._done, self._total, self._last = 0, 0, clock()

    def total(self, number: int, /) -> None:
        self._total = number

    def advance(self, _text: str = "", /) -> None:
        with self._lock:
            self._done += 1
            now = self._clock()
            if self._note and now - self._last >= EVERY:
                self._last = now
                of = f" of {self._total:,}" if self._total else ""
                self._note(f"{self._label}: {self._done:,}{of}")


class _Bar:
    moves = True

    def __init__(self, display: "Display", label: str) -> None:
        self._display = display
        self.task = display.add_task(label, total=None, text="")

    def total(self, number: int) -> None:
        self._display.update(self.task, total=number)

    def advance(self, text: str = "") -> None:
        self._display.update(self.task, advance=1, text=text)


class _Screen:
    """The concurrent bars: a terminal has one display."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._display: Display | None = None

    @contextmanager
    def bar(self, label: str) -> Iterator[_Bar]:
        with self._lock:
            self._display = display = self._display or _display()
            bar = _Bar(display, label)
        try:
            yield bar
        finally:
            with self._lock:
                display.remove_task(bar.task)
                if not display.tasks:
                    display.stop()
                    self._display = None


_SCREEN = _Screen()


def _display() -> "Display":
    from rich import progress as parts
    from rich.console import Console

    display = parts.Progress(
        parts.TextColumn("{task.description}", markup=False),
        parts.BarColumn(),
        parts.MofNCompleteColumn(),
        parts.TimeRemainingColumn(),
        parts.TextColumn("{task.fields[text]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
    display.start()
    return display


@contextmanager
def progress(
    enabled: bool,
    label: str,
    note: Callable[[str], None] | None = None,
    clock: Callable[[], float] = lambda: 0.0,
) -> Iterator[Progress]:
    """Show a bar while the block runs, if `enabled` and rich is installed.

    Otherwise `note` gets a line every EVERY seconds of `clock`. Concurrent blocks have a bar each.
    """
    with ExitStack() as stack:
        bar: Progress = _Lines(label, note, clock)
        if enabled:
            with suppress(ModuleNotFoundError):
                bar = stack.enter_context(_SCREEN.bar(label))
        yield bar
