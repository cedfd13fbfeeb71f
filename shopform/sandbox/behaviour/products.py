"""Products: the 67 keys of both captures, with D1's arguments and filters (5.1; M-prod, K-cap)."""

from collections.abc import Mapping
from typing import Any

from shopform.kinds.product import PRODUCT
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
from shopform.sandbox.behaviour.table import PAGING, Table, View
from shopform.sandbox.messages import Refusal
from shopform.sandbox.store import Body, PendingRow, Row

COUNTED_BY = ("supplier_id", "profile_id", "brand_id")
REFERENCES = {name: name.removesuffix("_id") for name in COUNTED_BY}
LISTS_OF_IDS = {"categories": "category", "related": "product", "bundle": "product"}
FILTERS = "product_ids last_modified is_online has_images in_stock sort sort_order".split()
# D1's arguments with a form that no response was seen to have.
UNSUPPORTED = ("discount", "file", "locations", "supplier_name", "brand_name")
ID = Column(ColumnType.NUMBER, None)
PRICE = Column(ColumnType.PRICE, None)
NULL = Column(default=None)
LIST = Column(ColumnType.OPAQUE, [])


def _columns() -> dict[str, Column]:
    """Return the columns without the id; not all are among D1's arguments."""
    strings = "list_description meta meta_title meta_description search"
    times = "created online_since last_modified removed_on"
    unseen = "requires_age_verification package country_of_origin min_stock_order avg_rating"
    prices = "price sale_price purchase_price shipping vat"
    flags = "is_online no_index never_free_shipping allow_negative_stock auto_offline"
    unlisted = "no_shopping no_partner_ads no_internal_search"
    unset = {"is_online": 1, "allow_negative_stock": 1}
    shown = "similar bundle_data discount_intervals product_labels pdf_files extension_data"
    return {
        "name": NAME,
        **dict.fromkeys(f"own_id rewrite_url {strings}".split(), Column()),
        "description": Column(ColumnType.HTML),
        "url": unwritable(),
        **dict.fromkeys("delivery_time delivery_time_not_in_stock".split(), Column()),
        "tariff_code": unwritable(),
        **dict.fromkeys("sec_own_id gtin mpn location".split(), NULL),
        **dict.fromkeys("mailing_list_ids google_category".split(), NULL),
        **dict.fromkeys(times.split(), unwritable(default=None)),
        **dict.fromkeys(unseen.split(), undocumented(default=None)),
        **dict.fromkeys((*COUNTED_BY, "canonical_id"), ID),
        "manufacturer_id": undocumented(ColumnType.NUMBER, None),
        "safety_profile_id": undocumented(ColumnType.NUMBER, None),
        **dict.fromkeys(prices.split(), PRICE),
        "shipping_weight": ID,
        "bulk_discount_over": unwritable(ColumnType.NUMBER, None),
        "bulk_discount": unwritable(ColumnType.NUMBER, None),
        "main_category_id": Column(ColumnType.NUMBER, None, cast=False),
        **{name: Column(ColumnType.FLAG, unset.get(name, 0)) for name in flags.split()},
        **dict.fromkeys(unlisted.split(), undocumented(ColumnType.FLAG, 0)),
        "weight": undocumented(ColumnType.NUMBER, 0),
        "min_stock_value": unwritable(ColumnType.NUMBER, 0),
        **dict.fromkeys((*LISTS_OF_IDS, "attributes", "stock_settings", "html_fields"), LIST),
        **dict.fromkeys(shown.split(), unwritable(ColumnType.OPAQUE, [])),
        "images": Column(ColumnType.OPAQUE, [], set_by=SetBy.SHOP),
    }


