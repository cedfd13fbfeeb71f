"""Declared strings that a shop may store otherwise are named before anything is sent."""

from pathlib import Path

import pytest

from shopform.config import compile_project, load_project
from shopform.errors import ConfigError
from shopform.kinds.category import CATEGORY
from shopform.kinds.standard import STANDARD

SETTINGS = "shops: {demo: {url: 'https://demo.example', token: '${env:T}'}}\n"


def codes(directory: Path, catalogue: str | bytes, settings: str = SETTINGS) -> list[str]:
    (directory / "shopform.yaml").write_text(settings, "utf-8")
    text = catalogue if isinstance(catalogue, bytes) else catalogue.encode()
    (directory / "catalogue.yaml").write_bytes(text)
    environment = {"T": "t", "S": "https://s ", "NUL": "a\0b"}
    given = {"given": "a\0b"} if "given" in settings else {}
    _, _, found = compile_project(
        load_project(directory, STANDARD), None, variables=given, environment=environment
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
        ("suppliers: {a: {name: 'Sko '}, b: {name: Sko}}", "identity-twice"),
        ('suppliers: {a: {name: "\\u00e5"}, b: {name: "a\\u030a"}}', "identity-twice"),
        ("imports: [{address: supplier.a}]\nsuppliers: {a: {name: A}}", "import-choice"),
        ("imports: [{address: supplier.a, id: 1, not: [2]}]", "import-choice"),
    ],
)
def test_an_unmatchable_identity_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(ConfigError) as refused:
        codes(tmp_path, text)
    assert code in [d.code for d in refused.value.diagnostics]


def test_a_nul_is_refused_with_its_place_wherever_it_comes_from(tmp_path: Path) -> None:
    """In a string of every kind, written, or by a variable, the environment or a file; in a cell;
    in the bytes of a file of any sort. None is taken for another encoding."""
    (tmp_path / "i.png").write_bytes(b"x\0y")  # of an image it is a part
    (tmp_path / "nul.txt").write_bytes("å\na\0b\n".encode())
    (tmp_path / "r.csv").write_bytes(b"source,target\n/a,/b\n/c,/\0d\n")
    settings = f"{SETTINGS}variables: {{given: }}\n"
    nul = '"a\\0b"'
    values = f"values: [{nul}]"
    fields = [
        f"suppliers:\n  a: {{name: {nul}}}",
        f"suppliers:\n  a: {{name: A, dropshipping_mail: {nul}}}",
        f"brands:\n  a: {{name: {nul}}}",
        f"profiles:\n  a: {{name: {nul}}}",
        f"profiles:\n  a: {{name: A, attributes: {{b: {{name: {nul}}}}}}}",
        f"profiles:\n  a: {{name: A, attributes: {{b: {{name: B, type: valuelist, {values}}}}}}}",
        f"redirects:\n  a: {{source: /a, target: {nul}}}",
        f"webhooks:\n  a: {{url: 'https://x', events: [{nul}]}}",
        f"webhooks:\n  a: {{url: 'https://x', events: [], secret_to: {{command: {nul}}}}}",
        f"categories:\n  a: {{name: A, images: [{{file: i.png, description: {nul}}}]}}",
    ]
    for name in CATEGORY.fields:
        if CATEGORY.type(name).textual:
            fields += [
                f"categories:\n  a: {{{'' if name == 'name' else 'name: A, '}{name}: {value}}}"
                for value in (nul, '"${var.given}"', '"${env:NUL}"', '"${file:nul.txt}"')
            ]
    fields += [
        f"categories:\n  a: {{name: A, {name}: {{file: nul.txt}}}}"
        for name in ("description_a", "meta")
    ]
    refused = [(each, "catalogue.yaml:2:", "nul-character") for each in fields]
    refused.append(("redirects: {table: r.csv}", "r.csv:3:2", "nul-character"))
    for bad in ("# \0", 'suppliers: {a: {name: "\0"}}', "\0", "...\n\0"):
        column = bad.rpartition("\n")[2].index("\0") + 1
        line = 2 + bad.count("\n")
        refused.append((f"brands: {{}}\n{bad}", f"catalogue.yaml:{line}:{column}", "yaml-syntax"))
    for text, place, code in refused:
        with pytest.raises(ConfigError) as problem:
            codes(tmp_path, text, settings)
        reported = problem.value.diagnostics[0]
        assert [d.code for d in problem.value.diagnostics] == [code], text
        assert str(reported.span).startswith(place), (text, reported.span)
        assert "NUL character (U+0000)" in reported.summary, text
    assert len(refused) > 50
    with pytest.raises(ConfigError) as problem:
        codes(tmp_path, "brands: {}\n", f"{SETTINGS}variables: {{v: {{default: {nul}}}}}\n")
    assert str(problem.value.diagnostics[0].span) == "shopform.yaml:2:26"
