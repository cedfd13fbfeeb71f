"""A bar on standard error while something long runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


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
    def __init__(self, label: str) -> None:
        from rich import progress as parts
        from rich.console import Console

        self.rich = parts.Progress(
            parts.TextColumn("{task.description}", markup=False),
            parts.BarColumn(),
            parts.MofNCompleteColumn(),
            parts.TextColumn("{task.fields[text]}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self.rich.add_task(label, total=None, text="")

    def total(self, number: int) -> None:
        self.rich.update(self._task, total=number)

    def advance(self, text: str = "") -> None:
        self.rich.update(self._task, advance=1, text=text)


@contextmanager
def progress(enabled: bool, label: str) -> Iterator[Progress]:
    """A bar while the block runs, if `enabled` and rich is installed; else nothing is shown."""
    try:
        bar = _Bar(label) if enabled else None
    except ModuleNotFoundError:
        bar = None
    if bar is None:
        yield _Quiet()
    else:
        with bar.rich:
            yield bar
