"""Menus, whose items only the response for one menu has (K)."""

from typing import Any

from shopform.kinds.menu import MENU
from shopform.sandbox.behaviour.columns import Column, ColumnType, columns_of
from shopform.sandbox.behaviour.surface import Surface
from shopform.sandbox.behaviour.table import Table, View
from shopform.sandbox.messages import Refusal
from shopform.sandbox.store import PendingRow, Row


class Menus(Table):
    """The shop adds the address of an item's target to it, as `cached_url`."""

    surface = Surface.of(MENU.wire)
    first_id = 1501
    label = "location"
    required = ("location",)
    evidence = ("CLI", "K")
    columns = columns_of(
        name=Column(),
        location=Column(),
        tag=Column(),
        items=Column(ColumnType.OPAQUE, ()),
    )

    def settle(self, draft: PendingRow) -> None:
        draft.row["items"] = [self._stored(item) for item in _listed(draft.row["items"])]

    def answer(self, row: Row, view: View) -> dict[str, Any]:
        found = super().answer(row, view)
        if view is View.LISTED:
            del found["items"]
        return found

    def _stored(self, item: object) -> dict[str, Any]:
        if not isinstance(item, dict) or "type" not in item:
            raise Refusal(400, "an item has no type")
        found = {"val": "", "titel": "", "class": "", **item, "cached_url": self._address(item)}
        if "items" in item:
            found["items"] = [self._stored(each) for each in _listed(item["items"])]
        return found

    def _address(self, item: dict[str, Any]) -> str:
        value = str(item.get("val", ""))
        if item["type"] == "category":
            row = self.world.tables["category"].live(int(value) if value.isdecimal() else None)
            if row is None:
                raise Refusal(400, f"category {value} does not exist")
            value = row["rewrite_url"]
        absolute = "://" in value or item["type"] not in ("category", "url")
        return value if absolute else f"{self.world.origin}/{value}"


def _listed(items: object) -> list[Any]:
    if not isinstance(items, list | tuple):
        raise Refusal(400, "items must be a list")
    return list(items)
