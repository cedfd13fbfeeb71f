"""`shopform version`."""

import click

from shopform import __version__
from shopform.cli import options


@click.command("version")
@options.here
@options.flag("--json", "as_json", help="Print it as JSON.")
def command(as_json: bool) -> None:
    """Show the version."""
    if as_json:
        import json
        import platform

        versions = {"shopform_version": __version__, "python_version": platform.python_version()}
        click.echo(json.dumps(versions, indent=2))
    else:
        click.echo(f"shopform {__version__}")
