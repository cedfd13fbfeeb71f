"""`shopform validate`."""

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
    shop: str | None,
    variables: tuple[tuple[str, str], ...],
    variable_files: tuple[str, ...],
) -> int:
    """Check the files, without a shop.

    Checks every shop of the project unless some are chosen. Makes no call and needs no key. Exits
    with 10 when something is wrong, all of which is told at once.
    """
    from shopform.workflow.open_workspace import check_workspace

    checked = check_workspace(console, shop, variables, variable_files)
    for name, desired in checked.items():
        console.result(f"{name}: {plural(len(desired.resources), 'resource')}")
    console.result("Success! The configuration is valid.")
    return 0
