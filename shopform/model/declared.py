"""What a live shop holds, as its files would declare it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from shopform.model.desired import Resource
from shopform.model.values import Address

Place = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """An object of the shop, or one `field` of it, that is not declared.

    `label` is what people call the object. `why` goes on from "is left out: ".
    """

    kind: str
    id: int
    label: str
    why: str
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """The resources in order of kind and address, and the ids they have in this shop.

    `twins` share their identity with another object: only their ids tell them apart.
    """

    resources: Mapping[Address, Resource]
    ids: Mapping[Address, int]
    twins: frozenset[Address]
    left: tuple[Left, ...]