class Products(Table):
    surface = Surface.of(PRODUCT.wire)
    first_id = 901
    columns = _columns()
    newest_first = True
    page = 5  # OBS K-cap
    path = "rewrite_url"
    list_endpoint = "stock"
    list_columns = columns_of(SKU=Column(), stock=Column(ColumnType.NUMBER, 0))
    settled = ("images",)
    filters = (*COUNTED_BY, "category_id", *FILTERS)
    evidence = ("OBS", "D1, K-cap, M-prod")

    def candidates(self, query: Mapping[str, str]) -> list[Row]:
        """Apply D1's filters; an id of 0 has no effect, and unknown ones are ignored (K-cap)."""
        rows = super().candidates(query)
        if query.get("last_modified") and set(query) - PAGING - {"last_modified"}:
            raise Refusal(400, "last_modified cannot be combined with other filters")  # D1
        since = query.get("last_modified", "").replace("T", " ")
        wanted = {name: number(name, query.get(name) or 0) for name in COUNTED_BY}
        category = number("category_id", query.get("category_id") or 0)
        listed = [number("product_ids", n) for n in query.get("product_ids", "").split(",") if n]
        return [
            row
            for row in rows
            if all(each in (0, row[name]) for name, each in wanted.items())
            and category in (0, *row["categories"])
            and (not listed or self.id(row) in listed)
            and row["last_modified"] >= since
            and all(query.get(name, word) == word for name, word in _answers(row).items())
        ]

    def ordered(self, query: Mapping[str, str]) -> list[Row]:
        rows, by = super().ordered(query), query.get("sort", "")
        if not by:
            return rows
        if by not in self.columns and by != self.surface.id:
            raise Refusal(400, f"sort: there is no field {by}")
        return sorted(rows, key=lambda row: (row[by] is not None, row[by]))[:: _direction(query)]

    def taken_in(self, body: Body) -> Row:
        unsupported = next((name for name in UNSUPPORTED if body.get(name)), "")
        if unsupported:
            raise Refusal(400, f"the sandbox does not know {unsupported}")
        lists: Row = {name: _ids(name, body[name]) for name in LISTS_OF_IDS if name in body}
        bulk = body.get("bulk_discount")
        if isinstance(bulk, dict):  # D1: an object in requests, two columns in responses
            lists |= {"bulk_discount_over": bulk.get("over"), "bulk_discount": bulk.get("discount")}
        return super().taken_in(body) | lists

    def post_list(self, content: list[Any]) -> None:
        """Set the stock of products by their item numbers (D1, L), all or none."""
        found: list[tuple[Row, int]] = []
        for each in content:
            if not isinstance(each, dict) or self.list_columns.keys() - each.keys():
                raise Refusal(400, "an item needs SKU and stock")
            held = self.store.find(self.endpoint, "own_id", str(each["SKU"]))
            rows = [row for row in held if not row["_removed"]]
            if len(rows) != 1:
                raise Refusal(400, f"{len(rows)} products have the SKU {each['SKU']}")
            found.append((rows[0], number("stock", each["stock"])))
        self.store.commit([(self.endpoint, self.id(r), r | {"_stock": n}) for r, n in found])

    def settle(self, draft: PendingRow) -> None:
        row = draft.row
        for column, endpoint in REFERENCES.items():
            self._check(column, endpoint, [row[column]])
        for column, endpoint in LISTS_OF_IDS.items():
            self._check(column, endpoint, row[column])
        self._check("canonical_id", self.endpoint, [row["canonical_id"]])
        main = row["main_category_id"]
        if "main_category_id" in draft.body:
            self._check("main_category_id", "category", [main])
        elif main and not self.world.tables["category"].live(main):
            row["main_category_id"] = None  # the shop itself chooses another
        row["own_id"] = row["own_id"] or str(self.id(row))
        row["created"] = row["online_since"] = row["created"] or self.world.now()
        if row["categories"]:
            row["main_category_id"] = row["main_category_id"] or row["categories"][0]
        if "images" in draft.body:
            images.operate(row, self.id(row), draft.body["images"])
        self.settle_path(draft)

    def _check(self, column: str, endpoint: str, numbers: list[int | None]) -> None:
        table = self.world.tables[endpoint]
        for each in numbers:
            if each is not None and not table.live(each):
                raise Refusal(400, f"{column} {each} does not exist")

    def answer(self, row: Row, view: View) -> dict[str, Any]:
        origin = self.world.origin
        shown = {
            "url": f"{origin}/{row['rewrite_url']}",
            "images": images.shown(row["images"], origin, self.typing),
            "removed_on": row["last_modified"] if row["_removed"] else None,
        }
        return super().answer(row | shown, view)


def _answers(row: Row) -> dict[str, str]:
    """Return the value of each yes-or-no filter that includes a row (D1)."""
    facts = {"is_online": row["is_online"], "has_images": row["images"]}
    facts["in_stock"] = row.get("_stock", 0) > 0
    return {name: "yes" if fact else "no" for name, fact in facts.items()}


def _direction(query: Mapping[str, str]) -> int:
    order = query.get("sort_order", "asc").lower()
    if order not in ("asc", "desc"):
        raise Refusal(400, "sort_order must be asc or desc")
    return 1 if order == "asc" else -1


def _ids(name: str, given: object) -> list[int]:
    if given is None or given == "":
        return []
    if not isinstance(given, list):
        raise Refusal(400, f"{name} must be a list of ids")
    return [number(name, each) for each in given]
