"""The journal of a run as objects that are only ever created.

A segment is a header and records, one JSON document a line, as in the local journal. The next
number of an epoch that is dead is taken by a seal, an empty segment: a holder that wakes up
afterwards can add no segment, so it makes no further call.

A commit creates a segment with all that still counts and the digest of the new state, replaces the
state, and deletes all segments but that: the next run must see which number its epoch had come to.
"""

import threading
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from shopform.errors import StateError, StoreError
from shopform.kit.documents import parse_object, read
from shopform.model.prior import Prior
from shopform.state.objects.blobs import Blobs, write
from shopform.state.objects.lease import Lease, lock_lost
from shopform.state.records import FORMAT, Compacted, SegmentHeader, decode, encode, header_of

SEALS_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True, order=True)
class SegmentNumber:
    """Which segment: in the order in which they were written."""

    epoch: int
    number: int

    def __str__(self) -> str:
        return f"{self.epoch:08d}-{self.number:06d}"


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment that was read.

    `lines` are its records, and `saved` is the digest of the state that holds them and all before
    them; empty for none.
    """

    number: SegmentNumber
    header: SegmentHeader
    lines: tuple[bytes, ...]
    saved: str

    def held_by(self, digest: str) -> bool:
        """Whether nothing before this segment counts beside the state of this digest."""
        return self.header.restart or (self.saved != "" and self.saved == digest)


@dataclass(frozen=True, slots=True)
class Segments:
    """The segments under a key, in order, and their numbers, seals too, with their ages."""

    read: tuple[Segment, ...]
    listed: dict[SegmentNumber, datetime]

    def counting(self, digest: str) -> tuple[Segment, ...]:
        """Those that the state of this digest does not hold already, and the last that it does."""
        start = 0
        for index, segment in enumerate(self.read):
            if segment.held_by(digest):
                start = index
        return self.read[start:]

    def last(self, epoch: int) -> int:
        """The last number of an epoch; -1 for none."""
        return max((n.number for n in self.listed if n.epoch == epoch), default=-1)


def prefix(key: str) -> str:
    return f"{key}.journal/"


def find(blobs: Blobs, key: str) -> Segments | None:
    """The segments of a journal; None where one was deleted meanwhile, so that the state moved."""
    start = prefix(key)
    listed = dict(sorted(_numbers(blobs, start)))
    found = []
    for number in listed:
        blob = blobs.get(f"{start}{number}")
        if blob is None:
            return None
        segment = _parse(number, blob.data, blobs.place(f"{start}{number}"))
        if not segment.header.seal:
            found.append(segment)
    return Segments(tuple(found), listed)


def seal(blobs: Blobs, key: str, epoch: int) -> None:
    """Close a dead epoch, so that its holder writes nothing more, should it wake up."""
    nonce = uuid.uuid4().hex
    while True:
        last = Segments((), dict(_numbers(blobs, prefix(key)))).last(epoch)
        number = SegmentNumber(epoch, last + 1)
        header = SegmentHeader(
            format=FORMAT, lineage="", serial=0, shop="", nonce=f"{nonce}-{number}", seal=True
        )
        if write(blobs, f"{prefix(key)}{number}", encode(header), None) is not None:
            return  # else the holder wrote once more


@dataclass(frozen=True, slots=True)
class _Sent:
    """A segment that was sent and is not known to be stored: its lines, and up to which record."""

    body: bytes
    lines: int
    upto: int


class SegmentJournal:
    """The journal of one run.

    `append` is for one thread at a time; `sync` may be called by many, and threads that wait
    together share one segment. After an error of the store the same segment is sent again first.
    """

    def __init__(self, blobs: Blobs, key: str, lease: Lease, base: Prior, found: Segments) -> None:
        self._blobs, self._key = blobs, key
        self._lease, self._next = lease, found.last(lease.epoch) + 1
        self._base = base
        self._found = found
        self._own: list[SegmentNumber] = []
        self._lines: list[bytes] = []
        self._sent: _Sent | None = None
        self.sealed = False
        self._written = self._synced = 0
        self._adding, self._flushing = threading.Lock(), threading.Lock()

    @property
    def written(self) -> bool:
        return self._written > 0

    @property
    def unsynced(self) -> list[bytes]:
        """The records that are in no segment, as far as is known."""
        with self._adding:
            return [*self._lines]

    def append(self, line: bytes) -> int:
        with self._adding:
            self._lines.append(line)
            self._written += 1
            return self._written

    def sync(self, ticket: int | None = None) -> None:
        """Return when the record, or all, are in a segment. Raises StateError if it is sealed."""
        with self._flushing:
            if ticket is None or self._synced < ticket:
                self._confirm()
                with self._adding:
                    lines, upto = [*self._lines], self._written
                if lines:
                    self._send(_Sent(self._header() + b"".join(lines), len(lines), upto))

    def commit(self, waiting: list[bytes], saved: bytes) -> None:
        """Write the segment that a commit begins with; without `saved` nothing before it counts."""
        with self._flushing:
            self._confirm()
            lines, upto = [*self._lines], self._written
            kept = lines if saved else []
            body = b"".join([self._header(restart=not saved), *kept, *waiting, saved])
            self._send(_Sent(body, len(lines), upto))

    def drop_older(self, base: Prior) -> None:
        """Delete the segments before the last one, and seals that are old; begin on `base`."""
        with self._flushing:
            self._base = base
            read = {segment.number for segment in self._found.read}
            # Ages are by the clock of the store, whatever that of this machine is.
            newest = max(self._found.listed.values(), default=None)
            ages = {n: newest - at for n, at in self._found.listed.items() if newest}
            seals = {n for n, age in ages.items() if age > SEALS_KEPT} - read
            old = seals | read | set(self._own[:-1])
            if old:
                with suppress(StoreError):  # they do not count; the next run deletes them
                    self._blobs.delete([f"{prefix(self._key)}{number}" for number in sorted(old)])
            left = {n: at for n, at in self._found.listed.items() if n not in old}
            self._found = Segments((), left)
            del self._own[:-1]

    def _header(self, *, restart: bool = False) -> bytes:
        nonce = f"{self._lease.id}-{self._next}"
        return encode(SegmentHeader(**asdict(header_of(self._base)), nonce=nonce, restart=restart))

    def _send(self, sent: _Sent) -> None:
        self._sent = sent
        self._confirm()

    def _confirm(self) -> None:
        if self._sent is None:
            return
        number = SegmentNumber(self._lease.epoch, self._next)
        if write(self._blobs, f"{prefix(self._key)}{number}", self._sent.body, None) is None:
            self.sealed = True
            raise lock_lost(self._blobs.place(self._key))
        self._own.append(number)
        self._next += 1
        with self._adding:
            del self._lines[: self._sent.lines]
        self._synced = self._sent.upto
        self._sent = None


def _numbers(blobs: Blobs, start: str) -> Iterator[tuple[SegmentNumber, datetime]]:
    for listed in blobs.list(start):
        epoch, dash, number = listed.key.removeprefix(start).partition("-")
        if not (dash and epoch.isdecimal() and number.isdecimal()):
            raise StateError(
                f"`{blobs.place(listed.key)}` is not a segment of a journal",
                hint="move that object, or give `state` another name",
            )
        yield SegmentNumber(int(epoch), int(number)), listed.modified


def _parse(number: SegmentNumber, data: bytes, place: str) -> Segment:
    head, *lines = data.split(b"\n")
    try:
        if lines[-1:] != [b""]:
            raise ValueError("its end is missing")
        header = read(SegmentHeader, parse_object(head))
        if header.format > FORMAT:
            raise StateError(
                f"the journal segment `{place}` has format {header.format}, and this shopform "
                f"knows {FORMAT}",
                hint="upgrade shopform",
            )
        last = decode(lines[-2]) if len(lines) > 1 else None
    except (ValueError, RecursionError) as problem:
        raise StateError(
            f"the journal segment `{place}` is damaged: {problem}",
            hint="move it away and look at the next plan: what only the journal knew is then "
            "matched by its identity",
        ) from None
    saved = last.sha256 if isinstance(last, Compacted) else ""
    return Segment(number, header, tuple(line + b"\n" for line in lines[:-1]), saved)
