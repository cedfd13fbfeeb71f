"""The kinds of objects. A new one is a file here and a line in KINDS."""

from types import MappingProxyType

from shopform.kinds.attribute import ATTRIBUTE
from shopform.kinds.base import Fact, Field, Grade, Kind, Route, Wire
from shopform.kinds.brand import BRAND
from shopform.kinds.category import CATEGORY
from shopform.kinds.manufacturer import MANUFACTURER
from shopform.kinds.profile import PROFILE
from shopform.kinds.redirect import REDIRECT
from shopform.kinds.supplier import SUPPLIER
from shopform.kinds.value import VALUE
from shopform.kinds.webhook import WEBHOOK

# Parents come before their children.
KINDS: tuple[Kind, ...] = (
    SUPPLIER,
    BRAND,
    MANUFACTURER,
    PROFILE,
    ATTRIBUTE,
    VALUE,
    CATEGORY,
    REDIRECT,
    WEBHOOK,
)

BY_NAME = MappingProxyType({kind.name: kind for kind in KINDS})
ORDER = MappingProxyType({kind.name: number for number, kind in enumerate(KINDS)})
CHILDREN = MappingProxyType(
    {
        kind.name: tuple(k for k in KINDS if k.nesting and k.nesting.kind == kind.name)
        for kind in KINDS
    }
)

__all__ = [
    "BY_NAME",
    "CHILDREN",
    "KINDS",
    "ORDER",
    "Fact",
    "Field",
    "Grade",
    "Kind",
    "Route",
    "Wire",
]
