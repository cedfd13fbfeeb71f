"""Write files given by options, and files of the project.

An option only overwrites a file that it wrote before. Its file is checked while options are
parsed; if several files are written, all are checked before the first.
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

# The beginnings of files that options write; empty files, as made by `mktemp`, are allowed too.
PLAN: Final = re.compile(rb'\{"format_version": "[^"]*", "terraform_version"')
SNAPSHOT: Final = re.compile(rb'\{"format_version": "[^"]*", "shopform_version": "[^"]*", "shop"')
RECORDING: Final = re.compile(rb'\{\s*"format_version": "[^"]*",\s*"recorded_by"')
MESSAGES: Final = re.compile(rb'\{"@level": "info", "@message": "shopform ')
PATCH: Final = re.compile(rb"--- ")
PAGE: Final = re.compile(rb"<!doctype html>")
MARKDOWN: Final = re.compile(rb"<!-- shopform ")
REPORT: Final = re.compile(rb"\[")
_LOOKED_AT: Final = 200
# Folders that shopform or git use otherwise.
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
    """Return the path of the file `name`, relative to `folder`, which `option` will write.

    An existing file must be empty or begin with `made`; messages may also go to a pipe or a device.
    `claimed` are the options of this run by path, and `stdout` is its file, if it is one. Raises
    UsageError, also if another output goes to the same file.
    """
    with reporting(folder / name, UsageError):
        path = typed(folder, name)
        _check(path, name, made, stdout)
        _check_place(folder, path, name)
        other = claimed.setdefault(os.path.realpath(path), option)
    if other != option:
        raise UsageError(f"`{other}` and `{option}` name the same file", hint="use two files")
    return path


def write_output(folder: Path, name: str | Path, data: bytes, *, mode: int | None = None) -> None:
    """Write a claimed file. Raises UsageError if that is no longer possible."""
    with reporting(folder / name, UsageError):
        write_atomic(typed(folder, name), data, mode=mode)


def write_new(folder: Path, files: Mapping[str, str], *, hint: str) -> list[str]:
    """Write files that do not exist, and return their names.

    Files with the same content are kept. Raises UsageError with this hint, and writes nothing, if
    one has other content.
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
    """Overwrite files. Raises ShopformError."""
    for name in files:
        with reporting(folder / name, ShopformError):
            check_writable(typed(folder, name))
    for name, text in files.items():
        with reporting(folder / name, ShopformError):
            # Replace the target of a link, and not the link.
            write_atomic(real(typed(folder, name)), text.encode())


def _check(path: Path, name: str, made: re.Pattern[bytes], stdout: os.stat_result | None) -> None:
    try:
        status = path.stat()
    except FileNotFoundError:
        _check_folder(path.parent)
        return
    if stdout and stat.S_ISREG(status.st_mode) and os.path.samestat(status, stdout):
        raise UsageError(
            f"`{name}` is already the target of another output", hint="use another file"
        )
    if made is MESSAGES and (stat.S_ISFIFO(status.st_mode) or stat.S_ISCHR(status.st_mode)):
        return
    beginning = read(path, at_most=_LOOKED_AT)
    if beginning and not made.match(beginning):
        raise UsageError(
            f"`{name}` exists and was not written by this option", hint="use another file"
        )
    check_writable(path)


def _check_folder(folder: Path) -> None:
    if not os.access(folder, os.W_OK):
        folder.stat()
        raise UsageError(f"the folder `{folder}` cannot be written", hint="use another file")


def _check_place(root: Path, path: Path, name: str) -> None:
    """Raise UsageError for a file that the project reads, or that belongs to another part of it."""
    place, root = real(path), real(root)
    if not place.is_relative_to(root):
        return
    if place.suffix.lower() in _SOURCES:
        raise UsageError(f"`{name}` would be read as part of the project", hint="rename it")
    first = place.relative_to(root).parts[:1]
    if not _OWN_FOLDERS.isdisjoint(first):
        hint = f"use a file outside of `{first[0]}`"
        raise UsageError(f"`{name}` is not a place for output", hint=hint)
