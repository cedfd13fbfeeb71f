"""References to other objects."""

from dataclasses import dataclass
from typing import ClassVar

from shopform.kinds.field_types.base import NO_HOSTS, FieldType
from shopform.kinds.field_types.number import id_of


@dataclass(frozen=True)
class Reference(FieldType):
    """The id of an object of the kind `refers`: its key in the files, 0 and null are none."""

    name: ClassVar[str] = "id"
    refers: str = ""

    def canonical(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        return id_of(value)

    def is_sendable(self, value: object) -> bool:
        return type(value) is int
