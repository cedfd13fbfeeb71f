"""Write the content of a live shop as YAML files."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shopform.config import Project, shop_names
from shopform.config.format.printer import MODELINE
from shopform.config.write.emitter import Heading, emit_document, emit_files
from shopform.errors import UsageError
from shopform.files import real, reporting, typed, write_new
from shopform.kinds import is_extra
from shopform.model.declared import Declared
from shopform.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class DeclaredFiles:
    """The content of a shop as YAML: `text` if no path was given, else the number of files.

    `include` is the pattern that makes the folder a part of the project, if it can be one.
    """

    resources: int
    omitted: int
    text: str = ""
    written: int = 0
    include: str = ""


def write_declared(
    workspace: Workspace,
    declared: Declared,
    unread: dict[str, str],
    out: Path | None,
    *,
    about: str,
    hint: str,
) -> DeclaredFiles:
    """Write declarations to a folder or file, or return them; `about` is the first comment.

    Raises UsageError with the hint if a file exists already.
    """
    project = workspace.loaded.project
    single = out is not None and out.suffix in (".yaml", ".yml")
    with reporting(workspace.directory / (out or ""), UsageError):
        path = typed(workspace.directory, out or "")
    folder = path.parent if single else path
    heading = Heading(
        about=about,
        shop=workspace.shop.name if len(shop_names(project)) > 1 else "",
        modeline=_modeline(project, folder),
        unread=unread,
    )
    omitted = [each for each in declared.omissions if not is_extra(each.field)]
    counts = len(declared.resources), len(omitted)
    if out is None:
        return DeclaredFiles(*counts, text=emit_document(declared, heading))
    files: Mapping[str, str] = emit_files(declared, heading)
    if single:
        files = {path.name: emit_document(declared, heading)}
    _check_undeclared(project, folder, declared, files)
    written = write_new(folder, files, hint=hint)
    return DeclaredFiles(
        *counts, written=len(written), include=_pattern(real(workspace.directory), real(folder))
    )


def _pattern(project: Path, folder: Path) -> str:
    """Return the pattern under `include:` for a folder; "" for one outside of the project."""
    if folder == project or not folder.is_relative_to(project):
        return ""
    return (folder.relative_to(project) / "*.yaml").as_posix()


def _modeline(project: Project, folder: Path) -> str:
    """Return the line that names the schema for editors, if the project's main file has one."""
    line = project.contents[project.main].split("\n", 1)[0].rstrip()
    found = re.search(r"\$schema=(\S+)", line)
    if not line.startswith(MODELINE) or not found:
        return ""
    schema = found[1]
    if "://" not in schema:
        schema = Path(os.path.relpath(project.directory / schema, folder)).as_posix()
    return f"{MODELINE} $schema={schema}"


def _check_undeclared(
    project: Project, folder: Path, declared: Declared, files: Mapping[str, str]
) -> None:
    """Refuse to write resources that other files of the project declare."""
    with reporting(folder, UsageError):
        elsewhere = real(folder) != real(project.directory)
    if elsewhere:
        return
    for address, resource in declared.resources.items():
        section = project.sections.get(project.catalogue[address.kind].section, {})
        entry = section.get(address.keys[-1]) if resource.parent is None else None
        if entry and entry[0].file not in files:
            raise UsageError(
                f"`{address}` is declared already, in `{entry[0].file}`",
                hint="`dump --update` changes the files that declare it; or choose a new folder",
            )
