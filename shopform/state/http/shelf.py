"""Documents beside a state on a server of Terraform's `http` protocol.

    NAME-runs, NAME-plans, NAME-probe    {"serial": 7, ..., "documents": {NAME: [TIME, DATA], ...}}

These servers cannot list, so all documents of a sort are one state, the oldest first. DATA is
compressed and in base64, since GitLab keeps each version. Each write has the serial that follows
the one that was read. GitLab and Gitea accept a serial once, so a write that did not read another
one is refused and made again, and no lock is needed that a killed run could leave. Other servers
accept any serial; there, the documents are locked from the read to the write.
"""

import json
import threading
import time
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from shopform.errors import StateError, StoreError
from shopform.kit.documents import Count, parse_object, read
from shopform.state.http.server import Intervals, RemoteState, how_to_unlock
from shopform.state.lock_info import LockInfo, held_by, new_lock_info
from shopform.state.shelf import NAME, Shelf

# How many documents a server keeps; a run has two, a review three, a probe its journal. Others stay
# on the machine: calls and snapshots are written by each plan, and each write would be a version of
# a state.
KEPT: Final = {"runs": 100, "plans": 60, "probe": 1}
LARGEST: Final = 4 * 1024 * 1024
FRAME: Final = 64  # the characters around a document, at most

Entries = Mapping[str, tuple[float, str]]  # the time and the packed content of documents


@dataclass(frozen=True, slots=True)
class _Stored:
    """The documents on the server."""

    serial: Count
    documents: Entries


class HttpShelf(Shelf):
    """A Shelf of the state `remote`, with at most `kept` documents; the oldest are deleted.

    `here` has documents of earlier versions, and those that the server refuses: `failed` is called
    with the reason. Without it, StoreError is raised. `names` reads the server, and `read` what
    was read last.
    """

    def __init__(
        self,
        remote: RemoteState,
        kept: int,
        times: Intervals,
        here: Shelf | None,
        failed: Callable[[StateError], None],
    ) -> None:
        self._remote, self._kept, self._times = remote, kept, times
        self._here, self._failed = here, failed
        self._found: _Stored | None = None
        self._reading = threading.Lock()

    def names(self) -> Mapping[str, float]:
        # Any other copy is newer than one of this machine, so a migration copies it to the server.
        here = dict.fromkeys(self._here.names(), 0.0) if self._here else {}
        times = {**here, **{name: at for name, (at, _) in self._load().documents.items()}}
        return {name: times[name] for name in sorted(times)}

    def read(self, name: str) -> bytes | None:
        with self._reading:
            found = self._found or self._load()
        if name in found.documents:
            return self._unpacked(found.documents[name][1])
        return self._here.read(name) if self._here else None

    def write(self, name: str, data: bytes | Iterable[bytes]) -> None:
        self.add([(name, data if isinstance(data, bytes) else b"".join(data), 0.0)])

    def add(self, documents: Iterable[tuple[str, bytes, float]]) -> None:
        added = {
            name: (at, b64encode(zlib.compress(data)).decode()) for name, data, at in documents
        }
        try:
            if added:
                self._add(added)
        except StoreError as problem:
            if self._here is None:
                raise
            for name, (_, packed) in added.items():
                self._here.write(name, self._unpacked(packed))
            self._failed(_kept_here(problem, self._here, list(added)))

    def delete(self, names: Iterable[str]) -> None:
        """Delete documents of this machine. Those of the server are deleted by later writes."""
        if self._here:
            self._here.delete(names)

    def place(self, name: str = "") -> str:
        return f"{self._remote.address}, {name}" if name else self._remote.address

    def _add(self, added: Entries) -> None:
        for name, (at, packed) in added.items():
            if not at and len(packed) + len(name) + FRAME > LARGEST:
                raise StoreError(
                    f"`{name}` is too large for `{self.place()}`: {len(packed):,} bytes",
                    hint=f"a server of Terraform's `http` protocol keeps up to {LARGEST:,}",
                )
        locked = not self._remote.serials_once
        info = new_lock_info("write", self.place())
        if locked:
            self._lock(info)
        try:
            found = self._load() if locked or self._found is None else self._found
            while not self._remote.post(self._followed(found, added), info, locked=locked):
                again = self._load()
                if all(again.documents.get(name, (0, ""))[1] == added[name][1] for name in added):
                    break  # it was stored, and another run wrote after it
                if again.serial == found.serial:
                    raise StoreError(
                        f"the server refuses to write `{self.place()}`, as if it was locked",
                        hint="unlock it on the server; shopform holds this lock for seconds only",
                    )
                found = again
        finally:
            self._found = None
            if locked:
                self._remote.unlock(info.id)

    def _followed(self, found: _Stored, added: Entries) -> bytes:
        """Return the next documents: the newest that fit."""
        # The newest document may be of a machine whose clock is slow.
        now = max([time.time(), *(at for at, _ in found.documents.values())])
        entries = {name: each for name, each in found.documents.items() if name not in added}
        entries |= {name: (at or now, packed) for name, (at, packed) in added.items()}
        newest, room = [], LARGEST
        for name in sorted(entries, key=lambda name: entries[name][0])[: -self._kept - 1 : -1]:
            room -= len(name) + len(entries[name][1]) + FRAME
            if room < 0:
                break
            newest.append(name)
        kept = {name: entries[name] for name in reversed(newest)}
        # Gitea refuses documents without the keys of a Terraform state.
        head = {"serial": found.serial + 1, "lineage": "documents", "resources": {}}
        return json.dumps({**head, "documents": kept}).encode() + b"\n"

    def _load(self) -> _Stored:
        data = self._remote.get()
        try:
            found = _Stored(0, {}) if data is None else read(_Stored, parse_object(data))
            if wrong := [name for name in found.documents if not NAME.fullmatch(name)]:
                raise ValueError(f"`{wrong[0]}` cannot be the name of a document")
        except (ValueError, RecursionError) as problem:
            raise self._damaged(problem) from None
        self._found = found
        return found

    def _unpacked(self, packed: str) -> bytes:
        try:
            return zlib.decompress(b64decode(packed, validate=True))
        except (ValueError, zlib.error) as problem:
            raise self._damaged(problem) from None

    def _damaged(self, problem: Exception) -> StateError:
        return StateError(
            f"`{self.place()}` is damaged: {problem}", hint="restore its last version on the server"
        )

    def _lock(self, info: LockInfo) -> None:
        """Lock the documents, waiting for another run; a lock that stays is of a killed one."""
        deadline = time.monotonic() + self._times.give_up
        while holder := self._remote.lock(info):
            if time.monotonic() >= deadline:
                raise StoreError(
                    held_by(self.place(), holder),
                    hint="this lock is held for seconds only; if that run is dead, "
                    + how_to_unlock(holder),
                )
            time.sleep(self._times.poll)


def _kept_here(problem: StoreError, here: Shelf, names: list[str]) -> StoreError:
    said = problem.diagnostics[0]
    where = here.place(names[0] if len(names) == 1 else "")
    return StoreError(said.summary, hint=f"{said.hint}; kept in `{where}`, for this machine only")
