"""Detect values that are probably not intended: rows not in use, and unusable redirects."""

import re
from typing import Final, NamedTuple

from shopform.diagnostics import Span
from shopform.kinds import Kind


class SuspectValue(NamedTuple):
    """`code` selects the message, `text` is the value, `about` is inserted into the hint."""

    code: str
    text: str
    about: str
    span: Span


SuspectRows = dict[tuple[str, int], tuple[SuspectValue, ...]]  # by the file and the start of a row

# Excel in several languages, LibreOffice, Google: `#REF!`, `#I/T`, `#NAVN?`, `Err:502`, `####`.
_ERROR: Final = re.compile(
    r"#[¡¿]?[^\W_a-z]+(/[^\W_a-z]+)*[!?]|#(N/A|I/T|N/D|N/B|NV|[^\W\d_a-z]+(_[^\W\d_a-z]+)+)|Err:\d+|#{3,}"
)
_PATTERN: Final = re.compile(
    r"\*|^\^|\$$|\$\d|\\[A-Za-z0-9./?-]|\.\+(?=[)/]|$)|\(\?|\([^)]*\|[^)]*\)"
    r"|\[\^|\[(?:a-z|A-Z|0-9)|/:[A-Za-z]\w*|(?<!\$)\{[^{}/]*\}"
)
_SCHEME: Final = re.compile(
    r"(?!https?:)([a-z][a-z0-9+.-]*://|(mailto|javascript|vbscript|data|tel|sms|callto|about|blob|file):)",
    re.IGNORECASE,
)
_HOST: Final = re.compile(
    r"/?www\.[^/\s]+|[\w-]+(\.[\w-]+)*\.(com|net|org|info|biz|shop|store|eu|dk|se|no|fi|is|de|nl|uk)"
    r"(?=[:/?]|$)",
    re.IGNORECASE,
)
# Header and cell in exports of Matrixify, Yoast, Rank Math and others, and in translations.
_NOT_IN_USE: Final = tuple(
    (re.compile(header, re.IGNORECASE), re.compile(cell, re.IGNORECASE))
    for header, cell in (
        (
            ".*",
            "deleted?|removed?|disabled|inactive|trash(ed)?|regexp?|slet(tet)?|(de|in)aktiv(eret)?",
        ),
        ("(is.)?reg.?exp?", "1|true|yes|y|ja|on"),
        ("(is.)?(enabled|active|aktiv|published)", "0|false|no|n|nej|off"),
        ("match(ing|.type)?", "contains|starts?|ends?|prefix|suffix|wildcard"),
    )
)


def unused_row(kind: Kind, header: str, text: str) -> str:
    """Return a code if a cell in a column that is not read marks its row as not in use, else ""."""
    if any(name.fullmatch(header) and word.fullmatch(text) for name, word in _NOT_IN_USE):
        return "row-not-in-use"
    route = kind.route
    status = kind.fields.get(route.status) if route else None
    named = route and status and header.casefold() in (status.wire, *status.aliases)
    return suspect_code(kind, route.status, text) if route and named else ""


def suspect_code(kind: Kind, field: str, text: str) -> str:
    """Return the code of a suspect value of a field; empty if it is not suspect."""
    route = kind.route
    if route and field == route.status:
        return "route-status" if text[:1].isdigit() and text not in route.statuses else ""
    if route is None or field not in (route.source, route.target):
        return ""
    found = {
        "route-line-break": "\n" in text or "\r" in text,
        "cell-error": _ERROR.fullmatch(text),
        "route-pattern": _PATTERN.search(text),
        "route-no-scheme": _HOST.match(text),
        "route-scheme": _SCHEME.match(text),
    }
    return next((code for code, holds in found.items() if holds), "")


def suspect_cell(kind: Kind, field: str, text: str) -> str:
    """The same for a cell of a table, where any field may contain a spreadsheet error."""
    return "cell-error" if _ERROR.fullmatch(text) else suspect_code(kind, field, text)


def about(kind: Kind, code: str, name: str) -> str:
    """Return the text inserted into the hint: the allowed statuses, or the field or header."""
    route = kind.route
    return ", ".join(sorted(route.statuses)) if route and code == "route-status" else name
