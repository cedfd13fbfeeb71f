"""Products, which are read-only: they are counted, and have paths."""

from collections.abc import Mapping
from typing import Any

from shopform.sandbox.behaviour.columns import Column, ColumnType, number
from shopform.sandbox.behaviour.rewriting import slug
from shopform.sandbox.behaviour.table import NAME, Body, PendingRow, Surface, Table, View
from shopform.sandbox.messages import Refusal
from shopform.sandbox.store import Row

COUNTED_BY = ("supplier_id", "profile_id", "brand_id")


def _columns() -> dict[str, Column]:
    """Return the 67 keys of both captures, without the id (5.1; M-prod, K-cap)."""
    strings = "own_id rewrite_url url list_description description meta meta_title meta_description"
    nulls = "sec_own_id gtin mpn created online_since last_modified removed_on location"
    numbers = "supplier_id profile_id brand_id manufacturer_id safety_profile_id canonical_id vat"
    prices = "price sale_price purchase_price shipping shipping_weight bulk_discount_over"
    unseen = "requires_age_verification package country_of_origin min_stock_order avg_rating"
    more = "delivery_time delivery_time_not_in_stock tariff_code mailing_list_ids google_category"
    flags = "is_online no_index never_free_shipping allow_negative_stock auto_offline no_shopping"
    lists = "categories related bundle similar bundle_data discount_intervals html_fields"
    others = "attributes stock_settings product_labels images pdf_files extension_data"
    return {
        "name": NAME,
        **dict.fromkeys(f"{strings} search".split(), Column()),
        **dict.fromkeys(f"{nulls} {unseen} {more} bulk_discount".split(), Column(default=None)),
        **dict.fromkeys(f"{numbers} {prices}".split(), Column(ColumnType.NUMBER, None)),
        "main_category_id": Column(ColumnType.NUMBER, None, cast=False),
        **dict.fromkeys(
            f"{flags} no_partner_ads no_internal_search".split(), Column(ColumnType.FLAG, 0)
        ),
        **dict.fromkeys(("weight", "min_stock_value"), Column(ColumnType.NUMBER, 0)),
        **dict.fromkeys(f"{lists} {others}".split(), Column(ColumnType.OPAQUE, [])),
    }


class Products(Table):
    surface = Surface("product", "product_id", "products")
    first_id = 901
    columns = _columns()
    newest_first = True
    page = 5  # OBS K-cap
    read_only = True
    path = "rewrite_url"

    def candidates(self, query: Mapping[str, str]) -> list[Row]:
        """Apply the filters of D1 that a count needs; an id of 0 has no effect (K-cap)."""
        rows = super().candidates(query)
        for name in COUNTED_BY:
            wanted = number(name, query.get(name) or 0)
            rows = [row for row in rows if wanted in (0, row[name])]
        wanted = number("category_id", query.get("category_id") or 0)
        return [row for row in rows if wanted in (0, *row["categories"])]

    def taken_in(self, body: Body) -> Row:
        taken = super().taken_in(
            {name: given for name, given in body.items() if name != "categories"}
        )
        listed = body.get("categories") or []
        if not isinstance(listed, list):
            raise Refusal(400, "categories must be a list of ids")
        return taken | {"categories": [number("categories", each) for each in listed]}

    def settle(self, draft: PendingRow) -> None:
        row = draft.row
        row["own_id"] = row["own_id"] or str(self.id(row))
        row["rewrite_url"] = row["rewrite_url"] or slug(row["name"])
        row["created"] = row["created"] or self.world.now()
        if row["categories"]:
            row["main_category_id"] = row["main_category_id"] or row["categories"][0]

    def answer(self, row: Row, view: View) -> dict[str, Any]:
        url = f"{self.world.origin}/{row['rewrite_url']}"
        return super().answer(row | {"url": url}, view)
