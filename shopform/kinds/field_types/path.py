"""Paths of the shop."""

from typing import ClassVar
from urllib.parse import urlsplit

from shopform.kinds.field_types.base import NO_HOSTS, FieldType, text_of
from shopform.kit.text import trimmed
from shopform.kit.url_paths import folded


class Path(FieldType):
    """A path of the shop, with or without a leading slash or the shop's host (dossier 7), or a URL
    of another host."""

    name: ClassVar[str] = "path"
    textual: ClassVar[bool] = True

    def canonical(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        text = text_of(value).strip()
        if "://" in text or text.startswith("//"):
            try:
                parts = urlsplit(text)
            except ValueError:
                return text
            if parts.netloc and parts.netloc.lower() not in hosts:
                return text
            if parts.netloc:
                text = parts._replace(scheme="", netloc="").geturl()
        return text.lstrip("/")

    def identified(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        """Return the form in an identity; spellings that are always the same URL are equal."""
        text = str(trimmed(self.canonical(value, hosts)))
        path, mark, rest = text.partition("#")  # a fragment, or `&#39;` as some shops write `'`
        return f"{folded(path)}{mark}{rest}"

    def rewritten_like(self, text: str, old: str) -> str:
        bare = text.lstrip("/")
        if "://" in text or not bare:
            return text
        return f"/{bare}" if old.startswith("/") else bare
