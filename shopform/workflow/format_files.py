"""Formats files one by one."""

from dataclasses import dataclass
from pathlib import Path

from shopform import files
from shopform.config.format.formatter import format_text
from shopform.config.read.project import load
from shopform.config.write.unified_diff import file_diff
from shopform.diagnostics import Collector, Diagnostic, Span
from shopform.errors import ConfigError, ShopformError
from shopform.files import reporting
from shopform.workflow.file_writes import write_over

UNREAD = ("file-missing", "file-outside")


@dataclass(frozen=True, slots=True)
class FormattedFile:
    """One file: whether it changes and how, and what is wrong with it, with its exit code."""

    name: str
    changed: bool = False
    difference: str = ""
    text: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    exit_code: int = 0


def project_files(directory: Path) -> list[str]:
    """The files of the project, also those that cannot be read. Raises ConfigError for none."""
    collector = Collector()
    project = load(directory, collector)
    unread = {d.span.file for d in collector if d.code in UNREAD and d.span}
    return sorted({*project.texts, *unread})


def format_file(directory: Path, name: str, *, check: bool) -> FormattedFile:
    """Format one file, named from the folder; with `check` nothing is written."""
    collector = Collector()
    text, code, found = "", 0, None
    try:
        data = _read(directory, name, collector)
        text = data.decode("utf-8-sig")
        found = format_text(text, name, collector)
        if found is not None and found.encode() == data:
            found = None
        if found is not None and not check:
            write_over(directory, {name: found})
    except ShopformError as problem:
        found, code = None, problem.exit_code
        if not collector.failed:
            collector.diagnostics += problem.diagnostics
    told = tuple(collector)
    if found is None:
        return FormattedFile(name, text=text, diagnostics=told, exit_code=code)
    difference = "".join(file_diff(f"a/{name}", f"b/{name}", text, found))
    return FormattedFile(name, True, difference, text, told, code)


def _read(directory: Path, name: str, collector: Collector) -> bytes:
    """The bytes of a file, which are UTF-8."""
    with reporting(directory / name, ConfigError):
        data = files.read(files.typed(directory, name))
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        where = Span(name, data.count(b"\n", 0, problem.start) + 1, 1)
        hint = "save the file as UTF-8"
        collector.error("yaml-encoding", f"`{name}` is not UTF-8", hint=hint, span=where)
        raise ConfigError(diagnostics=collector) from None
    return data
