"""HTML."""

from typing import ClassVar

from shopform.kinds.field_types.base import NO_HOSTS, FieldType, text_of


class Html(FieldType):
    """HTML, around which a shop may add or remove white space (dossier 7.2)."""

    name: ClassVar[str] = "html"
    looks_up: str | None = ""
    textual: ClassVar[bool] = True
    rich: ClassVar[bool] = True

    def canonical(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        return text_of(value).strip()

    def is_blank(self, value: object) -> bool:
        return not value

    def rewritten_like(self, text: str, old: str) -> str:
        if not old.strip():
            return text
        head, _, tail = old.partition(old.strip())
        return head + text + tail
