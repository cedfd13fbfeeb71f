"""Small things about texts: near misses, lists of words, files beside the YAML."""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from shopform.diagnostics import Collector, Span

_LOOKED_AT: Final = 100_000


def did_you_mean(word: str, words: Iterable[str], otherwise: str = "") -> str:
    """A hint with the nearest of `words`, or `otherwise` where none is near."""
    known = sorted(set(words))
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else otherwise


class Near:
    """Hints at near misses until it has looked at enough words: each costs a comparison, and a
    table may miss as often as it has rows."""

    def __init__(self) -> None:
        self._left = _LOOKED_AT

    def hint(self, word: str, words: Iterable[str], otherwise: str = "") -> str:
        """As `did_you_mean`; `otherwise`, with `words` untouched, once enough was looked at."""
        if self._left < 0:
            return otherwise
        known = list(words)
        self._left -= len(known)
        return did_you_mean(word, known, otherwise)


def one_of(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


class Files:
    """Reads the files that the YAML names, from inside the project only."""

    def __init__(self, directory: Path, collector: Collector) -> None:
        self._root = directory.resolve()
        self._collector = collector

    def relative(self, path: str, beside: str, span: Span) -> str | None:
        """`path` as written in the file `beside`, relative to the project; None if outside it."""
        resolved = self._resolved((self._root / beside).parent / path)
        if not path or not resolved or not resolved.is_relative_to(self._root):
            self._collector.error(
                "file-outside",
                f"the file `{path}` is not inside the project",
                hint="copy it beside the YAML, and name it relative to the file it is named in",
                span=span,
            )
            return None
        return resolved.relative_to(self._root).as_posix()

    @staticmethod
    def _resolved(path: Path) -> Path | None:
        try:
            return path.resolve()
        except (OSError, RuntimeError, ValueError):  # links in a circle, and no text for a path
            return None

    def read(self, path: str, beside: str, span: Span) -> bytes | None:
        """The bytes of a file; None, with a message, where it cannot be read."""
        name = self.relative(path, beside, span)
        if name is None:
            return None
        try:
            return (self._root / name).read_bytes()
        except OSError as problem:
            reason = problem.strerror or "it cannot be read"
            self._collector.error(
                "file-missing",
                f"the file `{path}` cannot be read: {reason.lower()}",
                hint=f"paths are relative to the YAML that names them: looked for `{name}`",
                span=span,
            )
            return None

    def text(self, path: str, beside: str, span: Span) -> str | None:
        data = self.read(path, beside, span)
        if data is None:
            return None
        try:
            return data.decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError as problem:
            self._collector.error(
                "file-encoding",
                f"the file `{path}` is not UTF-8 (byte {problem.start})",
                hint="save it as UTF-8",
                span=span,
            )
            return None
