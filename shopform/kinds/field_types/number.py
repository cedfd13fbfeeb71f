"""Numbers, and ids, which are numbers too."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from shopform.kinds.field_types.base import NO_HOSTS, FieldType

DIGITS: Final = 18  # longer numbers fit no shop's database, and are slow to parse
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+")


@dataclass(frozen=True)
class Number(FieldType):
    """An integer; null and "" are 0, and responses may have a string (dossier 2.4)."""

    name: ClassVar[str] = "number"
    sent_as: ClassVar[tuple[str, ...]] = ("integer", "number")
    shown_as: ClassVar[tuple[str, ...]] = ("integer", "number", "string")
    orders: ClassVar[bool] = True
    looks_up: str | None = ""

    def annotation(self) -> Any:
        return int

    def default(self, written: str | list[str]) -> object:
        return decimal_integer(written) if isinstance(written, str) else None

    def canonical(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        return number_of(value)

    def encode(self, value: object, empty: object) -> object:
        return 0 if value is None else value

    def is_silent(self, raw: object) -> bool:
        return raw in (None, "")

    def is_declarable(self, value: object) -> bool:
        return isinstance(value, int) and len(str(value)) <= DIGITS

    def may_answer(self, raw: object) -> bool:
        return not isinstance(raw, bool) and isinstance(number_of(raw), int)


def number_of(value: object) -> int | float | str:
    """Return the number in a value, or its string if there is none."""
    if value is None or value == "":
        return 0
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    try:
        number = float(str(value))
    except ValueError:
        return str(value)
    return int(number) if number.is_integer() else number


def decimal_integer(text: str) -> int | None:
    """Return an integer as files may write it; None for anything else."""
    return int(text) if len(text) <= DIGITS and _DECIMAL.fullmatch(text) else None


def id_of(value: object) -> int | None:
    """Return the id in a value; None if it is not a positive integer."""
    number = number_of(value)
    return number if isinstance(number, int) and number > 0 else None


def id_in(given: object) -> int:
    """Return a positive integer from an int or its decimal digits; 0 for anything else."""
    if type(given) is int:
        return max(0, given)
    text = given.strip() if isinstance(given, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def count_in(given: object) -> int | None:
    """Return a number of objects, which may be a string; None for anything else."""
    text = str(given).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
