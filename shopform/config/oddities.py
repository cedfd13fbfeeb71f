"""What can hardly be what its author wants: rows that are not in use, and routes that are none.

A row of a table is left out for it, since sheets come out of spreadsheets and other systems. What
YAML declares is declared on purpose: a warning, and it is sent as written.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from shopform.config.nodes import child
from shopform.diagnostics import Collector, Span, plural
from shopform.kinds import Form, Kind
from shopform.model import Address, Resource, Shop
from shopform.planning.normalize import NO_HOSTS, canonical

if TYPE_CHECKING:
    from shopform.config.drafts import Draft, Drafts
    from shopform.config.project import Project

_LEFT_OUT: Final = "left out: neither created, changed nor deleted in the shop"


class Oddity(NamedTuple):
    """`code` is a key of the messages, `text` what is written there, `about` is for the hint."""

    code: str
    text: str
    about: str
    span: Span


Oddities = dict[tuple[str, int], tuple[Oddity, ...]]  # by the file and the start of a row

_MESSAGES: Final = {
    "row-not-in-use": (
        "a mark of not being in use, in a column that is not read",
        "choose rows by `where: {{{}: VALUE}}`, which takes a list of values too",
    ),
    "cell-error": ("an error of the spreadsheet", "correct the formula, and save again"),
    "route-pattern": ("a pattern, not a path", "write a row for each path"),
    "route-foreign": (
        "a source on another host",
        "this shop answers for its own hosts only: write the path alone if that host leads here",
    ),
    "route-no-scheme": (
        "a host without `https://`, which reads as a path",
        "write `https://` before it",
    ),
    "route-scheme": (
        "an address of no page",
        "write a path of the shop, or an address that begins with `https://`",
    ),
    "route-line-break": ("a line break in a path", "write the path in one line"),
    "route-status": ("a status that sends nobody on", "write one of {}"),
}
# Excel in the languages around, LibreOffice, Google: `#REF!`, `#I/T`, `#NAVN?`, `Err:502`, `####`.
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
# Words of Matrixify, Yoast, Rank Math, their like and translations: header, then cell.
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


def not_in_use(kind: Kind, header: str, text: str) -> str:
    """The code of what a cell says that no field is read from; empty where it says nothing."""
    if any(name.fullmatch(header) and word.fullmatch(text) for name, word in _NOT_IN_USE):
        return "row-not-in-use"
    route = kind.policy.route
    status = kind.wire.fields.get(route.status) if route else None
    named = route and status and header.casefold() in (status.name, *status.aliases)
    return odd(kind, route.status, text) if route and named else ""


def odd(kind: Kind, field: str, text: str) -> str:
    """The code of what is odd about the text of a field; empty where nothing is."""
    route = kind.policy.route
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


def odd_cell(kind: Kind, field: str, text: str) -> str:
    """The same for a cell of a table, which may hold an error of its spreadsheet in any field."""
    return "cell-error" if _ERROR.fullmatch(text) else odd(kind, field, text)


def set_aside(drafts: "Drafts", rows: Oddities) -> frozenset[Address]:
    """Take odd rows from the drafts, before their fields are read; the addresses they have."""
    found: set[Address] = set()
    for kind, held in drafts.by_kind.items() if rows else ():
        aside = {d.address for d in held if (d.node.file, d.node.start) in rows}
        drafts.by_kind[kind] = [draft for draft in held if draft.address not in aside]
        found |= aside
    return frozenset(found)


def question(
    drafts: Iterable["Draft"],
    resources: dict[Address, Resource],
    shop: Shop,
    project: "Project",
    collector: Collector,
) -> frozenset[Address]:
    """Warn of what is odd, once for each sort of it in a file. Rows of tables that are odd in this
    shop are taken from `resources`; returned are their addresses."""
    found, tables = list(chain.from_iterable(project.odd_rows.values())), project.tables
    aside: set[Address] = set()
    hosts = shop.hosts if resources else NO_HOSTS
    for draft in drafts:
        resource = resources.get(draft.address)
        odd_fields = list(_of(draft, resource, hosts)) if resource else []
        found += odd_fields
        if odd_fields and draft.node.file in tables:
            aside.add(draft.address)
            del resources[draft.address]
    groups: dict[tuple[str, str], list[Oddity]] = {}
    for oddity in found:
        groups.setdefault((oddity.span.file, oddity.code), []).append(oddity)
    for (file, code), same in groups.items():
        _warn(code, sorted(same, key=lambda each: each.span), file in tables, collector)
    return frozenset(aside)


def _of(draft: "Draft", resource: Resource, hosts: frozenset[str]) -> Iterator[Oddity]:
    route = draft.kind.policy.route
    for field in (route.source, route.target, route.status) if route else ():
        value = resource.fields.get(field)
        if not isinstance(value, str | int):
            continue
        text = str(value)
        code = odd(draft.kind, field, text)
        if route and field == route.source and "//" in str(canonical(Form.PATH, text, hosts)):
            code = code or "route-foreign"
        if code:
            node = child(draft.node, field) or draft.key
            yield Oddity(code, text, about(draft.kind, code, field), node.span)


def about(kind: Kind, code: str, name: str) -> str:
    """What a hint names: the statuses to choose from, or else the field or header."""
    route = kind.policy.route
    return ", ".join(sorted(route.statuses)) if route and code == "route-status" else name


def _warn(code: str, same: list[Oddity], table: bool, collector: Collector) -> None:
    first, *others = same
    says, hint = _MESSAGES[code]
    what = "row" if table else "resource"
    count = f"{plural(len(same), what)} {'have' if others else 'has'}"
    collector.warning(
        code,
        f"{count} {says}: `{first.text}`",
        detail=f"{'it is' if not others else 'they are'} {_LEFT_OUT}" if table else "",
        hint=hint.format(first.about),
        span=first.span,
        related=tuple((f"`{each.text}`", each.span) for each in others),
    )
