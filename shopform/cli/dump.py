"""`shopform dump`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from shopform.cli import options
from shopform.cli.console import Console
from shopform.cli.parameters import File
from shopform.diagnostics import plural
from shopform.errors import UsageError

if TYPE_CHECKING:
    from shopform.cli.project import Workspace
    from shopform.config import Project
    from shopform.planning.declaring.declare import Declared


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
@options.quiet
@click.pass_obj
def command(
    console: Console,
    /,
    shop: str | None,
    variables: tuple[tuple[str, str], ...],
    variable_files: tuple[str, ...],
    parallelism: int,
    max_calls: int | None,
    out: Path | None,
    update: bool,
    new: bool,
) -> int:
    """Print a shop as the YAML that declares it.

    Reads everything and changes nothing in the shop. Keys are made of names, references are by
    key, and only what differs from the shop's defaults is written. What is left out stands there
    as a comment, with the reason; secrets are never written. Nothing is overwritten: for files
    that are there already there is --update, which keeps their order, comments and placeholders.
    """
    from shopform.cli.dumping import read_shop
    from shopform.cli.project import open_settings, open_workspace

    if update and out:
        raise UsageError("`--update` writes into the project's files", hint="leave out `--out`")
    if new and not update:
        raise UsageError("`--new` is for `--update`", hint="a plain dump has everything")
    if update:
        from shopform.cli.updating import update_files

        workspace = open_workspace(console, shop, variables, variable_files)
        found = read_shop(workspace, parallelism=parallelism, max_calls=max_calls)
        console.diagnostics(found.warnings())
        return update_files(console, workspace, found, new=new)
    if out and out.name in ("shopform.yaml", "shopform.yml"):
        raise UsageError(f"`{out.name}` holds the settings", hint="name another file, or a folder")
    workspace = open_settings(console, shop, variables, variable_files, with_token=True)
    found = read_shop(workspace, parallelism=parallelism, max_calls=max_calls)
    console.diagnostics(found.warnings())
    about = f"`{workspace.shop.name}`, {workspace.shop.url}"
    hint = "`dump --update` writes into files that are there; or name an empty folder"
    written = found.declared(), found.reasons()
    return write(console, workspace, *written, out, about=about, hint=hint)


def write(
    console: Console,
    workspace: "Workspace",
    declared: "Declared",
    unread: dict[str, str],
    out: Path | None,
    *,
    about: str,
    hint: str,
) -> int:
    """Write what is declared to a folder, a file or stdout; `about` says what it is of.

    Raises UsageError with the hint where a file is in the way.
    """
    from shopform.cli.files import write_new
    from shopform.config import load_project, shop_names
    from shopform.config.emit import Heading, emit_document, emit_files
    from shopform.files import real, reporting, typed

    project = load_project(workspace.directory)
    single = out is not None and out.suffix in (".yaml", ".yml")
    with reporting(workspace.directory / (out or ""), UsageError):
        path = typed(workspace.directory, out or "")
    folder = path.parent if single else path
    begun = ""
    heading = Heading(
        about=about,
        shop=workspace.shop.name if len(shop_names(project)) > 1 else "",
        modeline=_modeline(project, folder),
        unread=unread,
    )
    if out is None:
        console.result(emit_document(declared, heading))
    else:
        files = emit_files(declared, heading)
        if single:
            files = {path.name: emit_document(declared, heading)}
        _check_undeclared(project, folder, declared, files)
        written = write_new(folder, files, hint=hint)
        count = plural(len(written), "file")
        begun = f"Wrote {count} to `{out}`" if written else f"`{out}` says so already"
    if not console.quiet:
        _tell(console, declared, begun)
        if out:
            _tell_pattern(console, real(workspace.directory), real(folder))
    return 0


def _tell(console: Console, declared: "Declared", begun: str) -> None:
    told = plural(len(declared.resources), "resource")
    if declared.left:
        told += f", {len(declared.left):,} left out: the comments say why"
    console.note(f"{begun}: {told}." if begun else f"\n{told}.")


def _tell_pattern(console: Console, project: Path, folder: Path) -> None:
    """How a folder of the project becomes a part of it."""
    if folder != project and folder.is_relative_to(project):
        pattern = (folder.relative_to(project) / "*.yaml").as_posix()
        console.note(f"`include: {pattern}` in the settings makes it a part of the project.")


def _modeline(project: "Project", folder: Path) -> str:
    """The line that tells editors the schema, where the project's settings have one."""
    import os
    import re

    from shopform.config.layout import MODELINE

    line = project.texts[project.main].split("\n", 1)[0].rstrip()
    found = re.search(r"\$schema=(\S+)", line)
    if not line.startswith(MODELINE) or not found:
        return ""
    schema = found[1]
    if "://" not in schema:
        schema = Path(os.path.relpath(project.directory / schema, folder)).as_posix()
    return f"{MODELINE} $schema={schema}"


def _check_undeclared(
    project: "Project", folder: Path, declared: "Declared", files: dict[str, str]
) -> None:
    """Refuse to write what the project would then declare twice."""
    from shopform.files import real, reporting
    from shopform.kinds import BY_NAME

    with reporting(folder, UsageError):
        elsewhere = real(folder) != real(project.directory)
    if elsewhere:
        return
    for address, resource in declared.resources.items():
        section = project.sections.get(BY_NAME[address.kind].section, {})
        entry = section.get(address.keys[-1]) if resource.parent is None else None
        if entry and entry[0].file not in files:
            raise UsageError(
                f"`{address}` is declared already, in `{entry[0].file}`",
                hint="`dump --update` writes into the files that declare it; or name a new folder",
            )
