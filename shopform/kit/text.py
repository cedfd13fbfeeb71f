"""Words and lengths of strings."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from shopform.diagnostics import plural


def shorten(text: str, size: int) -> str:
    """A string of at most `size` characters, with an ellipsis for what is cut off."""
    return text if len(text) <= size else text[: size - 1] + "…"


def backquoted(words: Iterable[object], separator: str = ", ") -> str:
    return separator.join(f"`{word}`" for word in words)


def join_first(items: Sequence[object], most: int, separator: str = ", ") -> str:
    """Join the first `most` items, and say how many more there are."""
    last = separator.replace(",", "")
    rest = f"{last}and {len(items) - most:,} more" if len(items) > most else ""
    return separator.join(map(str, items[:most])) + rest


def rounded(seconds: float) -> str:
    """A length of time in its largest unit."""
    units = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
    name, size = next(each for each in units if seconds >= each[1] or each[1] == 1)
    return plural(int(seconds // size), name)


HALF: Final = re.compile("[\ud800-\udfff]")


def trimmed(part: object) -> object:
    if not isinstance(part, str):
        return part
    return (part if part.isascii() else unicodedata.normalize("NFC", part)).strip()


def strings_in(value: object) -> Iterator[str]:
    """Yield a string, or those in lists and mappings at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple | Mapping):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from strings_in(part)


def is_damaged(value: object) -> bool:
    """Whether a string, or one in a list or mapping, contains half a character or a NUL.

    No file can. Shops that truncate by length return such; its canonical form has U+FFFD there.
    """
    return any(
        "\0" in text or (not text.isascii() and HALF.search(text) is not None)
        for text in strings_in(value)
    )
