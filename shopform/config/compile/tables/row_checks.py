"""Warnings about values that are probably not intended.

Rows of tables with one are skipped, since tables are exported from spreadsheets and other systems.
In YAML they draw a warning and are sent as written.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final

from shopform.config.read.suspect_values import SuspectRows, SuspectValue, about, suspect_code
from shopform.config.read.yaml_nodes import field_node
from shopform.diagnostics import Collector, plural
from shopform.kinds.field_types import PATH
from shopform.kinds.field_types.base import NO_HOSTS
from shopform.model.canonical import canonical
from shopform.model.desired import Resource
from shopform.model.shop import Shop
from shopform.model.values import Address

if TYPE_CHECKING:
    from shopform.config.compile.declarations import Declaration, Declarations
    from shopform.config.read.project import Project

_SKIPPED: Final = "skipped: neither created, changed nor deleted in the shop"


_MESSAGES: Final = {
    "row-not-in-use": (
        "a value that marks it as not in use, in a column that is not read",
        "select rows with `where: {{{}: VALUE}}`, or with a list of values",
    ),
    "cell-error": ("a spreadsheet error", "correct the formula, and save again"),
    "route-pattern": ("a pattern, not a path", "write a row for each path"),
    "route-foreign": (
        "a source on another host",
        "the shop only answers for its own hosts: if that host leads here, write only the path",
    ),
    "route-no-scheme": (
        "a host without `https://`, which would be a path",
        "write `https://` before it",
    ),
    "route-scheme": (
        "a URL that is not of a page",
        "write a path of the shop, or a URL that begins with `https://`",
    ),
    "route-line-break": ("a line break in a path", "write the path on one line"),
    "route-status": ("a status that leads nowhere", "write one of {}"),
}


def exclude_suspect_rows(declarations: "Declarations", rows: SuspectRows) -> frozenset[Address]:
    """Remove suspect rows, before their fields are read, and return their addresses."""
    found: set[Address] = set()
    for kind, held in declarations.by_kind.items() if rows else ():
        suspect = {d.address for d in held if (d.node.file, d.node.start) in rows}
        declarations.by_kind[kind] = [
            declaration for declaration in held if declaration.address not in suspect
        ]
        found |= suspect
    return frozenset(found)


def warn_about_suspects(
    declarations: Iterable["Declaration"],
    resources: dict[Address, Resource],
    shop: Shop,
    project: "Project",
    collector: Collector,
) -> frozenset[Address]:
    """Warn about suspect values, once for each code and file.

    Rows of tables that have one in this shop are removed from `resources`; return their addresses.
    """
    found, tables = list(chain.from_iterable(project.suspect_rows.values())), project.tables
    skipped: set[Address] = set()
    hosts = shop.hosts if resources else NO_HOSTS
    for declaration in declarations:
        if not declaration.kind.route:
            continue
        resource = resources.get(declaration.address)
        suspects = list(_suspects(declaration, resource, hosts)) if resource else []
        found += suspects
        if suspects and declaration.node.file in tables:
            skipped.add(declaration.address)
            del resources[declaration.address]
    groups: dict[tuple[str, str], list[SuspectValue]] = {}
    for each in found:
        groups.setdefault((each.span.file, each.code), []).append(each)
    for (file, code), same in groups.items():
        _warn(code, sorted(same, key=lambda each: each.span), file in tables, collector)
    return frozenset(skipped)


def _suspects(
    declaration: "Declaration", resource: Resource, hosts: frozenset[str]
) -> Iterator[SuspectValue]:
    route = declaration.kind.route
    for field in (route.source, route.target, route.status) if route else ():
        value = resource.fields.get(field)
        if not isinstance(value, str | int):
            continue
        text = str(value)
        code = suspect_code(declaration.kind, field, text)
        # The canonical path is a part of the text.
        if route and field == route.source and "//" in text:
            foreign = "//" in str(canonical(PATH, text, hosts))
            code = code or ("route-foreign" if foreign else "")
        if code:
            node = field_node(declaration.node, field) or declaration.key
            yield SuspectValue(code, text, about(declaration.kind, code, field), node.span)


def _warn(code: str, same: list[SuspectValue], table: bool, collector: Collector) -> None:
    first, *others = same
    message, hint = _MESSAGES[code]
    what = "row" if table else "resource"
    count = f"{plural(len(same), what)} {'have' if others else 'has'}"
    collector.warning(
        code,
        f"{count} {message}: `{first.text}`",
        detail=f"{'it is' if not others else 'they are'} {_SKIPPED}" if table else "",
        hint=hint.format(first.about),
        span=first.span,
        related=tuple((f"`{each.text}`", each.span) for each in others),
    )
