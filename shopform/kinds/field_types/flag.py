"""Booleans."""

from typing import Any, ClassVar, Final

from shopform.kinds.field_types.base import NO_HOSTS, FieldType

# Those that files may write.
BOOLEANS: Final = {
    **dict.fromkeys(("true", "True", "TRUE", "1"), True),
    **dict.fromkeys(("false", "False", "FALSE", "0"), False),
}
FALSE: Final = frozenset({"", "0", "false", "no", "off"})


class Flag(FieldType):
    """A boolean: sent as 1 and 0, returned as those, as strings or as booleans (dossier 2.4)."""

    name: ClassVar[str] = "flag"
    sent_as: ClassVar[tuple[str, ...]] = ("integer", "number")
    shown_as: ClassVar[tuple[str, ...]] = ("integer", "number", "string", "boolean")

    def annotation(self) -> Any:
        return bool

    def default(self, written: str | list[str]) -> object:
        return BOOLEANS.get(written) if isinstance(written, str) else None

    def canonical(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        return value.strip().lower() not in FALSE if isinstance(value, str) else bool(value)

    def encode(self, value: object, empty: object) -> object:
        return int(value or 0) if value is None or isinstance(value, bool) else value

    def is_silent(self, raw: object) -> bool:
        return raw in (None, "")

    def is_declarable(self, value: object) -> bool:
        return isinstance(value, bool)
