"""References to other objects."""

from collections.abc import Hashable
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


@dataclass(frozen=True)
class References(FieldType):
    """Unordered references to objects of one kind: keys in files, ids in the shop."""

    name: ClassVar[str] = "ids"
    sent_as: ClassVar[tuple[str, ...]] = ("array",)
    shown_as: ClassVar[tuple[str, ...]] = ("array",)
    listed: ClassVar[bool] = True
    to: str = ""

    @property
    def targets(self) -> frozenset[str]:
        return frozenset({self.to})

    def with_links(self, value: Any, change: Change) -> Any:
        if not isinstance(value, list | tuple):
            return value
        return self.canonical([change(self.to, part) for part in value])

    def annotation(self) -> Any:
        return list[str]

    def canonical(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        """Return ids in order, then what is in place of an id."""
        parts = value if isinstance(value, list | tuple) else ()
        known = {
            id_of(part) or part if isinstance(part, Hashable) else repr(part) for part in parts
        }
        return tuple(sorted(known - {None, "", 0, "0"}, key=_order))

    def is_declarable(self, value: object) -> bool:
        return isinstance(value, tuple)

    def is_sendable(self, value: object) -> bool:
        return isinstance(value, tuple) and all(type(part) is int for part in value)


def _order(part: object) -> tuple[bool, int, str]:
    return (False, part, "") if isinstance(part, int) else (True, 0, str(part))
