"""A bar on standard error while something long runs."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress as Display


class Progress(Protocol):
    """Told how far a run is, from any thread."""

    def total(self, number: int, /) -> None:
        """How many parts the run has."""

    def advance(self, text: str = "", /) -> None:
        """One more part is done; `text` says which."""


class _Quiet:
    def total(self, _number: int, /) -> None:
        return

    def advance(self, _text: str = "", /) -> None:
        return


class _Bar:
    def __init__(self, display: "Display", label: str) -> None:
        self._display = display
        self.task = display.add_task(label, total=None, text="")

    def total(self, number: int) -> None:
        self._display.update(self.task, total=number)

    def advance(self, text: str = "") -> None:
        self._display.update(self.task, advance=1, text=text)


class _Screen:
    """The bars that run at the same time, below each other: a terminal has one display."""

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
        parts.TextColumn("{task.fields[text]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
    display.start()
    return display


@contextmanager
def progress(enabled: bool, label: str) -> Iterator[Progress]:
    """A bar while the block runs, if `enabled` and rich is installed; else nothing is shown.

    Blocks that run at the same time, in threads, have a bar each.
    """
    with ExitStack() as stack:
        bar: Progress = _Quiet()
        if enabled:
            with suppress(ModuleNotFoundError):
                bar = stack.enter_context(_SCREEN.bar(label))
        yield bar
