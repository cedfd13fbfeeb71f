"""Lets the n-th operation on a project's files fail, or be the last thing the process does.

Imported into the process that is to suffer; an order is `HOW:N`, with HOW one of

    before, after, torn     die before it, after it, or with half of a write done
    ENOSPC, EIO, EACCES     that error instead of it; `N+` from then on, as on a full disk;
                            the file `struck` beside the project tells of the last one
"""

import errno
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

OPERATIONS = ("open", "write", "fsync", "ftruncate", "fchmod", "replace", "rename", "unlink")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Doom:
    """Counts the operations that change files below a folder, and strikes."""

    def __init__(self, order: str, below: Path) -> None:
        self.how, _, number = order.partition(":")
        self.forever = number.endswith("+")
        self.number = int(number.removesuffix("+"))
        self.below = str(below.resolve())
        self.struck = below.parent / "struck"
        self.seen = 0
        self.ours: set[int] = set()
        self.real = {name: getattr(os, name) for name in (*OPERATIONS, "mkdir", "close")}

    def concerns(self, name: str, what: Any, flags: int) -> bool:
        if self.how == "torn" and name != "write":
            return False
        if isinstance(what, int):
            return what in self.ours
        path = Path(os.fspath(what)).absolute()
        if (name == "open" and not flags & WRITING) or (name == "mkdir" and path.exists()):
            return False
        return str(path).startswith(self.below + "/")

    def wrapped(self, name: str) -> Callable[..., Any]:
        real = self.real[name]

        def operation(what: Any, *args: Any, **kwargs: Any) -> Any:
            flags = args[0] if name == "open" else 0
            if self.concerns(name, what, flags):
                self.seen += 1
                if self.seen == self.number or (self.forever and self.seen > self.number):
                    self.strike(name, what, *args, **kwargs)
            done = real(what, *args, **kwargs)
            if name == "open" and flags & WRITING:
                self.ours.add(done)
            return done

        return operation

    def closed(self, descriptor: int) -> None:
        self.ours.discard(descriptor)
        self.real["close"](descriptor)

    def strike(self, name: str, what: Any, *args: Any, **kwargs: Any) -> None:
        if self.how.isupper():
            path = "" if isinstance(what, int) else Path(what).name
            self.struck.write_text(f"{name} {path}".strip())
            number = getattr(errno, self.how)
            raise OSError(number, os.strerror(number))
        if self.how == "torn":
            self.real["write"](what, bytes(args[0])[: len(args[0]) // 2])
        elif self.how != "before":
            with suppress(OSError):
                self.real[name](what, *args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)


def arm(order: str, below: Path) -> None:
    """Obey an order for the files below a folder; an empty one is none."""
    if not order:
        return
    doom = Doom(order, below)
    replaced = {name: doom.wrapped(name) for name in (*OPERATIONS, "mkdir")}
    for name, operation in {**replaced, "close": doom.closed}.items():
        setattr(os, name, operation)
