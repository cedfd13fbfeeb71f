"""The values that travel the line: what is declared, what was recorded, what the shop holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from shopform.diagnostics import Span

KEY = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")
CHANGE_WORDS = ("create", "update", "replace", "delete", "import", "move", "forget")


def host_of(url: str) -> str:
    """The shop as the state knows it: host and port, lower case, without `www.`."""
    parts = urlsplit(url if "//" in url else f"//{url}")
    host = (parts.hostname or "").removeprefix("www.")
    default = {"https": 443, "http": 80}.get(parts.scheme)
    return host if parts.port in (None, default) else f"{host}:{parts.port}"


class Address(str):
    """The name of a resource in the files: its kind and its keys, joined by dots.

    Keys hold no dot, so the text is the address and sorts, hashes and saves as itself.
    """

    __slots__ = ()

    @classmethod
    def of(cls, kind: str, *keys: str) -> "Address":
        return cls(".".join((kind, *keys)))

    @property
    def kind(self) -> str:
        return self.partition(".")[0]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.split(".")[1:])

    def __repr__(self) -> str:
        return f"Address({str(self)!r})"


@dataclass(frozen=True, slots=True)
class Ref:
    """The id of another resource, which may not exist yet."""

    address: Address


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that came from `${env:...}` or `${file:...}`: used when sent, never shown or saved.

    `source` is the template: the text with `${var.NAME}` replaced and its other placeholders as
    written. It may be shown.
    """

    source: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture from a file beside the YAML, known by the SHA-256 of its bytes (hex)."""

    file: str
    sha256: str
    description: str = ""
    weight: int = 0


Scalar = str | int | bool | None
Value = (
    Scalar | Ref | Secret | tuple[str, ...] | tuple[Image, ...] | tuple[Mapping[str, object], ...]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Where a secret that the shop generates is written: a file, or a command's standard input."""

    file: str = ""
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One declared object. `fields` holds what was declared and nothing else.

    `keep`: once it is no longer declared it is forgotten, and stays in the shop. `once` are
    fields that are sent and then left to the shop. `origin` is the id of the object in another
    shop that this one is a copy of, or 0, and `uncopied` are fields of that one which it lacks.
    `forget`: it is made as declared, and then forgotten.
    """

    address: Address
    fields: Mapping[str, Value]
    parent: Address | None = None
    protect: bool = False
    keep: bool = False
    ignore: frozenset[str] = frozenset()
    once: frozenset[str] = frozenset()
    origin: int = 0
    uncopied: frozenset[str] = frozenset()
    forget: bool = False
    deliver: Delivery | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    before: Address
    after: Address
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """An address that is no longer declared; with `destroy` false it is only forgotten. `gone`:
    its paths are intended to answer no longer."""

    address: Address
    destroy: bool = True
    gone: bool = False
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """Which object an address is; or, with an id of 0, which ones it is not."""

    address: Address
    id: int = 0
    without: frozenset[int] = frozenset()
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """All that the files declare for one shop. Resources are in order of address.

    `left_out` are addresses of rows that could not be read as resources: what the state has under
    them stays as it is. `rows` are those whose key was made from the identity of a table's row.
    """

    resources: Mapping[Address, Resource] = field(default_factory=dict)
    moved: tuple[Moved, ...] = ()
    removed: tuple[Removed, ...] = ()
    imports: tuple[Import, ...] = ()
    left_out: frozenset[Address] = frozenset()
    rows: frozenset[Address] = frozenset()


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


@dataclass(frozen=True, slots=True)
class LiveObject:
    """One object as the shop holds it: our field names, the shop's values as they came.

    Generated secrets are dropped when an answer is read; they are never in here. `site` is the
    shop's own host, on an object that is `fixed`.
    """

    id: int
    fields: Mapping[str, object]
    parent_id: int | None = None
    fixed: bool = False
    site: str = ""


PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveKind:
    """All objects of one kind.

    `problem` says why the read is not complete; absence proves nothing then.
    `names` are the wire names in use; `assumed` is set when nothing in the shop confirmed them.
    `paged` tells that a full list comes in pages of a hundred, one call each.
    """

    objects: Mapping[int, LiveObject] = field(default_factory=dict)
    problem: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    assumed: bool = False
    paged: bool = False

    def calls(self, more: int = 0) -> int:
        """What it costs to read the list, or one of so many objects more."""
        return max(1, -(-(len(self.objects) + more) // PAGE)) if self.paged else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The shop as it was read. `counts` holds dependants by (kind, id); `None`: not countable."""

    kinds: Mapping[str, LiveKind] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()
    calls: int = 0
    counts: Mapping[tuple[str, int], int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteLimits:
    """More deletions than this need leave: a share of a kind's owned objects, from `floor`
    owned objects up, and a number over all kinds."""

    share: float = 0.3
    floor: int = 10
    total: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the project's own; with no `kinds` or `shops` it holds for all of them.

    `deny` are of CHANGE_WORDS: more than `limit` such changes are refused. Or
    `field`: what is declared there must match a pattern of `allow`, if it has any, and none of
    `forbid`.
    """

    name: str
    kinds: frozenset[str] = frozenset()
    shops: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()
    limit: int = 0
    field: str = ""
    allow: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    message: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The project's `policy`. `url_changes` is `warn`, `require_redirect` or `off`."""

    deletes: DeleteLimits = field(default_factory=DeleteLimits)
    url_changes: str = "warn"
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WireNames:
    """What one shop calls things, where that differs from the kind's Wire facts."""

    endpoint: str = ""
    id: str = ""
    list_key: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One shop of the project. `url` has neither /REST nor a trailing slash; `state` is a path
    relative to the project, or an address such as s3://bucket/key. `rewrite` maps texts of other
    shops to what they are here when one is copied."""

    name: str
    url: str
    token: Secret
    auth: str = "bearer"
    state: str = ""
    daily_calls: int = 10_000
    rules: Rules = field(default_factory=Rules)
    rewrite: Mapping[str, str] = field(default_factory=dict)
    wire: Mapping[str, WireNames] = field(default_factory=dict)

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which its addresses are written, with the port where it has one."""
        address = urlsplit(self.url)
        plain = (address.hostname or "").removeprefix("www.")
        names = {plain, f"www.{plain}"}
        ports = {f"{name}:{address.port}" for name in names} if address.port else set()
        return frozenset(names | ports)
