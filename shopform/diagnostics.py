"""Messages as values: what is wrong, where, and what to do."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple, TypedDict, Unpack

# A line of a file as it is written, or the cells of a table's row.
Line = str | tuple[str, ...]


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Span(NamedTuple):
    """A place in a file; lines and columns count from 1, the end is exclusive.

    In a table it is a row, with the header as the first, and the number of a cell.
    """

    file: str
    line: int
    column: int
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One message. `code` is stable and may be matched by scripts; messages may change."""

    severity: Severity
    code: str
    summary: str
    detail: str = ""
    hint: str = ""
    span: Span | None = None
    related: tuple[tuple[str, Span], ...] = ()
    address: str = ""


class Particulars(TypedDict, total=False):
    """What a message may have beside its code and summary."""

    detail: str
    hint: str
    span: Span | None
    related: tuple[tuple[str, Span], ...]
    address: str


def with_severity(
    found: Iterable[Diagnostic], severity: Severity, code: str = ""
) -> tuple[Diagnostic, ...]:
    """Return diagnostics with another severity for those whose code begins with `code`."""
    return tuple(
        replace(each, severity=severity) if each.code.startswith(code) else each for each in found
    )


def error(code: str, summary: str, **more: Unpack[Particulars]) -> Diagnostic:
    return Diagnostic(severity=Severity.ERROR, code=code, summary=summary, **more)


def warning(code: str, summary: str, **more: Unpack[Particulars]) -> Diagnostic:
    return Diagnostic(severity=Severity.WARNING, code=code, summary=summary, **more)


@dataclass(slots=True)
class Collector:
    """Collects everything that is wrong in one phase, to report all of it at once."""

    diagnostics: list[Diagnostic] = field(default_factory=list)

    def error(self, code: str, summary: str, **more: Unpack[Particulars]) -> None:
        self.diagnostics.append(error(code, summary, **more))

    def warning(self, code: str, summary: str, **more: Unpack[Particulars]) -> None:
        self.diagnostics.append(warning(code, summary, **more))

    @property
    def failed(self) -> bool:
        return any(d.severity is Severity.ERROR for d in self.diagnostics)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """By place, those without a place last, so that the order does not depend on hashing."""
        return tuple(
            sorted(
                self.diagnostics,
                key=lambda d: (d.span is None, d.span or Span("", 0, 0), d.code, d.summary),
            )
        )

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.diagnostics)


def plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def did_you_mean(word: str, words: Iterable[str], otherwise: str = "") -> str:
    """A hint with the nearest of `words`, or `otherwise` where none is a likely slip of the pen."""
    from difflib import get_close_matches

    for near in get_close_matches(word, sorted(set(words)), n=3, cutoff=0.6):
        # Of two addresses of one kind the rest is compared: the kind says nothing of its likeness.
        kind = f"{word.partition('.')[0]}."
        both = "." in word and near.startswith(kind)
        one, other = (text.removeprefix(kind) if both else text for text in (word, near))
        if _slips(one.strip("-"), other.strip("-")) <= 1 + (len(one) > 4) + (len(one) > 11):
            return f"did you mean `{near}`?"
    return otherwise


def _slips(one: str, other: str) -> int:
    """How many characters are missing, added, replaced or swapped with the next."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, a in enumerate(one, 1):
        line = [row]
        for column, b in enumerate(other, 1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (a != b))
            if row > 1 and column > 1 and a == other[column - 2] and one[row - 2] == b:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, last = last, line
    return last[-1]


# Printable by Unicode's tables, though nothing is seen of them: fillers, joiners, selectors.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
_BLANKS = re.compile(r"^ +| +$| {2,}")


def printable(text: str) -> str:
    """The text with everything that could move a cursor or hide itself written as an escape."""
    if text.isprintable() and (text.isascii() or not _UNSEEN.search(text)):
        return text
    return "".join(c if c.isprintable() and not _UNSEEN.match(c) else _escape(c) for c in text)


def alike(before: str, after: str) -> bool:
    """Whether two different strings look the same, because they differ in blanks or in how Unicode
    encodes a letter; `escaped` shows the difference."""
    from unicodedata import normalize

    looks = (printable(" ".join(normalize("NFKC", text).split())) for text in (before, after))
    return before != after and len(set(looks)) == 1


def escaped(text: str) -> str:
    """The text in ASCII, with blanks at its ends and runs of blanks written out."""
    return _BLANKS.sub(lambda run: "\\u0020" * len(run[0]), json.dumps(text)[1:-1])


def _escape(char: str) -> str:
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    return short or (f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}")
