"""The kinds shopform reconciles. Adding one is a file here and a line in KINDS."""

from types import MappingProxyType

from shopform.kinds.attribute import ATTRIBUTE
from shopform.kinds.base import Fact, Form, Grade, Kind, Policy, Route, Wire, WireField
from shopform.kinds.brand import BRAND
from shopform.kinds.category import CATEGORY
from shopform.kinds.profile import PROFILE
from shopform.kinds.redirect import REDIRECT
from shopform.kinds.spec import Spec
from shopform.kinds.supplier import SUPPLIER
from shopform.kinds.value import VALUE
from shopform.kinds.webhook import WEBHOOK

# Containers stand before what they contain.
KINDS: tuple[Kind, ...] = (
    SUPPLIER,
    BRAND,
    PROFILE,
    ATTRIBUTE,
    VALUE,
    CATEGORY,
    REDIRECT,
    WEBHOOK,
)

BY_NAME = MappingProxyType({kind.name: kind for kind in KINDS})
ORDER = MappingProxyType({kind.name: number for number, kind in enumerate(KINDS)})

__all__ = [
    "BY_NAME",
    "KINDS",
    "ORDER",
    "Fact",
    "Form",
    "Grade",
    "Kind",
    "Policy",
    "Route",
    "Spec",
    "Wire",
    "WireField",
]
