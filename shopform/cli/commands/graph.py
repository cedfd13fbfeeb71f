"""`shopform graph`."""

from pathlib import Path
from typing import Any

import click

from shopform.cli import options
from shopform.cli.param_types import File, standard
from shopform.errors import UsageError
from shopform.terminal.console import Console


@click.command("graph")
@options.project
@options.chosen_part
@click.option(
    "--format",
    "form",
    envvar="SHOPFORM_GRAPH_FORMAT",
    type=click.Choice(["dot", "mermaid"]),
    default="dot",
    help="Output format of the graph.",
)
@options.option(
    "--plan",
    "plan_file",
    metavar="FILE",
    type=File(path_type=Path),
    help="Show the steps of a saved plan instead.",
)
@click.pass_obj
def command(
    console: Console,
    /,
    form: str,
    plan_file: Path | None,
    **asked: Any,
) -> None:
    """Print the dependency graph as DOT or Mermaid.

    Arrows point from a resource to its parent and to what it refers to; with --plan, from a step
    to those that depend on it. Makes no API call and needs no key.
    """
    from shopform.render.graph import render_graph, resource_graph, step_graph
    from shopform.workflow.open_project import open_declared
    from shopform.workflow.records.plan_file import read_plan

    if plan_file:
        if any(asked.values()):
            raise UsageError("a saved plan allows no planning options", hint="remove the options")
        graph = step_graph(read_plan(console.directory, plan_file, standard()))
    else:
        loaded = options.opened(console, asked)[1]
        wanted = options.plan_options(asked, loaded.project.catalogue)
        graph = resource_graph(*open_declared(loaded, wanted))
    console.result(render_graph(graph, form))
