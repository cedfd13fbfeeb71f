"""One canonical value for everything the shop may call the same.

Evidence for the forms: dossier 2.4 (numbers and flags come as integers or texts, empty texts as
null or ""), 7.2 (CRLF), 7 (paths with or without a leading slash, events as text).
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from shopform.kinds import Form, Kind
from shopform.model.values import Ref, Secret

NO_HOSTS: frozenset[str] = frozenset()
HALF: Final = re.compile("[\ud800-\udfff]")
FALSE = frozenset({"", "0", "false", "no", "off"})


def canonical(form: Form, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
    """The one value that stands for `value` and all its equals in this form.

    `hosts` are the shop's own host names, which a path may carry. A secret gives the canonical
    form of its text; an unknown type gives its text.
    """
    if isinstance(value, Secret):
        value = value.text
    return _FORMS[form](value, hosts)


def recognised(form: Form, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
    """The canonical value as a part of an identity: outer blanks and Unicode form do not count,
    nor in a path what is certainly another spelling of the same address."""
    if isinstance(value, Ref):
        return value
    part = trimmed(canonical(form, value, hosts))
    if form is not Form.PATH or not isinstance(part, str):
        return part
    path, mark, rest = part.partition("#")  # of a shop that writes `'` as `&#39;` no fragment
    return f"{folded(path)}{mark}{rest}"


def identified(kind: Kind, parts: Iterable[object]) -> tuple[object, ...]:
    """An identity that the state or a plan keeps, as those of live objects are made now."""
    return tuple(
        recognised(kind.form(name), part) for name, part in zip(kind.identity, parts, strict=False)
    )


def trimmed(part: object) -> object:
    if not isinstance(part, str):
        return part
    return (part if part.isascii() else unicodedata.normalize("NFC", part)).strip()


def is_damaged(value: object) -> bool:
    """Whether half a sign or a NUL stands in a text, or in one of several: no file can hold it.

    Shops that cut texts by length answer such; its canonical form has U+FFFD there.
    """
    if isinstance(value, list | tuple):
        return any(map(is_damaged, value))
    if not isinstance(value, str):
        return False
    return "\0" in value or (not value.isascii() and HALF.search(value) is not None)


def _text(value: object, _hosts: frozenset[str]) -> str:
    if isinstance(value, str):
        if is_damaged(value):
            value = HALF.sub("\ufffd", value)
        return value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
    if value is None or value in ([], {}):
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def _html(value: object, hosts: frozenset[str]) -> str:
    return _text(value, hosts).strip()


def _number(value: object, _hosts: frozenset[str]) -> int | float | str:
    if value is None or value == "":
        return 0
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    try:
        number = float(str(value))
    except ValueError:
        return str(value)
    return int(number) if number.is_integer() else number


def _flag(value: object, _hosts: frozenset[str]) -> bool:
    return value.strip().lower() not in FALSE if isinstance(value, str) else bool(value)


def _id(value: object, hosts: frozenset[str]) -> int | None:
    number = _number(value, hosts)
    return number if isinstance(number, int) and number > 0 else None


def _set(value: object, _hosts: frozenset[str]) -> tuple[str, ...]:
    if not value:
        return ()
    items: object = value.split(",") if isinstance(value, str) else value
    found = items if isinstance(items, Iterable) else (items,)
    return tuple(sorted({str(item).strip() for item in found} - {""}))


def _path(value: object, hosts: frozenset[str]) -> str:
    text = _text(value, hosts).strip()
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


def _images(value: object, _hosts: frozenset[str]) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else ()


_FORMS: dict[Form, Callable[[object, frozenset[str]], object]] = {
    Form.TEXT: _text,
    Form.HTML: _html,
    Form.NUMBER: _number,
    Form.FLAG: _flag,
    Form.ID: _id,
    Form.SET: _set,
    Form.PATH: _path,
    Form.IMAGES: _images,
}

DIGEST = "hmac-sha256:"


def digest(address: str, name: str, text: object) -> str:
    """What the state keeps of a secret field: tells that it changed, not what it is."""
    key = f"shopform:{address.partition('.')[0]}:{name}".encode()
    return DIGEST + hmac.new(key, str(text).encode(), hashlib.sha256).hexdigest()


def is_digest(value: object) -> bool:
    return isinstance(value, str) and value.startswith(DIGEST)
