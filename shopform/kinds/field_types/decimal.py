"""Decimal numbers, such as amounts of money."""

import re
from decimal import Decimal as Exact
from decimal import InvalidOperation
from typing import Annotated, Any, ClassVar, Final

from shopform.kinds.field_types.base import NO_HOSTS, FieldType, Load

# Three digits after a comma may be thousands: `1,234` is not accepted.
DECIMAL: Final = r"^-?[0-9]{1,12}(\.[0-9]{1,6}|,[0-9]{1,2})?$"


class Decimal(FieldType):
    """A decimal number, kept as a string: 199, "199.00", 199.0 and "199,00" are equal.

    Shops return a JSON number (M-prod, K-cap) and take a string (D1); null and "" are unset.
    """

    name: ClassVar[str] = "decimal"
    shown_as: ClassVar[tuple[str, ...]] = ("integer", "number", "string")

    def annotation(self) -> Any:
        from pydantic import StringConstraints

        return Annotated[str, StringConstraints(pattern=DECIMAL)]

    def parse(self, written: Any, load: Load) -> Any:
        return None if written is None else self.canonical(written)

    def default(self, written: str | list[str]) -> object:
        fits = isinstance(written, str) and re.fullmatch(DECIMAL, written)
        return self.canonical(written) if fits else None

    def canonical(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        if value is None or value == "":
            return None
        text = str(value)
        try:
            number = Exact(text.replace(",", ".") if re.match(DECIMAL, text) else text)
        except InvalidOperation:
            return str(value)
        if not number.is_finite():
            return str(value)
        text = f"{number:f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text in ("-0", "") else text

    def is_declarable(self, value: object) -> bool:
        return value is None or re.match(DECIMAL, str(value)) is not None

    def is_sendable(self, value: object) -> bool:
        return isinstance(value, str) and re.match(DECIMAL, value) is not None
