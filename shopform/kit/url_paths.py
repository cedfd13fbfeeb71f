"""Paths of addresses, and when two are the same (RFC 3986). Pure."""

import ipaddress
import re
import unicodedata
from typing import Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

_OCTETS: Final = re.compile("(?:%[0-9A-Fa-f]{2})+")


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def without_secrets(url: str) -> str:
    """Return a URL without its login, query and fragment, which may hold a password."""
    return re.sub("//[^/]*@", "//", re.split("[?#]", url)[0])


# RFC 3986 2.2: decoded, these would divide an address otherwise. A browser takes `\\` for `/`.
_RESERVED: Final = frozenset(":/?#[]@!$&'()*+,;=%\\")


def folded(path: str) -> str:
    """Return one form for all spellings of a canonical path that are always the same URL.

    RFC 3986 6.2.2: octets of UTF-8 that need no encoding are decoded, others get upper-case
    digits, dot segments are resolved, and the fragment is dropped. Invalid octets, such as
    `%word`, are kept. For comparison only: paths are sent as declared.
    """
    if "://" in path or not ("%" in path or "#" in path or "." in path):
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
    """Decode octets, except reserved and control characters and invalid UTF-8."""
    text = unquote_to_bytes(octets.group()).decode("utf-8", "surrogateescape")
    kept = (char if char.isprintable() and char not in _RESERVED else None for char in text)
    return "".join(
        char or quote_from_bytes(original.encode("utf-8", "surrogateescape"), safe="")
        for char, original in zip(kept, text, strict=True)
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
