"""Tables of kinds of which nothing is known but their rows.

What the evidence says is odd about a kind is written by hand, in a table of its own.
"""

from collections.abc import Mapping
from typing import Any

from shopform.kinds import KINDS, Kind
from shopform.sandbox.behaviour.columns import Column, ColumnType
from shopform.sandbox.behaviour.questions import GENERIC
from shopform.sandbox.behaviour.table import PendingRow, Surface, Table
from shopform.sandbox.behaviour.texts import slug
from shopform.sandbox.messages import Refusal

ENDPOINT_OF = {kind.name: kind.wire.endpoint.value for kind in KINDS}
# By the name of the field's type. Of a set or of images it must be written by hand what is stored.
_COLUMNS: Mapping[str, Column] = {
    "text": Column(),
    "html": Column(ColumnType.HTML),
    "path": Column(),
    "number": Column(ColumnType.NUMBER, 0),
    "flag": Column(ColumnType.FLAG, 0),
    "id": Column(ColumnType.ID, None),
}


class GenericTable(Table):
    """What the endpoints that are known have in common, and no more."""

    targets: Mapping[str, str] = {}  # a column, and the endpoint of what it refers to

    def settle(self, draft: PendingRow) -> None:
        row = draft.row
        for name, endpoint in self.targets.items():
            if row[name] is not None and not self.world.tables[endpoint].live(row[name]):
                raise Refusal(400, f"{name} {row[name]} does not exist")
        if self.path:
            if draft.before is None and self.path not in draft.body:
                generate = self.switches["slug_missing"] == "generate"
                row[self.path] = slug(str(row[self.label])) if generate else ""
            row[self.path] = self.free_path(row[self.path].strip("/"), self.id(row))


def _table(kind: Kind, first: int) -> type[Table]:
    rows = kind.fields
    body: dict[str, Any] = {
        "surface": Surface.of(kind.wire),
        "first_id": first,
        "columns": {row.wire: _COLUMNS[row.type.name] for row in rows.values()},
        "label": rows[kind.identity[-1]].wire,
        "required": tuple(row.wire for row in rows.values() if row.required),
        "path": rows[kind.path].wire if kind.path else "",
        "targets": {rows[name].wire: ENDPOINT_OF[target] for name, target in kind.refers.items()},
    }
    return type(f"{kind.name.title()}Table", (GenericTable,), body)


def generic_tables() -> tuple[type[Table], ...]:
    """Make a table for each kind that has none written by hand."""
    kinds = enumerate(GENERIC.values())
    return tuple(_table(kind, 2001 + 100 * number) for number, kind in kinds)
