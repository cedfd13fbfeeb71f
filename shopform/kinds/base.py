"""What a kind is: one row for each of its fields, and the facts that belong to the whole of it.

Every fact about the server has a grade and a source, named as in docs/reference/api-facts.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from shopform.kinds.field_types import TEXT, FieldType

T = TypeVar("T")


class Grade(StrEnum):
    """How well a fact about the API is known, best first."""

    OBSERVED = "OBS"
    DOCUMENTED = "DOC"
    CLIENT = "CLI"
    TEMPLATE = "TPL"
    HINT = "HINT"
    ASSUMED = "ASSUMED"


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    value: T
    grade: Grade
    source: str


UNKNOWN: Final = object()
"""The default of a field for which no source says what the server gives it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind: all that is known of it.

    `wire` is its name in requests, its own where omitted; `aliases` are further names that it may
    have in answers, and `empty` is sent to clear it. `default` is what the server gives a field
    that was not set. `known` are the values that the API documents where it may take others;
    others draw a warning. A `local` field holds for one shop only: a copy needs a value for it.
    A `generated` one is made by the server, secret, and shown once.
    """

    name: str
    type: FieldType
    about: str
    _: KW_ONLY
    grade: Grade
    source: str
    wire: str = ""
    aliases: tuple[str, ...] = ()
    required: bool = False
    default: object = UNKNOWN
    empty: object = ""
    known: frozenset[str] = frozenset()
    local: bool = False
    generated: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "wire", self.wire or self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """The server's surface for one kind.

    `endpoint` is the path below /REST. `id` names the id field, then names it may have instead.
    `list_key` holds the array where a list comes in an envelope. `parent` is the query argument
    that names the parent object on list and create. With `discover` the field names are not
    documented: they are taken from an existing object, or assumed for one create.
    """

    endpoint: Fact[str]
    id: Fact[tuple[str, ...]]
    list_key: Fact[str]
    update: Fact[str] = Fact("PUT", Grade.DOCUMENTED, "D1, A3")
    parent: Fact[str] | None = None
    discover: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Fields by which an object redirects one path of the shop to another.

    `statuses` are the HTTP statuses that redirect (RFC 9110, 15.4); its field is `status`.
    """

    source: str
    target: str
    status: str = ""
    statuses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slug:
    """How the shop makes the path of an object that is created without one.

    `source` is the field that it is made from, `letters` what becomes of letters that ASCII does
    not have, `taken` what is appended to a path that another object has, as often as needed.
    """

    source: str
    letters: Fact[Mapping[str, str]]
    taken: Fact[str]


_LETTERS = {"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "u", "ß": "ss"}
SLUG_OF_NAME = Slug(
    source="name",
    letters=Fact(_LETTERS, Grade.ASSUMED, "M-prod: ae, oe of products"),
    taken=Fact("-x", Grade.ASSUMED, "M-prod saw it of products"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nesting:
    """An object that lives inside another for good.

    `kind` is its parent's, which holds it under the key `section`; `about` describes that key.
    `short` is the field that a plain string stands for. `only` names a field of the parent and
    the value it must have to hold any.
    """

    kind: str
    section: str
    about: str
    short: str = ""
    only: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Kind:
    """A kind of object: its names, its fields, its facts.

    `identity` are the fields that make an object recognisable, besides its parent.
    `path` is the field that is the object's address in the shop: one holder at a time. `slug` is
    how the shop makes it where it is not given.
    `route` is set on objects that redirect visitors. `fixed` is a wire flag of an object that
    must never be deleted; `anchor` is the wire key by which such an object shows the shop's own
    address. `counted_by` is the product filter that counts the products of an object.
    `from_wire` and `to_wire` change a whole object after reading and before sending, for the
    rare field that rows cannot describe.
    """

    name: str
    section: str
    about: str
    wire: Wire
    rows: tuple[Field, ...]
    identity: tuple[str, ...]
    nesting: Nesting | None = None
    path: str = ""
    slug: Slug | None = None
    route: Route | None = None
    fixed: str = ""
    anchor: str = ""
    counted_by: str = ""
    from_wire: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    to_wire: Callable[[dict[str, Any]], dict[str, Any]] | None = None

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The rows by name, in their order."""
        return MappingProxyType({row.name: row for row in self.rows})

    @cached_property
    def refers(self) -> Mapping[str, str]:
        """The fields that refer to another object, each with the kind of that."""
        return {row.name: row.type.refers for row in self.rows if row.type.refers}

    @cached_property
    def defaults(self) -> Mapping[str, object]:
        """What the server gives the fields for which that is known."""
        return {row.name: row.default for row in self.rows if row.default is not UNKNOWN}

    @cached_property
    def generated(self) -> tuple[str, ...]:
        return tuple(row.name for row in self.rows if row.generated)

    @cached_property
    def local(self) -> tuple[str, ...]:
        return tuple(row.name for row in self.rows if row.local)

    @cached_property
    def declarable(self) -> Mapping[str, Field]:
        """The fields that files may set."""
        return {row.name: row for row in self.rows if not row.generated}

    def type(self, name: str) -> FieldType:
        """The type of a field; a string for one that this version does not have."""
        row = self.fields.get(name)
        return row.type if row else TEXT
