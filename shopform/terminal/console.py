"""Where output goes: the result to stdout, everything else to stderr."""

import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from shopform.diagnostics import Diagnostic, Line, error
from shopform.errors import ShopformError, UsageError
from shopform.files import hint, reason
from shopform.files.outputs import claim
from shopform.render.json.events import diagnostic
from shopform.terminal.event_stream import Stream


@dataclass(slots=True)
class Console:
    """One run's surroundings: the environment, the folder, the streams and how they look.

    `about` is which of several shops the messages are about, while they are about one; `outputs`
    has the files that options name for output, and which option it is. `detail` is `summary` for
    a line an object, `full` for everything, and empty for what is usual.
    """

    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    chdir: str | None = None
    no_color: bool = False
    sources: Mapping[str, Sequence[Line]] = field(default_factory=dict)
    form: str = "text"
    shop: str = ""
    about: str = ""
    max_bytes: int = 65_536
    detail: str = ""
    report_url: str = ""
    stream: Stream = field(default_factory=Stream)
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def directory(self) -> Path:
        return Path(self.chdir or ".")

    @property
    def limit(self) -> int:
        """How many bytes Markdown may have."""
        return sys.maxsize if self.detail == "full" else self.max_bytes

    @property
    def columns(self) -> int | None:
        """How wide the terminal is; None where the result goes elsewhere."""
        return shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else None

    @property
    def width(self) -> int:
        """How wide prose may get."""
        return self.columns or 100

    def color(self, *, err: bool = False) -> bool:
        stream = sys.stderr if err else sys.stdout
        plain = self.no_color or self.environment.get("NO_COLOR")
        return stream.isatty() and not plain and self.environment.get("TERM") != "dumb"

    @property
    def interactive(self) -> bool:
        return sys.stdin is not None and sys.stdin.isatty()

    @property
    def watched(self) -> bool:
        """Whether stderr is a terminal, so that a progress bar makes sense."""
        return not self.quiet and sys.stderr.isatty() and self.environment.get("TERM") != "dumb"

    @property
    def one_document(self) -> bool:
        """Whether stdout gets one document, which nothing else may go into."""
        return self.form in ("json", "markdown", "html")

    @property
    def quiet(self) -> bool:
        """Whether the exit code is all that is wanted, and messages of what went wrong."""
        return self.form == "quiet"

    def claim(self, option: str, name: str, made: re.Pattern[bytes]) -> Path:
        """The path of a file that an option names for output. Raises UsageError as `claim` does."""
        try:
            stdout = os.fstat(sys.stdout.fileno())
        except (OSError, ValueError, AttributeError):  # no file, or none at all
            stdout = None
        return claim(self.directory, option, name, made, self.outputs, stdout)

    def result(self, text: str) -> None:
        """Print to stdout. Raises ShopformError where that cannot be written."""
        try:
            click.echo(text.rstrip("\n"), color=True)
        except BrokenPipeError:
            raise
        except OSError as problem:
            self.close_output()
            summary = f"cannot write the output: {reason(problem)}"
            raise ShopformError(summary, hint=hint(problem)) from problem

    def ask(self, question: str) -> str:
        """What is answered to a question. Raises KeyboardInterrupt, also at the end of input."""
        try:
            answer: str = click.prompt(question, default="", show_default=False, err=True)
        except click.Abort as problem:
            raise KeyboardInterrupt from problem
        return answer

    def note(self, text: str) -> None:
        click.echo(text, err=True, color=True)

    def info(self, text: str) -> None:
        """Print to stderr, unless the exit code is all that is wanted."""
        if not self.quiet:
            self.note(text)

    def diagnostics(self, diagnostics: Iterable[Diagnostic]) -> None:
        about = f"{self.about}: " if self.about else ""
        found = [replace(each, summary=about + each.summary) for each in diagnostics]
        if found:
            from shopform.render.text.diagnostics import render_diagnostics

            color = self.color(err=True)
            text = render_diagnostics(found, self.sources, color=color, width=self.width)
            self.note(text.rstrip("\n"))

    def failure(self, problem: ShopformError) -> int:
        """Report what ended a command, in every output format; return its exit code."""
        self.report_problem(problem)
        if self.one_document:
            self.result(self._failed(problem))
        return problem.exit_code

    def report_problem(self, problem: ShopformError) -> None:
        """Report why something could not be done, and leave its result to others."""
        self.diagnostics(problem.diagnostics)
        if isinstance(problem, UsageError):
            # A command that was not begun leaves the messages of the last one where they are.
            self.stream.drop_unopened()
        self.stream.emit(map(diagnostic, problem.diagnostics))

    def _failed(self, problem: ShopformError) -> str:
        from shopform.render.failure import failure_html, failure_json, failure_markdown

        if self.form == "json":
            return failure_json(problem.diagnostics, problem.exit_code)
        if self.form == "markdown":
            return failure_markdown(problem.diagnostics, self.shop)
        return failure_html(problem.diagnostics)

    def flush(self) -> bool:
        """Write what is left of the result; whether that was possible, or stdout is closed."""
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            self.close_output()
        except OSError as problem:
            self.close_output()
            self.diagnostics([error("failed", f"cannot write the output: {reason(problem)}")])
            return False
        return True

    def close_output(self) -> None:
        """stdout is closed: keep Python from complaining when it ends."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
