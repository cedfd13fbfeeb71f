"""`shopform dump`."""

from pathlib import Path
from typing import Any

import click

from shopform.cli import options, output_options
from shopform.cli.param_types import File, named_kinds
from shopform.errors import UsageError
from shopform.terminal.console import Console


@click.command("dump")
@options.project
@options.reading
@options.option(
    "--out",
    metavar="PATH",
    type=File(path_type=Path),
    help="Write a folder with one file per section, or one file if PATH ends in `.yaml`.",
)
@options.kinds
@options.flag("--update", help="Update the files of the project with what the shop has.")
@options.flag("--new", help="With --update: also declare unmanaged objects.")
@output_options.quiet
@click.pass_obj
def command(
    console: Console,
    /,
    out: Path | None,
    update: bool,
    new: bool,
    kinds: tuple[str, ...],
    **asked: Any,
) -> int:
    """Print a shop as YAML declarations.

    Reads everything and changes nothing in the shop. Products, of which a shop may have very many,
    are read only if the files or the state have some, or --kinds names them. Keys are derived from
    names, references use keys, and only values that differ from the shop's defaults are written.
    Comments list what is left out and why; secrets are never written. Nothing is overwritten:
    --update edits existing files and keeps their order, comments and placeholders.
    """
    from shopform.workflow.files.declared_files import write_declared
    from shopform.workflow.files.update_files import update_files
    from shopform.workflow.open_project import open_settings, open_workspace
    from shopform.workflow.read_shop import read_shop

    _check(out, update=update, new=new, kinds=kinds)
    limits = options.limits(asked)
    reporter, loaded = options.opened(console, asked)
    workspace = open_workspace(loaded) if update else open_settings(loaded, with_token=True)
    chosen = named_kinds(loaded.project.catalogue, kinds)
    found = read_shop(workspace, limits, chosen, columns=True)
    console.diagnostics([*found.warnings(), *found.columns()])
    if update:
        reporter.updated(update_files(workspace, found, new=new))
        return 0
    about = f"`{workspace.shop.name}`, {workspace.shop.url}"
    hint = "use `dump --update` to edit existing files, or give an empty folder"
    shop = found.declared(), found.reasons()
    reporter.declared(write_declared(workspace, *shop, out, about=about, hint=hint), out)
    return 0


def _check(out: Path | None, *, update: bool, new: bool, kinds: tuple[str, ...]) -> None:
    """Raise UsageError for options that exclude each other."""
    if update and out:
        raise UsageError("`--update` edits the project's files", hint="remove `--out`")
    if update and kinds:
        raise UsageError("`--update` updates what is declared", hint="remove `--kinds`")
    if new and not update:
        raise UsageError("`--new` needs `--update`", hint="add it; a plain dump has all objects")
    if out and out.name in ("shopform.yaml", "shopform.yml"):
        hint = "give another file, or a folder"
        raise UsageError(f"`{out.name}` is the settings file", hint=hint)
