"""Which texts need no quotes in YAML."""

import re
from typing import Final

_WORDS: Final = frozenset("null ~ true false yes no on off y n = << .inf .nan".split()) | {""}
# Numbers of YAML 1.1 and 1.2 and dates, and what could be taken for one.
_NUMBER: Final = re.compile(r"[-+.]?[0-9][0-9a-f_.,:xobtz+\- ]*|[-+]?\.(inf|nan)")
_INDICATORS: Final = frozenset("-?:,[]{}#&*!|>'\"%@`")
_BREAKS_PLAIN: Final = re.compile(r": |:$| #|^ | $|^---|^\.\.\.")
_BRACKETED: Final = frozenset(",[]{}:?")


def is_word(text: str) -> bool:
    """Whether a plain text would read as something else, in YAML 1.1 or 1.2."""
    word = text.lower()
    return word in _WORDS or _NUMBER.fullmatch(word) is not None


def may_be_plain(text: str, *, bracketed: bool) -> bool:
    """Whether a text means the same without quotes; between brackets fewer do."""
    if is_word(text) or text[0] in _INDICATORS or not text.isprintable():
        return False
    return not _BREAKS_PLAIN.search(text) and not (bracketed and _BRACKETED & set(text))
