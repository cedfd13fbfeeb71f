"""Keys made from texts. Pure."""

import re
import unicodedata
from typing import Final

_DANISH = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ß": "ss", "ð": "d", "þ": "th", "đ": "d"})
_NOT_KEY: Final = re.compile(r"[^a-z0-9]+")


def key_from(text: str) -> str:
    """The key a text stands for: `a-z`, `0-9` and dashes; empty if nothing is left.

    Danish letters are written out, other accents dropped, `½` becomes `-1-2`.
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
