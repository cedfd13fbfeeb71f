"""Kinds of objects, and the catalogue of them that a project has."""

from shopform.kinds.base import EXTRA, Fact, Field, Grade, Kind, Route, Wire, is_extra
from shopform.kinds.catalogue import Catalogue

__all__ = [
    "EXTRA",
    "Catalogue",
    "Fact",
    "Field",
    "Grade",
    "Kind",
    "Route",
    "Wire",
    "is_extra",
]
