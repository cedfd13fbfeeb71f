"""`shopform undo`."""

from pathlib import Path
from typing import Any

import click

from shopform.cli import options, output_options
from shopform.errors import UsageError
from shopform.terminal.console import Console


@click.command("undo")
@options.project
@options.flag("--list", "listing", help="List the runs, newest first.")
@options.chosen_part
@options.permissions
@options.reading
@options.locking
@options.approval
@options.detailed
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
    if listing and run:
        raise UsageError("`--list` lists every run", hint=f"leave out `{run}`")
    return _list(console, asked) if listing else _undo(console, run, **asked)


def _list(console: Console, asked: dict[str, Any]) -> int:
    from shopform.render.text.multi_shop import COUNTED
    from shopform.workflow.open_project import open_settings
    from shopform.workflow.records.run_history import records

    runs, damaged = records(open_settings(options.opened(console, asked)[1]))
    console.diagnostics(damaged)
    if console.form == "json":
        import json

        names = ("verb", "time", "counts")
        found = [{"name": run.run, **{n: getattr(run, n) for n in names}} for run in runs]
        console.result(json.dumps(found, indent=2))
        return 0
    width = max((len(run.verb) for run in runs), default=0)
    for run in runs:
        counts = ", ".join(f"{run.counts.get(key, 0)} {name}" for key, name in COUNTED.items())
        time = run.time.replace("T", " ").removesuffix("Z")
        console.result(f"{run.run}  {time} UTC  {run.verb:<{width}}  {counts}")
    if not runs:
        console.note("No runs are recorded here.")
    return 0


def _undo(
    console: Console, run: str | None, *, out: Path | None, detailed_exitcode: bool, **asked: Any
) -> int:
    from shopform.cli.offer import offer
    from shopform.workflow.plan.undo_run import UndoSource
    from shopform.workflow.requests import Approval

    limits, approval = options.limits(asked), options.taken(Approval, asked)
    reporter, loaded = options.opened(console, asked)
    whole = bool(out) or console.form != "text"
    wanted = options.plan_options(asked, loaded.project.catalogue, whole=whole)
    source = UndoSource(loaded, run, wanted)
    console.info(f"Undoing {source.run.name}, `{source.run.verb}`.")
    verb, detailed = f"undo {source.run.name}", detailed_exitcode
    result = offer(reporter, source, limits, approval, verb=verb, out=out, detailed=detailed)
    if result.plan.empty and not result.plan.refused:
        console.info("Nothing is left to undo.")
    return result.exit_code
