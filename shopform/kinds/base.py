"""The definition of a kind: a row for each field, and facts about the kind.

Every fact about the API has a grade and a source, named as in docs/reference/api-facts.md.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any, Final, Generic, NamedTuple, TypeVar

from shopform.kinds.field_types import RAW, TEXT, FieldType

T = TypeVar("T")


class Grade(StrEnum):
    """How well a fact about the API is known, best first."""

    OBSERVED = "OBS"
    DOCUMENTED = "DOC"
    CLIENT = "CLI"
    TEMPLATE = "TPL"
    HINT = "HINT"
    ASSUMED = "ASSUMED"


class Fact(NamedTuple, Generic[T]):
    value: T
    grade: Grade
    source: str


EXTRA: Final = "extra."
"""The prefix of the names of fields that are columns of the shop beyond the rows of a kind."""

UNKNOWN: Final = object()
"""The default of a field whose server default no source names."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a kind.

    `wire` is its name in requests, by default `name`; `aliases` are other names that responses may
    use. `empty` is sent to clear it, and `default` is the server's default. `known` are the
    documented values; others draw a warning. `local`: the value is specific to one shop, so a clone
    needs another. `generated`: a secret that the server makes and shows once. `hides` is the value
    with which visitors do not see the object. `chosen`: unset, the shop may choose one.
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
    hides: object = UNKNOWN
    chosen: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "wire", self.wire or self.name)

    @property
    def tentative(self) -> bool:
        """Whether no source documents the wire name for requests.

        It is written only after an object of the shop showed that key. Observed names are those
        that only responses have: a name that requests have too is graded as documented.
        """
        return not self.generated and self.grade not in (Grade.DOCUMENTED, Grade.CLIENT)


COMPUTED: Final = Fact(
    frozenset("url cached_url created last_modified is_removed removed_on images".split()),
    Grade.OBSERVED,
    "K-cap, M-prod: only responses have them; K read cached_url of menus",
)


class Fields(dict[str, Field]):
    """The rows of a kind by name.

    It also has a row for every `extra.COLUMN`, which is not among those it iterates over.
    """

    def __missing__(self, name: str) -> Field:
        if is_extra(name):
            return _extra_row(name)
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (isinstance(name, str) and is_extra(name))

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default


def is_extra(name: str) -> bool:
    """Return whether a field is a column beyond the rows of its kind."""
    return name.startswith(EXTRA)


@cache
def _extra_row(name: str) -> Field:
    column = name.removeprefix(EXTRA)
    about = f"The column `{column}` of the shop."
    return Field(name, RAW, about, grade=Grade.ASSUMED, source="", wire=column, empty=None)


class Wire(NamedTuple):
    """The API of one kind.

    `endpoint` is the path below /REST. `id` names the id field and its aliases. `list_key` is the
    key of the array in an enveloped list. `parent` is the query argument with the parent's id in
    list and create. `order` is that of lists, by `name` or `newest`, where it was observed.
    `computed` are columns that the shop sets itself, and `unsent` others that requests lack.
    `single`: the list lacks fields, so each object is read by itself. `numbered`: an object whose
    identity was never set has its id there.
    """

    endpoint: Fact[str]
    id: Fact[tuple[str, ...]]
    list_key: Fact[str]
    update: Fact[str] = Fact("PUT", Grade.DOCUMENTED, "D1, A3")
    parent: Fact[str] | None = None
    order: Fact[str] | None = None
    computed: Fact[frozenset[str]] = COMPUTED
    unsent: Fact[frozenset[str]] = Fact(frozenset(), Grade.ASSUMED, "none is known")
    single: Fact[bool] | None = None
    numbered: Fact[bool] | None = None


class Route(NamedTuple):
    """The fields with which an object redirects one path of the shop to another.

    `status` is the field with the HTTP status, `statuses` are its valid values (RFC 9110, 15.4).
    """

    source: str
    target: str
    status: str = ""
    statuses: frozenset[str] = frozenset()


