"""Who holds a lock, whatever the lock is made of."""

import os
import pwd
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from shopform import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class LockInfo:
    """The holder of a lock; `created` is a time in UTC, `path` that of the state."""

    id: str
    operation: str
    who: str
    pid: int
    version: str
    created: str
    path: str


def new_lock_info(operation: str, place: str) -> LockInfo:
    """Describe this process as the holder of the lock of the state at `place`."""
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # in a container, the user may have no name
        user = str(os.getuid())
    return LockInfo(
        id=str(uuid.uuid4()),
        operation=operation,
        who=f"{user}@{os.uname().nodename}",
        pid=os.getpid(),
        version=__version__,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        path=place,
    )
