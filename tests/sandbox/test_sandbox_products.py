"""Products: D1's arguments, filters and order, and what captures show of the values."""

from collections.abc import Iterator
from typing import Any

import pytest
from sandbox_asking import Asker, shop

SHOE: dict[str, Any] = {"name": "Støvle", "categories": [501], "price": "149.95", "own_id": "S-1"}


@pytest.fixture
def ask() -> Iterator[Asker]:
    suppliers = [{"name": "Nordisk"}, {"name": "Fjord"}]
    with shop(products=3, seed={"supplier": suppliers}) as (_, asker):
        yield asker


def numbers(ask: Asker, query: str) -> list[int]:
    return [each["product_id"] for each in ask("GET", f"/product?limit=100&{query}").items]


def test_a_product_lives_a_whole_life(ask: Asker) -> None:
    made = ask.made("/product", **SHOE)
    number = made["product_id"]
    assert (made["price"], made["main_category_id"], made["rewrite_url"]) == (
        149.95,
        "501",
        "stoevle",
    )
    changed = ask("PUT", f"/product/{number}", {"sale_price": 99, "is_online": "0"}).json
    assert (changed["price"], changed["sale_price"], changed["is_online"]) == (149.95, 99, 0)
    assert ask("GET", f"/product/{number}").json == changed
    assert ask("DELETE", f"/product/{number}").status == 200
    assert ask("GET", f"/product/{number}").status == 410
    assert numbers(ask, "") == [903, 902, 901]


def test_texts_that_are_not_set_are_empty_and_codes_are_null(ask: Asker) -> None:
    """OBS of 14 products; own_id is the id, and it is online since it was created (kinds.md 11)."""
    made = ask.made("/product", name="Sko")
    texts = "delivery_time delivery_time_not_in_stock tariff_code description meta_title search"
    assert {made[name] for name in texts.split()} == {""}
    assert {made[name] for name in "sec_own_id gtin mpn location price vat".split()} == {None}
    assert made["own_id"] == str(made["product_id"])
    assert made["online_since"] == made["created"] is not None
    assert (made["is_online"], made["allow_negative_stock"], made["no_shopping"]) == (1, 1, 0)


def test_a_path_is_shared_with_categories_and_gets_x(ask: Asker) -> None:
    ask.made("/category", name="Sko")
    assert [ask.made("/product", name="Sko")["rewrite_url"] for _ in range(2)] == [
        "sko-x",
        "sko-x-x",
    ]


def test_images_are_operations(ask: Asker) -> None:
    made = ask.made("/product", name="Sko", images=[{"url": "https://a.dk/a.png"}])
    (image,) = made["images"]
    path = f"/product/{made['product_id']}"
    assert image["image_id"] == str(made["product_id"] * 1000 + 1)
    body = {"images": [{"image_id": image["image_id"], "remove": 1}]}
    assert ask("PUT", path, body).json["images"] == []


def test_products_are_filtered_as_documented(ask: Asker) -> None:
    made = ask.made("/product", **SHOE, supplier_id=101, is_online=0)
    number = made["product_id"]
    picture = {"images": [{"url": "https://a.dk/a.png"}]}
    ask("PUT", "/product/901", picture)
    found = {
        "supplier_id=101": [number, 903, 901],
        "is_online=no": [number],
        "is_online=yes": [903, 902, 901],
        "has_images=yes": [901],
        "in_stock=yes": [],
        "in_stock=no": [number, 903, 902, 901],
        "product_ids=901,903": [903, 901],
        "category_id=501&is_online=no": [number],
        f"last_modified={made['last_modified'].replace(' ', 'T')}": [number, 901],
        "invented=1": [number, 903, 902, 901],
        "sort=own_id": [901, 902, 903, number],
        "sort=own_id&sort_order=desc": [number, 903, 902, 901],
    }
    assert {query: numbers(ask, query) for query in found} == found


@pytest.mark.parametrize(
    "query", ["last_modified=2026-01-01&supplier_id=101", "sort=invented", "sort=name&sort_order=x"]
)
def test_filters_that_the_shop_does_not_take_are_refused(ask: Asker, query: str) -> None:
    assert ask("GET", f"/product?{query}").status == 400


@pytest.mark.parametrize(
    "body",
    [
        {"categories": [999]},
        {"categories": 501},
        {"supplier_id": 999},
        {"main_category_id": "999"},
        {"canonical_id": 999},
        {"related": [999]},
        {"price": "cheap"},
        {"price": True},
        {"price": "nan"},
        {"discount": {"2": {"0": 90}}},
        {"supplier_name": "Nordisk"},
    ],
)
def test_what_a_product_cannot_have_is_refused(ask: Asker, body: dict[str, object]) -> None:
    answer = ask("PUT", "/product/901", body)
    assert (answer.status, next(iter(body)) in answer.text) == (400, True)


def test_arguments_that_are_not_documented_change_nothing_where_they_are_dropped() -> None:
    with shop(products=7, switches={"unknown_columns": "drop"}) as (_, ask):
        before = ask("GET", "/product/901").json
        ask("PUT", "/product/901", {"manufacturer_id": 1, "url": "x", "weight": 3, "created": "x"})
        after = ask("GET", "/product/901").json
        assert after | {"last_modified": ""} == before | {"last_modified": ""}


def test_a_response_only_column_is_not_written_where_unknown_ones_are_kept(ask: Asker) -> None:
    before = ask("GET", "/product/901").json
    ask("PUT", "/product/901", {"url": "x", "weight": 3, "created": "x", "product_labels": [7]})
    after = ask("GET", "/product/901").json
    assert after | {"last_modified": ""} == before | {"last_modified": "", "weight": 3}


def test_stock_is_posted_as_a_list_of_item_numbers(ask: Asker) -> None:
    ask.made("/product", **SHOE)
    assert (
        ask("POST", "/stock", [{"SKU": "S-1", "stock": 4}, {"SKU": "902", "stock": "2"}]).status
        == 200
    )
    assert numbers(ask, "in_stock=yes") == [904, 902]
    for body in ([{"SKU": "none", "stock": 1}], [{"SKU": "S-1"}], {"SKU": "S-1", "stock": 1}, [4]):
        assert ask("POST", "/stock", body).status == 400
    assert ask("GET", "/stock").status == 405
    assert numbers(ask, "in_stock=yes") == [904, 902]
