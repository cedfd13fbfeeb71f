"""The journal of a run as a document that is written whole for each batch of records.

    {"serial": 7, ..., "lock": ID, "records": [HEADER, RECORD, ...]}

The records are those of the local journal, and none after a commit. Each write has the serial that
follows the one that was read or written last. GitLab and Gitea accept a serial once, so a run whose
lock was removed can write nothing more when another has written; for other servers the journal is
read before each write.
"""

import json
import threading
from dataclasses import dataclass

from shopform.errors import LockLost, StateError
from shopform.kit.documents import parse_object
from shopform.model.prior import Prior
from shopform.state.clock import now
from shopform.state.http.server import Intervals, RemoteState
from shopform.state.lock_info import LockInfo
from shopform.state.records import encode, header_of


@dataclass(frozen=True, slots=True)
class JournalDocument:
    """A journal as it is stored: its bytes, and its lines as the local journal has them."""

    serial: int = 0
    lines: tuple[bytes, ...] = ()
    data: bytes = b""

    def followed_by(self, lines: tuple[bytes, ...], info: LockInfo) -> "JournalDocument":
        """Return the next document of the run with this lock."""
        serial = self.serial + 1
        # Gitea refuses documents without the keys of a Terraform state.
        head = {"serial": serial, "lineage": "journal", "resources": {}, "lock": info.id}
        start = json.dumps(head).encode().removesuffix(b"}")
        records = b",\n".join(line.rstrip(b"\n") for line in lines)
        return JournalDocument(serial, lines, start + b', "records": [\n' + records + b"\n]}\n")


def parse(data: bytes | None, place: str) -> JournalDocument:
    """Read a journal. Raises StateError when it is damaged."""
    if data is None:
        return JournalDocument()
    try:
        document = parse_object(data)
        serial, records = document["serial"], document["records"]
        if type(serial) is not int or not isinstance(records, list):
            raise ValueError("it has no serial or no list of records")
    except (ValueError, KeyError, RecursionError) as problem:
        raise StateError(
            f"the journal `{place}` is damaged: {problem}",
            hint="restore its last version on the server",
        ) from None
    lines = [json.dumps(each, sort_keys=True, separators=(",", ":")) for each in records]
    return JournalDocument(serial, tuple(f"{line}\n".encode() for line in lines), data)


def store(remote: RemoteState, document: JournalDocument, info: LockInfo) -> None:
    """Write a document. Raises LockLost if the lock was removed."""
    if not remote.post(document.data, info):
        raise lock_removed(info)


def lock_removed(info: LockInfo) -> LockLost:
    return LockLost(
        f"the lock of `{info.path}` was removed, or another run acquired it",
        hint="what this run did before is in the journal, which the next run reads",
    )


class HttpJournal:
    """The journal of one run.

    `append` is for one thread at a time, the others for any. A document whose answer was lost is
    sent again before the next one.
    """

    def __init__(
        self,
        remote: RemoteState,
        info: LockInfo,
        base: Prior,
        stored: JournalDocument,
        times: Intervals,
    ) -> None:
        """`stored` is the journal on the server, whose records count."""
        self._remote, self._info, self._base, self._times = remote, info, base, times
        self._stored = stored
        self._sent: tuple[JournalDocument, int] | None = None
        self._lines = [*stored.lines]
        self._written = self._synced = 0
        self._confirmed = now()
        self._adding = threading.Lock()
        self._flushing = threading.Lock()

    @property
    def in_use(self) -> bool:
        return bool(self._lines)

    def append(self, line: bytes) -> int:
        with self._adding:
            if not self._lines:
                self._lines = [encode(header_of(self._base))]
            self._lines.append(line)
            self._written += 1
            return self._written

    def sync(self, ticket: int | None = None) -> None:
        """Return when the record, or all, are stored. Raises LockLost if the lock was removed."""
        with self._flushing:
            with self._adding:
                lines, upto = tuple(self._lines), self._written
            if self._synced < (upto if ticket is None else ticket):
                self._write(lines, upto)

    def restart(self, base: Prior, waiting: list[bytes]) -> None:
        """Replace the records by those of `waiting`, which add to `base`."""
        with self._flushing:
            with self._adding:
                self._base = base
                self._lines = [encode(header_of(base)), *waiting] if waiting else []
                lines, upto = tuple(self._lines), self._written
            self._write(lines, upto)

    def require_lock(self) -> None:
        """Raise LockLost if another run wrote the journal; looked up every `check` seconds."""
        if now() - self._confirmed < self._times.check:
            return
        with self._flushing:
            self._confirm()
            self._compare()

    def _compare(self, sent: bytes = b"") -> None:
        asked = now()
        if (self._remote.get() or b"") not in (self._stored.data, sent or self._stored.data):
            raise lock_removed(self._info)
        self._confirmed = asked

    def _write(self, lines: tuple[bytes, ...], upto: int) -> None:
        self._confirm()
        self._sent = self._stored.followed_by(lines, self._info), upto
        self._confirm()

    def _confirm(self) -> None:
        if self._sent is None:
            return
        asked = now()
        document, upto = self._sent
        if not self._remote.serials_once:
            self._compare(document.data)
        store(self._remote, document, self._info)
        self._stored, self._synced, self._confirmed = document, upto, asked
        self._sent = None
