"""Paths of addresses, and when two are the same (RFC 3986). Pure."""

import re
import unicodedata
from typing import Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

_OCTETS: Final = re.compile("(?:%[0-9A-Fa-f]{2})+")


# RFC 3986 2.2: decoded, these would divide an address otherwise. A browser takes `\\` for `/`.
_RESERVED: Final = frozenset(":/?#[]@!$&'()*+,;=%\\")


def folded(path: str) -> str:
    """The one text for all spellings of a canonical path that are certainly the same address.

    RFC 3986 6.2.2: octets of UTF-8 that need no encoding are decoded, the rest has upper-case
    digits, dot segments are resolved; a fragment never leaves the browser. What is no octet,
    such as `%word`, stays. For comparing only: what is sent stays as it is declared.
    """
    if "://" in path or (path.isascii() and path.isalnum()):
        return path
    path, _, _ = path.partition("#")
    path = _OCTETS.sub(_decoded, path)
    path, mark, query = path.partition("?")
    if "." in path:
        path = _resolved(path)
    return f"{path}{mark}{query}"


def page_address(path: str) -> str:
    """The address of a page by its own canonical path, folded: `#` and `?` are characters of a
    path that a shop keeps for a page, and encoded in the address that leads there."""
    return folded(path.replace("#", "%23").replace("?", "%3F"))


def loosely(path: str) -> str:
    """The one text for folded paths that a shop may take for the same: only the shop knows
    whether the last slash, the case, the query or the Unicode form of a path counts."""
    if "://" in path:
        return path
    plain = path.partition("?")[0].rstrip("/")
    return plain.lower() if plain.isascii() else unicodedata.normalize("NFC", plain).casefold()


def slashed(path: str) -> str:
    """A canonical path as people read it: with its first slash, but for another host's."""
    return path if "://" in path or path.startswith("/") else f"/{path}"


def _decoded(octets: re.Match[str]) -> str:
    """Octets as letters, but for those that are reserved, a control sign, or no UTF-8."""
    text = unquote_to_bytes(octets.group()).decode("utf-8", "surrogateescape")
    kept = (sign if sign.isprintable() and sign not in _RESERVED else None for sign in text)
    return "".join(
        sign or quote_from_bytes(original.encode("utf-8", "surrogateescape"), safe="")
        for sign, original in zip(kept, text, strict=True)
    )


def _resolved(path: str) -> str:
    """The path without `.` and `..` (RFC 3986 5.2.4)."""
    found: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == "..":
            del found[-1:]
        elif part != ".":
            found.append(part)
    if parts[-1] in (".", "..") and found:
        found.append("")
    return "/".join(found)
