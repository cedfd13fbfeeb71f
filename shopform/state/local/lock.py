"""One writer at a time: an operating system lock on a file, released when its holder dies.

The file describes the holder and is removed on release, so a lock is only valid while its file
is at the path. That is checked after taking it and before every important write; `force_unlock`
removes the file to take the lock from a running holder.
"""

import fcntl
import json
import os
import stat
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from time import monotonic, sleep

from shopform.errors import Locked, StateError
from shopform.files import reporting, write_all
from shopform.state.lock_info import Held, LockInfo, held_by, new_lock_info, not_held

_BEGINNING = b'{"id": "'
FIRST_WAIT, LONGEST_WAIT = 0.25, 4.0


class Lock:
    """A lock that this process took. `info.id` is the argument of `force_unlock`."""

    def __init__(self, path: Path, fd: int, info: LockInfo) -> None:
        self.path = path
        self.info = info
        self._fd: int | None = fd

    def still_held(self) -> bool:
        """Whether the lock was not taken by `force_unlock`."""
        return self._fd is not None and _same_file(self._fd, self.path)

    def release(self) -> None:
        if self._fd is None:
            return
        if self.still_held():
            with suppress(OSError):
                self.path.unlink()
        os.close(self._fd)
        self._fd = None


def acquire(path: Path, state: Path, operation: str, timeout: float) -> Lock:
    """Take the lock file `path` of `state`, retrying for `timeout` seconds.

    Raises Locked, with the holder, or StateError if the file system has no locks.
    """
    deadline = monotonic() + timeout
    wait = FIRST_WAIT
    with reporting(path):
        while True:
            fd = _try(path)
            if fd is not None:
                break
            left = deadline - monotonic()
            if left <= 0:
                raise _locked(path, state)
            sleep(min(wait, left))
            wait = min(wait * 2, LONGEST_WAIT)
        lock = Lock(path, fd, new_lock_info(operation, str(state)))
        try:
            os.ftruncate(fd, 0)
            write_all(fd, json.dumps(asdict(lock.info)).encode() + b"\n")
        except OSError:
            lock.release()
            raise
    return lock


def force_unlock(path: Path, state: Path, lock_id: str) -> None:
    """Take the lock from its holder, which then refuses to write the state.

    Raises StateError if no run holds it, or the id differs.
    """
    with reporting(path):
        fd = _try(path)
        if fd is not None:
            path.unlink()
            os.close(fd)
            raise not_held(str(state))
        info = read_info(path)
        if info is None or info.id != lock_id:
            held = f"with the id `{info.id}`" if info else "by a run that just started"
            raise StateError(
                f"the lock of `{state}` is held {held}",
                hint="pass that id if you are sure that its run is dead",
            )
        path.unlink()


def find_held(path: Path) -> Held | None:
    """Return the lock of a file that a process has locked."""
    info = read_info(path)
    if info is None:
        return None
    with reporting(path):
        try:
            fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        try:  # a crash leaves the file, but not the lock
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return Held(holder=info, release=_release(info))
        finally:
            os.close(fd)
    return None


def read_info(path: Path) -> LockInfo | None:
    """Return the holder of a lock; None if the file does not exist or is not written yet."""
    try:
        return LockInfo(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def _try(path: Path) -> int | None:
    """Return a descriptor with the lock of the file at `path`, or None if another holds it."""
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
        try:
            _require_ours(fd, path)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        except (OSError, StateError):
            os.close(fd)
            raise
        if _same_file(fd, path):
            return fd
        os.close(fd)  # the holder removed it after we opened it


def _require_ours(fd: int, path: Path) -> None:
    """Raise StateError for a file that is not a lock, possibly truncated by a crash."""
    beginning = os.pread(fd, len(_BEGINNING), 0) if stat.S_ISREG(os.fstat(fd).st_mode) else b"?"
    if not _BEGINNING.startswith(beginning):
        raise StateError(
            f"`{path}` exists and is not a lock of shopform",
            hint="move that file, or change `state`",
        )


def _same_file(fd: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    except FileNotFoundError:
        return False


def _locked(path: Path, state: Path) -> Locked:
    info = read_info(path)
    if info is None:
        return Locked(f"another run holds the lock of `{state}`", hint="try again")
    return Locked(held_by(str(state), info), hint=_release(info))


def _release(info: LockInfo) -> str:
    return (
        "wait for that run, or use `--lock-timeout`; if it hangs: "
        f"`shopform force-unlock {info.id}`"
    )
