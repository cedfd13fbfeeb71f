"""Columns of the shop that no kind models."""

import json
from typing import ClassVar

from shopform.kinds.field_types.base import NO_HOSTS, FieldType, text_of


class Raw(FieldType):
    """A string, number or boolean: sent as declared, and compared by its text."""

    name: ClassVar[str] = "raw"
    looks_up: str | None = ""
    textual: ClassVar[bool] = True

    def canonical(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        if isinstance(value, list | dict) and value:
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        return text_of(int(value) if isinstance(value, float) and value.is_integer() else value)

    def declared_as(self, raw: object, value: object) -> object:
        return raw if isinstance(raw, str | int | float) else value
