"""`shopform validate`."""

from typing import Any

import click

from shopform.cli import options, output_options
from shopform.diagnostics import plural
from shopform.terminal.console import Console


@click.command("validate")
@options.projects
@output_options.form("text", of="the result", prefix="SHOPFORM_VALIDATE_")
@click.pass_obj
def command(
    console: Console,
    /,
    **asked: Any,
) -> int:
    """Check the files without contacting a shop.

    Checks every shop of the project unless --shop is given. Makes no API call and needs no key.
    Reports all errors at once and exits with 10 if there are any.
    """
    from shopform.workflow.open_project import validate

    checked = validate(options.opened(console, asked)[1])
    if not console.annotates:
        for name, desired in checked.items():
            console.result(f"{name}: {plural(len(desired.resources), 'resource')}")
        console.result("Success! The configuration is valid.")
    return 0
