"""The records of a journal; see journal.py for when each is written."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from shopform.kit.documents import Count, Number, parse_object, read, write
from shopform.model.plan import Op
from shopform.model.prior import Entry, Identity, Intent, Prior, Ranges
from shopform.model.values import Address

FORMAT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The state to which the journal adds."""

    format: Number
    lineage: str
    serial: Number
    shop: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentHeader(Header):
    """The first line of a segment of a journal that is kept as objects.

    `nonce` makes two segments of different runs differ. A `seal` closes an epoch. After a
    `restart` no segment before it counts.
    """

    nonce: str
    seal: bool = False
    restart: bool = False

    def plain(self) -> Header:
        """The header of a journal that begins with this segment."""
        return Header(format=self.format, lineage=self.lineage, serial=self.serial, shop=self.shop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intended:
    """A step before its call."""

    intent: str
    op: Op
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Creating(Intended):
    """A create, with the data to look it up; see Intent.

    The ids of its list are in the record of an earlier create, since they may be many.
    """

    kind: str
    parent_id: Number | None
    identity: Identity
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatingFirst(Creating):
    """A create, with the ids that its list held before it."""

    before: Ranges | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The result of a step: new and changed entries, and removed addresses."""

    result: str
    set: Mapping[Address, Entry] = field(default_factory=dict)
    drop: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    failed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    resolved: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Compacted:
    """A state file that contains all records before this one: its serial and SHA-256."""

    saved: Count
    sha256: str


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
)
Record = Intended | Result | Failed | Resolved | Compacted
# By the key that only this type of record has.
RECORD_TYPES: Mapping[str, type[Record]] = {
    "before": CreatingFirst,
    "entry": Creating,
    "intent": Intended,
    "result": Result,
    "failed": Failed,
    "resolved": Resolved,
    "saved": Compacted,
}


def encode(record: Record | Header) -> bytes:
    """Return the line of a record, with its line feed."""
    return _ENCODER.encode(write(type(record), record)).encode() + b"\n"


def decode(line: bytes) -> Record:
    """Return the record of a line. Raises ValueError."""
    data = parse_object(line)
    found = next((RECORD_TYPES[key] for key in RECORD_TYPES if key in data), None)
    if found is None:
        raise ValueError("a record of an unknown type")
    return read(found, data)


def intended(key: str, op: Op, address: Address, intent: Intent | None, *, same: bool) -> Intended:
    """Return the record of an intent; `same`: an earlier record has the ids of its list."""
    if intent is None:
        return Intended(intent=key, op=op, address=address)
    create = Creating if same else partial(CreatingFirst, before=intent.before)
    return create(
        intent=key,
        op=op,
        address=address,
        kind=intent.kind,
        parent_id=intent.parent_id,
        identity=intent.identity,
        entry=intent.entry,
    )


def header_of(base: Prior) -> Header:
    """Return the first line of a journal that adds to `base`."""
    return Header(format=FORMAT, lineage=base.lineage, serial=base.serial, shop=base.shop)


def saved_record(serial: int, data: bytes) -> Compacted:
    return Compacted(saved=serial, sha256=digest_of(data))


def digest_of(data: bytes) -> str:
    """The digest of a state's bytes, as `saved` has it."""
    return hashlib.sha256(data).hexdigest()
