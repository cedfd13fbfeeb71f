"""Columns of the shop's tables: what requests may set, and how responses show it."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from shopform.sandbox.behaviour.texts import rich
from shopform.sandbox.messages import Refusal
from shopform.sandbox.switches import Switches


class ColumnType(Enum):
    TEXT = auto()
    HTML = auto()
    WORD = auto()
    NUMBER = auto()
    FLAG = auto()
    ID = auto()
    OPAQUE = auto()


TEXTS = (ColumnType.TEXT, ColumnType.HTML, ColumnType.WORD)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `cast`: the shop of 2025-07 sends its numbers as numbers, not as
    strings. A column whose default is null keeps null; another text column turns it into "".
    """

    form: ColumnType = ColumnType.TEXT
    default: object = ""
    cast: bool = True
    writable: bool = True
    words: tuple[str, ...] = ()

    def read(self, name: str, given: object, switches: Switches) -> object:
        """Return the value to store of a request. Raises Refusal (400)."""
        if given is None or given == "":
            plain = self.form in (ColumnType.TEXT, ColumnType.HTML)
            return given if plain and (given == "" or self.default is None) else self.default
        if self.form is ColumnType.NUMBER:
            return number(name, given)
        if self.form is ColumnType.FLAG:
            return flag(name, given)
        if self.form is ColumnType.ID:
            return number(name, given) or self.default
        text = _text(name, given)
        if self.words and text not in self.words:
            raise Refusal(400, f"{name} must be one of {', '.join(self.words)}")
        return rich(text, switches["html"]) if self.form is ColumnType.HTML else text

    def show(self, kept: object, switches: Switches) -> object:
        if self.form in TEXTS:
            if kept is None or kept == "":
                return {"as_is": kept, "null": None, "blank": ""}[switches["empty_text"]]
            return kept
        if kept is None or self.form is ColumnType.OPAQUE:
            return kept
        return show_number(kept, switches["typing"], self)


def show_number(kept: object, typing: str, column: Column) -> object:
    if typing == "strings" or (typing == "mixed" and not column.cast):
        return str(kept)
    return bool(kept) if typing == "bools" and column.form is ColumnType.FLAG else kept


def number(name: str, given: object) -> int:
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    if isinstance(given, str) and re.fullmatch(r"-?\d+", given):
        return int(given)
    raise Refusal(400, f"{name} must be a number")


def flag(name: str, given: object) -> int:
    if isinstance(given, int | str) and given in (0, 1, "0", "1"):
        return int(given)
    raise Refusal(400, f"{name} must be 1 or 0")


def _text(name: str, given: object) -> str:
    if isinstance(given, str | int | float) and not isinstance(given, bool):
        return str(given)
    raise Refusal(400, f"{name} must be a string")
