"""Writes what a live shop holds as files of YAML."""

from pathlib import Path
from typing import TYPE_CHECKING

from shopform.diagnostics import plural
from shopform.errors import UsageError
from shopform.terminal.console import Console

if TYPE_CHECKING:
    from shopform.config import Project
    from shopform.model.declared import Declared
    from shopform.workflow.workspace import Workspace


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
    from shopform.config import load_project, shop_names
    from shopform.config.write.emitter import Heading, emit_document, emit_files
    from shopform.files import real, reporting, typed
    from shopform.workflow.file_writes import write_new

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

    from shopform.config.format.printer import MODELINE

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
