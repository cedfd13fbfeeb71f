"""What a command adds to the files of a project, and that it adds nothing else."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from growth import grows_no_faster

from shopform.config import load_project, shop_names
from shopform.config.compile.compiler import compile_project
from shopform.config.compile.declarations import Declarations
from shopform.config.format.comments import comments
from shopform.config.format.formatter import format_text
from shopform.config.read.document import Document
from shopform.config.read.node_builder import parse
from shopform.config.read.project import Project
from shopform.config.write.project_edits import (
    apply_change,
    with_moves,
    with_resource,
    with_resources,
)
from shopform.diagnostics import Collector
from shopform.errors import UsageError
from shopform.kinds import Catalogue
from shopform.kinds.standard import STANDARD
from shopform.model.declared import Declared
from shopform.model.desired import Desired, Resource
from shopform.model.values import Address, Ref, Value

EXAMPLES = sorted(
    p.parent for p in (Path(__file__).parents[2] / "examples").glob("*/shopform.yaml")
)
ENVIRONMENT = dict.fromkeys(
    ("SHOPFORM_TOKEN", "SHOPFORM_STAGING_TOKEN", "SHOPFORM_PRODUCTION_TOKEN"), "t"
)


def declared(address: str, kinds: Catalogue = STANDARD, /, **fields: Value) -> Declared:
    at = Address(address)
    nesting = kinds[at.kind].nesting
    parent = Address.of(nesting.kind, *at.keys[:-1]) if nesting else None
    resource = Resource(address=at, fields=fields, parent=parent, origin=7, kind=kinds[at.kind])
    return Declared(
        resources={at: resource},
        ids={at: 7},
        duplicates=frozenset(),
        omissions=(),
        catalogue=kinds,
    )


def compiled(project: Project, shop: str) -> Desired:
    return compile_project(
        project, shop, variables={}, environment=ENVIRONMENT, resolve_token=False
    )[1]


def remarks(text: str) -> list[str]:
    return [each.text for each in comments(Document(text, parse(text, "", Collector())))]


def additions(project: Project) -> Iterator[Declared]:
    """One more of every kind, wherever one of it is, and a reference among them."""
    drafts = Declarations(project, shop_names(project)[0], Collector())
    for kind in project.catalogue.kinds:
        for draft in drafts.by_kind[kind.name][:3]:
            address = Address.of(kind.name, *draft.address.keys[:-1], "zz-new")
            short = kind.nesting and kind.nesting.short
            text = "zz-new" if short else "zz: 'new' # one"
            required = (row.name for row in kind.rows if row.required)
            fields: dict[str, Value] = dict.fromkeys((*kind.identity, *required), text)
            for name in fields:
                if name in kind.refers:
                    fields[name] = Ref(draft.address)
            if kind.route:
                fields[kind.route.target] = "/zz"
            if "events" in kind.fields:
                fields["events"] = ("paid", "stock")
            yield declared(address, project.catalogue, **fields)


@pytest.mark.parametrize("example", EXAMPLES, ids=[path.name for path in EXAMPLES])
def test_one_more_of_each_kind_is_all_that_is_added(example: Path, tmp_path: Path) -> None:
    shutil.copytree(example, tmp_path / "p")
    project = load_project(tmp_path / "p", STANDARD)
    shop = shop_names(project)[0]
    before = compiled(project, shop).resources
    count = 0
    for addition in additions(project):
        (address,) = addition.resources
        change = with_resource(project, addition, address)
        count += 1
        now = compiled(apply_change(project, change), shop).resources
        assert set(now) - set(before) <= {address}
        assert {a: r.fields for a, r in now.items() if a != address} == {
            a: r.fields for a, r in before.items()
        }
        assert remarks(change.text) == remarks(project.contents[change.name])
        kinds = project.catalogue
        assert format_text(change.text, change.name, Collector(), kinds) == change.text
    assert count >= min(5, len(before))


def small(tmp_path: Path, text: str) -> Project:
    url = "{url: 'https://demo.example', token: '${env:SHOPFORM_TOKEN}'}"
    (tmp_path / "shopform.yaml").write_text(f"shops: {{demo: {url}}}\n", "utf-8")
    (tmp_path / "c.yaml").write_text(text, "utf-8")
    return load_project(tmp_path, STANDARD)


ODD = {
    "alias": "profiles:\n  a: {name: A, attributes: &x {b: {name: B}}}\n"
    "  p: {name: P, attributes: *x}\n",
    "kept blank lines": "profiles:\n  p:\n    name: P\n    attributes:\n"
    "      b:\n        name: |+\n          B\n\n",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_a_file_in_an_unusual_form_is_kept_and_reported(tmp_path: Path, text: str) -> None:
    project = small(tmp_path, text)
    addition = declared("attribute.p.c", name="C")
    with pytest.raises(UsageError) as refused:
        with_resource(project, addition, Address("attribute.p.c"))
    assert refused.value.diagnostics[0].hint == "add it yourself: `c: {name: C}`"


def many(size: int) -> tuple[str, Declared]:
    """As many attributes, every third with a list that takes no more, and a value for each."""
    lines = ["profiles:", "  p:", "    name: P", "    attributes:"]
    resources: dict[Address, Resource] = {}
    for n in range(size):
        lines += [f"      a{n}:", f"        name: A{n}", "        values: [x]"]
        fields: dict[str, Value] = {"val": "new", "weight": 7} if n % 3 == 0 else {"val": "new"}
        resources |= declared(f"value.p.a{n}.new", **fields).resources
    return "\n".join(lines) + "\n", Declared(
        resources=resources,
        ids=dict.fromkeys(resources, 7),
        duplicates=frozenset(),
        omissions=(),
        catalogue=STANDARD,
    )


def test_a_resource_that_cannot_be_added_does_not_stop_the_others(tmp_path: Path) -> None:
    text, more = many(9)
    change, refused = with_resources(small(tmp_path, text), more, list(more.resources))
    assert change is not None
    assert sorted(refused) == [f"value.p.a{n}.new" for n in (0, 3, 6)]
    assert change.text.count("[x, new]") == 6


def test_what_an_anchor_shares_keeps_out_nothing_else(tmp_path: Path) -> None:
    text, more = many(9)
    text = text.replace("A4\n        values: [x]", "A4\n        values: &x [x]")
    text = text.replace("A5\n        values: [x]", "A5\n        values: *x")
    change, refused = with_resources(small(tmp_path, text), more, list(more.resources))
    assert change is not None
    assert sorted(refused) == [f"value.p.a{n}.new" for n in (0, 3, 4, 5, 6)]
    assert change.text.count("[x, new]") == 4


def test_twice_as_much_to_add_is_about_twice_the_work(tmp_path: Path) -> None:
    def task(size: int) -> Callable[[], object]:
        (tmp_path / str(size)).mkdir()
        text, more = many(size)
        project = small(tmp_path / str(size), text)
        return lambda: with_resources(project, more, list(more.resources))

    grows_no_faster(task, 60)


MOVE = [(Address("category.a"), Address("category.b"))]


def test_a_list_with_an_anchor_grows(tmp_path: Path) -> None:
    change = with_moves(small(tmp_path, "moved: &a []\n"), MOVE)
    assert "{from: category.a, to: category.b}" in change.text


def test_a_list_that_an_alias_shares_is_kept(tmp_path: Path) -> None:
    project = small(tmp_path, "moved: &a\n  - {from: a.b, to: a.c}\nremoved: *a\n")
    with pytest.raises(UsageError) as refused:
        with_moves(project, MOVE)
    hint = refused.value.diagnostics[0].hint
    assert hint == "add it yourself: `{from: category.a, to: category.b}`"
