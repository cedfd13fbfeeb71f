"""`shopform init`."""

import click

from shopform.cli import options
from shopform.cli.param_types import standard
from shopform.terminal.console import Console


@click.command("init")
@options.here
@options.option("--shop", "name", metavar="NAME", default="shop", help="Name of the shop.")
@options.option(
    "--url", metavar="URL", default="https://www.example.dk", help="Address of the shop."
)
@click.pass_obj
def command(console: Console, name: str, url: str) -> None:
    """Create a project in a folder.

    Writes shopform.yaml, catalogue.yaml, a JSON Schema for editors and a .gitignore. Existing
    files are kept, except the schema, which is updated.
    """
    from shopform.terminal.reporter import Reporter
    from shopform.workflow.files.start_project import start_project
    from shopform.workflow.open_project import open_kinds

    kinds = open_kinds(console.directory, standard(), Reporter(console))
    for file, written in start_project(console.directory, name, url, kinds).items():
        if written:
            console.result(f"{file}: written")
        else:
            console.note(f"{file}: exists, kept")
    console.note("\nNext: set SHOPFORM_TOKEN, declare something, and run `shopform plan`.")
