"""What a type of field knows: how its values are read, compared, shown and sent."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from shopform.kit.text import HALF, is_damaged, trimmed

NO_HOSTS: frozenset[str] = frozenset()
# The path in the project and the content of a file that the item of this number names.
Load = Callable[[int, str], tuple[str, bytes] | None]


class FieldType:
    """The base of all types: a value that is a string, set as a whole and shown as it is.

    `name` is how the reference calls its comparison. `allowed` are the only strings that it takes,
    if it takes only some, and `refers` is the kind of the object that it holds the id of. A
    `textual` value is written freely by people; a `rich` one is HTML, where outer white space
    does not count; a `listed` one has several parts. `orders` says that it puts siblings in
    order. `unreadable` is why an answer of the shop cannot be declared as it is, empty where it
    can.
    """

    name: ClassVar[str]
    textual: ClassVar[bool] = False
    rich: ClassVar[bool] = False
    listed: ClassVar[bool] = False
    orders: ClassVar[bool] = False
    in_cell: ClassVar[bool] = True
    unreadable: ClassVar[str] = ""
    allowed: tuple[str, ...] = ()
    refers: str = ""

    def annotation(self) -> Any:
        """Return what pydantic is to accept in the files."""
        return str

    def parse(self, written: Any, load: Load) -> Any:
        """Return the value that validated data of the files stands for."""
        return written

    def canonical(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        """Return the one value that stands for `value` and all its equals.

        `hosts` are the shop's own host names, which a path may carry. Empty texts are null or ""
        (dossier 2.4), line ends CRLF (7.2). A value of another type gives its text.
        """
        return text_of(value)

    def identified(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        """Return the canonical value as a part of an identity: outer blanks and Unicode form do
        not count."""
        return trimmed(self.canonical(value, hosts))

    def encode(self, value: object, empty: object) -> object:
        """Return what is sent for a value without references; `empty` clears the field."""
        return empty if value is None else value

    def is_blank(self, value: object) -> bool:
        """Return whether a required field may not have this value."""
        return False

    def is_silent(self, raw: object) -> bool:
        """Return whether an answer does not say what the value is."""
        return False

    def is_declarable(self, value: object) -> bool:
        """Return whether files can say this canonical value."""
        return isinstance(value, str)

    def is_sendable(self, value: object) -> bool:
        """Return whether a step may send this, besides references, secrets and null."""
        return isinstance(value, str | int | float)

    def may_answer(self, raw: object) -> bool:
        """Return whether a shop may answer this, where no source names the field."""
        return True

    def rewritten_like(self, text: str, old: str) -> str:
        """Return a text in the shape in which people wrote the old one."""
        return text


@dataclass(slots=True)
class Operations:
    """`send` makes the value of the shop the declared one; the state keeps `records` afterwards."""

    send: list[dict[str, object]] = field(default_factory=list)
    records: list[dict[str, object]] = field(default_factory=list)


class Unreadable(FieldType, ABC):
    """A value whose parts no answer shows whole: it is changed by operations, and the state
    remembers by records what was sent."""

    in_cell: ClassVar[bool] = False

    @abstractmethod
    def compare(self, declared: object, records: object, live: object) -> Operations:
        """Return what makes the live value the declared one."""

    @abstractmethod
    def shown(self, live: object) -> tuple[dict[str, object], ...]:
        """Return the live value as people and plans see it."""

    @abstractmethod
    def declared(self, value: object) -> tuple[object, ...]:
        """Return a declared value as people and plans see it."""

    @abstractmethod
    def remembered(self, records: object) -> tuple[dict[str, object], ...]:
        """Return records as people and plans see them."""

    @abstractmethod
    def foreseen(self, operations: Operations, live: object) -> tuple[dict[str, object], ...]:
        """Return the live value once the operations are done, as `shown`."""

    @abstractmethod
    def expected(self, before: object, after: object) -> list[dict[str, object]]:
        """Return the operations that make one shown value of another."""

    @abstractmethod
    def learn(self, records: object, live: object) -> tuple[dict[str, object], ...]:
        """Return the records with the ids that the shop gave to new parts."""

    @abstractmethod
    def current(self, records: object, live: object) -> tuple[dict[str, object], ...]:
        """Return the records as the shop holds their parts now."""

    @abstractmethod
    def has_more(self, records: object, live: object) -> bool:
        """Return whether the shop holds parts that are in no record."""

    @abstractmethod
    def restorable(
        self, records: object, live: object, files: Mapping[str, str]
    ) -> tuple[object, ...]:
        """Return the parts of the records that can be declared again; `files` maps the digests of
        contents to the paths that have them."""

    @abstractmethod
    def are_recorded(self, operations: object, records: object) -> bool:
        """Return whether the records are those of the operations."""

    @abstractmethod
    def pending(
        self, operations: object, records: object, live: object
    ) -> list[Mapping[str, object]]:
        """Return the operations that the shop has not done yet."""

    @abstractmethod
    def adds(self, operations: object) -> bool:
        """Return whether one of the operations, done twice, would add a part twice."""


def text_of(value: object) -> str:
    """Return a value as text, with line feeds only and U+FFFD for halves of characters."""
    if isinstance(value, str):
        if is_damaged(value):
            value = HALF.sub("\ufffd", value)
        return value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
    if value is None or value in ([], {}):
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def records_of(value: object) -> list[dict[str, object]]:
    """Return the mappings in a value, each as a copy."""
    listed: Sequence[object] = value if isinstance(value, list | tuple) else ()
    return [dict(item) for item in listed if isinstance(item, Mapping)]
