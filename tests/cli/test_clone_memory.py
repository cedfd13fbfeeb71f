"""Where copies are remembered, and of which two shops."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from own_kinds import catalogue_of
from two_shops import BETWEEN, KEYS, TwoShops, two_shops, writes

from shopform.sandbox import Sandbox


@pytest.fixture
def shops(tmp_path: Path) -> Iterator[TwoShops]:
    with two_shops(tmp_path / "project") as found:
        yield found


@pytest.mark.parametrize(
    ("state", "memory"),
    [
        ("./states/new", "states/new.from-old"),
        ("states.d/new", "states.d/new.from-old"),
        ("../out/new.json", "../out/new.from-old.json"),
    ],
)
def test_memory_lies_beside_the_state_wherever_that_is(
    state: str, memory: str, tmp_path: Path
) -> None:
    with two_shops(tmp_path / "project", settings={"state": state}) as shops:
        shops.clone("--kinds", "suppliers")
        assert (shops.directory / memory).is_file()


@pytest.mark.parametrize("verb", ["clone", "promote"])
def test_memory_of_one_shop_is_refused_for_another(verb: str, shops: TwoShops) -> None:
    shops.clone()
    shops.new.reset_log()
    seed = {"category": [{"category_id": 61, "name": "Something else"}]}
    file = shops.directory / "shopform.yaml"
    before = file.read_text("utf-8")
    with Sandbox(token=KEYS["KEY_A"], seed=seed) as third:
        file.write_text(before.replace(shops.old.url, third.url), "utf-8")
        done = shops.run(verb, *BETWEEN, "--auto-approve")
        told = " ".join(done.err.split())
        assert f"records copies of the shop `127.0.0.1:{shops.old.port}`" in told
        assert (done.exit, writes(shops.new), third.calls) == (1, [], [])
    file.write_text(before, "utf-8")
    shops.settled(verb)


def test_two_names_for_one_shop_are_refused(shops: TwoShops) -> None:
    file = shops.directory / "shopform.yaml"
    settings = json.loads(file.read_text("utf-8"))
    settings["shops"]["new"] = {**settings["shops"]["old"], "url": shops.old.url + "/"}
    file.write_text(json.dumps(settings), "utf-8")
    done = shops.run("clone", *BETWEEN, "--auto-approve", "--rewrite", "Herre=Mand")
    assert (done.exit, "are one shop" in done.err) == (64, True)
    assert not shops.old.calls


def test_products_that_a_kind_of_the_project_refers_to_are_copied_by_the_first_run(
    tmp_path: Path,
) -> None:
    about = {"type": "reference", "to": "product", "wire": "product_id"}
    fields = {"title": {"type": "text", "required": True}, "about": about}
    names = {"section": "notices", "endpoint": "notice", "id": "id", "identity": ["title"]}
    kinds = {"notice": {**names, "fields": fields}}
    seed = {
        "product": [{"product_id": 2_000 + n, "own_id": f"A{n}", "name": "A"} for n in range(2)],
        "notice": [{"id": 5, "title": "N", "product_id": 2_000}],
    }
    served = {"catalogue": catalogue_of(**kinds)}
    with two_shops(tmp_path / "p", seed, first=served, other=served, kinds=kinds) as shops:
        shops.clone()
        assert len(shops.new.data("product")) == 2
        shops.settled()
