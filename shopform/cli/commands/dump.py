"""`shopform dump`."""

from pathlib import Path
from typing import Any

import click

from shopform.cli import options, output_options
from shopform.cli.param_types import File
from shopform.errors import UsageError
from shopform.terminal.console import Console


@click.command("dump")
@options.project
@options.reading
@options.option(
    "--out",
    metavar="PATH",
    type=File(path_type=Path),
    help="Write a folder with a file a section, or one file where PATH ends in `.yaml`.",
)
@options.option(
    "--update", is_flag=True, help="Write what the shop holds into the files of the project."
)
@options.option("--new", is_flag=True, help="With --update: declare what nobody declares yet, too.")
@output_options.quiet
@click.pass_obj
def command(
    console: Console,
    /,
    out: Path | None,
    update: bool,
    new: bool,
    **asked: Any,
) -> int:
    """Print a shop as the YAML that declares it.

    Reads everything and changes nothing in the shop. Keys are made of names, references are by
    key, and only what differs from the shop's defaults is written. What is left out stands there
    as a comment, with the reason; secrets are never written. Nothing is overwritten: for files
    that are there already there is --update, which keeps their order, comments and placeholders.
    """
    from shopform.terminal.reporter import Reporter
    from shopform.workflow.declared_files import write_declared
    from shopform.workflow.open_project import open_project, open_settings, open_workspace
    from shopform.workflow.read_shop import read_shop
    from shopform.workflow.requests import ReadLimits
    from shopform.workflow.update_files import update_files

    if update and out:
        raise UsageError("`--update` writes into the project's files", hint="leave out `--out`")
    if new and not update:
        raise UsageError("`--new` is for `--update`", hint="a plain dump has everything")
    if out and out.name in ("shopform.yaml", "shopform.yml"):
        raise UsageError(f"`{out.name}` holds the settings", hint="name another file, or a folder")
    reporter, limits = Reporter(console), options.taken(ReadLimits, asked)
    loaded = open_project(options.project_request(console, asked), reporter)
    workspace = open_workspace(loaded) if update else open_settings(loaded, with_token=True)
    found = read_shop(workspace, limits)
    console.diagnostics(found.warnings())
    if update:
        reporter.updated(update_files(workspace, found, new=new))
        return 0
    about = f"`{workspace.shop.name}`, {workspace.shop.url}"
    hint = "`dump --update` writes into files that are there; or name an empty folder"
    shop = found.declared(), found.reasons()
    reporter.declared(write_declared(workspace, *shop, out, about=about, hint=hint), out)
    return 0
