"""How much a name in the shop looks like a declared one that the shop has rewritten. Pure.

Shops trim, fold, decode, encode, lower, cut and replace signs (dossier 4.5, 5.1; sandbox switch
`identity`). They keep plain letters and digits, so these tell siblings apart: `36` and `37`, `Sko`
and `Sko 2`. Signs that are rewritten may become other signs, or the plain letters that stand for
them.
"""

import html
import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from shopform.model.keys import key_from

CLOSE: Final = 0.75  # of two names that may be one
SHORTEST_CUT: Final = 8
SURE_CUT: Final = 30  # a cut between two words, with nothing else to tell that it is one
_DIGITS: Final = re.compile(r"\d+")
_NOT_BONE: Final = re.compile(r"[aeiouy-]+")
_BREAKS: Final = frozenset(" /-,(|&.?#_:;\u00a0")
_SPARED: Final = frozenset("+#%*")  # `A+` and `A`, `C#` and `C` are siblings


@lru_cache(maxsize=4096)
def skeleton(text: str) -> str:
    """What is left when all is undone that a shop does to signs and letter case."""
    text = html.unescape(html.unescape(text))
    text = _repaired(unquote(text, errors="replace") if "%" in text else text)
    text = unicodedata.normalize("NFC", text).casefold()
    text = "".join(" " if not sign.isprintable() else sign for sign in text)
    return " ".join(text.split()).strip("/")


def bones(text: str) -> set[str]:
    """Consonants and digits, with other letters written out and without them.

    Names that differ in rewritten signs share one of the two.
    """
    plain = skeleton(text)
    ascii_only = plain.encode("ascii", "ignore").decode()
    return {_NOT_BONE.sub("", key_from(each)) for each in (plain, ascii_only)}


def rewritten(declared: str, held: str) -> bool:
    """Whether `held` differs from `declared` only in what shops rewrite."""
    old, new = skeleton(declared), skeleton(held)
    if old == new:
        return True
    matched = 0
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag == "equal":
            matched += sum(map(str.isalnum, old[start:end]))
        elif not _replaced(old[start:end], new[first:last]):
            return False
    return matched >= min(3, sum(sign.isascii() and sign.isalnum() for sign in old))


def cut(declared: str, held: str, longest: int) -> bool:
    """Whether `held` is the beginning of `declared`, as far as the shop's longest name goes."""
    if len(held) < longest - 1:
        return False
    return any(_begins(*pair) for pair in zip(_plain(declared), _plain(held), strict=True))


def _begins(old: str, new: str) -> bool:
    if not SHORTEST_CUT <= len(new) < len(old) or not old.startswith(new):
        return False
    return len(new) >= SURE_CUT or not {old[len(new)], new[-1]} & _BREAKS


def _plain(text: str) -> tuple[str, str]:
    """As it is compared; and as it stands, since a cut may go through what is undone there."""
    return skeleton(text), text.casefold()


def alike(declared: str, held: str) -> bool:
    """Whether two names may be one where another field says so: much the same, same numbers."""
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
    """The share of characters in common; 0 where it is quick to see that it is below CLOSE."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    quick = min(matcher.real_quick_ratio(), matcher.quick_ratio())
    return matcher.ratio() if quick >= CLOSE else 0.0


def _replaced(old: str, new: str) -> bool:
    """Whether a shop may have made `new` of the signs `old`."""
    if not old:
        return not new.strip("\\")  # nothing but an escape is put into a text
    if any(sign in _SPARED or (sign.isascii() and sign.isalnum()) for sign in old):
        return False
    if len(new) > 4 * len(old):
        return False
    written, letters = key_from(old), [sign for sign in new if sign.isalnum()]
    dropped = not new and all(sign.isascii() and sign not in "<>\"'&\\ " for sign in old)
    # `ø` becomes `o` or `oe`, and never `e` alone.
    named = not letters or (written[:1] == letters[0] and {*letters} <= {*written, "e"})
    return named and not dropped and not _SPARED & set(new)


def _repaired(text: str) -> str:
    """UTF-8 that was read as Latin-1, read as what it is."""
    if text.isascii():
        return text
    try:
        return text.encode("cp1252").decode()
    except ValueError:
        return text
