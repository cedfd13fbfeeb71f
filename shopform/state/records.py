"""The records of a journal; journal.py says when each is written."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from shopform.kit.documents import Count, Number, parse_object, read, write
from shopform.model.plan import Op
from shopform.model.prior import Entry, Identity, Intent, Ranges
from shopform.model.values import Address

FORMAT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The state that the journal adds to."""

    format: Number
    lineage: str
    serial: Number
    shop: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intended:
    """A step that is about to be made."""

    intent: str
    op: Op
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Creating(Intended):
    """A create, with what it takes to look it up; see Intent.

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
    """What a step did: entries that are new or changed, and addresses that have none any more."""

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
    """A state file that holds all records above: its serial and the SHA-256 of its bytes."""

    saved: Count
    sha256: str


Record = Intended | Result | Failed | Resolved | Compacted
# By the key that only records of the type have.
SORTS: Mapping[str, type[Record]] = {
    "before": CreatingFirst,
    "entry": Creating,
    "intent": Intended,
    "result": Result,
    "failed": Failed,
    "resolved": Resolved,
    "saved": Compacted,
}


def encode(record: Record | Header) -> bytes:
    """The line of a record, with its end."""
    data = write(type(record), record)
    return json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def decode(line: bytes) -> Record:
    """The record of a line. Raises ValueError."""
    data = parse_object(line)
    sort = next((sort for sort in SORTS if sort in data), None)
    if sort is None:
        raise ValueError("a record of an unknown sort")
    return read(SORTS[sort], data)


def intended(key: str, op: Op, address: Address, intent: Intent | None, *, same: bool) -> Intended:
    """`same`: an earlier record has the ids of the list."""
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


def saved_record(serial: int, data: bytes) -> Compacted:
    return Compacted(saved=serial, sha256=hashlib.sha256(data).hexdigest())
