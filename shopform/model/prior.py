"""What the state remembers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shopform.model.values import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the state remembers of one object.

    `sent` holds the canonical value last sent, or found equal, of each managed field;
    `stored` holds what the shop then kept, only where that differs from what was sent.
    References are ids; a secret is a keyed digest; images are their records. `keep` and `origin`
    are those of the Resource. `unclaimed` are fields that had another value than the server's
    default when the object was taken over, and were not declared; of a copy, fields that were not
    copied, so that nothing tells what they were then. `made` is the
    serial that the run began with which created it.
    """

    id: int
    identity: tuple[object, ...] = ()
    sent: Mapping[str, object] = field(default_factory=dict)
    stored: Mapping[str, object] = field(default_factory=dict)
    parent: Address | None = None
    depends_on: tuple[Address, ...] = ()
    protect: bool = False
    keep: bool = False
    origin: int = 0
    unclaimed: tuple[str, ...] = ()
    made: int = 0

    @property
    def needs(self) -> frozenset[Address]:
        """The addresses that the object refers to, and that of its parent."""
        return frozenset((*self.depends_on, *((self.parent,) if self.parent else ())))


Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A create that was about to be sent when a run stopped, with no result recorded.

    `before` are the ids that its list held then, as first and last of each run; None: unknown.
    """

    address: Address
    kind: str
    parent_id: int | None
    identity: tuple[object, ...]
    entry: Entry
    before: Ranges | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What a shop is recognised by, whatever its API's host: its one fixed object.

    `host` is the shop's own, taken from that object's address; `name` is for messages only.
    """

    kind: str
    id: int
    host: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What the state holds. A shop without state has an empty lineage and serial 0.

    `source` is the host of the shop that is copied, in a memory of copies. `keys` are salted
    digests of the API keys that wrote it: one of them certainly selects the same shop.
    """

    lineage: str = ""
    serial: int = 0
    shop: str = ""
    source: str = ""
    anchor: Anchor | None = None
    keys: tuple[str, ...] = ()
    resources: Mapping[Address, Entry] = field(default_factory=dict)
    pending: tuple[Intent, ...] = ()
