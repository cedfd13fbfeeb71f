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
}


class Shops:
    def __init__(self, directory: Path, one: Sandbox, other: Sandbox) -> None:
        self.directory, self.one = directory, one
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
