"""Files that users name for output, and files of the project that commands write.

An output goes over nothing but what the same option wrote. What an option names is checked while
options are read; files of several are checked before the first is written.
"""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from shopform.errors import ShopformError, UsageError
from shopform.files.atomic import check_writable, make_directory, read_bytes, write_atomic
from shopform.files.paths import read, real, reporting, typed

# What shopform writes under an option begins like this; an empty file may be one from `mktemp`.
PLAN: Final = re.compile(rb'\{"format_version": "[^"]*", "terraform_version"')
MESSAGES: Final = re.compile(rb'\{"@level": "info", "@message": "shopform ')
PATCH: Final = re.compile(rb"--- ")
_LOOKED_AT: Final = 200
# What is kept there has other readers than an output has.
_OWN_FOLDERS: Final = frozenset({".git", ".shopform", "secrets", "state"})
_SOURCES: Final = frozenset({".yaml", ".yml"})


def claim(
    folder: Path,
    option: str,
    name: str,
    made: re.Pattern[bytes],
    claimed: dict[str, str],
    stdout: os.stat_result | None,
) -> Path:
    """The path of the file `name`, relative to `folder`, that `option` may write.

    A file that is there must be empty or begin as `made` says; messages may go to a pipe or a
    device too. `claimed` has the outputs of this run by their paths, and `stdout` is the file that
    the result goes to, if it is one. Raises UsageError, also where another output goes to the same
    file.
    """
    with reporting(folder / name, UsageError):
        path = typed(folder, name)
        _check(path, name, made, stdout)
        _check_place(folder, path, name)
        other = claimed.setdefault(os.path.realpath(path), option)
    if other != option:
        raise UsageError(f"`{other}` and `{option}` name the same file", hint="name two files")
    return path


def write_output(folder: Path, name: str | Path, data: bytes, *, mode: int | None = None) -> None:
    """Write a file that was claimed. Raises UsageError where that is not possible any more."""
    with reporting(folder / name, UsageError):
        write_atomic(typed(folder, name), data, mode=mode)


def write_new(folder: Path, files: Mapping[str, str], *, hint: str) -> list[str]:
    """Write files that are not there; returns the names of those it wrote.

    A file with the same bytes is left alone. Raises UsageError, with this hint, for one that
    holds anything else, and then nothing has been written.
    """
    missing = []
    for name, text in files.items():
        path = folder / name
        with reporting(path, UsageError):
            found = read_bytes(typed(folder, name))
        if found is None:
            missing.append(name)
        elif found != text.encode():
            raise UsageError(f"`{path}` exists with other content", hint=hint)
    for name in missing:
        path = folder / name
        with reporting(path, ShopformError):
            make_directory(path.parent)
            write_atomic(typed(folder, name), files[name].encode())
    return missing


def write_over(folder: Path, files: Mapping[str, str]) -> None:
    """Write files in place of those of the same names. Raises ShopformError."""
    for name in files:
        with reporting(folder / name, ShopformError):
            check_writable(typed(folder, name))
    for name, text in files.items():
        with reporting(folder / name, ShopformError):
            # The file behind a link is written, or the link would be replaced by a file.
            write_atomic(real(typed(folder, name)), text.encode())


def _check(path: Path, name: str, made: re.Pattern[bytes], stdout: os.stat_result | None) -> None:
    try:
        status = path.stat()
    except FileNotFoundError:
        _check_folder(path.parent)
        return
    if stdout and stat.S_ISREG(status.st_mode) and os.path.samestat(status, stdout):
        raise UsageError(
            f"`{name}` is already the target of another output", hint="name another file"
        )
    if made is MESSAGES and (stat.S_ISFIFO(status.st_mode) or stat.S_ISCHR(status.st_mode)):
        return
    begun = read(path, at_most=_LOOKED_AT)
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
    place, root = real(path), real(root)
    if not place.is_relative_to(root):
        return
    if place.suffix.lower() in _SOURCES:
        raise UsageError(f"`{name}` would be read as a part of the project", hint="rename it")
    first = place.relative_to(root).parts[:1]
    if not _OWN_FOLDERS.isdisjoint(first):
        hint = f"name a file outside `{first[0]}`"
        raise UsageError(f"`{name}` is not a place for output", hint=hint)
