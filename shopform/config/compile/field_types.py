"""What the fields of a model take, read off its annotations.

A scalar's text means what its field takes: `0123` is a text in a text field and a number in a
number field. So the words of YAML 1.2 are told apart here, and not when a file is read.
"""

import re
import types
from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

FLAGS: Final = {
    **dict.fromkeys(("true", "True", "TRUE", "1"), True),
    **dict.fromkeys(("false", "False", "FALSE", "0"), False),
}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DIGITS = 18  # a number that no shop holds is not worth the time to parse it


class Takes(StrEnum):
    """The sorts of things a field takes; the text is how messages call them."""

    TEXT = "a string"
    WORD = "one of its allowed values"
    FLAG = "`true` or `false`"
    NUMBER = "a whole number"
    FRACTION = "a number"
    LIST = "a list"
    KEYS = "a mapping of keys"
    MODEL = "a mapping"
    ANY = "anything"


@dataclass(frozen=True, slots=True)
class Shape:
    """What one field takes. `inner` is what a list or the keys hold; `alone` allows one text.

    `model` is the model of a mapping whose fields are known; `nullable` allows null.
    """

    takes: Takes
    inner: "Shape | None" = None
    fields: Map[str, "Shape"] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    alone: bool = False
    model: type[BaseModel] | None = None
    nullable: bool = False


_SIMPLE: Final = {
    str: Shape(Takes.TEXT),
    bool: Shape(Takes.FLAG),
    int: Shape(Takes.NUMBER),
    float: Shape(Takes.FRACTION),
}


@cache
def shape_of(model: type[BaseModel]) -> Shape:
    """The shape of a whole model, with its fields under the names the files use."""
    fields = {
        info.alias or name: _shape(info.annotation) for name, info in model.model_fields.items()
    }
    return Shape(Takes.MODEL, fields=fields, model=model)


def _shape(annotation: Any) -> Shape:
    origin = get_origin(annotation)
    args = get_args(annotation)
    if origin in (Union, types.UnionType):
        shape = _choice([_shape(each) for each in args if each is not types.NoneType])
        return replace(shape, nullable=types.NoneType in args)
    if origin is Literal:
        return Shape(Takes.WORD, words=args)
    if origin is list:
        return Shape(Takes.LIST, inner=_shape(args[0]))
    if origin is dict:
        return Shape(Takes.KEYS, inner=_shape(args[1]))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return shape_of(annotation)
    return _SIMPLE.get(annotation, Shape(Takes.ANY))


def _choice(shapes: list[Shape]) -> Shape:
    lists = [shape for shape in shapes if shape.takes is Takes.LIST]
    if len(shapes) == 2 and lists and any(shape.takes is Takes.TEXT for shape in shapes):
        return Shape(Takes.LIST, inner=lists[0].inner, alone=True)
    return shapes[0] if len(shapes) == 1 else Shape(Takes.ANY)


def number(text: str, plain: bool) -> int | None:
    """A whole number of YAML 1.2; a quoted one may only be decimal."""
    if len(text) > _DIGITS:
        return None
    if _DECIMAL.fullmatch(text):
        return int(text)
    if plain and text.startswith(("0o", "0x")):
        try:
            return int(text, 0) if "_" not in text else None
        except ValueError:
            return None
    return None


def fraction(text: str) -> float | None:
    return float(text) if len(text) <= _DIGITS and _FLOAT.fullmatch(text) else None


def sentence(shape: Shape) -> str:
    """What a field takes, for messages."""
    if shape.takes is Takes.LIST and shape.inner:
        inner = _PLURAL.get(shape.inner.takes, "mappings")
        return f"a string or a list of {inner}" if shape.alone else f"a list of {inner}"
    return str(shape.takes)


_PLURAL: Final = {Takes.TEXT: "strings", Takes.NUMBER: "numbers"}
