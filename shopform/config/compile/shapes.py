"""The values that the fields of a model accept, derived from its annotations.

The field decides what a scalar means: `0123` is a string in a string field and an integer in an
integer field. So scalars get their YAML 1.2 types here, and not when a file is parsed.
"""

import re
import types
from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from shopform.kinds.field_types.number import DIGITS, decimal_integer

_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


class Accepts(StrEnum):
    """The types of values that a field accepts; the strings are used in messages."""

    STRING = "a string"
    CHOICE = "one of its allowed values"
    BOOLEAN = "`true` or `false`"
    INTEGER = "a whole number"
    NUMBER = "a number"
    LIST = "a list"
    MAPPING = "a mapping of keys"
    MODEL = "a mapping"
    SCALAR = "a string, a number or a boolean"
    ANY = "anything"


@dataclass(frozen=True, slots=True)
class Shape:
    """The values that one field accepts.

    `inner` is the shape of the items of a list or the values of a mapping, `model` the model of a
    mapping with known fields. `or_string`: a list may also be written as one string.
    """

    accepts: Accepts
    inner: "Shape | None" = None
    fields: Map[str, "Shape"] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    or_string: bool = False
    model: type[BaseModel] | None = None
    nullable: bool = False


_SIMPLE: Final = {
    str: Shape(Accepts.STRING),
    bool: Shape(Accepts.BOOLEAN),
    int: Shape(Accepts.INTEGER),
    float: Shape(Accepts.NUMBER),
}


_SCALARS: Final = frozenset(shape.accepts for shape in _SIMPLE.values())
_SHAPES: Final[dict[type[BaseModel], Shape]] = {}


def shape_of(model: type[BaseModel]) -> Shape:
    """Return the shape of a model, with its fields under the names used in the files.

    A model may contain itself, and then so does its shape.
    """
    if model not in _SHAPES:
        fields: dict[str, Shape] = {}
        _SHAPES[model] = Shape(Accepts.MODEL, fields=fields, model=model)
        for name, info in model.model_fields.items():
            fields[info.alias or name] = _shape(info.annotation)
    return _SHAPES[model]


def field_shape(fields: Map[str, Shape], name: str) -> Shape | None:
    """Return the shape of a field; that of `extra.COLUMN` is the one of values of `extra`."""
    section, dot, _ = name.partition(".")
    shape = fields.get(section)
    return shape.inner if shape and dot else shape


def _shape(annotation: Any) -> Shape:
    origin = get_origin(annotation)
    args = get_args(annotation)
    if origin in (Union, types.UnionType):
        shape = _choice([_shape(each) for each in args if each is not types.NoneType])
        return replace(shape, nullable=types.NoneType in args)
    if origin is Annotated:
        return _shape(args[0])
    if origin is Literal:
        return Shape(Accepts.CHOICE, choices=args)
    if origin is list:
        return Shape(Accepts.LIST, inner=_shape(args[0]))
    if origin is dict:
        return Shape(Accepts.MAPPING, inner=_shape(args[1]))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return shape_of(annotation)
    return _SIMPLE.get(annotation, Shape(Accepts.ANY))


def _choice(shapes: list[Shape]) -> Shape:
    lists = [shape for shape in shapes if shape.accepts is Accepts.LIST]
    if len(shapes) == 2 and lists and any(shape.accepts is Accepts.STRING for shape in shapes):
        return Shape(Accepts.LIST, inner=lists[0].inner, or_string=True)
    if len(shapes) > 1 and all(shape.accepts in _SCALARS for shape in shapes):
        return Shape(Accepts.SCALAR)
    return shapes[0] if len(shapes) == 1 else Shape(Accepts.ANY)


def scalar(text: str) -> str | int | float | bool:
    """Return the value of a plain scalar; a number only if that has the same text."""
    if text in ("true", "false"):
        return text == "true"
    whole = integer(text, False)
    found = number(text) if whole is None else whole
    return text if str(found) != text or found is None else found


def integer(text: str, plain: bool) -> int | None:
    """Parse an integer of YAML 1.2; quoted ones must be decimal. None for anything else."""
    if plain and text.startswith(("0o", "0x")) and len(text) <= DIGITS:
        try:
            return int(text, 0) if "_" not in text else None
        except ValueError:
            return None
    return decimal_integer(text)


def number(text: str) -> float | None:
    return float(text) if len(text) <= DIGITS and _FLOAT.fullmatch(text) else None


def describe(shape: Shape) -> str:
    """Describe the accepted values in a message."""
    if shape.accepts is Accepts.LIST and shape.inner:
        inner = _PLURAL.get(shape.inner.accepts, "mappings")
        return f"a string or a list of {inner}" if shape.or_string else f"a list of {inner}"
    return str(shape.accepts)


_PLURAL: Final = {Accepts.STRING: "strings", Accepts.INTEGER: "numbers"}
