"""Products over real commands: what a real list showed, where they are read, and many of them."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import environment_of, run_here
from two_shops import BETWEEN, KEYS, two_shops

from shopform.sandbox import Sandbox

# The columns of both products of M-prod that are no fields here, with their types (5.1, 2.4).
LEFT: dict[str, Any] = {
    "no_shopping": 0,
    "weight": 0,
    "no_partner_ads": 1,
    "google_category": None,
    "attributes": [],
    "stock_settings": [],
    "html_fields": [],
    "related": [],
}
# As they were: one name twice, a path with -x, an item number of its own and one that is the id.
SEED: dict[str, list[dict[str, Any]]] = {
    "supplier": [{"supplier_id": 31, "name": "Fjord"}],
    "category": [
        {"category_id": 61, "name": "Sko"},
        {"category_id": 62, "name": "Tilbud", "is_hidden": "1"},
    ],
    "product": [
        {
            **LEFT,
            "product_id": 9001,
            "own_id": "SKO-1",
            "name": "Støvle",
            "price": 264,
            "supplier_id": 31,
            "categories": [61, 62],
            "main_category_id": "61",
            "description": "<p>En</p>\r\n<p>To</p>",
        },
        {
            **LEFT,
            "product_id": 9002,
            "name": "Støvle",
            "price": 149.95,
            "sale_price": 99.5,
            "supplier_id": 31,
            "categories": [61],
            "is_online": 0,
            "images": [{"url": "https://a.dk/a.png", "description": "Støvle"}],
        },
    ],
}
SWITCHES = {"typing.category": "strings"}  # suppliers always are


class Shop:
    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder = folder
        self.sandbox = sandbox
        folder.mkdir()
        self.write("shopform.yaml", {"shops": {"demo": self.settings(sandbox)}})

    @staticmethod
    def settings(sandbox: Sandbox) -> dict[str, str]:
        return {"url": sandbox.url, "token": "${env:TOKEN}"}

    def write(self, name: str, content: object) -> None:
        (self.folder / name).write_text(json.dumps(content), "utf-8")

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run a command, and return what it printed; the log of calls is its own."""
        self.sandbox.reset_log()
        done = run_here(self.folder, *arguments, environment=environment_of(TOKEN="sandbox"))
        assert done.exit == code, done.text
        return done.out + done.err

    def calls(self) -> dict[str, int]:
        return dict(Counter(f"{call.method} {call.path}" for call in self.sandbox.calls))


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Shop]:
    with Sandbox(seed=SEED, switches=SWITCHES) as sandbox:
        yield Shop(tmp_path / "project", sandbox)


def test_a_real_list_is_dumped_and_planned_without_a_change(real: Shop) -> None:
    shown = [row["main_category_id"] for row in real.sandbox.data("product")]
    assert shown == [61, 61]
    real.run("dump", "--kinds", "products", "--out", "shop.yaml")
    dumped = (real.folder / "shop.yaml").read_text("utf-8")
    assert "own_id: SKO-1" in dumped
    assert "rewrite_url: stoevle-x" in dumped
    assert 'price: "149.95"' in dumped
    assert "categories: [sko, tilbud]" in dumped
    assert dumped.count("no_partner_ads: true") == 2
    assert "extra:" not in dumped
    told = real.run("plan", "--detailed-exitcode", code=2)
    assert "Plan: 5 to import, 0 to add, 0 to change, 0 to destroy." in told, told
    real.run("apply", "--auto-approve")
    assert {call.method for call in real.sandbox.calls} == {"GET"}
    assert "No changes" in real.run("plan", "--detailed-exitcode")


