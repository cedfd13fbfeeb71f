"""Kinds of objects, and the catalogue of them that a project has."""

from shopform.kinds.base import Fact, Field, Grade, Kind, Route, Wire
from shopform.kinds.catalogue import Catalogue

__all__ = ["Catalogue", "Fact", "Field", "Grade", "Kind", "Route", "Wire"]
