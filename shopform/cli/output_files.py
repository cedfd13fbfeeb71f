"""Files that options name for output: checked while options are read, written when there is any."""

import os
import re
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shopform import files
from shopform.errors import UsageError
from shopform.state.atomic_files import check_writable

if TYPE_CHECKING:
    from shopform.terminal.console import Console

# What shopform writes under an option begins like this; an empty file may be one from `mktemp`.
PLAN: Final = re.compile(rb'\{"format_version": "[^"]*", "terraform_version"')
MESSAGES: Final = re.compile(rb'\{"@level": "info", "@message": "shopform ')
PATCH: Final = re.compile(rb"--- ")
_LOOKED_AT: Final = 200
# What is kept there has other readers than an output has.
_OWN_FOLDERS: Final = frozenset({".git", ".shopform", "secrets", "state"})
_SOURCES: Final = frozenset({".yaml", ".yml"})


def claim(console: "Console", option: str, name: str, made: re.Pattern[bytes]) -> None:
    """Check that `option` may write the file `name`, relative to the console's folder.

    A file that is there must be empty or begin as `made` says; messages may go to a pipe or a
    device too. Raises UsageError, also where another output goes to the same file.
    """
    with files.reporting(console.directory / name, UsageError):
        path = files.typed(console.directory, name)
        _check(path, name, made)
        _check_place(console.directory, path, name)
        other = console.outputs.setdefault(os.path.realpath(path), option)
    if other != option:
        raise UsageError(f"`{other}` and `{option}` name the same file", hint="name two files")


def _check(path: Path, name: str, made: re.Pattern[bytes]) -> None:
    try:
        status = path.stat()
    except FileNotFoundError:
        _check_folder(path.parent)
        return
    if _is_stdout(status):
        raise UsageError(
            f"`{name}` is already the target of another output", hint="name another file"
        )
    if made is MESSAGES and (stat.S_ISFIFO(status.st_mode) or stat.S_ISCHR(status.st_mode)):
        return
    begun = files.read(path, at_most=_LOOKED_AT)
    if begun and not made.match(begun):
        raise UsageError(
            f"`{name}` exists and was not written by this option", hint="name another file"
        )
    check_writable(path)


def _check_folder(folder: Path) -> None:
    if not os.access(folder, os.W_OK):
        folder.stat()
        raise UsageError(f"the folder `{folder}` cannot be written", hint="name another file")


def _check_place(root: Path, path: Path, name: str) -> None:
    """Raise UsageError for what would be read as a part of the project, or replace such a part."""
    place, root = files.real(path), files.real(root)
    if not place.is_relative_to(root):
        return
    if place.suffix.lower() in _SOURCES:
        raise UsageError(f"`{name}` would be read as a part of the project", hint="rename it")
    first = place.relative_to(root).parts[:1]
    if not _OWN_FOLDERS.isdisjoint(first):
        hint = f"name a file outside `{first[0]}`"
        raise UsageError(f"`{name}` is not a place for output", hint=hint)


def _is_stdout(status: os.stat_result) -> bool:
    try:
        return stat.S_ISREG(status.st_mode) and os.path.samestat(
            status, os.fstat(sys.stdout.fileno())
        )
    except (OSError, ValueError, AttributeError):  # no file, or none at all
        return False
