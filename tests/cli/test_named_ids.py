"""Ids of the shop's own objects by name: `${lookup.country.Danmark}`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import Run, environment_of, run_here
from two_shops import KEYS, ask

from shopform.sandbox import Sandbox

COUNTRIES = [{"name": "Danmark"}, {"name": "Norge"}, {"name": 'Øerne "A.B" & co'}]
SEED: dict[str, list[dict[str, Any]]] = {
    "country": COUNTRIES,
    "voucher": [{"code": "SOMMER"}, {"code": "Twice"}, {"code": "TWICE"}],
    "shipping": [{"name": "GLS"}],
    "landing-page": [{"name": "Sommer"}, {"name": "Tilbud"}],
}
OFFERS = "${lookup.landing-page.Tilbud}"


class Shops:
    def __init__(self, directory: Path, one: Sandbox, other: Sandbox) -> None:
        self.directory, self.one, self.other = directory, one, other
        self.urls = {"one": one.url, "other": other.url}

    def declare(self, tag: str, **more: Any) -> None:
        shops = {n: {"url": u, "token": "${env:SHOPFORM_TOKEN}"} for n, u in self.urls.items()}
        categories = {"a": {"name": "A", "tag": tag}}
        files = {"shops": shops, "categories": categories, **more}
        (self.directory / "shopform.yaml").write_text(json.dumps(files, indent=1), "utf-8")

    def run(self, *arguments: str, shop: str = "one", code: int = 0) -> Run:
        environment = environment_of(KEYS["KEY_A"])
        done = run_here(self.directory, *arguments, "--shop", shop, environment=environment)
        assert done.exit == code, done.text
        return done


@pytest.fixture
def shops(tmp_path: Path) -> Iterator[Shops]:
    token = KEYS["KEY_A"]
    with (
        Sandbox(seed=SEED, token=token) as one,
        Sandbox(seed=SEED, first_ids={"country": 45}, token=token) as other,
    ):
        yield Shops(tmp_path, one, other)


def tag(sandbox: Sandbox) -> object:
    return sandbox.data("category")[-1]["tag"]


def test_name_becomes_the_id_of_each_shop(shops: Shops) -> None:
    shops.declare("${lookup.country.Danmark}")
    said = shops.run("plan").out
    number = shops.one.data("country")[0]["country_id"]
    assert f"`tag` is {number}, the id of the country `Danmark`" in " ".join(said.split())
    assert "Calls: 2 to read" in said
    shops.run("apply", "--auto-approve")
    assert tag(shops.one) == str(number)
    assert "Danmark" not in (shops.directory / "state" / "one.json").read_text("utf-8")
    shops.run("plan", "--detailed-exitcode")
    shops.run("apply", "--auto-approve", shop="other")
    assert '"tag": "45"' in (shops.directory / "state" / "other.json").read_text("utf-8")


def test_names_have_spaces_quotes_and_dots_and_come_by_variables(shops: Shops) -> None:
    shops.declare(
        "${var.land}",
        variables={"land": {"default": f"${{lookup.country.{COUNTRIES[2]['name']}}}"}},
    )
    shops.run("apply", "--auto-approve")
    assert tag(shops.one) == str(shops.one.data("country")[2]["country_id"])


def test_vouchers_are_found_without_case(shops: Shops) -> None:
    shops.declare("${lookup.voucher.sommer}")
    shops.run("apply", "--auto-approve")
    assert tag(shops.one) == str(shops.one.data("voucher")[0]["voucher_id"])


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        ("${lookup.country.Danmrk}", 11, "the shop has no country `Danmrk`"),
        ("${lookup.voucher.twice}", 11, "several vouchers are called `twice`"),
        ("${lookup.land.Danmark}", 10, "unknown look-up `${lookup.land.Danmark}`"),
        ("x${lookup.country.Danmark}", 10, "a look-up is a whole value"),
    ],
)
def test_what_is_missing_or_ambiguous_is_an_error_with_its_place(
    shops: Shops, value: str, code: int, said: str
) -> None:
    shops.declare(value)
    text = " ".join(shops.run("plan", code=code).text.split())
    assert said in text
    assert "the id of the" not in text
    assert "shopform.yaml:" in text
    assert "Danmrk" not in value or "did you mean `Danmark`?" in text


def test_columns_beyond_the_model_may_be_looked_up(shops: Shops) -> None:
    shops.declare("", categories={"a": {"name": "A"}})
    shops.run("apply", "--auto-approve")
    number = shops.one.data("category")[-1]["category_id"]
    ask(shops.one, "PUT", f"category/{number}", {"country_id": 1})
    extra = {"country_id": "${lookup.country.Norge}"}
    shops.declare("", categories={"a": {"name": "A", "extra": extra}})
    shops.run("apply", "--auto-approve")
    norway = shops.one.data("country")[1]["country_id"]
    sent = [call.body for call in shops.one.calls if call.method == "PUT"][-1]
    assert str(sent["country_id"]) == str(norway)


def landing_page(sandbox: Sandbox, name: str = "Tilbud") -> str:
    rows = sandbox.data("landing-page")
    return str(next(row["landing_page_id"] for row in rows if row["name"] == name))


def test_names_stand_inside_lists_and_records(shops: Shops) -> None:
    def menu(name: str) -> dict[str, Any]:
        item = {"title": "Tilbud", "landing_page": name}
        inner = [item, {"title": "B", "type": "voucher", "value": "${lookup.voucher.sommer}"}]
        return {"top": {"location": "top", "items": [item, {"title": "Mere", "items": inner}]}}

    shops.declare("", menus=menu("${var.offers}"), variables={"offers": {"default": OFFERS}})
    said = shops.run("plan").out
    assert f"`items` is {landing_page(shops.one)}, the id of the landing-page" in said
    for shop, sandbox in (("one", shops.one), ("other", shops.other)):
        shops.run("apply", "--auto-approve", shop=shop)
        first, more = sandbox.data("menu")[0]["items"]
        wanted = {"type": "landing_page", "val": landing_page(sandbox), "titel": "Tilbud"}
        assert wanted.items() <= first.items() == more["items"][0].items()
        assert more["items"][1]["val"] == str(sandbox.data("voucher")[0]["voucher_id"])
        shops.run("plan", "--detailed-exitcode", shop=shop)
    shops.declare("", menus=menu("${lookup.landing-page.Sommer}"))
    shops.run("plan", "--out", "plan.json")
    done = run_here(
        shops.directory, "apply", "plan.json", environment=environment_of(KEYS["KEY_A"])
    )
    assert done.exit == 0, done.text
    items = shops.one.data("menu")[0]["items"]
    assert items[0]["val"] == landing_page(shops.one, "Sommer")


def test_names_stand_in_cells_of_tables(shops: Shops) -> None:
    table = 'name,tag,parent\nAB,"${lookup.country.Øerne ""A.B"" & co}",\nC,${var.land},ab\n'
    (shops.directory / "c.csv").write_text(table, "utf-8")
    land = {"default": "${lookup.country.Norge}"}
    rows = {"table": "c.csv", "key": "name"}
    shops.declare("", categories=rows, variables={"land": land})
    shops.run("apply", "--auto-approve")
    ids = [str(row["country_id"]) for row in shops.one.data("country")]
    tags = {row["name"]: row["tag"] for row in shops.one.data("category")}
    assert (tags["AB"], tags["C"]) == (ids[2], ids[1])
    shops.run("plan", "--detailed-exitcode")


MISPLACED = {
    "a reference": {"categories": {"a": {"name": "A", "parent": OFFERS}}},
    "a list of references": {
        "products": {"a": {"own_id": "A", "name": "A", "categories": [OFFERS]}}
    },
    "a reference inside": {
        "menus": {"a": {"location": "A", "items": [{"title": "A", "category": OFFERS}]}}
    },
    "a path inside": {"menus": {"a": {"location": "A", "items": [{"title": "A", "url": OFFERS}]}}},
    "no field": {"categories": {"a": {"name": "A", "lifecycle": {"ignore": [OFFERS]}}}},
    "an image": {"categories": {"a": {"name": "A", "images": [{"file": OFFERS}]}}},
}


@pytest.mark.parametrize("files", MISPLACED.values(), ids=MISPLACED)
def test_a_name_where_no_id_can_be_is_an_error_with_its_place(
    shops: Shops, files: dict[str, Any]
) -> None:
    shops.declare("", **files)
    said = " ".join(shops.run("validate", code=10).text.split())
    assert "a look-up is not allowed here" in said
    assert said.count("error:") == 1
    text = (shops.directory / "shopform.yaml").read_text("utf-8")
    line = text.split("${lookup")[0].count("\n") + 1
    assert f"shopform.yaml:{line}:" in said


def test_files_are_validated_without_a_call(shops: Shops) -> None:
    shops.declare("${lookup.country.Danmrk}")
    shops.run("validate")
    shops.declare("${lookup.country}")
    assert "write `${lookup.KIND.NAME}`" in shops.run("validate", code=10).text
    assert shops.one.calls == []


def test_a_key_that_may_not_read_them_is_named(shops: Shops) -> None:
    shops.declare("${lookup.country.Danmark}")
    shops.one.set_fault("GET /country:1:403")
    said = " ".join(shops.run("plan", code=16).text.split())
    assert "give the key of `one` the right to read `country`" in said


def test_files_keep_names_when_they_are_rewritten(shops: Shops) -> None:
    item = {"title": "Tilbud", "landing_page": OFFERS}
    menus = {"top": {"location": "top", "name": "A", "items": [item]}}
    shops.declare("${lookup.country.Danmark}", menus=menus)
    shops.run("apply", "--auto-approve")
    number = shops.one.data("menu")[0]["menu_id"]
    changed = {"name": "B", "items": [{"type": "url", "val": "ny", "titel": "Ny"}]}
    ask(shops.one, "PUT", f"menu/{number}", changed)
    said = " ".join(shops.run("dump", "--update").text.split())
    assert "`items` of `menu.top` is not written: it contains a placeholder" in said
    written = (shops.directory / "shopform.yaml").read_text("utf-8")
    assert written.count("${lookup.") == 2
    assert '"name": "B"' in written
    text = "categories:\n    a: {name: A, tag: '${lookup.country.Danmark}'}\n"
    (shops.directory / "shopform.yaml").write_text(
        json.dumps({"shops": json.loads(written)["shops"]}), "utf-8"
    )
    (shops.directory / "c.yaml").write_text(text, "utf-8")
    environment = environment_of(KEYS["KEY_A"])
    assert run_here(shops.directory, "fmt", environment=environment).exit == 0
    assert "${lookup.country.Danmark}" in (shops.directory / "c.yaml").read_text("utf-8")


def test_a_plan_without_the_shop_says_what_it_needs(shops: Shops) -> None:
    shops.declare("")
    shops.run("snapshot", "--out", "shop.json")
    shops.declare("${lookup.country.Danmark}")
    said = " ".join(shops.run("plan", "--snapshot", "shop.json", code=11).text.split())
    assert "the countries were not read" in said


def test_a_list_is_read_once_and_only_if_it_is_used(shops: Shops) -> None:
    both = {"a": {"name": "A", "tag": "${lookup.country.Danmark}"}}
    both |= {"b": {"name": "B", "tag": "${lookup.country.Norge}"}}
    shops.declare("", categories=both)
    shops.run("plan")
    assert [c.path for c in shops.one.calls] == ["/category", "/country"]


def test_nothing_is_written_to_what_is_looked_up(shops: Shops) -> None:
    with pytest.raises(AssertionError, match="405"):
        ask(shops.one, "POST", "country", {"name": "X"})
