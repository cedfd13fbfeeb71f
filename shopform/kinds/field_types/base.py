"""The interface of field types: how values are read, compared, shown and sent."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from shopform.kit.text import HALF, trimmed

NO_HOSTS: frozenset[str] = frozenset()
# Returns the path in the project and the content of a file, for the item with this index.
Load = Callable[[int, str], tuple[str, bytes] | None]
Change = Callable[[str, Any], object]
Fault = tuple[tuple[str | int, ...], str, str]  # the path to it, a summary and a hint


class FieldType:
    """The base of all types: a string that is set as a whole and shown as it is.

    `name` is the name of its comparison in the reference. `allowed` are its values, if they are
    limited, and `assumed` words in values that shops may not know; `refers` is the kind of the
    object whose id a value is. A `textual` value is written by people, a `rich` one is HTML, where
    outer white space does not count, and a `listed` one has several parts. `orders`: it orders
    siblings. `coded`: similar values are of different objects. `in_cell`: a cell of a table can
    hold it. `looks_up` is the kind of look-up whose id a value may be: "" for any, None for none.
    `sent_as` and `shown_as` are its types of JSON in requests and responses. `unreadable`
    is why values read from the shop cannot be declared; empty if they can.
    """

    name: ClassVar[str]
    textual: ClassVar[bool] = False
    rich: ClassVar[bool] = False
    listed: ClassVar[bool] = False
    orders: ClassVar[bool] = False
    coded: ClassVar[bool] = False
    in_cell: ClassVar[bool] = True
    looks_up: str | None = None
    sent_as: ClassVar[tuple[str, ...]] = ("string",)
    shown_as: ClassVar[tuple[str, ...]] = ("string",)
    unreadable: ClassVar[str] = ""
    allowed: tuple[str, ...] = ()
    assumed: frozenset[str] = frozenset()
    refers: str = ""

    @property
    def targets(self) -> frozenset[str]:
        """The kinds of the objects to which values refer."""
        return frozenset({self.refers} - {""})

    def with_links(self, value: Any, change: Change) -> Any:
        """Return a canonical value with each of its references changed.

        `change` is called with the kind of a target, and with its id or what is in place of that.
        Other values are returned as they are.
        """
        return value

    def annotation(self) -> Any:
        """Return the type of declared values, for pydantic."""
        return str

    def faults(self, written: Any) -> Iterable[Fault]:
        """Return what is wrong with validated data."""
        return ()

    def faults_in_shop(self, value: object, shown: Iterable[object]) -> Iterable[tuple[str, str]]:
        """Return what is wrong with a value, if objects have these: summaries and hints."""
        return ()

    def looked_up(self, written: Any) -> Iterable[tuple[object, str | None]]:
        """Yield the parts of validated data, each with its `looks_up`."""
        return ((written, self.looks_up),)

    def parse(self, written: Any, load: Load) -> Any:
        """Return the value of validated data."""
        return written

    def default(self, written: str | list[str]) -> object:
        """Return the value of a default in a kind's definition; None if declarations could not
        have it."""
        plain = isinstance(written, str) and not (self.targets or self.unreadable)
        return self.canonical(written) if plain else None

    def canonical(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        """Return the canonical form of a value: equal values have the same.

        `hosts` are the shop's own host names, which paths may contain. Shops return empty strings
        as null or "" (dossier 2.4), and line ends as CRLF (7.2). Other types are converted to
        strings.
        """
        return text_of(value)

    def identified(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        """Return the canonical form in an identity, without outer white space and in Unicode form
        NFC."""
        return trimmed(self.canonical(value, hosts))

    def encode(self, value: object, empty: object) -> object:
        """Return the value to send, whose references are resolved; `empty` clears the field."""
        return empty if value is None else value

    def is_blank(self, value: object) -> bool:
        """Whether a required field must not have this value."""
        return False

    def is_silent(self, raw: object) -> bool:
        """Whether a value in a response is unknown rather than empty."""
        return False

    def is_declarable(self, value: object) -> bool:
        """Whether files can declare this canonical value."""
        return isinstance(value, str)

    def is_sendable(self, value: object) -> bool:
        """Whether a step may send this value; references, secrets and null are always allowed."""
        return isinstance(value, str | int | float)

    def is_local(self, value: object) -> bool:
        """Whether a value names something of one shop, other than by a reference."""
        return False

    def may_answer(self, raw: object) -> bool:
        """Whether a response may contain this value, to find a field with an unknown name."""
        return True

    def unsent_keys(self, raw: object) -> frozenset[str]:
        """Return the keys with a value, in a response, that a write of the field would not have."""
        return frozenset()

    def declared_as(self, raw: object, value: object) -> object:
        """Return a value of a response as files declare it; `value` is its canonical form."""
        return value

    def rewritten_like(self, text: str, old: str) -> str:
        """Return a string in the written form of the old one."""
        return text


@dataclass(slots=True)
class Operations:
    """`send` are the operations that make the declared value; the state then keeps `records`."""

    send: list[dict[str, object]] = field(default_factory=list)
    records: list[dict[str, object]] = field(default_factory=list)


class Unreadable(FieldType):
    """A value that no response shows in full: it is changed by operations, and the state records
    what was sent."""

    in_cell: ClassVar[bool] = False

    @abstractmethod
    def compare(self, declared: object, records: object, live: object) -> Operations:
        """Return the operations that turn the live value into the declared one."""

    @abstractmethod
    def shown(self, live: object) -> tuple[dict[str, object], ...]:
        """Return the live value for plans and output."""

    @abstractmethod
    def declared(self, value: object) -> tuple[object, ...]:
        """Return a declared value for plans and output."""

    @abstractmethod
    def recorded(self, records: object) -> tuple[dict[str, object], ...]:
        """Return records for plans and output."""

    @abstractmethod
    def foreseen(self, operations: Operations, live: object) -> tuple[dict[str, object], ...]:
        """Return the live value after the operations, in the form of `shown`."""

    @abstractmethod
    def expected(self, before: object, after: object) -> list[dict[str, object]]:
        """Return the operations between two shown values."""

    @abstractmethod
    def learn(
        self, records: object, live: object, *, whole: bool = False
    ) -> tuple[dict[str, object], ...]:
        """Return the records with the ids of new parts that a response shows.

        If it shows all parts, as `whole` says, other ids are removed.
        """

    @abstractmethod
    def current(self, records: object, live: object) -> tuple[dict[str, object], ...]:
        """Return the records with the current values of the shop."""

    @abstractmethod
    def has_more(self, records: object, live: object) -> bool:
        """Whether the shop has parts without a record."""

    @abstractmethod
    def untraced(self, before: object, after: object) -> list[dict[str, object]]:
        """Return the records of parts whose ids are not known that are missing later."""

    @abstractmethod
    def restorable(
        self, records: object, live: object, files: Mapping[str, str]
    ) -> tuple[object, ...]:
        """Return the parts of the records that can be declared again; `files` are paths by the
        digest of their content."""

    @abstractmethod
    def are_recorded(self, operations: object, records: object, before: object) -> bool:
        """Whether the records are those before with the operations."""

    @abstractmethod
    def pending(
        self, operations: object, records: object, live: object
    ) -> list[Mapping[str, object]]:
        """Return the operations without an effect in the shop yet."""

    @abstractmethod
    def adds(self, operations: object) -> bool:
        """Whether repeating the operations would add a part twice."""


def text_of(value: object) -> str:
    """Convert a value to a string, with line feeds only and U+FFFD for unpaired surrogates."""
    if isinstance(value, str):
        if not value.isascii():
            value = HALF.sub("\ufffd", value)
        return value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
    if value is None or value in ([], {}):
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def records_of(value: object) -> list[dict[str, object]]:
    """Return copies of the mappings in a list."""
    listed: Sequence[object] = value if isinstance(value, list | tuple) else ()
    return [dict(item) for item in listed if isinstance(item, Mapping)]
