"""Durable writes: after a crash, a file has either the old or the new content."""

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from shopform.files.paths import read


def read_bytes(path: Path) -> bytes | None:
    """Return the content of a file, or None if it does not exist. Raises OSError as `read` does."""
    try:
        return read(path)
    except FileNotFoundError:
        return None


def write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def sync_directory(path: Path) -> None:
    """Make new, renamed and removed names in a folder durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def make_directory(path: Path, mode: int = 0o777) -> None:
    """Create a folder and its parents durably."""
    if path.is_dir():
        return
    make_directory(path.parent, mode)
    with suppress(FileExistsError):
        path.mkdir(mode)
    sync_directory(path.parent)


def check_writable(path: Path) -> None:
    """Raise PermissionError for a read-only file, which a rename would replace."""
    with suppress(FileNotFoundError):
        if not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def write_atomic(path: Path, data: bytes | Iterable[bytes], *, mode: int | None = None) -> None:
    """Replace a file by write, fsync, rename, fsync of the folder; `data` may be in pieces.

    Without `mode` an existing file keeps its mode and a new one gets 0644 less the umask. Raises
    OSError, or what making a piece raises, and then the old file is unchanged.
    """
    temporary = path.with_name(path.name + ".tmp")
    if mode is None:
        with suppress(FileNotFoundError):
            mode = stat.S_IMODE(path.stat().st_mode)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    fd = os.open(temporary, flags, 0o644 if mode is None else mode & 0o600)
    try:
        try:
            if mode is not None:
                os.fchmod(fd, mode)
            for piece in [data] if isinstance(data, bytes) else data:
                write_all(fd, piece)
            os.fsync(fd)
        finally:
            os.close(fd)
        os.replace(temporary, path)  # noqa: PTH105 - the crash tests count the calls of `os`
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def append(path: Path, data: bytes, *, mode: int) -> None:
    """Append to a file, which is created if missing; not durable."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
    fd = os.open(path, flags, mode)
    try:
        os.write(fd, data)
    finally:
        os.close(fd)


def open_stream(path: Path) -> TextIO:
    """Open a file, a pipe or a device for writing text.

    Raises OSError for a pipe without a reader.
    """
    # Without O_NONBLOCK, opening a pipe waits for a reader.
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NONBLOCK, 0o666)
    os.set_blocking(fd, True)
    return os.fdopen(fd, "w", encoding="utf-8")


def move(old: Path, new: Path) -> None:
    """Rename a file or a folder durably."""
    old.rename(new)
    sync_directory(new.parent)
    sync_directory(old.parent)


def remove(path: Path) -> None:
    """Remove a file if it exists."""
    path.unlink(missing_ok=True)
