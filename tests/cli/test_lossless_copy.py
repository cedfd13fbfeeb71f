"""A shop that answers more than is documented: nothing is lost in a copy without a word.

The shapes are those of the 21 captured categories (kinds.md 17; dossier 4.5), written by hand.
"""

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from two_shops import BETWEEN, TwoShops, edit, two_shops, writes

from shopform.sandbox.behaviour.categories import Categories

EXTENSION = [{"title": "Banner", "type": "image", "id": "4", "value": False}]
LEFT = {
    "columns": "20 objects, 1 distinct value\n",
    "extension_data": "3 objects, 1 distinct value; left out: it is a list",
    "feed_token": "1 object, 1 distinct value; left out: it may be a secret, by its name",
    "json_data": "1 object, 1 distinct value; left out: ",
    "layout": "1 object, 1 distinct value\n",
    "owner_id": "1 object, 1 distinct value; left out: it is an id",
}
SHOWN = ("is_hidden", "is_online", "no_internal_search", "search", "weight", "rewrite_url")


def captured() -> list[dict[str, Any]]:
    """The front page and 20 categories: 12 hidden, 8 without a path."""
    rows: list[dict[str, Any]] = [{"category_id": 1, "name": "Forside", "is_front": 1}]
    for number in range(2, 22):
        hidden = number > 9
        rows.append(
            {
                "category_id": number,
                "name": f"Kategori {number}",
                "parent_id": 0 if number < 14 else 2,
                "is_hidden": "1" if hidden else None,
                "weight": 9999999 if hidden else 0,
                "rewrite_url": "" if number > 13 else f"kategori-{number}",
                "is_online": 0 if number == 3 else 1,
                "no_internal_search": 1 if number in (4, 5) else 0,
                "search": "sko støvler" if number == 6 else None,
                "tag": "import" if hidden else None,
                "json_data": '{"google_category": 187}' if number == 7 else None,
                "extension_data": EXTENSION if number < 5 else [],
                "layout": "wide" if number == 8 else None,
                "columns": 4,
                "owner_id": 12 if number == 8 else None,
                "feed_token": "canary" if number == 8 else None,
            }
        )
    return rows


SEED = {"category": captured(), "supplier": [{"supplier_id": 5, "name": "Nord", "link_to": "a"}]}


def seen(rows: list[dict[str, Any]]) -> dict[str, list[object]]:
    return {row["name"]: [str(row.get(name) or "") for name in SHOWN] for row in rows}


def shops(folder: Path, **switches: str) -> Any:
    return two_shops(folder, SEED, other={"switches": switches})


def flagged(each: TwoShops) -> dict[str, list[object]]:
    return {n: v for n, v in seen(each.new.data("category")).items() if n != "Forside"}


@pytest.mark.wide
@pytest.mark.parametrize("typing", ["mixed", "strings"])
def test_what_the_other_shop_keeps_is_copied_whole(tmp_path: Path, typing: str) -> None:
    with shops(tmp_path, typing=typing) as both:
        run = both.clone()
        rows = both.old.data("category")
        hidden = [row for row in rows if row["is_hidden"]]
        assert (len(rows), len(hidden)) == (21, 12)
        assert sum(row["rewrite_url"] == "" for row in rows[1:]) == 8
        expected = {n: v for n, v in seen(rows).items() if n != "Forside"}
        assert flagged(both) == expected
        assert sum(row.get("layout") == "wide" for row in both.new.data("category")) == 1
        assert sum(str(row.get("columns")) == "4" for row in both.new.data("category")) == 20
        for name, why in LEFT.items():
            assert f"  `{name}`: {why}" in run.err
        assert "hint: those that are not left out are copied" in run.err
        assert "`extra." not in run.err
        assert "canary" not in run.text
        both.settled()


def test_a_shop_without_the_columns_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    older = {n: c for n, c in Categories.columns.items() if n not in ("is_hidden", "search")}
    with (
        patch.object(Categories, "columns", older),
        shops(tmp_path, unknown_columns="drop") as both,
    ):
        run = both.run("clone", *BETWEEN, "--auto-approve")
        assert run.exit == 11, run.text
        assert "12 objects of kind `category` would be shown in `new`: `is_hidden`" in run.text
        assert "category.kategori-10\n" in run.text
        assert not writes(both.new)
        assert both.run("clone", *BETWEEN, "--out", "plan.json").exit == 11
        run = both.run("clone", *BETWEEN, "--auto-approve", "--allow-loss")
        assert run.exit == 0, run.text
        assert "12 objects of kind `category` would be shown in `new`" in run.text
        assert "no key for `search`, which is not sent" in run.text.replace("\n", " ")
        assert len(both.new.data("category")) == 21
        both.settled()


