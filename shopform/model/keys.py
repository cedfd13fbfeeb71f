"""Derive keys from strings. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_DANISH = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ß": "ss", "ð": "d", "þ": "th", "đ": "d"})
_NOT_KEY: Final = re.compile(r"[^a-z0-9]+")
_DIGITS: Final = 12
_ROW_KEY: Final = re.compile(rf"[0-9a-f]{{{_DIGITS}}}(-[0-9]+)?")


def row_key(parts: Iterable[str]) -> str:
    """Derive the key of a table row from the parts of its identity."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_DIGITS]


def key_from(text: str) -> str:
    """Derive a key from a string: `a-z`, `0-9` and dashes; empty if nothing is left.

    Danish letters are transliterated, other accents dropped, `½` becomes `-1-2`.
    """
    if text.isascii():
        return _NOT_KEY.sub("-", text.lower()).strip("-")
    letters = []
    for letter in unicodedata.normalize("NFC", text).lower().translate(_DANISH):
        if letter.isnumeric() and not letter.isdigit():
            letters.append("-")
        letters += [
            each if each.isascii() else "-"
            for each in unicodedata.normalize("NFKD", letter)
            if not unicodedata.combining(each)
        ]
    return _NOT_KEY.sub("-", "".join(letters)).strip("-")


def is_row_key(key: str, identity: str) -> bool:
    """Whether the key of a table row may be derived from `identity`, and so changes with it."""
    return _ROW_KEY.fullmatch(key) is not None or key == key_from(identity)
