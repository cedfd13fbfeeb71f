"""Declared strings that a shop may store otherwise are named before anything is sent."""

from pathlib import Path

import pytest

from shopform.config import compile_project, load_project
from shopform.errors import ConfigError

SETTINGS = "shops: {demo: {url: 'https://demo.example', token: '${env:T}'}}\n"


def codes(directory: Path, catalogue: str) -> list[str]:
    (directory / "shopform.yaml").write_text(SETTINGS, "utf-8")
    (directory / "catalogue.yaml").write_text(catalogue, "utf-8")
    _, _, found = compile_project(
        load_project(directory), None, variables={}, environment={"T": "t", "S": "https://s "}
    )
    return [f"{d.span.line if d.span else 0} {d.code}" for d in found]


def test_what_a_shop_may_rewrite_draws_a_warning(tmp_path: Path) -> None:
    for value in ('"Sko "', '" Sko"', '"Sko\\u00a0"', '"Sko\\n"', '"a\\u030a"', '"S\\x07ko"'):
        for text in (
            f"suppliers:\n  a: {{name: {value}}}\n",
            f"profiles:\n  a: {{name: {value}}}\n",
            f"categories:\n  a: {{name: {value}}}\n",
            f"redirects:\n  a: {{source: {value}, target: x}}\n",
            f"profiles:\n  a: {{name: A, attributes: {{b: {{name: {value}}}}}}}\n",
        ):
            assert "2 string-rewritten" in codes(tmp_path, text), (value, text)
    assert codes(tmp_path, 'categories:\n  a: {name: A, meta_title: "Sko "}\n')
    for text in ("meta: |\n      a=1\n      b=2\n", "description_a: ' <p>x</p> '", "tag: æøå"):
        assert codes(tmp_path, f"categories:\n  a:\n    name: A\n    {text}\n") == []


def test_siblings_that_differ_only_by_rewriting_draw_a_warning(tmp_path: Path) -> None:
    for one, two in (("Sko", "SKO"), ("A & B", "A &amp; B"), ("A  B", "A B")):
        text = f"brands:\n  a: {{name: {one!r}}}\n  b: {{name: {two!r}}}\n"
        assert codes(tmp_path, text) == ["3 identity-alike"]
    apart = "categories:\n  a: {name: Sko}\n  b: {name: SKO, parent: a}\n  c: {name: Sko 2}\n"
    assert codes(tmp_path, apart) == []


def test_many_such_strings_are_counted(tmp_path: Path) -> None:
    rows = "".join(f'  s{n}: {{name: "S{n} "}}\n' for n in range(50))
    assert len(codes(tmp_path, f"suppliers:\n{rows}")) == 11


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('suppliers: {a: {name: "a\\0"}}', "nul-in-identity"),
        ("suppliers: {a: {name: 'Sko '}, b: {name: Sko}}", "identity-twice"),
        ('suppliers: {a: {name: "\\u00e5"}, b: {name: "a\\u030a"}}', "identity-twice"),
        ("imports: [{address: supplier.a}]\nsuppliers: {a: {name: A}}", "import-choice"),
        ("imports: [{address: supplier.a, id: 1, not: [2]}]", "import-choice"),
    ],
)
def test_what_could_not_be_recognised_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(ConfigError) as refused:
        codes(tmp_path, text)
    assert code in [d.code for d in refused.value.diagnostics]
