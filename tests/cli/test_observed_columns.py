"""Columns that categories were observed to have and that no argument is documented for."""

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from support import environment_of, run_here
from two_shops import two_shops

from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox

HIDDEN = {"name": "Engros", "is_hidden": 1, "weight": 9999999, "rewrite_url": "engros"}
CLOSED = {"name": "Lukket", "is_online": 0, "no_internal_search": 1, "search": "gammel"}
SEED: dict[str, list[dict[str, Any]]] = {"category": [HIDDEN, CLOSED, {"name": "Sko"}]}
COLUMNS = ("is_hidden", "is_online", "no_internal_search", "search", "weight")


def columns(sandbox: Sandbox) -> dict[str, tuple[object, ...]]:
    return {row["name"]: tuple(row[c] for c in COLUMNS) for row in sandbox.data("category")}


def test_what_is_hidden_stays_hidden_in_a_dump_and_in_a_copy(tmp_path: Path) -> None:
    with two_shops(tmp_path, SEED) as shops:
        dumped = YAML(typ="safe").load(shops.run("dump", "--shop", "old").out)["categories"]
        assert dumped["engros"]["is_hidden"] is True
        assert dumped["engros"]["weight"] == 9999999
        assert dumped["lukket"] == {
            "name": "Lukket",
            "is_online": False,
            "no_internal_search": True,
            "search": "gammel",
            "rewrite_url": "lukket",
        }
        assert not dumped["sko"].keys() & set(COLUMNS)
        shops.clone()
        assert columns(shops.new) == columns(shops.old)
        shops.settled("clone")


def test_a_shop_that_takes_no_such_column_is_reported_and_left_alone(tmp_path: Path) -> None:
    with two_shops(tmp_path, SEED, other={"switches": {"unknown_columns": "drop"}}) as shops:
        done = shops.clone("--allow-loss")
        said = " ".join(done.text.split())
        differs = "stores `is_hidden` of `category.engros` differently: sent `true`, stored `false`"
        assert differs in said
        assert "stores `is_online` of `category.lukket` differently" in said
        shops.settled("clone")


@pytest.mark.parametrize("name", COLUMNS)
def test_such_a_column_is_written_once_the_shop_showed_it(tmp_path: Path, name: str) -> None:
    row = STANDARD["category"].fields[name]
    assert row.tentative
    value = {"flag": row.default is False, "number": 3, "text": "x"}[row.type.name]
    with Sandbox() as sandbox:
        shop = {"url": sandbox.url, "token": "${env:KEY_A}"}
        files = {"shops": {"s": shop}, "categories": {"a": {"name": "A", name: value}}}
        (tmp_path / "shopform.yaml").write_text(json.dumps(files), "utf-8")
        environment = environment_of(KEY_A="sandbox")
        done = run_here(tmp_path, "apply", "--auto-approve", environment=environment)
        assert done.exit == 0, done.text
        # The front page's category shows the key; what hides is read back once.
        assert ("2 to verify" in done.text) == (row.hides is value)
        assert sandbox.data("category")[-1][name] == value


def test_values_that_hide_are_those_of_the_columns_for_visitors() -> None:
    rows = STANDARD["category"].fields
    hiding = {name: row.hides for name, row in rows.items() if isinstance(row.hides, bool)}
    assert hiding == {"is_online": False, "is_hidden": True, "no_internal_search": True}
