"""`shopform log`."""

from datetime import datetime
from typing import Any

import click

from shopform.cli import completions, options, output_options
from shopform.cli.param_types import point_in_time
from shopform.terminal.console import Console


@click.command("log")
@options.project
@options.option(
    "--since",
    metavar="WHEN",
    type=point_in_time,
    help="Only runs since a date (2026-11-30), a time (2026-11-30T08:00, in UTC) or for a duration"
    " (36h, 7d).",
)
@output_options.log_format
@click.argument("address", required=False, shell_complete=completions.addresses)
@click.pass_obj
def command(console: Console, /, address: str | None, since: datetime | None, **asked: Any) -> None:
    """Show who changed the shop, when, and what, from the records of runs.

    With ADDRESS, only runs that changed it or its children, also under its previous addresses.
    `--format markdown` makes release notes. Runs that failed or applied only a part are marked. The
    last 50 runs are kept, in an object store 500. Makes no API call.
    """
    from shopform.workflow.open_project import check_address, open_settings
    from shopform.workflow.records.run_log import run_log

    workspace = open_settings(options.opened(console, asked)[1])
    wanted = check_address(workspace.shop.catalogue, address) if address else None
    runs, damaged = run_log(workspace, wanted, since)
    console.diagnostics(damaged)
    if console.form == "json":
        import json

        from shopform.render.json.log_document import log_document

        console.result(json.dumps(log_document(runs), indent=2, ensure_ascii=False))
    elif console.form == "markdown":
        from shopform.render.markdown.release_notes import render_release_notes

        console.result(render_release_notes(runs, workspace.shop.name))
    elif runs:
        from shopform.render.text.log_text import render_log

        console.result(render_log(runs, color=console.color()))
    else:
        matching = "matching " if address or since else ""
        console.note(f"No {matching}runs are recorded.")
