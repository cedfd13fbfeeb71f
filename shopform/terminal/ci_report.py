"""Publish the result of a CI run: files, outputs, the summary of the job, comment, annotations."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from shopform import files
from shopform.diagnostics import Severity, warning, with_severity
from shopform.errors import ForgeError, Refused, ShopformError, UsageError
from shopform.files.outputs import MARKDOWN, PAGE, PLAN, REPORT
from shopform.forge.ci_run import GITHUB, GITLAB, CiRun, ci_run
from shopform.forge.forge import PLAN_FILE, artifact_of
from shopform.forge.open import open_forge
from shopform.model.plan import Plan
from shopform.render.annotations import code_quality, github_commands
from shopform.render.failure import failure_markdown
from shopform.render.markdown.ci_page import FRAME, ci_mark, ci_page, log_page
from shopform.render.markdown.page import render_markdown
from shopform.render.text.outcome_text import render_outcome
from shopform.terminal.console import Console
from shopform.terminal.html_report import html_report
from shopform.terminal.repository import folder_in_repository
from shopform.workflow.requests import RunResult

# What a forge answers a token that may not comment.
_DENIED: Final = (401, 403, 404)
_ENDINGS: Final = {PLAN_FILE: PLAN, ".html": PAGE, ".md": MARKDOWN, ".code-quality.json": REPORT}


@dataclass(slots=True)
class CiReport:
    """What a command of `ci` leaves behind for one shop.

    `about` is the end of the names of its files, after that of the shop. `asked` is the shop that
    was asked for, which is in the mark of the comment: the shop itself is unknown if the files
    cannot be read.
    """

    console: Console
    out_dir: str
    asked: str
    about: str = ""
    comments: bool = False
    run: CiRun = field(init=False)
    page: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    _folder: str = ""
    _claimed: bool = False

    def __post_init__(self) -> None:
        if not self.out_dir.isprintable():
            raise UsageError("`--out-dir` has characters that cannot be printed")
        self.run = ci_run(self.console.environment)
        if self.run.event == "pull_request_target":
            # Its jobs have the secrets of the repository, and check out what anyone wrote.
            raise Refused(
                "a workflow on `pull_request_target` gives the files of a fork the secrets of this"
                " repository",
                hint="use `on: pull_request`, which gives a fork's request none",
            )
        self._folder = folder_in_repository(self.console.directory, self.console.environment)

    @property
    def shop(self) -> str:
        """The name of the shop, as far as it is known."""
        return self.console.shop or self.asked or "shop"

    @property
    def kept(self) -> str:
        """The path of the plan that `ci plan` kept, from the root of the repository."""
        return (Path(self._folder) / self.out_dir / f"{self.shop}{PLAN_FILE}").as_posix()

    def file(self, ending: str) -> Path:
        """Return the path of a file of the shop, relative to the project."""
        return Path(self.out_dir, f"{self.shop}{self.about}{ending}")

    def in_repository(self, ending: str) -> str:
        """Return the path of a file of the shop from the root of the repository."""
        return (Path(self._folder) / self.file(ending)).as_posix()

    def claim(self) -> Path:
        """Make the folder, remove what an earlier run left there, and return the plan's file.

        Raises UsageError if one of the files was written by another program.
        """
        console = self.console
        with files.reporting(console.directory / self.out_dir, UsageError):
            files.make_directory(files.typed(console.directory, self.out_dir))
        for ending, made in _ENDINGS.items():
            path = console.claim("--out-dir", str(self.file(ending)), made)
            with files.reporting(path, UsageError):
                files.remove(path)
        self._claimed = True
        return self.file(PLAN_FILE)

    def publish(self, work: Callable[["CiReport"], int]) -> int:
        """Do the work of a command, publish what it made or why it failed, return the exit code."""
        with self._quoted():
            try:
                code = work(self)
            except ShopformError as problem:
                self.console.report_problem(problem)
                self.page = failure_markdown(problem.diagnostics, self.console.shop or self.asked)
                code = problem.exit_code
            code = self._publish(code)
        if self.run.system == GITHUB and (
            text := github_commands(self.console.reported, self._folder)
        ):
            self.console.result(text)
        return code

    def add_plan(self, plan: Plan) -> None:
        """Add the report of a plan, and its page."""
        self._write(".html", html_report(self.console, plan))
        self.outputs |= {"changes": str(plan.differs).lower(), "digest": plan.digest}
        self.outputs["report"] = self.in_repository(".html")
        if not plan.refresh_only:
            self.outputs["plan"] = self.in_repository(PLAN_FILE)
            if self.run.head:
                self.outputs["artifact"] = artifact_of(self.shop, self.run.head)
        url = self.run.run_url
        if url and self.run.system == GITLAB:
            url += f"/artifacts/file/{self.in_repository('.html')}"
        elif url:
            url += "#artifacts"
        limit = self.run.comment_limit - FRAME
        self.page = render_markdown(plan, max_bytes=limit, url=url)

    def add_run(self, result: RunResult) -> None:
        """Add the page of an apply."""
        if result.outcome:
            text = render_outcome(result.plan, result.outcome, color=False, width=100)
            self.page = log_page(f"Apply of `{self.shop}`", text)
        else:
            self.page = render_markdown(result.plan, max_bytes=self.run.comment_limit - FRAME)

    @contextmanager
    def _quoted(self) -> Iterator[None]:
        """Keep GitHub from taking lines of the output for commands, as `::set-output ...`.

        Source: "Workflow commands for GitHub Actions", stopping and starting workflow commands.
        """
        if self.run.system != GITHUB:
            yield
            return
        token = secrets.token_hex(16)
        self.console.result(f"::stop-commands::{token}")
        try:
            yield
        finally:
            self.console.result(f"::{token}::")

    def _publish(self, code: int) -> int:
        run, console = self.run, self.console
        mark = ci_mark(self._folder, self.asked)
        page = ci_page(mark, self.page, run.head or run.commit, run.run_url)
        try:
            if not self._claimed:
                self.claim()
            self._write(".md", page)
            if run.system == GITLAB:
                text = code_quality(console.reported, self._folder)
                self._write(".code-quality.json", text)
            self._add("GITHUB_STEP_SUMMARY", page)
            self._comment(mark, page)
        except ShopformError as problem:
            console.report_problem(problem)
            code = code if code not in (0, 2) else problem.exit_code
        self.outputs |= {"exit-code": str(code), "summary": self.in_repository(".md")}
        # Not the name under which an apply looks for a plan: there is none.
        other = f"{self.about.lstrip('.') or 'plan'}-{run.commit}"
        self.outputs.setdefault("artifact", artifact_of(self.shop, other))
        self._add("GITHUB_OUTPUT", "".join(f"{k}={v}\n" for k, v in self.outputs.items()))
        return code

    def _write(self, ending: str, text: str) -> None:
        files.write_output(self.console.directory, self.file(ending), text.encode())

    def _add(self, variable: str, text: str) -> None:
        """Append to a file of the runner, if a variable names one."""
        if self.run.system == GITHUB and (name := self.console.environment.get(variable)):
            with files.reporting(Path(name), ShopformError):
                files.append(Path(name), text.encode(), mode=0o600)

    def _comment(self, mark: str, page: str) -> None:
        """Write the comment, if there is a request and the token may."""
        run, console = self.run, self.console
        if not (self.comments and run.request):
            return
        if run.fork:
            console.info(f"{run.title} is of a fork, whose runs may not comment on it.")
            return
        forge = open_forge(run)
        if forge is None:
            name = "GITHUB_TOKEN" if run.system == GITHUB else "SHOPFORM_GITLAB_TOKEN"
            console.info(f"No comment on {run.title.lower()}: `{name}` is not set.")
            return
        try:
            forge.comment(mark, page)
        except ForgeError as problem:
            if problem.status not in _DENIED:
                raise
            console.diagnostics(with_severity(problem.diagnostics, Severity.WARNING))
            rights = "the permission `pull-requests: write`, or the scope `api` on GitLab"
            hint = f"give the job's token {rights}; `--no-comment` omits the comment"
            console.diagnostics([warning("comment-denied", "the plan is in no comment", hint=hint)])
