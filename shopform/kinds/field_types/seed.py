"""Values that are set once, when an object was created."""

from dataclasses import dataclass
from typing import ClassVar

from shopform.kinds.field_types.base import NO_HOSTS
from shopform.kinds.field_types.number import Number


@dataclass(frozen=True)
class Seed(Number):
    """An integer that is sent once, after its object was created, and never read or compared.

    It is posted to an `endpoint` of its own: a list of one item, with the identity of the object
    under `key` and the value under `value`.
    """

    name: ClassVar[str] = "seed"
    orders: ClassVar[bool] = False
    looks_up: str | None = None
    endpoint: str = ""
    key: str = ""
    value: str = ""

    def canonical(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        return None if value is None else super().canonical(value, hosts)
