"""Write values as YAML scalars."""

import json
import re
import textwrap
from collections.abc import Iterable
from typing import Final

Plain = str | int | float | bool | None

WIDTH: Final = 100
STEP: Final = 2
_NULLS_AND_FLAGS: Final[dict[Plain, str]] = {True: "true", False: "false", None: "null"}
_RESERVED: Final = frozenset("null ~ true false yes no on off y n = << .inf .nan".split()) | {""}
# Numbers and dates of YAML 1.1 and 1.2, and similar strings.
_NUMBER: Final = re.compile(r"[-+.]?[0-9][0-9a-f_.,:xobtz+\- ]*|[-+]?\.(inf|nan)")
_INDICATORS: Final = frozenset("-?:,[]{}#&*!|>'\"%@`")
_BREAKS_PLAIN: Final = re.compile(r": |:$| #|^ | $|^---|^\.\.\.")
_BRACKETED: Final = frozenset(",[]{}:?")
_BLANKS: Final = re.compile(r"\s\s|[^\S ]")
# Common characters that Python does not count as printable: no-break and narrow spaces, soft
# hyphens, and joiners of letters and emoji.
_HELD: Final = dict.fromkeys(map(ord, "\n\t\xa0\xad\u2009\u200c\u200d\u202f"))


def is_reserved(text: str) -> bool:
    """Whether YAML 1.1 or 1.2 reads a plain scalar as something other than a string."""
    word = text.lower()
    return word in _RESERVED or _NUMBER.fullmatch(word) is not None


def may_be_plain(text: str, *, bracketed: bool) -> bool:
    """Whether a string can be written without quotes; fewer can in a flow collection."""
    if is_reserved(text) or text[0] in _INDICATORS or not text.isprintable():
        return False
    return not _BREAKS_PLAIN.search(text) and not (bracketed and _BRACKETED & set(text))


def may_be_literal(text: str) -> bool:
    """Whether a string can be written as `|`."""
    bare = text.translate(_HELD)
    return bare.isprintable() and bool(text[:1].strip()) and not text.endswith("\n\n")


def inline_scalar(value: Plain, old: str, *, bracketed: bool) -> str:
    """Return a value on one line, in the quotes of `old`, which it replaces, if they allow it."""
    if not isinstance(value, str):
        named = value is None or isinstance(value, bool)
        return _NULLS_AND_FLAGS[value] if named else str(value)
    quote = old[:1]
    numbers = old.isdecimal() and value.isdecimal() and value.isascii()
    if quote not in ("'", '"') and (numbers or may_be_plain(value, bracketed=bracketed)):
        return value
    fewer = quote != '"' and '"' in value and "'" not in value
    if value.isprintable() and (quote == "'" or fewer):
        return "'" + value.replace("'", "''") + "'"
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else "".join(map(_escaped, text))


def literal(text: str, indent: int, comment: str = "", *, rich: bool = False) -> list[str]:
    """Return the lines of a `|`. A `rich` one (HTML) may gain a line break at its end."""
    mark = "|" if rich or text.endswith("\n") else "|-"
    return [mark + comment, *indented(text.removesuffix("\n").split("\n"), indent)]


def folded(text: str, indent: int) -> list[str]:
    """Return the lines of a `>-`; empty if folding would change the string."""
    if not text.isprintable() or _BLANKS.search(text) or text != text.strip() or " " not in text:
        return []
    width = WIDTH - indent
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return [">-", *indented(lines, indent)]


def indented(lines: Iterable[str], depth: int) -> list[str]:
    return [" " * depth + line if line else "" for line in lines]


def _escaped(char: str) -> str:
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
