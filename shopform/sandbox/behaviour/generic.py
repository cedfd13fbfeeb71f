"""Tables of kinds with no more evidence than their fields.

Other behaviour of a kind is written by hand, in its own table.
"""

from collections.abc import Mapping
from typing import Any

from shopform.kinds import Kind
from shopform.sandbox.behaviour.columns import Column, ColumnType
from shopform.sandbox.behaviour.surface import Surface
from shopform.sandbox.behaviour.table import PendingRow, Table
from shopform.sandbox.messages import Refusal

# By the name of the field's type. Sets and images need a table written by hand.
_COLUMNS: Mapping[str, Column] = {
    "text": Column(),
    "html": Column(ColumnType.HTML),
    "path": Column(),
    "number": Column(ColumnType.NUMBER, 0),
    "flag": Column(ColumnType.FLAG, 0),
    "id": Column(ColumnType.ID, None),
}


class GenericTable(Table):
    """A table with only the behaviour that all known endpoints share."""

    targets: Mapping[str, str] = {}  # endpoints of references, by column

    def settle(self, draft: PendingRow) -> None:
        row = draft.row
        for name, endpoint in self.targets.items():
            if row[name] is not None and not self.world.tables[endpoint].live(row[name]):
                raise Refusal(400, f"{name} {row[name]} does not exist")
        if self.path:
            self.settle_path(draft)


def table_of(kind: Kind, first: int, endpoints: Mapping[str, str]) -> type[Table]:
    """Make a table of the rows of a kind, whose ids begin with `first`.

    `endpoints` are those of the kinds that it may refer to.
    """
    rows = kind.fields
    body: dict[str, Any] = {
        "surface": Surface.of(kind.wire),
        "first_id": first,
        "columns": {row.wire: _COLUMNS[row.type.name] for row in rows.values()},
        "label": rows[kind.identity[-1]].wire,
        "required": tuple(row.wire for row in rows.values() if row.required),
        "path": rows[kind.path].wire if kind.path else "",
        "targets": {rows[name].wire: endpoints[target] for name, target in kind.refers.items()},
    }
    return type(f"{kind.name.title()}Table", (GenericTable,), body)
