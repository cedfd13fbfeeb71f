"""`shopform show`."""

from pathlib import Path

import click

from shopform.cli import options, output_options
from shopform.cli.param_types import File
from shopform.errors import UsageError
from shopform.model.prior import Entry, Prior
from shopform.model.values import Secret
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
    from shopform.workflow.plan_file import read_plan

    if plan_file:
        from shopform.terminal.reporter import Reporter

        Reporter(console).planned(read_plan(console.directory, plan_file))
    else:
        _state(console, shop)


def _state(console: Console, shop: str | None) -> None:
    from shopform.render.text.state_text import render_state
    from shopform.state.format import dumps
    from shopform.terminal.reporter import Reporter
    from shopform.workflow.open_project import open_project, open_settings

    if console.form in ("markdown", "html"):
        raise UsageError("the state is shown as text or JSON", hint="name a saved plan")
    loaded = open_project(options.project_request(console, {"shop": shop}), Reporter(console))
    prior = open_settings(loaded).store().read(mending=True)
    if console.form == "json":
        console.result(dumps(prior).decode())
    elif console.form == "text":
        summary = console.detail == "summary"
        console.result(render_state(_masked(prior), width=console.columns, summary=summary))


def _masked(prior: Prior) -> Prior:
    """The state with `Secret` for each digest of one."""
    from dataclasses import replace

    from shopform.model.canonical import is_digest

    def masked(entry: Entry) -> Entry:
        sent = {n: Secret("", "") if is_digest(v) else v for n, v in entry.sent.items()}
        return replace(entry, sent=sent)

    return replace(prior, resources={a: masked(entry) for a, entry in prior.resources.items()})