@pytest.mark.wide
def test_what_the_other_shop_drops_is_reported_when_it_is_read_back(tmp_path: Path) -> None:
    with shops(tmp_path, unknown_columns="drop") as both:
        run = both.clone("--allow-loss")
        for column in ("is_hidden", "weight", "no_internal_search"):
            assert f"the shop stores `{column}` of" in run.err
        assert "the shop does not show `extra.layout` of" in run.err
        both.settled()


@pytest.mark.wide
def test_a_dump_has_every_column_and_its_plan_is_empty(tmp_path: Path) -> None:
    with shops(tmp_path) as both:
        run = both.run("dump", "--shop", "old", "--out", "dumped")
        assert run.exit == 0, run.text
        text = (tmp_path / "dumped" / "categories.yaml").read_text("utf-8")
        assert text.count("is_hidden: true") == 12
        assert text.count("weight: 9999999") == 12
        assert text.count('rewrite_url: ""') == 8
        assert text.count("is_online: false") == 1
        assert "extra: {columns: 4, layout: wide}" in text
        assert "extension_data" not in text
        assert "the categories have columns beyond the fields" in run.err
        assert "`columns`: 20 objects, 1 distinct value" in run.err
        assert "`extension_data`: 3 objects, 1 distinct value; left out: it is a list" in run.err
        assert "`feed_token`: 1 object, 1 distinct value; left out: it may be a secret" in run.err
        assert "`json_data`: 1 object, 1 distinct value; left out: its form in requests" in run.err
        settings = (tmp_path / "shopform.yaml").read_text("utf-8")
        (tmp_path / "shopform.yaml").write_text(
            settings[:-1] + ', "include": ["dumped/*.yaml"]}', "utf-8"
        )
        run = both.run("plan", "--shop", "old")
        assert "Plan: 21 to import, 0 to add, 0 to change, 0 to destroy." in run.out, run.text


@pytest.mark.wide
def test_promote_carries_a_changed_column(tmp_path: Path) -> None:
    with shops(tmp_path) as both:
        both.clone()
        edit(both.old, "category", "Kategori 8", layout="narrow", is_hidden="1")
        both.promote()
        (row,) = [r for r in both.new.data("category") if r["name"] == "Kategori 8"]
        assert (row["layout"], row["is_hidden"]) == ("narrow", 1)
        both.settled("promote")


@pytest.mark.wide
def test_an_import_writes_the_columns_of_its_object(tmp_path: Path) -> None:
    with shops(tmp_path) as both:
        arguments = ("--shop", "old", "--generate", "category.wide", "8")
        run = both.run("import", *arguments)
        assert run.exit == 0, run.text
        text = (tmp_path / "categories.yaml").read_text("utf-8")
        assert "extra: {columns: 4, layout: wide}" in text
        assert "`extra.owner_id` of `category.wide` is left out: it is an id" in run.err


@pytest.mark.wide
def test_products_are_dumped_with_their_columns_and_lose_none_without_a_word(
    tmp_path: Path,
) -> None:
    row = {"name": "Sko", "own_id": "A1", "price": 149.95, "no_shopping": 1, "shipping_weight": 3}
    row |= {"weight": 40, "product_labels": [{"product_label_id": 33, "name": "Nyhed"}]}
    row |= {"bulk_discount": 10, "extension_data": EXTENSION, "tariff_code": "6403"}
    seed = {"product": [row, {"name": "Støvle", "own_id": "A2", "is_online": 0}]}
    with two_shops(tmp_path, seed, other={"switches": {}}) as both:
        run = both.run("dump", "--shop", "old", "--kinds", "products")
        assert run.exit == 0, run.text
        for line in ("no_shopping: true\n", "weight: 40\n", "extra: {shipping_weight: 3}\n"):
            assert f"    {line}" in run.out
        for name in ("product_labels", "extension_data", "bulk_discount", "tariff_code"):
            assert f"`{name}`: 1 object, 1 distinct value; left out:" in run.err
        run = both.clone("--kinds", "products")
        for name in ("product_labels", "extension_data", "bulk_discount", "tariff_code"):
            assert f"`{name}`: 1 object, 1 distinct value; left out:" in run.err
        found = {each["name"]: each for each in both.new.data("product")}
        assert found["Sko"]["no_shopping"] == 1
        assert found["Sko"]["weight"] == 40
        assert found["Støvle"]["is_online"] == 0
        both.settled("clone", "--kinds", "products")