def test_products_are_read_where_they_are_used(real: Shop) -> None:
    def asked(*arguments: str) -> bool:
        real.run(*arguments)
        return any(re.match(r"GET /product\b(?!-)", path) for path in real.calls())

    assert not asked("dump")
    assert not asked("snapshot", "--out", "before.json")
    assert asked("dump", "--kinds", "product")
    assert asked("snapshot", "--out", "products.json", "--kinds", "products")
    real.write("shop.yaml", {"products": {"a": {"own_id": "SKO-1", "name": "Støvle"}}})
    assert asked("dump")
    assert asked("snapshot", "--out", "declared.json")
    real.run("apply", "--auto-approve")
    assert asked("drift")
    assert asked("dump")
    assert "remove `--kinds`" in real.run("dump", "--update", "--kinds", "products", code=64)


def test_a_snapshot_of_some_kinds_has_what_they_refer_to(real: Shop) -> None:
    real.run("snapshot", "--out", "some.json", "--kinds", "products")
    assert "GET /redirect" not in real.calls()
    product = {"own_id": "SKO-1", "name": "Støvle", "categories": ["sko"], "price": 1}
    real.write("shop.yaml", {"categories": {"sko": {"name": "Sko"}}, "products": {"a": product}})
    assert "1 to change" in real.run("plan", "--snapshot", "some.json")
    real.write("shop.yaml", {"redirects": {"a": {"source": "/a", "target": "/b"}}})
    told = real.run("plan", "--snapshot", "some.json", code=18)
    assert "the snapshot has no complete list of" in told
    assert "`x` is not one of" in real.run("snapshot", "--out", "x.json", "--kinds", "x", code=64)


def test_amounts_are_equal_as_numbers(real: Shop) -> None:
    for written in (264, "264.00", 264.0, "264,0"):
        product = {"own_id": "SKO-1", "name": "Støvle", "price": written}
        real.write("shop.yaml", {"products": {"a": product}})
        assert "1 to import, 0 to add, 0 to change" in real.run("plan")
    product = {"own_id": "SKO-1", "name": "Støvle", "price": "1,234"}
    real.write("shop.yaml", {"products": {"a": product}})
    assert "with a point before the decimals" in real.run("validate", code=10)


def test_a_set_of_references_is_edited_found_and_undone(real: Shop) -> None:
    def declare(*keys: str) -> None:
        categories = {k: {"name": k.title()} for k in ("sko", "tilbud", "nyt")}
        product = {"own_id": "SKO-1", "name": "Støvle", "categories": [*keys]}
        real.write("shop.yaml", {"categories": categories, "products": {"a": product}})

    def held() -> list[str]:
        names = {row["category_id"]: row["name"] for row in real.sandbox.data("category")}
        first = next(row for row in real.sandbox.data("product") if row["own_id"] == "SKO-1")
        return sorted(names[number] for number in first["categories"])

    declare("sko", "nyt")
    told = real.run("apply", "--auto-approve")
    assert "+ category.nyt," in told
    assert "- category.tilbud," in told
    assert held() == ["Nyt", "Sko"]
    declare("nyt", "sko")
    assert "No changes" in real.run("plan")
    real.sandbox.app.world.tables["product"].update(9001, {"categories": [62]})
    assert "category.tilbud" in real.run("drift", code=2)
    real.run("snapshot", "--out", "now.json")
    offline = real.run("plan", "--snapshot", "now.json")
    assert real.calls() == {}
    assert "+ category.sko," in offline
    real.run("apply", "--auto-approve")
    declare("tilbud")
    real.run("apply", "--auto-approve")
    assert held() == ["Tilbud"]
    real.run("undo", "--auto-approve")
    assert held() == ["Nyt", "Sko"]
    assert "category.nyt" in real.run("state", "show", "product.a")
    real.sandbox.app.world.tables["product"].update(9001, {"categories": [61, 62]})
    real.run("dump", "--update")
    assert '"categories": ["tilbud", sko]' in (real.folder / "shop.yaml").read_text("utf-8")
    assert "0 to add, 0 to change, 0 to destroy" in real.run("plan")


