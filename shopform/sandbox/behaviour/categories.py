"""The category tree."""

from collections.abc import Iterable
from typing import Any

from shopform.kinds.category import CATEGORY
from shopform.sandbox.behaviour import images
from shopform.sandbox.behaviour.columns import (
    NAME,
    Column,
    ColumnType,
    SetBy,
    columns_of,
    number,
    undocumented,
    unwritable,
)
from shopform.sandbox.behaviour.surface import Surface
from shopform.sandbox.behaviour.table import Table, View
from shopform.sandbox.messages import Refusal
from shopform.sandbox.store import PendingRow, Row

NULL = Column(default=None)
SORT_ORDERS = ("normal", "no_stock_last", "random")


class Categories(Table):
    """The 27 keys of July 2025, in this order, with these types and empty values (K-cap)."""

    surface = Surface.of(CATEGORY.wire)
    first_id = 501
    contains = ("category", "parent_id")
    path = "rewrite_url"
    settled = ("images",)
    evidence = ("OBS", "K-cap")
    columns = columns_of(
        name=NAME,
        parent_id=Column(ColumnType.ID, 0),
        in_menu=Column(ColumnType.FLAG, 1),
        is_online=undocumented(ColumnType.FLAG, 1),
        is_front=unwritable(ColumnType.FLAG, 0),
        is_hidden=undocumented(ColumnType.FLAG, None, cast=False),
        is_removed=unwritable(ColumnType.FLAG, 0, cast=False),
        no_index=Column(ColumnType.FLAG, 0),
        no_internal_search=undocumented(ColumnType.FLAG, 0),
        sort_order=Column(ColumnType.WORD, "normal", words=SORT_ORDERS),
        tag=NULL,
        rewrite_url=Column(),
        url=unwritable(),
        empty_redir=NULL,
        description_a=Column(ColumnType.HTML),
        description_b=Column(ColumnType.HTML),
        meta_title=Column(),
        meta_description=Column(),
        canonical_id=Column(ColumnType.ID, None, cast=False),
        meta=Column(),
        search=undocumented(default=None),
        weight=undocumented(ColumnType.NUMBER, 0),
        json_data=unwritable(default=None),
        last_modified=unwritable(),
        images=Column(ColumnType.OPAQUE, [], set_by=SetBy.SHOP),
        extension_data=undocumented(ColumnType.OPAQUE, []),
    )

    def open(self, seed: Iterable[Row]) -> None:
        """Create the category of the front page, which exists from the start (K-cap), unless the
        seed has it."""
        if any(number("is_front", row.get("is_front") or 0) for row in seed):
            return
        new = self.store.next_id(self.endpoint)
        row = {name: column.default for name, column in self.columns.items()}
        row |= {"name": "Forside", "is_front": 1, "last_modified": self.world.now()}
        row = {self.surface.id: new, **row, "_removed": 0}
        self.store.commit([(self.endpoint, new, row)])

    def removal(self, row: Row) -> list[tuple[str, int, Row]]:
        if row["is_front"]:
            raise Refusal(400, "the front page's category cannot be removed")
        return super().removal(row)

    def conflicts(self, row: Row, other: Row) -> bool:
        return row["parent_id"] == other["parent_id"] and not other["_removed"]

    def settle(self, draft: PendingRow) -> None:
        row = draft.row
        self._check_ancestors(row)
        if row["canonical_id"] is not None and not self.live(row["canonical_id"]):
            raise Refusal(400, f"canonical_id {row['canonical_id']} does not exist")
        if "images" in draft.body:
            images.operate(row, self.id(row), draft.body["images"])
        self.settle_path(draft)

    def _check_ancestors(self, row: Row) -> None:
        holder = row["parent_id"]
        seen = {self.id(row)}
        while holder:
            if holder in seen:
                raise Refusal(400, "parent_id forms a cycle")
            seen.add(holder)
            above = self.live(holder)
            if above is None:
                if holder != row["parent_id"]:
                    return  # below an orphan of `delete_parent=orphan`
                raise Refusal(400, f"parent_id {holder} does not exist")
            holder = above["parent_id"]

    def answer(self, row: Row, view: View) -> dict[str, Any]:
        origin = self.world.origin
        path = "" if row["is_front"] else row["rewrite_url"]
        shown = {
            "url": f"{origin}/{path}",
            "images": images.shown(row["images"], origin, self.typing),
        }
        return super().answer(row | shown, view)
