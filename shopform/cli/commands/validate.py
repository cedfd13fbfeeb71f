"""`shopform validate`."""

from typing import Any

import click

from shopform.cli import options
from shopform.diagnostics import plural
from shopform.terminal.console import Console


@click.command("validate")
@options.projects
@click.pass_obj
def command(
    console: Console,
    /,
    **asked: Any,
) -> int:
    """Check the files, without a shop.

    Checks every shop of the project unless some are chosen. Makes no call and needs no key. Exits
    with 10 when something is wrong, all of which is told at once.
    """
    from shopform.terminal.reporter import Reporter
    from shopform.workflow.open_project import open_project, validate

    checked = validate(open_project(options.project_request(console, asked), Reporter(console)))
    for name, desired in checked.items():
        console.result(f"{name}: {plural(len(desired.resources), 'resource')}")
    console.result("Success! The configuration is valid.")
    return 0
