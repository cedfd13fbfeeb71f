"""What the exchanges say about one question."""

from typing import NamedTuple


class Finding(NamedTuple):
    """The words that fit what was seen, and what that was.

    One word is the answer. `why` is the reason without one. `contradicts`: shopform or the project
    assumes otherwise.
    """

    fits: tuple[str, ...] = ()
    evidence: str = ""
    why: str = ""
    contradicts: bool = False

    @property
    def word(self) -> str:
        return self.fits[0] if len(self.fits) == 1 else ""


def found(word: object, evidence: str, *, contradicts: bool = False) -> Finding:
    return Finding((str(word),), evidence, contradicts=contradicts)


def unknown(why: str, *fits: str, contradicts: bool = False) -> Finding:
    """Without an answer; `fits` are the words that are still possible, if some are excluded."""
    return Finding(fits, "", why, contradicts)


def among(words: dict[str, bool], evidence: str, why: str) -> Finding:
    """Return the words that fit; `why` is the reason if there are several."""
    fits = tuple(word for word, fit in words.items() if fit)
    return Finding(fits, evidence, "" if len(fits) == 1 else why)


def agreed(words: set[str], evidence: str) -> Finding:
    """Return the one word that all have, or report that they differ."""
    if len(words) == 1:
        return found(next(iter(words)), evidence)
    return unknown(f"it differs: {', '.join(sorted(words))}", *sorted(words))