LEFT_ALONE = {
    "attributes": [{"attribute_id": 1, "name": "Str", "value": "36"}],
    "stock_settings": [{"own_id": "SKO-1-36", "price": 264}],
    "html_fields": [{"html": "<b>x</b>", "append": "head"}],
    "related": [9002],
    "product_labels": [{"product_label_id": 1, "name": "Nyhed"}],
    "discount_intervals": [{"amount": 2}],
    "bulk_discount": 5,
    "pdf_files": [{"product_file_id": 1, "filename": "a.pdf"}],
    "extension_data": [{"title": "a", "value": "b"}],
}


def test_an_update_sends_what_changed_and_the_rest_stays(real: Shop) -> None:
    (row,) = [r for r in real.sandbox.app.world.store.rows("product") if r["own_id"] == "SKO-1"]
    row |= LEFT_ALONE
    product = {"own_id": "SKO-1", "name": "Støvle", "price": 264, "stock": 4}
    real.write("shop.yaml", {"products": {"a": product}})
    real.run("apply", "--auto-approve")
    changes = {"price": 300, "images": [{"file": "a.png"}], "is_online": False}
    (real.folder / "a.png").write_bytes(b"picture")
    real.write("shop.yaml", {"products": {"a": product | changes}})
    assert "changed-unsent" not in real.run("apply", "--auto-approve")
    (sent,) = [call.body for call in real.sandbox.calls if call.method == "PUT"]
    assert sorted(sent) == ["images", "is_online", "price"]
    (row,) = [r for r in real.sandbox.app.world.store.rows("product") if r["own_id"] == "SKO-1"]
    assert LEFT_ALONE.items() <= row.items()
    assert "_stock" not in row


def test_a_stock_that_a_shop_shows_is_not_read(real: Shop) -> None:
    """No capture has it; the newest page sets it by an update of a product (A3)."""
    for row in real.sandbox.app.world.store.rows("product"):
        row["stock"] = 5
    assert "stock" not in real.run("dump", "--kinds", "products").replace("in_stock", "")
    product = {"own_id": "SKO-1", "name": "Støvle", "stock": 7}
    real.write("shop.yaml", {"products": {"a": product}})
    assert "1 to import, 0 to add, 0 to change" in real.run("apply", "--auto-approve")
    assert "No changes" in real.run("plan")
    real.run("drift")
    assert real.run("drift", "--write", "-").strip() == ""
    real.run("dump", "--update")
    assert '"stock": 7' in (real.folder / "shop.yaml").read_text("utf-8")


def test_two_products_of_one_number_are_ambiguous(real: Shop) -> None:
    for row in real.sandbox.app.world.store.rows("product"):
        row["own_id"] = "SAME"
    product = {"own_id": "SAME", "name": "Støvle", "stock": 3}
    real.write("shop.yaml", {"products": {"a": product}})
    said = real.run("plan", code=11)
    assert "`product.a` could be any of 2 objects in the shop: ids 9001, 9002" in said
    assert said.count("error:") == 1
    assert "`stock` is empty" not in said


