"""The columns of a shop beyond the fields: which files can hold, and what there is. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from shopform.diagnostics import Diagnostic, plural, warning
from shopform.kinds import EXTRA, Kind, is_extra
from shopform.kinds.spec import COLUMN
from shopform.model.canonical import canonical
from shopform.model.declared import Omission
from shopform.model.live import Live, LiveObject

_NAME: Final = re.compile(COLUMN)
_SECRET: Final = re.compile(r"password|secret|token|api_?key|credential", re.IGNORECASE)
_ID: Final = re.compile(r"_ids?$")


def columns_in(item: LiveObject) -> list[str]:
    """Return the columns of an object that have a value, as names of fields."""
    return sorted(n for n, raw in item.fields.items() if is_extra(n) and raw not in _UNSET)


_UNSET: Final[tuple[object, ...]] = (None, "", [], {})


def undeclarable(kind: Kind, name: str) -> str:
    """Return why files cannot hold a column; empty if they can."""
    column = name.removeprefix(EXTRA)
    if column in kind.wire.unsent.value:
        return "its form in requests is another one, or unknown"
    if _SECRET.search(column):
        return "it may be a secret, by its name"
    if _ID.search(column):
        return "it is an id, and ids differ between shops"
    return "" if _NAME.search(column) else "its name cannot be declared"


@dataclass(slots=True)
class _Column:
    objects: int = 0
    values: set[object] = field(default_factory=set)
    why: str = ""


def column_notes(live: Live, omissions: tuple[Omission, ...]) -> Iterator[Diagnostic]:
    """Yield a warning for each kind whose objects show columns beyond its fields.

    `omissions` are values that are left out in any case.
    """
    for kind in live.catalogue.kinds:
        found: dict[str, _Column] = {}
        for item in live.kind(kind.name).objects.values():
            for name in columns_in(item):
                column = found.setdefault(name, _Column(why=undeclarable(kind, name)))
                column.objects += 1
                column.values.add(canonical(kind.type(name), item.fields[name]))
        for each in omissions:
            if each.kind == kind.name and each.field in found:
                found[each.field].why = found[each.field].why or each.why
        if found:
            yield _note(kind, found)


def _note(kind: Kind, found: dict[str, _Column]) -> Diagnostic:
    lines = [
        f"`{name.removeprefix(EXTRA)}`: {plural(column.objects, 'object')},"
        f" {plural(len(column.values), 'distinct value')}"
        f"{column.why and '; left out: '}{column.why}"
        for name, column in sorted(found.items())
    ]
    return warning(
        "extra-columns",
        f"the {kind.section} have columns beyond the fields",
        detail="\n".join(lines),
        hint="those that are not left out are under `extra`",
    )
