"""`shopform show`."""

from pathlib import Path

import click

from shopform.cli import options
from shopform.cli.console import Console
from shopform.cli.parameters import File


@click.command("show")
@options.here
@options.format_
@click.argument("plan_file", type=File(path_type=Path))
@click.pass_obj
def command(console: Console, /, plan_file: Path) -> None:
    """Show a plan that was saved with `plan --out`, a stale one too."""
    from shopform.cli.planner import show
    from shopform.cli.saved import read_plan

    show(console, read_plan(console.directory, plan_file))
