"""The columns of a shop beyond the fields: which files can hold, and what there is. Pure."""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from shopform.diagnostics import Diagnostic, plural, warning
from shopform.kinds import EXTRA, Kind, is_extra
from shopform.kinds.spec import COLUMN
from shopform.model.canonical import canonical
from shopform.model.columns import ID
from shopform.model.declared import Omission, Place
from shopform.model.live import Live, LiveObject

_NAME: Final = re.compile(COLUMN)
UNSENT: Final = "its form in requests is another one, or unknown"
_SECRET: Final = re.compile(r"password|secret|token|api_?key|credential", re.IGNORECASE)
DECLARED: Final = "under `extra`"


def columns_in(item: LiveObject) -> list[str]:
    """Return the columns of an object that have a value, as names of fields."""
    return sorted(n for n, raw in item.fields.items() if is_extra(n) and raw not in _UNSET)


_UNSET: Final[tuple[object, ...]] = (None, "", [], {})


def undeclarable(kind: Kind, name: str) -> str:
    """Return why files cannot hold a column; empty if they can."""
    column = name.removeprefix(EXTRA)
    if column in kind.wire.unsent.value:
        return UNSENT
    if _SECRET.search(column):
        return "it may be a secret, by its name"
    if ID.search(column):
        return "it is an id, and ids differ between shops"
    return "" if _NAME.search(column) else "its name cannot be declared"


@dataclass(slots=True)
class _Column:
    objects: int = 0
    values: set[object] = field(default_factory=set)
    left: dict[int, str] = field(default_factory=dict)


def column_notes(
    live: Live,
    omissions: Iterable[Omission],
    kept: str = DECLARED,
    only: Container[Place] | None = None,
) -> Iterator[Diagnostic]:
    """Yield a warning for each kind whose objects show columns beyond its fields.

    `omissions` are values that are left out in any case, and `kept` says what the others are.
    `only` limits it to these objects.
    """
    left = {(each.kind, each.id, each.field): each.why for each in omissions}
    for kind in live.catalogue.kinds:
        found: dict[str, _Column] = {}
        for item in live.kind(kind.name).objects.values():
            for name in columns_in(item) if only is None or (kind.name, item.id) in only else ():
                column = found.setdefault(name, _Column())
                column.objects += 1
                column.values.add(canonical(kind.type(name), item.fields[name]))
                why = undeclarable(kind, name) or left.get((kind.name, item.id, name))
                if why:
                    column.left[item.id] = why
        if found:
            yield _note(kind, found, kept)


def _note(kind: Kind, found: dict[str, _Column], kept: str) -> Diagnostic:
    return warning(
        "extra-columns",
        f"the {kind.section} have columns beyond the fields",
        detail="\n".join(_line(name, column) for name, column in sorted(found.items())),
        hint=f"those that are not left out are {kept}",
    )


def _line(name: str, column: _Column) -> str:
    objects, values = plural(column.objects, "object"), len(column.values)
    line = f"`{name.removeprefix(EXTRA)}`: {objects}, {plural(values, 'distinct value')}"
    if not column.left:
        return line
    some = f" of {len(column.left):,}" if len(column.left) < column.objects else ""
    return f"{line}; left out{some}: {', '.join(dict.fromkeys(column.left.values()))}"
