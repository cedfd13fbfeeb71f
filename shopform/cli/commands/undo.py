"""`shopform undo`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shopform.cli import options, output_options
from shopform.errors import UsageError
from shopform.terminal.console import Console

if TYPE_CHECKING:
    from shopform.terminal.reporter import Reporter
    from shopform.workflow.workspace import LoadedProject


@click.command("undo")
@options.project
@options.option("--list", "listing", is_flag=True, help="List the runs, newest first.")
@options.chosen_part
@options.permissions
@options.reading
@options.locking
@options.option("--auto-approve", is_flag=True, help="Skip the interactive approval.")
@options.option(
    "--detailed-exitcode", is_flag=True, help="Exit with 2 if there are changes, 0 if not."
)
@output_options.format_
@output_options.json_stream
@output_options.json_into
@output_options.out("Save the plan for `apply`.")
@click.argument("run", required=False)
@click.pass_obj
def command(console: Console, /, run: str | None, listing: bool, **asked: Any) -> int:
    """Revert the shop to its state before a run.

    RUN is the name of a run or a unique prefix of it; without it the last run is undone. The
    result is an ordinary plan: what the run created is destroyed, what it deleted is recreated
    with a new id, what it changed is restored. Warnings list what cannot be restored; objects that
    a later run changed are skipped. An undo is a run too: undoing it redoes the original run.
    """
    from shopform.terminal.reporter import Reporter
    from shopform.workflow.open_project import open_project

    request, reporter = options.project_request(console, asked), Reporter(console)
    if listing:
        if run:
            raise UsageError("`--list` lists every run", hint=f"leave out `{run}`")
        return _list(console, open_project(request, reporter))
    return _undo(reporter, run, open_project(request, reporter), **asked)


def _list(console: Console, loaded: "LoadedProject") -> int:
    from shopform.workflow.open_project import open_settings
    from shopform.workflow.run_history import summaries

    runs, damaged = summaries(open_settings(loaded))
    console.diagnostics(damaged)
    if console.form == "json":
        import json

        names = ("name", "verb", "time", "counts")
        found = [{name: getattr(run, name) for name in names} for run in runs]
        console.result(json.dumps(found, indent=2))
        return 0
    width = max((len(run.verb) for run in runs), default=0)
    for run in runs:
        counts = ", ".join(f"{run.counts.get(word, 0)} {said}" for word, said in COUNTED.items())
        time = run.time.replace("T", " ").removesuffix("Z")
        console.result(f"{run.name}  {time} UTC  {run.verb:<{width}}  {counts}")
    if not runs:
        console.note("No run was recorded here.")
    return 0


COUNTED = {
    "import": "imported",
    "add": "added",
    "change": "changed",
    "destroy": "destroyed",
    "forget": "forgotten",
}


def _undo(
    reporter: "Reporter",
    run: str | None,
    loaded: "LoadedProject",
    *,
    out: Path | None,
    detailed_exitcode: bool,
    **asked: Any,
) -> int:
    from shopform.cli.offer import offer
    from shopform.workflow.requests import Approval, ReadLimits
    from shopform.workflow.undo_run import Undoing

    console = reporter.console
    source = Undoing(loaded, run, options.plan_options(console, asked, out))
    console.info(f"Undoing {source.run.name}, `{source.run.verb}`.")
    limits, approval = options.taken(ReadLimits, asked), options.taken(Approval, asked)
    verb = f"undo {source.run.name}"
    result = offer(
        reporter, source, limits, approval, verb=verb, out=out, detailed=detailed_exitcode
    )
    if result.plan.empty and not result.plan.refused:
        console.info("Nothing is left to undo.")
    return result.exit_code
