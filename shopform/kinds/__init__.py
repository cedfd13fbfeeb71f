"""Kinds of objects, and the catalogue of them that a project has."""

from shopform.kinds.base import Fact, Field, Grade, Kind, Route, Wire
from shopform.kinds.catalogue import Catalogue
from shopform.kinds.standard import STANDARD

KINDS = STANDARD.kinds
BY_NAME = STANDARD
ORDER = STANDARD.order
CHILDREN = STANDARD.children

__all__ = [
    "BY_NAME",
    "CHILDREN",
    "KINDS",
    "ORDER",
    "Catalogue",
    "Fact",
    "Field",
    "Grade",
    "Kind",
    "Route",
    "Wire",
]
