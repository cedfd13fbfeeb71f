"""The objects of a live shop as declarations."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shopform.kinds import Catalogue
from shopform.model.desired import Resource
from shopform.model.values import Address

Place = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Omission:
    """An object of the shop, or one `field` of it, that is not declared.

    `label` is the object's own name. `why` completes "left out: ".
    """

    kind: str
    id: int
    label: str
    why: str
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveField:
    """The value in the shop of a field of a declared object: canonical, a Ref, or `#ID` for an
    unmanaged object.

    `why` is set if the files cannot hold it. Without a `field` it is about the whole object.
    """

    address: Address
    field: str = ""
    value: object = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Resources in order of kind and address, with their ids in the shop.

    `duplicates` have the same identity as another object; only the ids differ.
    """

    catalogue: Catalogue = field(repr=False)
    resources: Mapping[Address, Resource]
    ids: Mapping[Address, int]
    duplicates: frozenset[Address]
    omissions: tuple[Omission, ...]
