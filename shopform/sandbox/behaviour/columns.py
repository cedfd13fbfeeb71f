"""Columns of the shop's tables: how requests set them, and how responses show them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from math import isfinite, nan
from types import MappingProxyType

from shopform.sandbox.behaviour.rewriting import rich
from shopform.sandbox.messages import Refusal
from shopform.sandbox.switches import Switches


class SetBy(IntEnum):
    """What sets a column: arguments of requests that D1 has, also undocumented ones where the shop
    keeps them, only seeds, or only the shop itself."""

    REQUEST = 0
    UNDOCUMENTED = 1
    SEED = 2
    SHOP = 3


class ColumnType(Enum):
    TEXT = auto()
    HTML = auto()
    WORD = auto()
    NUMBER = auto()
    FLAG = auto()
    PRICE = auto()
    ID = auto()
    OPAQUE = auto()


NUMBERS = (ColumnType.NUMBER, ColumnType.FLAG, ColumnType.ID, ColumnType.PRICE)
STRINGS = (ColumnType.TEXT, ColumnType.HTML, ColumnType.WORD)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `cast`: the shop of 2025-07 sends its numbers as numbers, not as strings.

    A column whose default is null stores null; another string column turns it into "".
    """

    type_: ColumnType = ColumnType.TEXT
    default: object = ""
    cast: bool = True
    set_by: SetBy = SetBy.REQUEST
    words: tuple[str, ...] = ()

    def read(self, name: str, given: object, switches: Switches) -> object:
        """Return the value to store for a value in a request. Raises Refusal (400)."""
        if given is None or given == "":
            plain = self.type_ in (ColumnType.TEXT, ColumnType.HTML)
            return given if plain and (given == "" or self.default is None) else self.default
        if self.type_ is ColumnType.NUMBER:
            return number(name, given)
        if self.type_ is ColumnType.FLAG:
            return flag(name, given)
        if self.type_ is ColumnType.PRICE:
            return price(name, given)
        if self.type_ is ColumnType.OPAQUE:
            return given
        if self.type_ is ColumnType.ID:
            return number(name, given) or self.default
        text = _text(name, given)
        if self.words and text not in self.words:
            raise Refusal(400, f"{name} must be one of {', '.join(self.words)}")
        return rich(text, switches["html"]) if self.type_ is ColumnType.HTML else text

    def show(self, stored: object, empty_text: str, typing: str) -> object:
        """Return the value in a response, by the words of two switches."""
        if self.type_ in STRINGS:
            if stored is None or stored == "":
                return {"as_is": stored, "null": None, "blank": ""}[empty_text]
            return stored
        if stored is None or self.type_ is ColumnType.OPAQUE:
            return stored
        return show_number(stored, typing, self)


def show_number(stored: object, typing: str, column: Column) -> object:
    if typing == "strings" or (typing == "mixed" and not column.cast):
        return str(stored)
    return bool(stored) if typing == "bools" and column.type_ is ColumnType.FLAG else stored


def unwritable(
    type_: ColumnType = ColumnType.TEXT, default: object = "", *, cast: bool = True
) -> Column:
    """Return a column that only responses have: only a seed sets it."""
    return Column(type_, default, cast, SetBy.SEED)


def undocumented(
    type_: ColumnType = ColumnType.TEXT, default: object = "", *, cast: bool = True
) -> Column:
    """Return a column of responses that is not among D1's arguments, and that a shop may keep."""
    return Column(type_, default, cast, SetBy.UNDOCUMENTED)


def price(name: str, given: object) -> int | float:
    """Return an amount: 264 or 149.95 (OBS M-prod), sent as a number or a string (D1)."""
    try:
        amount = float(given) if isinstance(given, int | float | str) else nan
    except ValueError:
        amount = nan
    if isinstance(given, bool) or not isfinite(amount):
        raise Refusal(400, f"{name} must be an amount")
    return int(amount) if amount.is_integer() else amount


def show_unknown(stored: object, typing: str) -> object:
    """Return the value of a column that no source names: as it was sent, but for its type."""
    counted = isinstance(stored, int | float) and not isinstance(stored, bool)
    return show_number(stored, typing, Column()) if counted else stored


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


NAME = Column()


def columns_of(**columns: Column) -> Mapping[str, Column]:
    return MappingProxyType(columns)
