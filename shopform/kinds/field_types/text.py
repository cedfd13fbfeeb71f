"""Strings, and strings with a list of allowed values."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from shopform.kinds.field_types.base import FieldType


class Text(FieldType):
    """Any string."""

    name: ClassVar[str] = "text"
    looks_up: str | None = ""
    textual: ClassVar[bool] = True

    def is_blank(self, value: object) -> bool:
        return not value


class Code(Text):
    """A string such as an item number: similar ones name different objects."""

    coded: ClassVar[bool] = True


@dataclass(frozen=True)
class Choice(FieldType):
    """A string of `allowed`."""

    name: ClassVar[str] = "text"
    allowed: tuple[str, ...] = ()

    def annotation(self) -> Any:
        return Literal[self.allowed]

    def default(self, written: str | list[str]) -> object:
        return written if written in self.allowed else None

    def is_blank(self, value: object) -> bool:
        return not value
