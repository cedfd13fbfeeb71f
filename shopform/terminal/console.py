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
from shopform.files.paths import LARGEST
from shopform.render.json.events import diagnostic
from shopform.terminal.event_stream import Stream


@dataclass(slots=True)
class Console:
    """The environment, folder, streams and output format of one run.

    `about` is the one of several shops that messages are about, if any. `reported` has all
    diagnostics so far. `outputs` has the output files by path, with the option of each. `detail`
    is `summary` for a line per object, `full` for everything, or empty.
    """

    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    chdir: str | None = None
    no_color: bool = False
    sources: Mapping[str, Sequence[Line]] = field(default_factory=dict)
    form: str = "text"
    shop: str = ""
    about: str = ""
    reported: list[Diagnostic] = field(default_factory=list)
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
        """The maximum bytes of Markdown."""
        return sys.maxsize if self.detail == "full" else self.max_bytes

    @property
    def columns(self) -> int | None:
        """The width of the terminal; None if stdout is not one."""
        return shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else None

    @property
    def width(self) -> int:
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
        """Whether stderr is a terminal that can show a progress bar."""
        return not self.quiet and sys.stderr.isatty() and self.environment.get("TERM") != "dumb"

    @property
    def one_document(self) -> bool:
        """Whether stdout gets one document and nothing else."""
        return self.form in ("json", "markdown", "html") or self.annotates

    @property
    def annotates(self) -> bool:
        """Whether that document is the diagnostics of the run."""
        return self.form in ("github", "sarif", "codequality")

    @property
    def quiet(self) -> bool:
        """Whether only errors are shown."""
        return self.form == "quiet"

    def claim(self, option: str, name: str, made: re.Pattern[bytes]) -> Path:
        """Return the path of an output file of an option. Raises UsageError."""
        try:
            stdout = os.fstat(sys.stdout.fileno())
        except (OSError, ValueError, AttributeError):  # stdout is not a file, or closed
            stdout = None
        return claim(self.directory, option, name, made, self.outputs, stdout)

    def result(self, text: str) -> None:
        """Print to stdout. Raises ShopformError if that fails."""
        try:
            click.echo(text.rstrip("\n"), color=True)
        except BrokenPipeError:
            raise
        except OSError as problem:
            self.close_output()
            summary = f"cannot write the output: {reason(problem)}"
            raise ShopformError(summary, hint=hint(problem)) from problem

    def ask(self, question: str) -> str:
        """Ask a question and return the answer. Raises KeyboardInterrupt, also at end of input."""
        try:
            answer: str = click.prompt(question, default="", show_default=False, err=True)
        except click.Abort as problem:
            raise KeyboardInterrupt from problem
        return answer

    def read_stdin(self) -> bytes:
        """Return all of stdin. Raises UsageError if it is closed or very large."""
        if sys.stdin is None:
            raise UsageError("stdin is closed")
        data = sys.stdin.buffer.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise UsageError(f"stdin has more than {LARGEST:,} bytes")
        return data

    def note(self, text: str) -> None:
        click.echo(text, err=True, color=True)

    def info(self, text: str) -> None:
        """Print to stderr unless `quiet`."""
        if not self.quiet:
            self.note(text)

    def diagnostics(self, diagnostics: Iterable[Diagnostic]) -> None:
        about = f"{self.about}: " if self.about else ""
        found = [replace(each, summary=about + each.summary) for each in diagnostics]
        self.reported += found
        if found:
            from shopform.render.text.diagnostics import render_diagnostics

            color = self.color(err=True)
            text = render_diagnostics(found, self.sources, color=color, width=self.width)
            self.note(text.rstrip("\n"))

    def failure(self, problem: ShopformError) -> int:
        """Report the error that ended a command, in any output format; return its exit code."""
        self.report_problem(problem)
        if self.one_document:
            self.result(self._failed(problem))
        return problem.exit_code

    def finish(self) -> None:
        """Print the diagnostics of a run that came to its end, if they are its result."""
        if self.annotates and (text := self._annotations()):
            self.result(text)

    def _annotations(self) -> str:
        from shopform.render.annotations import code_quality, github_commands, sarif
        from shopform.terminal.repository import folder_in_repository

        render = {"github": github_commands, "sarif": sarif, "codequality": code_quality}[self.form]
        return render(self.reported, folder_in_repository(self.directory, self.environment))

    def report_problem(self, problem: ShopformError) -> None:
        """Report an error on stderr and in the event stream only."""
        self.diagnostics(problem.diagnostics)
        if isinstance(problem, UsageError):
            # A command that did not start keeps the events of the previous one.
            self.stream.drop_unopened()
        self.stream.emit(map(diagnostic, problem.diagnostics))

    def _failed(self, problem: ShopformError) -> str:
        if self.annotates:
            return self._annotations()
        from shopform.render.failure import failure_html, failure_json, failure_markdown

        if self.form == "json":
            return failure_json(problem.diagnostics, problem.exit_code)
        if self.form == "markdown":
            return failure_markdown(problem.diagnostics, self.shop)
        return failure_html(problem.diagnostics)

    def flush(self) -> bool:
        """Flush stdout; return False if that failed, except for a closed pipe."""
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
        """Redirect a closed stdout, so that Python reports no error at exit."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
