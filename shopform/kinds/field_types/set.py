"""Sets of strings."""

from collections.abc import Iterable
from typing import Any, ClassVar

from shopform.kinds.field_types.base import NO_HOSTS, FieldType, Load


class Set(FieldType):
    """Unordered strings; responses may have them as one string with commas (dossier 7)."""

    name: ClassVar[str] = "set"
    looks_up: str | None = ""
    sent_as: ClassVar[tuple[str, ...]] = ("array",)
    shown_as: ClassVar[tuple[str, ...]] = ("array", "string")
    textual: ClassVar[bool] = True
    listed: ClassVar[bool] = True

    def annotation(self) -> Any:
        return list[str]

    def parse(self, written: Any, load: Load) -> Any:
        return None if written is None else tuple(written)

    def default(self, written: str | list[str]) -> object:
        return self.canonical(written)

    def canonical(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        if not value:
            return ()
        items: object = value.split(",") if isinstance(value, str) else value
        found = items if isinstance(items, Iterable) else (items,)
        return tuple(sorted({str(item).strip() for item in found} - {""}))

    def is_blank(self, value: object) -> bool:
        return not value

    def is_declarable(self, value: object) -> bool:
        return isinstance(value, tuple)

    def is_sendable(self, value: object) -> bool:
        return isinstance(value, tuple) and all(isinstance(part, str) for part in value)
