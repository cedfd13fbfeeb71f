"""`shopform schema`."""

import click

from shopform.cli import options
from shopform.cli.console import Console


@click.command("schema")
@options.here
@click.argument("name", type=click.Choice(["project", "state"]), default="project")
@click.pass_obj
def command(console: Console, name: str) -> None:
    """Print the JSON Schema of the project files.

    An editor completes and checks with it; `shopform init` writes it beside the project. NAME is
    `project` or `state`.
    """
    import json

    from shopform.schema import project_schema
    from shopform.state.schema import state_schema

    schema = project_schema() if name == "project" else state_schema()
    console.result(json.dumps(schema, indent=2, ensure_ascii=False))
