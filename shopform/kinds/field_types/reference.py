"""References to other objects."""

from dataclasses import dataclass
from typing import Any, ClassVar

from shopform.kinds.field_types.base import NO_HOSTS, Change, FieldType
from shopform.kinds.field_types.number import id_of


@dataclass(frozen=True)
class Reference(FieldType):
    """A reference to an object of the kind `refers`: a key in files, an id in the shop.

    0 and null are an empty reference.
    """

    name: ClassVar[str] = "id"
    sent_as: ClassVar[tuple[str, ...]] = ("integer", "number")
    shown_as: ClassVar[tuple[str, ...]] = ("integer", "number", "string")
    refers: str = ""

    def with_links(self, value: Any, change: Change) -> Any:
        return None if value is None else change(self.refers, value)

    def canonical(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        return id_of(value)

    def is_declarable(self, value: object) -> bool:
        return value is None or isinstance(value, int)

    def is_sendable(self, value: object) -> bool:
        return type(value) is int
