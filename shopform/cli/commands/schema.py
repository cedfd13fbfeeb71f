"""`shopform schema`."""

import click

from shopform.cli import options
from shopform.cli.param_types import standard
from shopform.terminal.console import Console


@click.command("schema")
@options.here
@click.argument("name", type=click.Choice(["project", "state", "plan"]), default="project")
@click.pass_obj
def command(console: Console, name: str) -> None:
    """Print the JSON Schema of the project files.

    Editors use it for completion and validation; `shopform init` writes it to the project. The
    argument selects the schema of project files, of the state, or of saved plans.
    """
    from shopform.workflow.files.start_project import schema

    console.result(schema(name, standard()))
