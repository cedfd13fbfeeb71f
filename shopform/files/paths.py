"""Where a path may lead, and how a file is read.

A path that the project names, in its YAML or by a link in it, leads to a place in the project or
to one that was allowed for this process. A pull request can bring a link, which would then show or
overwrite files of the machine that runs it; so the permission is the machine's and no setting of
the project. A path that a user types may lead anywhere, but not through a link in the project.
"""

import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from shopform.errors import ShopformError, StateError

LARGEST: Final = 256 * 1024 * 1024  # bytes of one file
_READ_AT_ONCE: Final = 1024 * 1024
_HINTS: Final = {
    errno.EACCES: "check the permissions of the file and of its folder",
    errno.EPERM: "check the permissions of the file and of its folder",
    errno.EROFS: "the file system is read-only",
    errno.ENOSPC: "free some disk space",
    errno.EDQUOT: "free some disk space",
    errno.EISDIR: "name a file, not a folder",
    errno.ENOTDIR: "a file is in the way of the folder",
    errno.EEXIST: "a file is in the way of the folder",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "replace the link with the file itself",
    errno.EINVAL: "name a regular file",
    errno.EFBIG: "split it",
    errno.ENXIO: "begin to read the pipe first",
}
_allowed: list[Path] = []


class OutsideError(OSError):
    """A path that leads out of the project."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.EPERM, "it is not inside the project", str(path))


@contextmanager
def reporting(path: Path, error: type[ShopformError] = StateError) -> Iterator[None]:
    """Turn an OSError into `error`, naming the path and what to do."""
    try:
        yield
    except OSError as problem:
        raise error(f"cannot use `{path}`: {reason(problem)}", hint=hint(problem)) from problem


def reason(problem: OSError) -> str:
    """Why a file could not be used, for messages."""
    return (problem.strerror or type(problem).__name__).lower()


def hint(problem: OSError) -> str:
    """What to do about it."""
    if isinstance(problem, OutsideError):
        return "copy it into the project, or allow the place with `SHOPFORM_ALLOW_OUTSIDE`"
    return _HINTS.get(problem.errno or 0, "")


def allow_outside(places: Iterable[str]) -> None:
    """Let links, and files that the YAML names, lead to these places and to no others."""
    _allowed[:] = [real(Path(place)) for place in places if place]


def real(path: Path) -> Path:
    """The path without links; what is not there yet may be a part of it.

    Raises OSError for links in a circle and for names that no file can have.
    """
    # `Path.resolve` raises for links in a circle before Python 3.13, and not from there on.
    try:
        found = os.path.realpath(path)
        mode = os.lstat(found).st_mode
    except ValueError:
        raise OSError(errno.EINVAL, "it is no name of a file", repr(str(path))) from None
    except OSError as problem:
        if problem.errno in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):
            return Path(found)
        raise
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return Path(found)


def inside(root: Path, path: str | Path) -> Path:
    """The real path of what the project calls `path`, relative to its folder `root`.

    Raises OutsideError where that is neither in the project nor in a place that was allowed, and
    OSError as `real` does.
    """
    found = real(root / path)
    if any(found.is_relative_to(place) for place in (real(root), *_allowed)):
        return found
    raise OutsideError(root / path)


def typed(root: Path, path: str | Path) -> Path:
    """The path of what a user calls `path`, relative to the folder `root`.

    Raises OSError as `inside` does for what is in the project as it is written.
    """
    joined = root / path
    here, there = (Path(os.path.normpath(each.absolute())) for each in (root, joined))
    # Outside, `/dev/fd/3` must stay what it is: the file behind it may have no name.
    return inside(root, path) if there.is_relative_to(here) else joined


def read(path: Path, *, at_most: int | None = None) -> bytes:
    """The bytes of a regular file, or so many of them from its beginning.

    Raises OSError also for anything else, and for a huge file.
    """
    # A pipe would block, here and when it is read.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        mode = status.st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        if at_most is not None:
            return os.read(descriptor, at_most)
        parts, size = [], 0
        # A larger buffer than the file needs costs more than reading it does.
        while part := os.read(descriptor, min(_READ_AT_ONCE, status.st_size - size + 1)):
            parts.append(part)
            size += len(part)
            if size > LARGEST:
                raise OSError(errno.EFBIG, f"it is larger than {LARGEST:,} bytes", str(path))
        return b"".join(parts)
    finally:
        os.close(descriptor)


def own_files(folder: Path, name: re.Pattern[str]) -> list[Path]:
    """The regular files of `folder` whose whole names match, sorted. Links are left out."""
    try:
        with os.scandir(folder) as entries:
            return sorted(
                folder / entry.name
                for entry in entries
                if name.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
            )
    except FileNotFoundError:
        return []
