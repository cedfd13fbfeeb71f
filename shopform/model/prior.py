"""The content of the state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Any, Final

from shopform.kit.documents import Closed, Count, Flag, Number, Stored, Whole, about
from shopform.kit.immutable import immutable
from shopform.model.json_values import as_json, from_json, tagged, untagged
from shopform.model.values import Address

Kept = Annotated[Mapping[str, object], Stored(dict[str, Any], from_json, as_json)]
NOTHING: Final[Mapping[str, object]] = {}  # one for all: few entries differ from what was sent
Identity = Annotated[tuple[object, ...], Stored(list[Any], from_json, as_json)]


@immutable
class Entry(Closed):
    """The record of one object.

    `sent` holds the canonical value of each managed field that was last sent, or found equal;
    `stored` the value that the shop stored, if it differs. References are ids, secrets keyed
    digests, images their records. `keep` and `origin` are those of the Resource. `unclaimed` are
    undeclared fields that did not have the server's default when the object was imported, or that
    were not copied by a clone. `made` is the serial at the start of the run that created it.
    """

    id: Count = field(metadata=about("The id in the shop."))
    identity: Identity = field(default=(), metadata=about("The identity of the object."))
    sent: Kept = field(
        default_factory=dict, metadata=about("Each managed field as it was last sent.")
    )
    stored: Kept = field(
        default_factory=lambda: NOTHING, metadata=about("The value the shop stored, if it differs.")
    )
    parent: Address | None = field(
        default=None, metadata=about("The resource that contains this one.")
    )
    depends_on: tuple[Address, ...] = field(
        default=(), metadata=about("Resources that may be deleted only after this one.")
    )
    protect: Flag = field(default=False, metadata=about("Whether deleting it is refused."))
    keep: Flag = field(
        default=False, metadata=about("Whether it stays in the shop once it is not declared.")
    )
    origin: Count = field(
        default=0, metadata=about("The id, in the shop it was copied from, of its original.")
    )
    unclaimed: tuple[str, ...] = field(
        default=(), metadata=about("Undeclared fields that had a value when it was imported.")
    )
    made: Count = field(
        default=0, metadata=about("The serial at the start of the run that created it.")
    )

    @property
    def needs(self) -> frozenset[Address]:
        """The addresses of the objects it refers to, and of its parent."""
        return frozenset((*self.depends_on, *((self.parent,) if self.parent else ())))


def _mapped(change: Callable[[object], Any], entry: Entry) -> Entry:
    identity, sent, stored = map(change, (entry.identity, entry.sent, entry.stored))
    return replace(entry, identity=identity, sent=sent, stored=stored)


# The entry of a step as a saved plan holds it, with all its keys; see `tagged`.
EntryToBe = Annotated[
    Entry, Stored(Annotated[Entry, Whole()], partial(_mapped, untagged), partial(_mapped, tagged))
]
Ranges = tuple[tuple[Number, Number], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A pending create: its request may have been sent, and no result is recorded.

    `before` are the ids in its list before, as ranges (first, last); None: unknown.
    """

    address: Address
    kind: str
    parent_id: Number | None
    identity: Identity
    entry: Entry
    before: Ranges | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor(Closed):
    """The fixed object of a shop, which identifies it even if the API's host changes.

    `host` is the shop's own host, from the object's URL; `name` is for messages only.
    """

    kind: str
    id: Count
    host: str = field(default="", metadata=about("The shop's own host, whatever the API's is."))
    name: str = field(default="", metadata=about("Its name, for messages."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """The whole state. A shop without state has an empty lineage and serial 0.

    `source` is the host of the source shop, in the state of a clone. `keys` are salted digests of
    the API keys that wrote it: a key among them belongs to the same shop. `endpoints` are the paths
    of its kinds that no source documents or that the project sets. `migrated_to` is the
    location of the state that replaces this one. `begun` has the addresses with an update or a
    deletion of which a stopped run recorded no result.
    """

    lineage: str = ""
    serial: int = 0
    shop: str = ""
    source: str = ""
    anchor: Anchor | None = None
    keys: tuple[str, ...] = ()
    endpoints: Mapping[str, str] = field(default_factory=dict)
    migrated_to: str = ""
    resources: Mapping[Address, Entry] = field(default_factory=dict)
    pending: tuple[Intent, ...] = ()
    begun: frozenset[Address] = frozenset()

    @property
    def owners(self) -> dict[tuple[str, int], Address]:
        """The addresses of objects, by kind and id."""
        return {(address.kind, entry.id): address for address, entry in self.resources.items()}
