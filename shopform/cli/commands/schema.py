"""`shopform schema`."""

import click

from shopform.cli import options
from shopform.cli.param_types import standard
from shopform.terminal.console import Console


@click.command("schema")
@options.here
@click.option(
    "--kinds",
    "reference",
    is_flag=True,
    envvar="SHOPFORM_SCHEMA_KINDS",
    help="Print the reference of the project's own kinds instead, as Markdown.",
)
@click.argument("name", type=click.Choice(["project", "state", "plan"]), default="project")
@click.pass_obj
def command(console: Console, name: str, reference: bool) -> None:
    """Print the JSON Schema of the project files.

    Editors use it for completion and validation; `shopform init` writes it to the project. The
    argument selects the schema of project files, of the state, or of saved plans. In a project it
    includes the kinds that the files declare.
    """
    from shopform.terminal.reporter import Reporter
    from shopform.workflow.files.start_project import kind_reference, schema
    from shopform.workflow.open_project import open_kinds

    kinds = open_kinds(console.directory, standard(), Reporter(console))
    console.result(kind_reference(kinds) if reference else schema(name, kinds))
