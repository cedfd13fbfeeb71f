"""Format files of a project."""

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shopform import files
from shopform.config.format.formatter import format_text
from shopform.config.read.project import load
from shopform.config.read.yaml_parsers import LINE_BREAK
from shopform.diagnostics import Collector, Diagnostic, Line, Span
from shopform.errors import ConfigError, ShopformError
from shopform.files import reporting, write_over
from shopform.kinds import Catalogue
from shopform.kit.text_diff import file_diff

UNREAD = ("file-missing", "file-outside")


@dataclass(frozen=True, slots=True)
class FormattedFile:
    """One file: whether and how it changes, its errors, and the exit code."""

    name: str
    changed: bool
    difference: str
    sources: Mapping[str, Sequence[Line]]
    diagnostics: tuple[Diagnostic, ...]
    exit_code: int


def project_files(
    directory: Path, catalogue: Catalogue, given: Sequence[str]
) -> tuple[Sequence[str], Catalogue]:
    """Return the `given` files, or those of the project, unreadable ones included; and its kinds.

    Raises ConfigError if there is neither.
    """
    collector = Collector()
    try:
        project = load(directory, catalogue, collector)
    except ConfigError:
        if not given:
            raise
        return given, catalogue
    unread = {d.span.file for d in collector if d.code in UNREAD and d.span}
    return given or sorted({*project.contents, *unread}), project.catalogue


def format_file(directory: Path, name: str, catalogue: Catalogue, *, check: bool) -> FormattedFile:
    """Format one file, by its path in the folder; with `check` nothing is written."""
    collector = Collector()
    sources: Mapping[str, Sequence[Line]] = {}
    difference, code = "", 0
    try:
        text, marked = _read(directory, name, collector)
        sources = {name: LINE_BREAK.split(text)}
        found = format_text(text, name, collector, catalogue)
        changed = found is not None and (marked or found != text)
        if found is not None and changed:
            difference = "".join(file_diff(name, text, found))
            if not check:
                write_over(directory, {name: found})
    except ShopformError as problem:
        changed, code = False, problem.exit_code
        if not collector.failed:
            collector.diagnostics += problem.diagnostics
    return FormattedFile(name, changed, difference, sources, tuple(collector), code)


def _read(directory: Path, name: str, collector: Collector) -> tuple[str, bool]:
    """Return the text of a file, and whether it begins with a byte order mark."""
    with reporting(directory / name, ConfigError):
        data = files.read(files.typed(directory, name))
    try:
        return data.decode("utf-8-sig"), data.startswith(codecs.BOM_UTF8)
    except UnicodeDecodeError as problem:
        where = Span(name, data.count(b"\n", 0, problem.start) + 1, 1)
        hint = "save the file as UTF-8"
        collector.error("yaml-encoding", f"`{name}` is not UTF-8", hint=hint, span=where)
        raise ConfigError(diagnostics=collector) from None
