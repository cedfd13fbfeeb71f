"""Tables of kinds with no more evidence than their fields.

Other behaviour of a kind is written by hand, in its own table.
"""

from collections.abc import Mapping
from typing import Any

from shopform.kinds import Kind
from shopform.sandbox.behaviour import images
from shopform.sandbox.behaviour.columns import Column, ColumnType, SetBy, unwritable
from shopform.sandbox.behaviour.surface import Surface
from shopform.sandbox.behaviour.table import Table, View
from shopform.sandbox.messages import Refusal
from shopform.sandbox.store import PendingRow, Row

# By the name of the field's type.
_COLUMNS: Mapping[str, Column] = {
    "text": Column(),
    "html": Column(ColumnType.HTML),
    "path": Column(),
    "number": Column(ColumnType.NUMBER, 0),
    "flag": Column(ColumnType.FLAG, 0),
    "id": Column(ColumnType.ID, None),
    "decimal": Column(ColumnType.PRICE, None),
    "ids": Column(ColumnType.OPAQUE, []),
    "set": Column(ColumnType.OPAQUE, []),
    "images": Column(ColumnType.OPAQUE, [], set_by=SetBy.SHOP),
}


class GenericTable(Table):
    """A table with only the behaviour that all known endpoints share."""

    targets: Mapping[str, str] = {}  # endpoints of references, by column

    def settle(self, draft: PendingRow) -> None:
        row = draft.row
        for name, endpoint in self.targets.items():
            if row[name] is not None and not self.world.tables[endpoint].live(row[name]):
                raise Refusal(400, f"{name} {row[name]} does not exist")
        for name in self.settled:
            if name in draft.body:
                held = {"images": row[name], "_images": row.get(f"_{name}", 0)}
                images.operate(held, self.id(row), draft.body[name])
                row |= {name: held["images"], f"_{name}": held["_images"]}
        if self.path:
            self.settle_path(draft)

    def answer(self, row: Row, view: View) -> dict[str, Any]:
        origin, typing = self.world.origin, self.typing
        shown = {name: images.shown(row[name], origin, typing) for name in self.settled}
        return super().answer(row | shown, view)


def table_of(kind: Kind, first: int, endpoints: Mapping[str, str]) -> type[Table]:
    """Make a table of the rows of a kind, whose ids begin with `first`.

    `endpoints` are those of the kinds that it may refer to.
    """
    rows = kind.fields
    fixed = {kind.fixed: unwritable(ColumnType.FLAG, 0)} if kind.fixed else {}
    body: dict[str, Any] = {
        "surface": Surface.of(kind.wire),
        "first_id": first,
        "columns": {row.wire: _COLUMNS[row.type.name] for row in rows.values()} | fixed,
        "label": rows[kind.identity[-1]].wire,
        "required": tuple(row.wire for row in rows.values() if row.required),
        "path": rows[kind.path].wire if kind.path else "",
        "settled": tuple(row.wire for row in rows.values() if row.type.name == "images"),
        "targets": {rows[name].wire: endpoints[target] for name, target in kind.refers.items()},
    }
    return type(f"{kind.name.title()}Table", (GenericTable,), body)
