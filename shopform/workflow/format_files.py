"""Files formatted one after another, and what that comes to."""

from dataclasses import dataclass

from shopform import files
from shopform.config.format.formatter import format_text
from shopform.config.read.project import load
from shopform.config.read.yaml_parsers import LINE_BREAK
from shopform.diagnostics import Collector, Span
from shopform.errors import ConfigError, ShopformError
from shopform.files import reporting
from shopform.terminal.console import Console
from shopform.workflow.file_writes import write_over

UNREAD = ("file-missing", "file-outside")


def project_files(console: Console) -> list[str]:
    """The files of the project, also those that cannot be read. Raises ConfigError for none."""
    collector = Collector()
    project = load(console.directory, collector)
    unread = {d.span.file for d in collector if d.code in UNREAD and d.span}
    return sorted({*project.texts, *unread})


@dataclass(slots=True)
class Formatting:
    """One run of `fmt`. With `check` nothing is written; with `diff` changes are shown whole.

    `code` is that of the worst that happened to a file, 0 for nothing; `changed` counts files.
    """

    console: Console
    check: bool
    diff: bool
    changed: int = 0
    code: int = 0

    def format(self, name: str) -> None:
        """Format one file, named from the folder, and tell what is wrong with it."""
        collector = Collector()
        try:
            self._format(name, collector)
        except ShopformError as problem:
            self.code = max(self.code, problem.exit_code)
            if not collector.failed:
                collector.diagnostics += problem.diagnostics
        self.console.diagnostics(collector)

    def _format(self, name: str, collector: Collector) -> None:
        path = self.console.directory / name
        with reporting(path, ConfigError):
            data = files.read(files.typed(self.console.directory, name))
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            where = Span(name, data.count(b"\n", 0, problem.start) + 1, 1)
            hint = "save the file as UTF-8"
            collector.error("yaml-encoding", f"`{name}` is not UTF-8", hint=hint, span=where)
            raise ConfigError(diagnostics=collector) from None
        self.console.sources = lambda: {name: LINE_BREAK.split(text)}
        found = format_text(text, name, collector)
        if found is None or found.encode() == data:
            return
        self.changed += 1
        self.console.result(_difference(name, text, found) if self.diff else name)
        if not self.check:
            write_over(self.console.directory, {name: found})


def _difference(name: str, text: str, found: str) -> str:
    from shopform.config.write.unified_diff import file_diff

    return "".join(file_diff(f"a/{name}", f"b/{name}", text, found))
