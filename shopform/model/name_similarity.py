"""Match a declared name that the shop has rewritten. Pure.

Shops trim, fold, decode, encode, lower, truncate and replace characters (dossier 4.5, 5.1; sandbox
switch `identity`). They keep ASCII letters and digits, which therefore distinguish siblings: `36`
and `37`, `Sko` and `Sko 2`. Other characters may become different ones, or their transliteration.
"""

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from shopform.model.keys import key_from

if TYPE_CHECKING:
    from difflib import SequenceMatcher

CLOSE: Final = 0.75  # similarity of two names that may be the same
SHORTEST_CUT: Final = 8
SURE_CUT: Final = 30  # length from which a truncation between two words is accepted
_DIGITS: Final = re.compile(r"\d+")
_NOT_BONE: Final = re.compile(r"[aeiouy-]+")
_BREAKS: Final = frozenset(" /-,(|&.?#_:;\u00a0")
_SPARED: Final = frozenset("+#%*")  # `A+` and `A`, `C#` and `C` are siblings


@lru_cache(maxsize=4096)
def skeleton(text: str) -> str:
    """Return a name with everything undone that shops do to characters and letter case."""
    if "&" in text:
        # Here, as `difflib` below: few names are encoded or compared, and the table takes 1 ms.
        import html

        text = html.unescape(html.unescape(text))
    text = _repaired(unquote(text, errors="replace") if "%" in text else text)
    text = unicodedata.normalize("NFC", text).casefold()
    if not text.isprintable():
        text = "".join(" " if not char.isprintable() else char for char in text)
    return " ".join(text.split()).strip("/")


def bones(text: str) -> set[str]:
    """Return consonants and digits twice: with other letters transliterated, and without them.

    Names that differ in rewritten characters share one of the two.
    """
    plain = skeleton(text)
    ascii_only = plain.encode("ascii", "ignore").decode()
    return {_NOT_BONE.sub("", key_from(each)) for each in (plain, ascii_only)}


def rewritten(declared: str, held: str) -> bool:
    """Whether `held` differs from `declared` only by what shops rewrite."""
    old, new = skeleton(declared), skeleton(held)
    if old == new:
        return True
    matched = 0
    for tag, start, end, first, last in _matcher(old, new).get_opcodes():
        if tag == "equal":
            matched += sum(map(str.isalnum, old[start:end]))
        elif not _replaced(old[start:end], new[first:last]):
            return False
    return matched >= min(3, sum(char.isascii() and char.isalnum() for char in old))


def cut(declared: str, held: str, longest: int) -> bool:
    """Whether `held` is `declared` truncated to the length of the shop's longest name."""
    if len(held) < longest - 1:
        return False
    return any(_begins(*pair) for pair in zip(_plain(declared), _plain(held), strict=True))


def _begins(old: str, new: str) -> bool:
    if not SHORTEST_CUT <= len(new) < len(old) or not old.startswith(new):
        return False
    return len(new) >= SURE_CUT or not {old[len(new)], new[-1]} & _BREAKS


def _plain(text: str) -> tuple[str, str]:
    """Return a name normalized and as it is: a truncation may go through an encoded character."""
    return skeleton(text), text.casefold()


def alike(declared: str, held: str) -> bool:
    """Whether names may be the same if another field matches: similar, with the same numbers."""
    old, new = skeleton(declared), skeleton(held)
    if len(new) >= 3 and old.startswith(new):
        return True
    if _DIGITS.findall(old) != _DIGITS.findall(new):
        return False
    return _ratio(old, new) >= CLOSE


def similarity(one: str, other: str) -> float:
    """Return how similar two names are, from 0 to 1; 0 for equal names, which many may have."""
    different = one and other and one != other
    return _ratio(one.casefold(), other.casefold()) if different else 0.0


def _ratio(one: str, other: str) -> float:
    """Return the share of common characters; 0 if a quick upper bound is below CLOSE."""
    matcher = _matcher(one, other)
    quick = min(matcher.real_quick_ratio(), matcher.quick_ratio())
    return matcher.ratio() if quick >= CLOSE else 0.0


def _matcher(one: str, other: str) -> "SequenceMatcher[str]":
    from difflib import SequenceMatcher

    return SequenceMatcher(None, one, other, autojunk=False)


def _replaced(old: str, new: str) -> bool:
    """Whether a shop may have replaced the characters `old` by `new`."""
    if not old:
        return not new.strip("\\")  # shops only insert escapes
    if any(char in _SPARED or (char.isascii() and char.isalnum()) for char in old):
        return False
    if len(new) > 4 * len(old):
        return False
    written, letters = key_from(old), [char for char in new if char.isalnum()]
    dropped = not new and all(char.isascii() and char not in "<>\"'&\\ " for char in old)
    # `ø` becomes `o` or `oe`, and never `e` alone.
    named = not letters or (written[:1] == letters[0] and {*letters} <= {*written, "e"})
    return named and not dropped and not _SPARED & set(new)


def _repaired(text: str) -> str:
    """Decode UTF-8 that was decoded as Latin-1."""
    if text.isascii():
        return text
    try:
        return text.encode("cp1252").decode()
    except ValueError:
        return text
