"""A small file may not become a large project, nor break the reader of it."""

from pathlib import Path

import pytest

from shopform.config import check_project, load_project
from shopform.config.format.formatter import format_text
from shopform.diagnostics import Collector
from shopform.errors import ConfigError
from shopform.kinds.standard import STANDARD

SHOP = "shops: {a: {url: 'https://a.example', token: '${env:A}'}}\n"


def laughs(levels: int, wide: int) -> str:
    """Each level is `wide` aliases of the one before: wide to the power of levels."""
    lines = ["moved:", "- &l0 {from: x.a, to: x.b}"]
    lines += [f"- &l{n} [{', '.join([f'*l{n - 1}'] * wide)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def copies(count: int) -> str:
    """Resources of resources: a set of values in each of many attributes of many profiles."""
    values = ", ".join(f"v{number}" for number in range(count))
    attributes = "".join(
        f"      a{n}: {{name: A{n}, type: valuelist, values: *v}}\n" for n in range(count)
    )
    profiles = "".join(f"  p{n}: {{name: P{n}, attributes: *a}}\n" for n in range(count))
    head = "  x:\n    name: X\n    attributes: &a\n      b:\n        name: B\n"
    head += f"        type: valuelist\n        values: &v [{values}]\n"
    return f"profiles:\n{head}{attributes}{profiles}"


BOMBS = {
    "aliases of aliases": (laughs(9, 9), "yaml-aliases"),
    "a million resources": (copies(100), "yaml-aliases"),
    "long texts": (
        f"moved:\n- &t {'x' * 900_000}\n" + "- *t\n" * 300,
        "yaml-aliases",
    ),
    "deep brackets": ("moved: " + "[" * 100_000, "yaml-deep"),
    "deep braces": ("moved: " + "{a: " * 3_000 + "1" + "}" * 3_000, "yaml-deep"),
    "deep blocks": ("".join("  " * n + "a:\n" for n in range(200)), "yaml-deep"),
    "deep dashes": ("moved:\n" + "- " * 3_000 + "x", "yaml-deep"),
    "a long text": (f"moved: ['{'x' * 1_000_001}']", "yaml-long"),
}


def test_a_file_that_expands_without_end_is_refused_at_its_place(tmp_path: Path) -> None:
    (tmp_path / "shopform.yaml").write_text(SHOP)
    for name, (text, code) in BOMBS.items():
        (tmp_path / "b.yaml").write_text(text)
        project = load_project(tmp_path, STANDARD)
        with pytest.raises(ConfigError) as caught:
            check_project(project, None, variables={}, environment={})
        found = caught.value.diagnostics
        places = [(each.code, each.span.file if each.span else "") for each in found]
        assert places == [(code, "b.yaml")], name
        collector = Collector()
        with pytest.raises(ConfigError):
            format_text(text, "b.yaml", collector, STANDARD)
        assert [each.code for each in collector] == [code], name


def test_what_people_write_is_within_the_bounds(tmp_path: Path) -> None:
    (tmp_path / "shopform.yaml").write_text(SHOP)
    (tmp_path / "b.yaml").write_text(copies(12))
    found, _ = check_project(load_project(tmp_path, STANDARD), None, variables={}, environment={})
    assert len(found["a"].resources) > 1_800


def test_long_files_beside_the_yaml_are_refused_at_their_place(tmp_path: Path) -> None:
    (tmp_path / "shopform.yaml").write_text(SHOP)
    (tmp_path / "t.html").write_text("x" * 4_000_001)
    (tmp_path / "t.csv").write_text("name\n" + "x" * 200_000)
    uses = {
        "categories: {a: {name: A, description_a: {file: t.html}}}": ("b.yaml", "file-long"),
        "brands: {table: t.csv}": ("t.csv", "table-malformed"),
    }
    for text, (file, code) in uses.items():
        (tmp_path / "b.yaml").write_text(text)
        with pytest.raises(ConfigError) as caught:
            check_project(load_project(tmp_path, STANDARD), None, variables={}, environment={})
        found = [(each.span.file, each.code) for each in caught.value.diagnostics if each.span]
        assert found == [(file, code)]
