"""Suggestions for unknown names, and the files that YAML refers to."""

import errno
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Final

from shopform import files
from shopform.diagnostics import Collector, Span, did_you_mean

# A cycle of links, and a string that is not a path.
_UNUSABLE: Final = (errno.ELOOP, errno.EINVAL)
NUL: Final = "remove it; if there are many, the file is in UTF-16: save it as UTF-8"
_MAX_COMPARISONS: Final = 100_000
_MAX_BYTES: Final = 4_000_000  # of a file with a string


class Suggestions:
    """Suggests similar names, with a bounded number of comparisons: in a large table every row may
    have an unknown name."""

    def __init__(self) -> None:
        self._left = _MAX_COMPARISONS

    def hint(self, word: str, words: Iterable[str], otherwise: str = "") -> str:
        """Return the hint of `did_you_mean`, or `otherwise` once the bound is reached."""
        if self._left < 0:
            return otherwise
        known = list(words)
        self._left -= len(known)
        return did_you_mean(word, known, otherwise)


class Files:
    """Reads the files that YAML refers to, only from inside the project.

    `used` are the names of those that were read, relative to the project.
    """

    def __init__(self, directory: Path, collector: Collector) -> None:
        self._root = directory
        self._places: dict[str, Path] = {}
        self.used: set[str] = set()
        self._collector = collector

    @cached_property
    def _real_root(self) -> Path:
        return files.real(self._root)

    def relative(self, path: str, beside: str, span: Span) -> str | None:
        """Return `path`, which is relative to the file `beside`, relative to the project.

        Returns None, with an error collected, if it is outside of the project.
        """
        found = self._found(path, beside, span)
        return found[0] if found else None

    def _found(self, path: str, beside: str, span: Span) -> tuple[str, Path] | None:
        """Return the name relative to the project, and the real path."""
        named = (Path(beside).parent / path).as_posix()
        try:
            if not path:
                raise files.OutsideError(self._root)
            # Links are followed once per file: most of the time for thousands of images.
            if named not in self._places:
                self._places[named] = files.inside(self._root, named)
            found, root = self._places[named], self._real_root
        except OSError as problem:
            code, why = "file-missing", f"cannot be read: {files.reason(problem)}"
            hint = files.hint(problem)
            if isinstance(problem, files.OutsideError) or problem.errno in _UNUSABLE:
                code, why = "file-outside", "is not inside the project"
                hint = "copy it into the project; paths are relative to the file that contains them"
            self._collector.error(code, f"the file `{path}` {why}", hint=hint, span=span)
            return None
        if found.is_relative_to(root):
            named = found.relative_to(root).as_posix()
        return named, found

    def read(self, path: str, beside: str, span: Span) -> bytes | None:
        """Return the bytes of a file; None, with an error collected, if it cannot be read."""
        found = self._found(path, beside, span)
        if found is None:
            return None
        self.used.add(found[0])
        try:
            return files.read(found[1])
        except OSError as problem:
            looked = f"paths are relative to the YAML that contains them: looked for `{found[0]}`"
            self._collector.error(
                "file-missing",
                f"the file `{path}` cannot be read: {files.reason(problem)}",
                hint=files.hint(problem) or looked,
                span=span,
            )
            return None

    def text(self, path: str, beside: str, span: Span) -> str | None:
        data = self.read(path, beside, span)
        if data is None:
            return None
        if len(data) > _MAX_BYTES:
            self._collector.error(
                "file-long",
                f"the file `{path}` has {len(data):,} bytes; at most {_MAX_BYTES:,} are read",
                hint="check that it is the right file",
                span=span,
            )
            return None
        if (nul := data.find(b"\0")) >= 0:
            line = data.count(b"\n", 0, nul) + 1
            summary = f"the file `{path}` contains a NUL character (U+0000) in line {line}"
            self._collector.error("nul-character", summary, hint=NUL, span=span)
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
