"""A key that may not read something: each command names the resource, the shop and the right."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import Run, environment_of, run_here

from shopform.sandbox import Sandbox

SECTIONS = {
    "categories": {"a": {"name": "A", "tag": "${lookup.country.Danmark}"}},
    "profiles": {"p": {"name": "P", "attributes": {"x": {"name": "X", "type": "string"}}}},
    "menus": {"m": {"location": "top", "items": [{"title": "A", "category": "a"}]}},
}
SEED = {"country": [{"name": "Danmark"}]}


class Two:
    def __init__(self, folder: Path, one: Sandbox, two: Sandbox) -> None:
        self.folder, self.one, self.two = folder, one, two
        self.write(SECTIONS)

    def write(self, sections: object) -> None:
        urls = {"one": self.one.url, "two": self.two.url}
        shops = {name: {"url": url, "token": "${env:SHOPFORM_TOKEN}"} for name, url in urls.items()}
        (self.folder / "shopform.yaml").write_text(json.dumps({"shops": shops}), "utf-8")
        (self.folder / "catalogue.yaml").write_text(json.dumps(sections), "utf-8")

    def run(self, *arguments: str) -> Run:
        shop = () if "--from" in arguments else ("--shop", "one")
        return run_here(self.folder, *arguments, *shop, environment=environment_of())


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with Sandbox(seed=SEED) as one, Sandbox(seed=SEED) as two:
        both = Two(tmp_path_factory.mktemp("refused"), one, two)
        done = both.run("apply", "--auto-approve")
        assert done.exit == 0, done.text
        yield both


CATEGORY, SINGLE = "category", "menu/1501"
COPY = "clone --from one --to two --auto-approve"
READS = [
    *((command, CATEGORY, "one", 16) for command in ("plan", "apply --auto-approve", "drift")),
    *((command, CATEGORY, "one", 16) for command in ("plan --refresh-only", "undo --auto-approve")),
    ("destroy --auto-approve", CATEGORY, "one", 16),
    ("import --generate category.z 501", "category/501", "one", 16),
    ("dump", CATEGORY, "one", 0),
    ("snapshot --out {0}/x.json", CATEGORY, "one", 0),
    ("plan", SINGLE, "one", 16),
    ("dump", SINGLE, "one", 0),
    ("plan", "profile-attribute", "one", 16),
    ("plan", "country", "one", 16),
    (COPY, CATEGORY, "one", 16),
    (COPY, CATEGORY, "two", 16),
]


@pytest.mark.parametrize(
    ("command", "path", "shop", "code"), READS, ids=[f"{c[:9]} {p} {s}" for c, p, s, _ in READS]
)
def test_each_command_names_what_the_key_may_not_read(
    shops: Two, tmp_path: Path, command: str, path: str, shop: str, code: int
) -> None:
    sandbox: Sandbox = getattr(shops, shop)
    sandbox.set_fault(f"GET /{path}:1+:403")
    try:
        done = shops.run(*command.format(tmp_path).split())
    finally:
        sandbox.clear_faults()
    said = " ".join(done.err.split())
    assert done.exit == code, done.text
    assert f"the key may not `GET {path}` (403: Forbidden)" in said
    assert f"give the key of `{shop}` the right to read `{path.partition('/')[0]}`" in said


def test_what_cannot_be_counted_is_named(shops: Two) -> None:
    shops.write({name: held for name, held in SECTIONS.items() if name == "profiles"})
    shops.one.set_fault("GET /product:1+:403")
    try:
        done = shops.run("plan")
    finally:
        shops.one.clear_faults()
        shops.write(SECTIONS)
    assert done.exit == 11, done.text
    assert "let the key read products" in " ".join(done.text.split())


def test_doctor_without_a_readable_list_names_the_shop(shops: Two) -> None:
    shops.one.set_fault("GET:1+:403")
    try:
        done = shops.run("doctor")
    finally:
        shops.one.clear_faults()
    assert done.exit == 16, done.text
    assert "`auth` of `one`, and the rights of the key" in " ".join(done.err.split())
