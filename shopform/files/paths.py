"""Where paths may lead, and how files are read.

A path in the project's files, or a link in it, must lead into the project or to a place that this
process allows. A pull request can add a link, which would expose or overwrite files of the machine
that runs it; so the permission comes from the environment and is not a setting of the project. A
path on the command line may lead anywhere, but not through a link in the project.
"""

import errno
import os
import re
import select
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from shopform.errors import ShopformError, StateError

LARGEST: Final = 256 * 1024 * 1024  # bytes of one file
_READ_AT_ONCE: Final = 1024 * 1024
WRITER_WAIT: Final = 10.0  # seconds
_HINTS: Final = {
    errno.EACCES: "check the permissions of the file and of its folder",
    errno.EPERM: "check the permissions of the file and of its folder",
    errno.EROFS: "the file system is read-only",
    errno.ENOSPC: "free some disk space",
    errno.EDQUOT: "free some disk space",
    errno.EISDIR: "give a file, not a folder",
    errno.ENOTDIR: "a file is in the way of the folder",
    errno.EEXIST: "a file is in the way of the folder",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "replace the link with the file itself",
    errno.EINVAL: "give a regular file",
    errno.EFBIG: "split it",
    errno.ENXIO: "start the reader of the pipe first",
    errno.EAGAIN: "start its writer first",
}
_allowed: list[Path] = []


class OutsideError(OSError):
    """A path that leads outside of the project."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.EPERM, "it is not inside the project", str(path))


@contextmanager
def reporting(path: Path, error: type[ShopformError] = StateError) -> Iterator[None]:
    """Convert an OSError to `error`, with the path and a hint."""
    try:
        yield
    except OSError as problem:
        raise error(f"cannot use `{path}`: {reason(problem)}", hint=hint(problem)) from problem


def reason(problem: OSError) -> str:
    """Return the reason of an error, for messages."""
    return (problem.strerror or type(problem).__name__).lower()


def hint(problem: OSError) -> str:
    """Return what to do about an error, for messages."""
    if isinstance(problem, OutsideError):
        return "copy it into the project, or allow the place with `SHOPFORM_ALLOW_OUTSIDE`"
    return _HINTS.get(problem.errno or 0, "")


def allow_outside(places: Iterable[str]) -> None:
    """Allow links and paths in YAML to lead to these places outside of the project."""
    _allowed[:] = [real(Path(place)) for place in places if place]


def real(path: Path) -> Path:
    """Return a path with links resolved; its last parts may not exist yet.

    Raises OSError for a cycle of links and for invalid names.
    """
    # `Path.resolve` raises for a cycle of links only before Python 3.13.
    try:
        found = os.path.realpath(path)
        mode = os.lstat(found).st_mode
    except ValueError:
        raise OSError(errno.EINVAL, "it is not a file name", repr(str(path))) from None
    except OSError as problem:
        if problem.errno in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):
            return Path(found)
        raise
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return Path(found)


def inside(root: Path, path: str | Path) -> Path:
    """Return the real path of a path in the project's files, relative to its folder `root`.

    Raises OutsideError if it is neither in the project nor in an allowed place, and OSError as
    `real` does.
    """
    found = real(root / path)
    if any(found.is_relative_to(place) for place in (real(root), *_allowed)):
        return found
    raise OutsideError(root / path)


def typed(root: Path, path: str | Path) -> Path:
    """Return the path of a path on the command line, relative to the folder `root`.

    Raises OSError as `inside` does if the path as written is in the project.
    """
    joined = root / path
    here, there = (Path(os.path.normpath(each.absolute())) for each in (root, joined))
    # `/dev/fd/3` must not be resolved: its file may have no name.
    return inside(root, path) if there.is_relative_to(here) else joined


def read(path: Path, *, at_most: int | None = None, pipes: bool = False) -> bytes:
    """Return the content of a regular file, or its first `at_most` bytes.

    With `pipes`, it may be a pipe that has a writer, or a device. Raises OSError, also for other
    types of files and for content over LARGEST.
    """
    # Opening a pipe without a writer would block.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        mode, size = status.st_mode, 0
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        # A buffer larger than the file costs more than reading it.
        once = min(_READ_AT_ONCE, status.st_size + 1)
        if not stat.S_ISREG(mode):
            once = _READ_AT_ONCE
            _wait_for_writer(descriptor, mode, path, pipes)
        parts, most = [], LARGEST + 1 if at_most is None else at_most
        while size < most and (part := os.read(descriptor, min(once, most - size))):
            parts.append(part)
            size += len(part)
        if size > LARGEST and at_most is None:
            raise OSError(errno.EFBIG, f"it is larger than {LARGEST:,} bytes", str(path))
        return b"".join(parts)
    finally:
        os.close(descriptor)


def read_typed(root: Path, path: str | Path, *, at_most: int | None = None) -> bytes:
    """Return the content of a path on the command line, which may be a pipe: that of `<(...)`.

    Raises OSError as `typed` and `read` do.
    """
    return read(typed(root, path), at_most=at_most, pipes=True)


def _wait_for_writer(descriptor: int, mode: int, path: Path, pipes: bool) -> None:
    if not pipes:
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    if stat.S_ISFIFO(mode):
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        if not poll.poll(WRITER_WAIT * 1000):
            raise OSError(errno.EAGAIN, "no process writes to this pipe", str(path))
    os.set_blocking(descriptor, True)


def own_files(folder: Path, name: re.Pattern[str]) -> list[Path]:
    """Return the regular files of `folder` whose full names match, sorted, without links."""
    try:
        with os.scandir(folder) as entries:
            return sorted(
                folder / entry.name
                for entry in entries
                if name.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
            )
    except FileNotFoundError:
        return []
