"""Words and lengths of texts."""

import re
import unicodedata
from typing import Final


def shorten(text: str, size: int) -> str:
    """A text of `size` characters at most, an ellipsis in place of what is cut off."""
    return text if len(text) <= size else text[: size - 1] + "…"


HALF: Final = re.compile("[\ud800-\udfff]")


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
