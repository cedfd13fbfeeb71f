"""Report runs on the terminal: progress, plans, approval and results."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from shopform.diagnostics import Diagnostic, Line, Severity, plural, with_severity
from shopform.kit.text import join_first
from shopform.model.plan import Op, Outcome, Plan, Step
from shopform.model.shop import Shop
from shopform.model.values import Address
from shopform.render.json.events import applied, applying, planned
from shopform.render.text.progress import progress
from shopform.terminal.console import Console
from shopform.terminal.interrupts import interruptible
from shopform.workflow.observer import Listener
from shopform.workflow.requests import RunResult

if TYPE_CHECKING:
    from shopform.workflow.doctor.check_shop import Checked
    from shopform.workflow.doctor.compare_document import ComparedDocument
    from shopform.workflow.files.declared_files import DeclaredFiles
    from shopform.workflow.files.update_files import FileUpdate

SHOWN = 5
DONE = {
    Op.CREATE: "created",
    Op.UPDATE: "updated",
    Op.DELETE: "destroyed",
    Op.IMPORT: "imported",
    Op.ADOPT: "adopted",
    Op.MOVE: "moved",
    Op.EDIT: "state edited",
    Op.FORGET: "forgotten",
}


@dataclass(slots=True)
class Reporter:
    """An Observer that writes to a console, and shows the results of use cases there.

    `shown`: the plan of the current shop was printed.
    """

    console: Console
    shown: bool = False
    _begun: bool = False
    _warned: set[tuple[str, str]] = field(default_factory=set)

    @property
    def attended(self) -> bool:
        return self.console.interactive and self.console.form == "text"

    def loaded(self, sources: Mapping[str, Sequence[Line]], shop: str) -> None:
        self.console.sources, self.console.shop = sources, shop

    def warn(self, warnings: Iterable[Diagnostic]) -> None:
        found = [*with_severity(warnings, Severity.WARNING)]
        self._warned |= {(each.code, each.summary) for each in found}
        if not self.console.quiet:
            self.console.diagnostics(found)

    def renamed(self, file: str, moves: Iterable[tuple[Address, Address]]) -> None:
        for before, after in moves:
            self.console.info(f"{file}: added to `moved`: {before} -> {after}.")

    def begin(self, shop: Shop) -> None:
        from shopform.render.text.multi_shop import heading

        console = self.console
        self.about(shop.name)
        if console.form == "text":
            above = "\n" if self._begun else ""
            console.result(above + heading(shop.name, shop.url, color=console.color()))
            console.result("")
        self._begun, self.shown = True, False

    def about(self, shop: str) -> None:
        """Begin to name the shop in every message."""
        self.console.about = self.console.stream.shop = shop

    def end(self) -> None:
        """Stop naming a shop in messages."""
        self.about("")

    @contextmanager
    def reading(self, shop: str) -> Iterator[Callable[[str], None]]:
        """Show a bar on a terminal, or a line at intervals."""
        note = None if self.console.quiet else self.console.note
        with progress(self.console.watched, f"reading {shop}", note, monotonic) as bar:
            yield bar.advance

    def was_read(self, shop: str, calls: int, left: int, daily: int) -> None:
        number = plural(calls, "call")
        self.console.info(f"{shop}: {number} to read ({left:,} of {daily:,} left today).")

    def planned(self, plan: Plan) -> None:
        """Print the plan to stdout, and its diagnostics to stderr."""
        self.shown = True
        console = self.console
        if not (console.form == "stream" or console.quiet or console.annotates):
            console.result(self.rendered(plan))
        self.remarks(plan)

    def remarks(self, plan: Plan) -> None:
        """Print the diagnostics of a plan to stderr, and write all events to the stream.

        Warnings that were reported while it was made are not printed again.
        """
        self.console.stream.emit(planned(plan))
        quiet = self.console.quiet
        found = [
            each
            for each in plan.diagnostics
            if each.severity is Severity.ERROR
            or not (quiet or (each.code, each.summary) in self._warned)
        ]
        if found and not quiet:
            self.console.note("")
        self.console.diagnostics(found)

    def approve(self, plan: Plan) -> bool:
        what = "destroy everything shown above" if plan.destroy else "perform these actions"
        self.console.note(
            f"\nDo you want to {what}?\n"
            f"  shopform will do this to the live shop `{plan.basis.shop}`.\n"
            "  Only 'yes' will be accepted to approve.\n"
        )
        return self._approved()

    def confirm(self, what: Sequence[str], *, asks: bool) -> bool:
        for line in what:
            self.console.note(line)
        if asks:
            self.console.note("\n  Only 'yes' will be accepted to approve.\n")
        return not asks or self._approved()

    def _approved(self) -> bool:
        approved = self.console.ask("  Enter a value") == "yes"
        if not approved:
            self.console.note("Nothing was changed.")
        return approved

    @contextmanager
    def applying(self, plan: Plan) -> Iterator[tuple[Listener, Event]]:
        """Show a bar on a terminal, or a line per step; Ctrl-C sets the event."""
        console = self.console
        with (
            interruptible() as interrupt,
            progress(console.watched, f"applying to {plan.basis.shop}") as bar,
        ):
            bar.total(len(plan.steps))
            done: list[Step] = []

            def listener(event: str, step: Step) -> None:
                console.stream.emit([applying(event, step)])
                if event == "start":
                    return
                bar.advance(step.address)
                done.append(step)
                if event == "failed":
                    console.note(f"{step.address}: {step.op} failed")
                elif not bar.moves and not console.quiet:
                    count = f"{len(done):,} of {len(plan.steps):,}"
                    console.note(f"{step.address}: {DONE[step.op]} ({count})")

            yield listener, interrupt

    def proposed(self, result: RunResult, advice: str = "") -> int:
        """Show a plan that is not applied, with advice on how to; return the exit code."""
        self.planned(result.plan)
        if advice and not result.plan.refused and not result.plan.empty:
            self.console.info(advice)
        return result.exit_code

    def applied(self, result: RunResult) -> int:
        """Show the outcome of an apply; return the exit code."""
        if result.outcome:
            self._outcome(result.plan, result.outcome)
        return result.exit_code

    def declared(self, made: "DeclaredFiles", out: Path | None) -> None:
        """Show a shop as YAML, or report the files written to `out`."""
        count = plural(made.resources, "resource")
        if made.omitted:
            count += f", {made.omitted:,} omitted (see the comments)"
        if out is None:
            self.console.result(made.text)
            self.console.info(f"\n{count}.")
            return
        files = plural(made.written, "file")
        done = f"Wrote {files} to `{out}`" if made.written else f"`{out}` is up to date"
        self.console.info(f"{done}: {count}.")
        if made.include:
            self.console.info(
                f"Add `include: {made.include}` to the settings to make it part of the project."
            )

    def updated(self, made: "FileUpdate") -> None:
        """Report the written files of the project, and remaining differences."""
        for name, (fields, new) in made.files.items():
            parts = [plural(fields, "field")] if fields else []
            parts += [f"{new:,} new"] if new else []
            self.console.result(f"{name}: {', '.join(parts)}")
        self.console.diagnostics(made.warnings)
        self._listed("In the files but not in the shop (not removed)", made.deleted)
        self._listed("In the shop but not in the files (`--new` adds them)", made.unmanaged)

    def checked(self, shop: str, made: "Checked") -> None:
        """Show the answers about a shop, and report what was removed before."""
        if made.removed:
            self.console.info(f"Removed {plural(made.removed, 'object')} of an earlier probe.")
        if self.console.form == "json":
            import json

            from shopform.render.json.doctor_document import doctor_document

            document = doctor_document(shop, made.calls, made.answers, made.wire)
            self.console.result(json.dumps(document, indent=2, ensure_ascii=False))
            return
        from shopform.render.text.doctor_text import render_answers

        self.console.result(render_answers(made.answers, width=self.console.columns))

    def compared(self, shop: str, made: "ComparedDocument") -> None:
        """Show how an OpenAPI document differs from the kinds."""
        if self.console.form == "json":
            import json

            from shopform.render.json.openapi_comparison import comparison_document

            document = comparison_document(
                made.name, shop, made.comparison, made.proposals, made.wire
            )
            self.console.result(json.dumps(document, indent=2, ensure_ascii=False))
            return
        from shopform.render.text.openapi_text import render_comparison

        self.console.result(render_comparison(made.name, made.comparison, made.proposals))

    def named(self, file: str) -> None:
        """Report the file in which names of the API were set; empty if they were there."""
        done = f"{file}: set names under `wire`." if file else "No names to set under `wire`."
        self.console.info(done)

    def _listed(self, what: str, addresses: Sequence[Address]) -> None:
        if addresses:
            self.console.info(f"{what} ({len(addresses):,}): {join_first(addresses, SHOWN)}.")

    def _outcome(self, plan: Plan, outcome: Outcome) -> None:
        from shopform.render.text.outcome_text import render_outcome

        console = self.console
        if not console.quiet:
            console.diagnostics(outcome.warnings)
        console.stream.emit(applied(plan, outcome))
        if console.quiet:
            console.diagnostics(failure.diagnostic for failure in outcome.failed)
        elif console.form != "stream":
            text = render_outcome(plan, outcome, color=console.color(), width=console.width)
            console.result(text)
        if outcome.stopped:
            console.diagnostics(outcome.stopped.diagnostics)

    def rendered(self, plan: Plan) -> str:
        """Return the plan in the requested output format."""
        console = self.console
        if console.form == "json":
            import json

            from shopform.render.json.plan_document import sealed

            return json.dumps(sealed(plan), ensure_ascii=False)
        if console.form == "markdown":
            from shopform.render.markdown.page import render_markdown

            return render_markdown(plan, max_bytes=console.limit, url=console.report_url)
        if console.form == "html":
            from shopform.terminal.html_report import html_report

            return html_report(console, plan)
        from shopform.render.text.plan_text import render_plan

        options = {console.detail: True} if console.detail else {}
        return render_plan(plan, color=console.color(), width=console.columns, **options)
