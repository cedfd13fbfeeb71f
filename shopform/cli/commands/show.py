"""`shopform show`."""

from pathlib import Path

import click

from shopform.cli import options, output_options
from shopform.cli.param_types import File, standard
from shopform.errors import UsageError
from shopform.terminal.console import Console


@click.command("show")
@options.here
@options.chosen_shop
@output_options.format_
@click.argument("plan_file", required=False, type=File(path_type=Path))
@click.pass_obj
def command(console: Console, /, shop: str | None, plan_file: Path | None) -> None:
    """Show a plan that was saved with `plan --out`, or the state.

    With PLAN_FILE, show that plan, even if it is stale; without it, show the state as text or,
    with --json, as `state pull` prints it. Makes no API call.
    """
    from shopform.terminal.reporter import Reporter
    from shopform.workflow.records.plan_file import read_plan

    if plan_file:
        plan = read_plan(console.directory, plan_file, standard())
        Reporter(console).planned(plan)
    else:
        _state(console, shop)


def _state(console: Console, shop: str | None) -> None:
    from shopform.render.text.state_text import render_state
    from shopform.workflow.state.state_edits import StateEdits

    if console.one_document and console.form != "json":
        raise UsageError("the state is only shown as text or JSON", hint="give a saved plan")
    state = StateEdits(options.opened(console, {"shop": shop})[1])
    if console.form == "json":
        console.result(state.stored())
    elif console.form == "text":
        summary = console.detail == "summary"
        console.result(
            render_state(state.masked(), state.catalogue, width=console.columns, summary=summary)
        )
