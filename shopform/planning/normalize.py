"""One canonical value for everything the shop may call the same.

Evidence for the forms: dossier 2.4 (numbers and flags come as integers or texts, empty texts as
null or ""), 7.2 (CRLF), 7 (paths with or without a leading slash, events as text).
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import urlsplit

from shopform.kinds import Form
from shopform.model import Secret

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


def is_damaged(value: object) -> bool:
    """Whether half a sign stands in a text, or in one of several: no file can hold it.

    Shops that cut texts by length answer such; its canonical form has U+FFFD there.
    """
    if isinstance(value, list | tuple):
        return any(map(is_damaged, value))
    return isinstance(value, str) and not value.isascii() and HALF.search(value) is not None


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
