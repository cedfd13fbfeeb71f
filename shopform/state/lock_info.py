"""Who holds a lock, whatever the lock is made of."""

import os
import pwd
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from shopform import __version__
from shopform.errors import StateError


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lock that is held; what a store does not know of its holder is empty, or 0.

    `release` says how the lock ends. `renewed` and `expires` are times of the store's clock.
    """

    holder: LockInfo
    release: str
    renewed: datetime | None = None
    expires: datetime | None = None


def new_lock_info(operation: str, place: str) -> LockInfo:
    """Describe this process as the holder of the lock of the state at `place`."""
    return LockInfo(
        id=str(uuid.uuid4()),
        operation=operation,
        who=user_at_host(),
        pid=os.getpid(),
        version=__version__,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        path=place,
    )


def user_at_host() -> str:
    """Return the user and the host of this process, USER@HOST."""
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # in a container, the user may have no name
        user = str(os.getuid())
    return f"{user}@{os.uname().nodename}"


def held_by(state: str, holder: LockInfo) -> str:
    """Say who holds the lock of a state, as far as it is known."""
    since = f" since {holder.created}" if holder.created else ""
    known = (
        f"`{holder.operation}`" if holder.operation else "",
        f"process {holder.pid}" if holder.pid else "",
        f"lock {holder.id}" if holder.id else "",
    )
    about = ", ".join(filter(None, known))
    return f"`{state}` is locked by {holder.who}{since}" + (f" ({about})" if about else "")


def not_held(state: str) -> StateError:
    """Return the error of `force-unlock` for a lock that is free."""
    return StateError(f"no run holds the lock of `{state}`")


def other_id(state: str, held: str) -> StateError:
    """Return the error of `force-unlock` for a lock that is held under another id."""
    return StateError(
        f"the lock of `{state}` is held under the id `{held}`",
        hint="give that id, if you are sure that its run is dead",
    )