def test_a_shop_that_replaces_objects_on_update_is_reported(
    real: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Updates merge, as two clients say; no source is of the vendor."""
    table = type(real.sandbox.app.world.tables["product"])
    merge = table.update

    def replace(self: Any, wanted: int, body: dict[str, Any]) -> Any:
        unset = {
            name: self.columns[name].default for name in ("price", "delivery_time", "is_online")
        }
        return merge(self, wanted, unset | body)

    product = {"own_id": "SKO-1", "name": "Støvle", "price": 264, "is_online": True}
    real.write("shop.yaml", {"products": {"a": product}})
    real.run("apply", "--auto-approve")
    monkeypatch.setattr(table, "update", replace)
    real.write("shop.yaml", {"products": {"a": product | {"name": "Støvle 2"}}})
    said = " ".join(real.run("apply", "--auto-approve").split())
    assert "`price` of `product.a` changed during its update, which sent other fields" in said
    assert '+ price = "264"' in " ".join(real.run("plan").split())


def test_a_reference_that_is_not_declared_is_reported_at_its_place(real: Shop) -> None:
    (real.folder / "shop.yaml").write_text(
        "categories:\n  sko: {name: Sko}\nproducts:\n  a:\n    own_id: A\n    name: A\n"
        "    categories:\n      - sko\n      - skoo\n",
        "utf-8",
    )
    told = real.run("validate", code=10)
    assert "`category.skoo` is not declared" in told
    assert "shop.yaml:9:9" in told


def test_many_declarations_draw_a_warning(real: Shop) -> None:
    rows = "".join(f"P-{n},Vare {n}\n" for n in range(2001))
    (real.folder / "p.csv").write_text(f"own_id,name\n{rows}", "utf-8")
    real.write("shop.yaml", {"products": {"table": "p.csv", "key": "own_id"}})
    assert "2,001 products are declared, more than 2,000" in real.run("validate")


def test_a_copy_says_once_that_stock_is_not_copied(tmp_path: Path) -> None:
    rows = [{"own_id": f"P{n}", "name": f"Vare {n}"} for n in range(2)]
    with two_shops(tmp_path, {"product": rows}) as shops:
        for verb, said in (("clone", True), ("clone", False), ("promote", False)):
            done = shops.run(verb, *BETWEEN, "--kinds", "products", "--auto-approve")
            assert done.exit == 0, done.text
            note = "`stock` of 2 products is not copied: each shop has its own"
            assert (note in " ".join(done.err.split())) == said


@pytest.mark.wide
def test_three_hundred_products_with_images_and_stock(tmp_path: Path) -> None:
    """The calls of each command are those in docs/guide/products.md."""
    with Sandbox() as sandbox, Sandbox(token=KEYS["KEY_B"]) as other:
        shop = Shop(tmp_path / "project", sandbox)
        new = {"url": other.url, "token": "${env:KEY_B}"}
        old = {"url": sandbox.url, "token": "${env:TOKEN}"}
        shop.write("shopform.yaml", {"shops": {"old": old, "new": new}})
        (shop.folder / "a.png").write_bytes(b"picture")
        shop.write("katalog.yaml", catalogue())
        figures: dict[str, int] = {}

        def run(*arguments: str, code: int = 0) -> str:
            keys = {"TOKEN": "sandbox", "KEY_B": KEYS["KEY_B"]}
            sandbox.reset_log()
            other.reset_log()
            done = run_here(shop.folder, *arguments, environment=environment_of(**keys))
            assert done.exit == code, done.text[-3000:]
            figures[f"{len(figures) + 1} {arguments[0]}"] = len(sandbox.calls) + len(other.calls)
            return done.out + done.err

        at = ("--shop", "old")
        run("apply", *at, "--auto-approve")
        assert "No changes" in run("plan", *at)
        held = sandbox.app.world.store.rows("product")
        assert {row["own_id"]: row["_stock"] for row in held} == {f"P-{n}": n for n in range(300)}
        ask = sandbox.app.world.tables["product"]
        ask.update(sandbox.data("product")[7]["product_id"], {"price": 1})
        assert "has changed" in run("drift", *at, code=2)
        run("clone", *BETWEEN, "--kinds", "products", "--auto-approve")
        assert len(other.data("product")) == 300
        shop.write("katalog.yaml", catalogue(price="120.50"))
        run("apply", *at, "--auto-approve")
        run("undo", *at, "--auto-approve", code=0)
        assert {row["price"] for row in sandbox.data("product")} == {100, 1}
        assert figures == {
            "1 apply": 608,
            "2 plan": 4,
            "3 drift": 4,
            "4 clone": 316,
            "5 apply": 307,
            "6 undo": 307,
        }


def catalogue(price: str = "100") -> dict[str, Any]:
    products = {
        f"p{n}": {
            "own_id": f"P-{n}",
            "name": f"Vare {n}",
            "price": price,
            "categories": ["a", "b"] if n % 2 else ["b"],
            "images": [{"file": "a.png", "description": f"Vare {n}"}],
            "stock": n,
        }
        for n in range(300)
    }
    return {"categories": {key: {"name": key.upper()} for key in "ab"}, "products": products}
