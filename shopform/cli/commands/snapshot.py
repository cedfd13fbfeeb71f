"""`shopform snapshot`."""

from pathlib import Path
from typing import Any

import click

from shopform.cli import options, output_options
from shopform.cli.param_types import named_kinds
from shopform.diagnostics import plural
from shopform.terminal.console import Console


@click.command("snapshot")
@options.project
@options.reading
@options.kinds
@output_options.snapshot_out
@output_options.quiet
@click.pass_obj
def command(console: Console, /, out: Path, kinds: tuple[str, ...], **asked: Any) -> int:
    """Save the shop as it is, to plan from without a key.

    Reads every list and the state, and changes nothing. Products, of which a shop may have very
    many, are read only if the files or the state have some, or --kinds names them. The file has no
    secrets: digests stand for the values that the files or the state know as secrets, and for
    values with a password.
    """
    from shopform.workflow.open_project import open_workspace
    from shopform.workflow.read_shop import save_snapshot

    limits = options.limits(asked)
    _, loaded = options.opened(console, asked)
    chosen = named_kinds(loaded.project.catalogue, kinds)
    found = save_snapshot(open_workspace(loaded), limits, out, chosen)
    lists = plural(len(found.read), "list")
    console.info(f"Wrote `{out}`: {plural(found.objects, 'object')} in {lists}.")
    return 0
