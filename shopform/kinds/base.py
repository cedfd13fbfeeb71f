"""What a kind is: a Spec of its fields and two tables of facts.

`Wire` is the server's surface, each fact with its source and grade. `Policy` is how we reconcile.
The sources are named as in docs/reference/api-facts.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Literal, TypeVar, get_args, get_origin

from shopform.kinds.spec import Spec

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


@dataclass(frozen=True, slots=True, kw_only=True)
class WireField:
    """How one field is called on the wire.

    `aliases` are names it may have in answers. `empty` is sent to clear it.
    """

    name: str
    grade: Grade
    source: str
    aliases: tuple[str, ...] = ()
    empty: object = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """The server's surface for one kind.

    `endpoint` is the path below /REST. `id` names the id field, then names it may have instead.
    `list_key` holds the array where a list comes in an envelope. `parent` is the query argument
    that names the containing object on list and create. With `discover` the field names are not
    documented: they are taken from an existing object, or assumed for one create.
    """

    endpoint: Fact[str]
    id: Fact[tuple[str, ...]]
    list_key: Fact[str]
    fields: Mapping[str, WireField]
    update: Fact[str] = Fact("PUT", Grade.DOCUMENTED, "D1, A3")
    parent: Fact[str] | None = None
    discover: bool = False


class Form(StrEnum):
    """How values of a field are compared; see planning/normalize.py."""

    TEXT = "text"
    HTML = "html"
    NUMBER = "number"
    FLAG = "flag"
    ID = "id"
    SET = "set"
    PATH = "path"
    IMAGES = "images"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Fields by which an object sends visitors from one path of the shop to another.

    `statuses` are the HTTP statuses that send anybody on (RFC 9110, 15.4); its field is `status`.
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

    `kind` contains it, under the key `section`. `short` is the field a bare text stands for.
    `only` names a field of the container and the value it must have to contain any.
    """

    kind: str
    section: str
    short: str = ""
    only: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How a kind is reconciled.

    `identity` are the fields that make an object recognisable, besides its container.
    `refers` maps a field to the kind it points to. `forms` names every form that is not TEXT.
    `defaults` are the values the server gives a field that nobody set.
    `path` is the field that is the object's address in the shop: one holder at a time. `slug` is
    how the shop makes it where it is not given.
    `route` is set on objects that send visitors elsewhere. `generated` fields are made by the
    server, secret, and shown once. `fixed` is a wire flag of an object that must never be deleted.
    `anchor` is the wire key by which such an object shows the shop's own address.
    `counted_by` is the product filter that counts what hangs on an object.
    `known` maps a field to the words the API documents for it; others draw a warning.
    `local` are fields that hold for one shop only: a copy needs a word for what they are there.
    """

    identity: tuple[str, ...]
    nesting: Nesting | None = None
    refers: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    defaults: Mapping[str, object] = field(default_factory=dict)
    path: str = ""
    slug: Slug | None = None
    route: Route | None = None
    generated: tuple[str, ...] = ()
    fixed: str = ""
    anchor: str = ""
    counted_by: str = ""
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)
    local: tuple[str, ...] = ()

    def form(self, name: str) -> Form:
        return Form.ID if name in self.refers else self.forms.get(name, Form.TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of object: its names, its fields, its facts.

    `from_wire` and `to_wire` change a whole object after reading and before sending, for the
    rare field that tables cannot describe.
    """

    name: str
    section: str
    spec: type[Spec]
    wire: Wire
    policy: Policy
    from_wire: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    to_wire: Callable[[dict[str, Any]], dict[str, Any]] | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(self.wire.fields)

    def words(self, name: str) -> frozenset[str]:
        """The words a field takes, if it takes only some; empty where it takes any."""
        annotation = self.spec.model_fields[name].annotation
        choices = [c for c in (annotation, *get_args(annotation)) if get_origin(c) is Literal]
        return frozenset(word for choice in choices for word in get_args(choice))


def named(
    grade: Grade, source: str, /, *names: str, empty: object = "", **renamed: str | tuple[str, ...]
) -> dict[str, WireField]:
    """Wire fields that share a source.

    A plain name is the same on the wire; `name=other` gives the wire name, and
    `name=(other, alias, ...)` the names it may have in answers too.
    """
    fields = {n: WireField(name=n, grade=grade, source=source, empty=empty) for n in names}
    for ours, theirs in renamed.items():
        first, *aliases = (theirs,) if isinstance(theirs, str) else theirs
        fields[ours] = WireField(
            name=first, grade=grade, source=source, aliases=tuple(aliases), empty=empty
        )
    return fields
