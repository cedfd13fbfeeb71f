"""One writer at a time: a lock object with a lease, held by a beat.

A holder that stays silent for LEASE seconds on the clock of the one who watches is dead, and its
lock is acquired in the next epoch. No clock is compared with another. A holder stops to work
WORK seconds after the last beat that was answered, which is long before that; and what it would
still write is refused by the seals of its journal and by the tag of the state.
"""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from shopform.errors import Locked, LockLost, StateError, StoreError
from shopform.kit.documents import Count, parse_object, read
from shopform.shop.http_client import TIMEOUT
from shopform.state.clock import now
from shopform.state.lock_info import Held, LockInfo, held_by, new_lock_info, not_held, other_id
from shopform.state.objects.blobs import Blob, Blobs, Tag, write
from shopform.state.store import Pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds. `lease` is more than `work` and the timeout of a call to the shop together.

    `arrive` is that timeout: after it, a call that was sent to the shop has been carried out.
    """

    beat: float = 20.0
    work: float = 60.0
    arrive: float = TIMEOUT
    lease: float = 150.0
    poll: float = 2.0

    @property
    def fence(self) -> float:
        """After which nothing of a run arrives at the shop whose lock was acquired."""
        return self.work + self.arrive


@dataclass(frozen=True, slots=True, kw_only=True)
class LockFile:
    """The lock object; without `holder` it is free. Where there is one the store was probed."""

    epoch: Count
    beat: Count
    holder: LockInfo | None

    def dump(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


def load(blob: Blob, place: str) -> LockFile:
    """Read a lock object. Raises StateError when it is damaged."""
    try:
        return read(LockFile, parse_object(blob.data))
    except (ValueError, RecursionError) as problem:
        raise StateError(
            f"the lock `{place}` is damaged: {problem}",
            hint="delete that object when no run is active",
        ) from None


def epoch(blobs: Blobs, key: str) -> int:
    """The epoch of the last run that held the lock; 0 for none."""
    blob = blobs.get(key)
    return load(blob, blobs.place(key)).epoch if blob else 0


class Lease:
    """The lock, as one run holds it."""

    def __init__(
        self,
        blobs: Blobs,
        key: str,
        state: str,
        file: LockFile,
        tag: Tag,
        sent: float,
        times: Times,
    ) -> None:
        self.epoch = file.epoch
        self.id = file.holder.id if file.holder else ""
        self._blobs, self._key, self._state, self._times = blobs, key, state, times
        self._file, self._tag = file, tag
        self._sent = sent
        self._lost = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="lock beat", daemon=True)
        self._thread.start()

    def require(self) -> None:
        """Raise LockLost or StoreError if another run may hold the lock."""
        if self._lost:
            raise lock_lost(self._state)
        if now() - self._sent >= self._times.work:
            raise StoreError(
                f"the lock of `{self._state}` could not be renewed for {self._times.work:.0f} s",
                hint="check the connection to the store",
            )

    def release(self) -> None:
        """Free the lock; one that cannot be freed expires."""
        self._ended.set()
        self._thread.join()
        free = replace(self._file, holder=None).dump()
        with suppress(StoreError):
            if self._lost or write(self._blobs, self._key, free, self._tag) is not None:
                return
            # The answer to a beat may have been lost.
            found = self._blobs.get(self._key)
            holder = load(found, self._key).holder if found else None
            if found and holder and holder.id == self.id:
                write(self._blobs, self._key, free, found.tag)

    def _beat(self) -> None:
        pause, first = self._times.beat, 0.0
        while not self._ended.wait(pause):
            # One that failed may have been stored, so it is sent again as it was. Those who watch
            # the lock then count from the first try.
            sent = now()
            first = first or sent
            following = replace(self._file, beat=self._file.beat + 1)
            try:
                tag = write(self._blobs, self._key, following.dump(), self._tag)
            except StoreError:
                pause = self._times.poll
                continue
            if tag is None:
                self._lost = True
                return
            self._file, self._tag, self._sent = following, tag, first
            pause, first = (self._times.beat if first == sent else 0), 0.0


def acquire(
    blobs: Blobs,
    key: str,
    state: str,
    operation: str,
    timeout: float,
    times: Times,
    probe: Callable[[], None],
    seal: Callable[[int], None],
) -> Lease:
    """Take the lock at `key` of `state`, waiting up to `timeout` seconds.

    `probe` is called before the first lock of all. `seal` closes the journal of a dead holder's
    epoch before its lock is taken, so all epochs before that of a lock are closed. Raises
    Locked, naming the holder.
    """
    info = new_lock_info(operation, state)
    began = now()
    watched, since = None, began
    while True:
        asked = now()
        blob = blobs.get(key)
        if blob is None:
            probe()
            file = LockFile(epoch=1, beat=0, holder=info)
        else:
            held = load(blob, blobs.place(key))
            if held.holder is not None:
                if blob.tag != watched:
                    watched, since = blob.tag, now()
                if asked - since < times.lease:
                    _wait(held.holder, state, now() - since, began + timeout - now(), times.poll)
                    continue
                seal(held.epoch)
            file = replace(held, epoch=held.epoch + 1, beat=0, holder=info)
        sent = now()
        tag = write(blobs, key, file.dump(), blob.tag if blob else None)
        if tag is not None:
            return Lease(blobs, key, state, file, tag, sent, times)


def lock_lost(state: str) -> LockLost:
    return LockLost(
        f"the lock of `{state}` was acquired by another run",
        hint="what this run did is in the journal, and the other run has read it",
    )


def _wait(holder: LockInfo, state: str, watched: float, left: float, poll: float) -> None:
    """Sleep until the next poll. Raises Locked if no time is left."""
    if left > 0:
        time.sleep(min(poll, left))
        return
    raise Locked(
        held_by(state, holder) + (f"; it was watched for {watched:.0f} s" if watched >= 1 else ""),
        hint=_release(holder),
    )


def _release(holder: LockInfo) -> str:
    return (
        "wait for that run with `--lock-timeout 5m`, which also acquires the lock of a holder that "
        f"is dead; if it hangs: `shopform force-unlock {holder.id}`"
    )


def find_held(blobs: Blobs, key: str, times: Times) -> Held | None:
    """Return the lock at `key` as it is held, without watching whether its holder is alive."""
    blob = blobs.get(key)
    holder = load(blob, blobs.place(key)).holder if blob else None
    if blob is None or holder is None:
        return None
    return Held(
        holder=holder,
        release=_release(holder),
        renewed=blob.modified,
        expires=blob.modified + timedelta(seconds=times.lease),
    )


def force_unlock(
    blobs: Blobs,
    key: str,
    state: str,
    lock_id: str,
    times: Times,
    seal: Callable[[int], None],
    pause: Pause,
) -> None:
    """Take the lock away from its holder, hold it for `times.fence`, and leave it free.

    `seal` closes the journal of the holder's epoch before. Raises StateError when no run holds
    the lock, or when it is held under another id.
    """
    info, tag = new_lock_info("force-unlock", state), None
    while tag is None:  # the holder may have beaten meanwhile
        blob = blobs.get(key)
        held = load(blob, blobs.place(key)) if blob else None
        if blob is None or held is None or held.holder is None:
            raise not_held(state)
        if held.holder.id != lock_id:
            raise other_id(state, held.holder.id)
        seal(held.epoch)
        ours = replace(held, epoch=held.epoch + 1, beat=0, holder=info)
        tag = write(blobs, key, ours.dump(), blob.tag)
    pause(times.fence)
    write(blobs, key, replace(ours, holder=None).dump(), tag)
