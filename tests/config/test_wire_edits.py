"""The API names of a shop are set in the project file, and nothing else in it changes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shopform.config import compile_project, load_project
from shopform.config.read.project import Project
from shopform.config.write.wire_edits import Tree, with_wire
from shopform.errors import UsageError
from shopform.kinds.standard import STANDARD
from shopform.model.shop import WireNames

FIELDS = {"source": "old_url", "target": "new: url"}
WIRE: Tree = {"brand": {"list_key": "rows"}, "redirect": {"id": "redirect_id", "fields": FIELDS}}
HEAD = """\
shops:
  test:  # the only one
    url: https://shop.example.dk
    token: ${env:TOKEN}
"""
WRITTEN = """\
    wire:
      brand:
        list_key: rows
      redirect:
        id: redirect_id
        fields:
          source: old_url
          target: "new: url"
"""

Open = Callable[[str], Project]


@pytest.fixture
def project(tmp_path: Path) -> Open:
    def opened(text: str) -> Project:
        (tmp_path / "shopform.yaml").write_text(text, "utf-8")
        return load_project(tmp_path, STANDARD)

    return opened


def names(project: Project, shop: str = "test") -> dict[str, WireNames]:
    environment = {"TOKEN": "t"}
    made, *_ = compile_project(project, shop, variables={}, environment=environment)
    return dict(made.wire)


FORMS = {
    "absent": HEAD,
    "absent, with more below": HEAD + "variables:\n  a: {default: b}\n",
    "empty": HEAD + "    wire: {}\n",
    "other kinds": HEAD + "    wire:\n      value: {id: x}  # seen\n    daily_calls: 5\n",
    "same kind": HEAD + "    wire:\n      redirect:\n        fields: {status: code}\n",
    "other names": HEAD + "    wire: {redirect: {id: nr, fields: {source: from}}}\n",
    "quoted": HEAD + "    wire:\n      redirect:\n        id: 'nr'\n",
    "brackets": 'shops: {test: {url: https://a.example.dk, token: "${env:TOKEN}"}}\n',
    "no line feed": HEAD.rstrip(),
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_names_are_set_and_all_else_stays(project: Open, text: str) -> None:
    before = project(text)
    had = names(before)
    change = with_wire(before, "test", WIRE)
    assert change
    after = project(change.text)
    found = names(after)
    assert found["brand"].list_key == "rows"
    assert found["redirect"].id == "redirect_id"
    assert found["redirect"].fields.items() >= FIELDS.items()
    for kind in had:
        assert found[kind].fields.keys() >= had[kind].fields.keys()
    assert found.get("value") == had.get("value")
    for comment in ("# the only one", "# seen"):
        assert (comment in change.text) is (comment in text)
    assert with_wire(after, "test", WIRE) is None


def test_without_names_nothing_changes(project: Open) -> None:
    assert with_wire(project(HEAD), "test", {}) is None


def test_layout_is_that_of_fmt(project: Open) -> None:
    change = with_wire(project(HEAD), "test", WIRE)
    assert change
    assert change.text == HEAD + WRITTEN


@pytest.mark.parametrize(
    "text",
    [
        HEAD.replace("test:", "test: &it").replace("https", "http") + "  more: *it\n",
        "shops: *it\n",
    ],
)
def test_file_that_shares_its_values_is_refused_with_the_lines_to_add(
    project: Open, tmp_path: Path, text: str
) -> None:
    (tmp_path / "shopform.yaml").write_text(text, "utf-8")
    opened = Project(directory=tmp_path, catalogue=STANDARD, contents={"shopform.yaml": text})
    with pytest.raises(UsageError) as refused:
        with_wire(opened, "test", WIRE)
    hint = refused.value.diagnostics[0].hint
    assert hint.startswith("add it yourself: `wire: {brand: {list_key: rows}, redirect: {id: ")


def test_shop_of_an_app_has_no_place_of_its_own(project: Open, tmp_path: Path) -> None:
    text = HEAD + "  from_app: {token: a}\n"
    (tmp_path / "shopform.yaml").write_text(text, "utf-8")
    opened = Project(directory=tmp_path, catalogue=STANDARD, contents={"shopform.yaml": text})
    with pytest.raises(UsageError, match="cannot set `wire` of shop `nord`"):
        with_wire(opened, "nord", WIRE)


def test_wire_of_a_list_is_refused(project: Open, tmp_path: Path) -> None:
    text = HEAD + "    wire: [a]\n"
    opened = Project(directory=tmp_path, catalogue=STANDARD, contents={"shopform.yaml": text})
    with pytest.raises(UsageError):
        with_wire(opened, "test", WIRE)
