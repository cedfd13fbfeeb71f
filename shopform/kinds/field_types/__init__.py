"""The types of fields."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Literal


class Form(StrEnum):
    """How values of a field are compared; see planning/normalize.py."""

    TEXT = "text"
    HTML = "html"
    NUMBER = "number"
    FLAG = "flag"
    ID = "id"
    SET = "set"
    PATH = "path"
    IMAGES = "images"


class FieldType:
    form: ClassVar[Form]
    allowed: tuple[str, ...] = ()

    def annotation(self) -> Any:
        return str


@dataclass(frozen=True)
class Text(FieldType):
    form: ClassVar[Form] = Form.TEXT
    allowed: tuple[str, ...] = ()

    def annotation(self) -> Any:
        return Literal[self.allowed] if self.allowed else str


class Html(FieldType):
    form = Form.HTML


class Path(FieldType):
    form = Form.PATH


class Number(FieldType):
    form = Form.NUMBER

    def annotation(self) -> Any:
        return int


class Flag(FieldType):
    form = Form.FLAG

    def annotation(self) -> Any:
        return bool


@dataclass(frozen=True)
class Reference(FieldType):
    form: ClassVar[Form] = Form.ID
    kind: str = ""


class Set(FieldType):
    form = Form.SET

    def annotation(self) -> Any:
        return list[str]


class Images(FieldType):
    form = Form.IMAGES

    def annotation(self) -> Any:
        from shopform.kinds.spec import ImageSpec

        return list[ImageSpec]
