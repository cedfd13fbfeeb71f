"""The basic values: addresses, references, secrets and images."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from shopform.kinds.field_types.images import Image
from shopform.kit.text import shorten

KEY = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")
_PART = KEY.pattern.removesuffix(r"\Z")
ADDRESS = rf"^{_PART}(\.{_PART})+$"
_ADDRESS = re.compile(rf"{_PART}(?:\.{_PART})+\Z")
_KINDS: Final[dict[str, str]] = {}  # one string for all addresses of a kind
T = TypeVar("T")
CHANGE_WORDS = ("create", "update", "replace", "delete", "import", "move", "forget")


def host_of(url: str) -> str:
    """Return the host of a shop as recorded in its state: lower case, without `www.`, with a port
    unless it is the default. It is empty if the URL is not valid."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").removeprefix("www.")
    default = {"https": 443, "http": 80}.get(parts.scheme)
    return host if port in (None, default) else f"{host}:{port}"


class Address(str):
    """The address of a resource: its kind and its keys, joined by dots.

    Keys contain no dots, so the string is unique, and is sorted, hashed and saved as it is.
    """

    __slots__ = ("_kind",)

    @classmethod
    def of(cls, kind: str, *keys: str) -> "Address":
        return cls(".".join((kind, *keys)))

    @property
    def kind(self) -> str:
        try:
            return self._kind
        except AttributeError:
            kind = str(self).partition(".")[0]
            self._kind: str = _KINDS.setdefault(kind, kind)
            return self._kind

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.split(".")[1:])

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Return a valid address. Raises ValueError."""
        return _parsed(text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": ADDRESS}

    def __repr__(self) -> str:
        return f"Address({str(self)!r})"


@lru_cache(maxsize=4096)  # the parent of many objects is one string in memory
def _parsed(text: str) -> Address:
    if not _ADDRESS.match(text):
        raise ValueError(f"`{text}` is not an address")
    return Address(text)


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to a resource, whose id may not be known yet."""

    address: Address


PLAIN: Final = frozenset((str, int, bool, type(None)))  # the types of most values: without parts


def parts_in(value: object, of: type[T]) -> Sequence[T]:
    """Return the parts of a type in a value, in order, also inside its lists and records."""
    if type(value) in PLAIN:
        return ()
    if isinstance(value, of):
        return (value,)
    inner: Iterable[object] = ()
    if isinstance(value, tuple | list):
        inner = value
    elif isinstance(value, Mapping):
        inner = value.values()
    return [p for each in inner if type(each) not in PLAIN for p in parts_in(each, of)]


def with_parts(value: Any, of: type[T], change: Callable[[T], object]) -> Any:
    """Return a value with each part of a type changed."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, of):
        return change(value)
    if isinstance(value, tuple):
        return tuple([with_parts(part, of, change) for part in value])
    if isinstance(value, Mapping):
        return {name: with_parts(part, of, change) for name, part in value.items()}
    return value


def refs_in(value: object) -> Sequence[Ref]:
    """Return the references of a value, in order."""
    return () if type(value) in PLAIN else parts_in(value, Ref)


def with_refs(value: Any, change: Callable[[Ref], object]) -> Any:
    """Return a value with each of its references changed."""
    return value if type(value) in PLAIN else with_parts(value, Ref, change)


@dataclass(frozen=True, slots=True)
class Secret:
    """A string from `${env:...}`, `${file:...}` or `${keyring:...}`: sent, never shown or saved.

    `source` may be shown: the string with `${var.NAME}` replaced and other placeholders as written.
    """

    source: str
    text: str = field(repr=False)


def quoted(value: object, most: int) -> str:
    """Quote a value in a sentence: on one line, of at most `most` characters."""
    if value in ("", (), None):
        return "empty"
    if isinstance(value, tuple):
        value = ", ".join(map(str, with_refs(value, lambda ref: ref.address)))
    text = str(value.address) if isinstance(value, Ref) else str(value)
    text = text.lower() if isinstance(value, bool) else " ".join(text.split())
    return f"`{shorten(text, most)}`"


Scalar = str | int | bool | None
Value = (
    Scalar | Ref | Secret | tuple[str, ...] | tuple[Image, ...] | tuple[Mapping[str, object], ...]
)
