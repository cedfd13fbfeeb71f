"""`shopform schema`."""

import click

from shopform.cli import options
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
    import json

    from shopform.config.json_schema import project_schema
    from shopform.render.json.plan_schema import plan_schema
    from shopform.state.format import state_schema

    makers = {"project": project_schema, "state": state_schema, "plan": plan_schema}
    console.result(json.dumps(makers[name](), indent=2, ensure_ascii=False))