class Slug(NamedTuple):
    """How the shop derives the path of an object that is created without one.

    `source` is the field from which it is derived, `letters` the transliteration of letters, and
    `taken` the suffix that is appended, as often as needed, to a taken path.
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


class Probe(NamedTuple):
    """A temporary object by which `doctor --probe` tries the API of a kind.

    `create` and `update` are its fields; in strings `{name}` is an unmistakable name, and `{url}`
    the shop's URL. Undocumented fields, and columns without a field, are sent only where the shop
    shows them. `clear` is a field that is cleared, `below` the reference by which it gets a
    child.
    """

    create: Mapping[str, object]
    update: Mapping[str, object]
    clear: str = ""
    below: str = ""


class Nesting(NamedTuple):
    """The parent of a kind whose objects cannot move to another parent.

    `kind` is that of the parent, which declares its children under `section`; `about` describes the
    section. `short` is the field that a plain string sets. `only` is a field of the parent and the
    value with which it may have children.
    """

    kind: str
    section: str
    about: str
    short: str = ""
    only: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Kind:
    """A kind of object: its names, its fields and facts about it.

    `identity` are the fields by which an object is matched, besides its parent. `path` is the field
    with the object's path in the shop, which is unique; `slug` is how the shop derives it. `route`
    is set for redirects. `fixed` is a boolean on the wire of an object that must never be deleted,
    `anchor` the key with the shop's own URL in such an object. `counted` are the kind of the
    objects that refer to one, and the documented filter that counts them. `large`: very many are
    usual; they are read only if declared, in the state or named, and more declarations than this
    draw a warning. `probe` is a temporary object of the kind. `from_wire` and `to_wire` convert a
    whole object after reading and before sending, for fields that rows cannot describe.
    `digest_key` is the project's key for digests of secrets; empty without one.
    `definition` is set for a kind that a project declares: its definition as JSON data.
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
    counted: tuple[str, str] | None = None
    large: int = 0
    probe: Probe | None = None
    from_wire: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    to_wire: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    digest_key: str = field(default="", repr=False)
    definition: dict[str, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The rows by name, in order; columns beyond them have rows too, see Fields."""
        return MappingProxyType(Fields({row.name: row for row in self.rows}))

    @cached_property
    def refers(self) -> Mapping[str, str]:
        """The fields that hold one reference, each with the kind of its target."""
        return {row.name: row.type.refers for row in self.rows if row.type.refers}

    @cached_property
    def composed(self) -> Mapping[str, FieldType]:
        """The types of the fields whose values contain references."""
        return {row.name: row.type for row in self.rows if row.type.targets and not row.type.refers}

    @cached_property
    def defaults(self) -> Mapping[str, object]:
        """The known server defaults, by field."""
        return {row.name: row.default for row in self.rows if row.default is not UNKNOWN}

    @cached_property
    def tentative(self) -> frozenset[str]:
        """The fields that are written only after an object of the shop showed their keys."""
        return frozenset(row.name for row in self.rows if row.tentative)

    @cached_property
    def generated(self) -> tuple[str, ...]:
        return tuple(row.name for row in self.rows if row.generated)

    @cached_property
    def local(self) -> tuple[str, ...]:
        return tuple(row.name for row in self.rows if row.local)

    @cached_property
    def declarable(self) -> Mapping[str, Field]:
        """The fields that can be declared."""
        return {row.name: row for row in self.rows if not row.generated}

    @cached_property
    def _types(self) -> dict[str, FieldType]:
        return {row.name: row.type for row in self.rows}

    def columns(self, named: Mapping[str, str], ids: Iterable[str]) -> dict[str, str]:
        """Return the columns that are fields, with the fields; "" for those the shop itself sets.

        `named` are the names that one shop has for fields, and `ids` for the id.
        """
        parent = (self.wire.parent.value,) if self.wire.parent else ()
        found = dict.fromkeys((*ids, *parent, *self.wire.computed.value, self.fixed), "")
        for row in self.rows:
            names = (named[row.name],) if row.name in named else (row.wire, *row.aliases)
            found |= dict.fromkeys(names, row.name)
        return found

    def type(self, name: str) -> FieldType:
        """Return the type of a field; that of strings for a field unknown to this version."""
        return self._types.get(name) or (RAW if is_extra(name) else TEXT)
