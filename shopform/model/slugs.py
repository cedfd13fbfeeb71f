"""The path that a shop derives from a name, for kinds with a known rule. Pure."""

import re
import unicodedata
from collections.abc import Mapping

from shopform.kinds import Kind
from shopform.kit.url_paths import loosely, page_address


def wanted(kind: Kind, fields: Mapping[str, object]) -> str:
    """Return the path that the shop derives from an object's fields; empty if unknown."""
    slug = kind.slug
    text = fields.get(slug.source) if slug else None
    if slug is None or not isinstance(text, str):
        return ""
    letters: dict[str, str | int | None] = {**slug.letters.value}
    plain = text.lower().translate(str.maketrans(letters))
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


def appended(kind: Kind, wanted_: object, held: object) -> bool:
    """Whether a path is the wanted one with the suffix that the shop appends to a taken path."""
    slug = kind.slug
    if slug is None or not isinstance(held, str) or not isinstance(wanted_, str) or not wanted_:
        return False
    return held != wanted_ and base(kind, held, wanted_) == wanted_


def base(kind: Kind, path: str, at_most: str = "") -> str:
    """Return a path without the suffix that the shop appends to a taken path."""
    taken = kind.slug.taken.value if kind.slug else ""
    while taken and path != at_most and path.endswith(taken):
        path = path.removesuffix(taken)
    return path


def root(kind: Kind, path: str) -> str:
    """Return the common form of paths that some shop may make equal: transliteration is assumed."""
    return re.sub("[^a-z0-9]|(?<=[aou])e|(?<=a)a", "", base(kind, path.lower()))


def moved(sent: str, held: str) -> bool:
    """Return whether the shop has a page at another path than was sent.

    A dropped slash at the end or lower case is not another path, nor is one that the shop derives
    where an empty one was sent.
    """
    return bool(sent) and loosely(page_address(held)) != loosely(page_address(sent))
