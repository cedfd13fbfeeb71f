"""Warnings of values that can hardly be intended.

A row of a table is left out for one, since sheets come out of spreadsheets and other systems. What
YAML declares is declared on purpose: a warning, and it is sent as written.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final

from shopform.config.read.odd_values import Oddities, Oddity, about, odd
from shopform.config.read.yaml_nodes import child
from shopform.diagnostics import Collector, plural
from shopform.kinds.field_types import PATH
from shopform.kinds.field_types.base import NO_HOSTS
from shopform.model.canonical import canonical
from shopform.model.desired import Resource
from shopform.model.shop import Shop
from shopform.model.values import Address

if TYPE_CHECKING:
    from shopform.config.compile.declarations import Declaration, Drafts
    from shopform.config.read.project import Project

_LEFT_OUT: Final = "left out: neither created, changed nor deleted in the shop"


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
    "route-status": ("a status that leads nowhere", "write one of {}"),
}


def set_aside(drafts: "Drafts", rows: Oddities) -> frozenset[Address]:
    """Take odd rows from the drafts, before their fields are read; the addresses they have."""
    found: set[Address] = set()
    for kind, held in drafts.by_kind.items() if rows else ():
        aside = {d.address for d in held if (d.node.file, d.node.start) in rows}
        drafts.by_kind[kind] = [draft for draft in held if draft.address not in aside]
        found |= aside
    return frozenset(found)


def question(
    drafts: Iterable["Declaration"],
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


def _of(draft: "Declaration", resource: Resource, hosts: frozenset[str]) -> Iterator[Oddity]:
    route = draft.kind.route
    for field in (route.source, route.target, route.status) if route else ():
        value = resource.fields.get(field)
        if not isinstance(value, str | int):
            continue
        text = str(value)
        code = odd(draft.kind, field, text)
        if route and field == route.source and "//" in str(canonical(PATH, text, hosts)):
            code = code or "route-foreign"
        if code:
            node = child(draft.node, field) or draft.key
            yield Oddity(code, text, about(draft.kind, code, field), node.span)


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
