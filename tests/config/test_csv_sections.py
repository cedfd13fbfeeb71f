"""Sections in CSV files: what rows declare, and their errors with places."""

from collections.abc import Callable
from pathlib import Path

import pytest
from config_files import SHOP, compiled, refused, write
from growth import grows_no_faster

from shopform.config import load_project
from shopform.config.write.field_patches import patch
from shopform.diagnostics import Diagnostic
from shopform.errors import ConfigError
from shopform.kinds.standard import STANDARD
from shopform.model.declared import LiveField
from shopform.model.desired import Desired
from shopform.model.values import Address, Ref
from shopform.render.text.diagnostics import render_diagnostics

NAMED = "{table: r.csv, key: source, columns: {source: Old URL, target: New URL, status: Code}}"


def ways(directory: Path, table: str | bytes, section: str = NAMED) -> Desired:
    return compiled(directory, {"c.yaml": f"redirects: {section}", "r.csv": table})[1]


def wrong(directory: Path, table: str | bytes, section: str = NAMED) -> list[str]:
    return refused(directory, {"c.yaml": f"redirects: {section}", "r.csv": table})


def reported(directory: Path, table: str | bytes, section: str = NAMED) -> tuple[Diagnostic, ...]:
    with pytest.raises(ConfigError) as caught:
        ways(directory, table, section)
    return caught.value.diagnostics


def fields(found: Desired) -> dict[str, dict[str, object]]:
    return {".".join(a.keys): dict(r.fields) for a, r in found.resources.items()}


SHEET = 'Old URL,New URL,Code\n/a,/b,301\n"/c, d",/e,\n'
DECLARED = {
    "a": {"source": "/a", "target": "/b", "status": 301},
    "c-d": {"source": "/c, d", "target": "/e"},
}


@pytest.mark.parametrize(
    "table",
    [
        SHEET,
        "\ufeff" + SHEET,
        SHEET.replace("\n", "\r\n"),
        'Old URL;New URL;Code\n/a;/b;301\n"/c, d";/e;\n',
        "Old URL\tNew URL\tCode\n/a\t/b\t301\n/c, d\t/e\t\n",
        ' Code ,"Old URL",New URL\n301,/a,/b\n,"/c, d",/e\n',
        'Note,Old URL,New URL,Code\n"a ""b""\nc",/a,/b,301\n\n,,,\n,"/c, d",/e,\n\n',
        '"New URL";"Old URL";Code;"a,b,c,d,e"\n/b;/a;301;\n/e;"/c, d";;\n',
    ],
    ids=["comma", "marked", "crlf", "semicolon", "tab", "turned", "more", "quoted"],
)
def test_table_declares_what_its_rows_say(tmp_path: Path, table: str) -> None:
    assert fields(ways(tmp_path, table)) == DECLARED


def test_headers_are_fields_where_no_columns_are_named(tmp_path: Path) -> None:
    found = ways(tmp_path, "source,target\n/a,/b\n", "{table: r.csv, key: source}")
    assert fields(found) == {"a": {"source": "/a", "target": "/b"}}


def test_another_column_may_make_the_keys(tmp_path: Path) -> None:
    table = "Id,source,target\nFørste,/a,/b\n"
    assert list(fields(ways(tmp_path, table, "{table: r.csv, key: Id}"))) == ["foerste"]


def test_keys_without_a_column_are_the_same_in_any_order(tmp_path: Path) -> None:
    section = "{table: r.csv}"
    rows = ["/a,/x", "/b,/y", "/c,/z"]
    first = fields(ways(tmp_path, "\n".join(["source,target", *rows]), section))
    again = fields(ways(tmp_path, "\n".join(["source,target", *rows[::-1]]), section))
    assert first == again
    assert len(first) == 3
    assert all(len(key) == 12 for key in first)
    bare = fields(ways(tmp_path, "target,source\n/other,a\n", section))
    assert set(bare) < set(first)


def test_strings_are_kept_and_other_fields_are_read_as_yaml(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "c.yaml": "categories: {table: c.csv, key: name}",
        "c.csv": "name,tag,in_menu,sort_order,parent\nnull,~,TRUE,normal,\n0123,yes, 0 ,,null\n",
    }
    assert fields(compiled(tmp_path, files)[1]) == {
        "null": {
            "name": "null",
            "tag": "~",
            "in_menu": True,
            "sort_order": "normal",
        },
        "0123": {
            "name": "0123",
            "tag": "yes",
            "in_menu": False,
            "parent": Ref(Address("category.null")),
        },
    }


def test_empty_cell_is_not_written(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "c.yaml": "suppliers: {table: s.csv, key: name}",
        "s.csv": "name,dropshipping_mail\nA,a@x.example\nB, \n",
    }
    assert fields(compiled(tmp_path, files)[1])["b"] == {"name": "B"}


@pytest.mark.parametrize("cell", ["stock,paid", "stock paid", " stock ,  paid"])
def test_list_in_a_cell_is_split(tmp_path: Path, cell: str) -> None:
    files: dict[str, str | bytes] = {
        "c.yaml": "webhooks: {table: w.csv}",
        "w.csv": f'url,events\nhttps://x.example,"{cell}"\n',
    }
    (found,) = fields(compiled(tmp_path, files)[1]).values()
    assert found["events"] == ("stock", "paid")


def test_placeholders_work_in_cells(tmp_path: Path) -> None:
    settings = SHOP + "variables: {host: {default: https://x.example}}\n"
    files: dict[str, str | bytes] = {
        "shopform.yaml": settings,
        "c.yaml": "redirects: {table: r.csv}",
        "r.csv": "source,target\na,${var.host}/b\n",
    }
    (found,) = fields(compiled(tmp_path, files)[1]).values()
    assert found["target"] == "https://x.example/b"


def test_nested_sections_may_be_tables(tmp_path: Path) -> None:
    profile = (
        "profiles:\n  p:\n    name: P\n    attributes:\n      size:\n        name: S\n"
        "        type: valuelist\n        values: {table: sheets/sizes.csv, key: val}\n"
    )
    files: dict[str, str | bytes] = {
        "p.yaml": profile,
        "sheets/sizes.csv": "val,weight\n36,1\n37,2",
    }
    found = fields(compiled(tmp_path, files)[1])
    assert found["p.size.37"] == {"val": "37", "weight": 2}


def test_an_error_in_a_nested_table_is_reported_once_at_its_row(tmp_path: Path) -> None:
    settings = (
        "shops:\n  a: {url: 'https://a.example.dk', token: '${env:TOKEN}'}\n"
        "  b: {url: 'https://b.example.dk', token: '${env:TOKEN}'}\n"
    )
    sizes = "{size: {name: S, type: valuelist, values: {table: s.csv}}}"
    files: dict[str, str | bytes] = {
        "shopform.yaml": settings,
        "p.yaml": f"profiles: {{p: {{name: P, attributes: {sizes}}}}}",
        "s.csv": "val,weight\n36,1,2\n37,x\n",
    }
    assert refused(tmp_path, files, shop="a") == ["s.csv:2:1 table-uneven"]
    files["s.csv"] = "val,weight\n36,\n37,x\n"
    assert refused(tmp_path, files, shop="b") == ["s.csv:3:2 wrong-type"]


def test_a_section_may_be_in_tables_and_in_yaml(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.yaml": f"redirects: {NAMED}",
        "b.yaml": "redirects: {table: more.csv, key: source}",
        "c.yaml": "redirects: {own: {source: o, target: p}}",
        "r.csv": SHEET,
        "more.csv": "source,target\n/m,/n\n",
    }
    assert set(fields(compiled(tmp_path, files)[1])) == {"a", "c-d", "m", "own"}
    files["c.yaml"] = "redirects: {a: {source: o, target: p}}"
    assert refused(tmp_path, files) == ["c.yaml:1:13 declared-twice"]


def test_mapping_behind_table_is_a_resource(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"c.yaml": "brands: {table: {name: T}, key: {name: K}}"}
    assert set(fields(compiled(tmp_path, files)[1])) == {"table", "key"}


WRONG = [
    ("Old URL,Code\n/a,301\n", ["c.yaml:1:75 table-column"]),
    ("Old URL,New URL,Code,New URL\n/a,/b,,\n", ["r.csv:1:4 table-header-twice"]),
    ("Old URL,New URL,Code\n/a,/b\n\n/c,/d,,\n/e,/f,,x\n", ["r.csv:5:1 table-uneven"]),
    ("Old URL,New URL,Code\n/a,/b,x\n", ["r.csv:2:3 wrong-type"]),
    ('Old URL,New URL,Code\n"/a\n\n",/b,\n/c,/d,x\n', ["r.csv:3:3 wrong-type"]),
    ("Old URL,New URL,Code\n/a,,\n", ["r.csv:2:1 missing-field"]),
    ("Old URL,New URL,Code\n/a,/b,\n/A/,/c,\n", ["r.csv:3:1 table-key-twice"]),
    (
        "Old URL,New URL,Code\n/,/b,\n,/c,\n",
        ["r.csv:2:1 table-key-empty", "r.csv:3:1 table-key-empty"],
    ),
    ('Old URL,New URL,Code\n/a,/b,\n"/c,/d,\n/e,/f,\n', ["r.csv:3:1 table-malformed"]),
    ('Old URL,New URL,Code\n"/a"x,/b,\n', ["r.csv:2:1 table-malformed"]),
    ("", ["r.csv:1:1 table-empty"]),
    (",,\n", ["r.csv:1:1 table-empty"]),
]


@pytest.mark.parametrize(("table", "places"), WRONG)
def test_errors_are_reported_at_their_rows(tmp_path: Path, table: str, places: list[str]) -> None:
    assert wrong(tmp_path, table) == places


@pytest.mark.parametrize(
    ("section", "places"),
    [
        ("{table: r.csv}", ["r.csv:1:1 unknown-field", "r.csv:1:2 unknown-field"]),
        ("{table: r.csv, columns: {sourc: Old URL}}", ["c.yaml:1:37 unknown-field"]),
        ("{table: r.csv, columns: {lifecycle: Old URL}}", ["c.yaml:1:37 table-field"]),
        ("{table: r.csv, colums: {source: Old URL}}", ["c.yaml:1:27 unknown-field"]),
        ("{table: r.csv, columns: [source]}", ["c.yaml:1:36 wrong-type"]),
        ("{table: ../r.csv}", ["c.yaml:1:20 file-outside"]),
        ("{table: none.csv}", ["c.yaml:1:20 file-missing"]),
        (
            "{table: r.csv, key: id, columns: {source: Old URL, target: New URL}}",
            ["c.yaml:1:32 table-column"],
        ),
        ("{table: r.csv, more: {source: a, target: b}}", ["c.yaml:1:27 unknown-field"]),
    ],
)
def test_errors_of_a_section_are_reported_at_their_place(
    tmp_path: Path, section: str, places: list[str]
) -> None:
    assert wrong(tmp_path, "Old URL,New URL\n/a,/b\n", section) == places


@pytest.mark.parametrize(
    "data",
    [
        SHEET.encode("utf-16"),
        SHEET.encode("utf-16-le"),
        SHEET.replace("/e", "/é").encode("latin-1"),
        b"\xfe\xffa",
    ],
    ids=["utf-16", "unmarked", "latin-1", "big-endian"],
)
def test_file_of_another_encoding_is_refused_with_what_to_do(tmp_path: Path, data: bytes) -> None:
    (problem,) = reported(tmp_path, data)
    assert problem.code == "table-encoding"
    assert "`CSV UTF-8`" in problem.hint


def test_an_unknown_header_is_reported_with_the_nearest_field(tmp_path: Path) -> None:
    (problem,) = reported(tmp_path, "source,target,statsu\n/a,/b,301\n", "{table: r.csv}")
    assert problem.hint.startswith("did you mean `status`?")
    assert "`columns`" in problem.hint


def test_two_rows_of_one_key_are_both_named(tmp_path: Path) -> None:
    (problem,) = reported(tmp_path, "Old URL,New URL,Code\n/a,/b,\n/c,/d,\n/A/,/c,\n")
    assert problem.summary == "rows 2 and 4 both give the key `a`"
    assert [str(span) for _, span in problem.related] == ["r.csv:2:1"]
    assert "remove `key`" in problem.hint


def test_two_rows_of_one_identity_are_both_named(tmp_path: Path) -> None:
    (problem,) = reported(tmp_path, "source,target\n/a,/b\n/c,/d\na,/x\n", "{table: r.csv}")
    assert problem.code == "identity-twice"
    assert str(problem.span) == "r.csv:4:1"
    assert [str(span) for _, span in problem.related] == ["r.csv:2:1"]


def test_frame_shows_the_row_with_its_cell_marked(tmp_path: Path) -> None:
    found = reported(tmp_path, 'Old URL;New URL;Code\n/a;/b;\n\n"/c, d";/e;x"y\n')
    sources = load_project(tmp_path, STANDARD).sources
    assert render_diagnostics(found, sources, color=False, width=80) == (
        'error: `status` must be a whole number, not `x"y`\n'
        "  --> r.csv:4:3\n"
        "   |\n"
        ' 4 | /c, d | /e | x"y\n'
        "   |              ^^^\n"
        "   |\n"
        "  hint: write digits only\n"
    )


def test_what_staff_changed_in_a_row_is_left_to_the_table(tmp_path: Path) -> None:
    write(tmp_path, {"shopform.yaml": SHOP, "c.yaml": f"redirects: {NAMED}", "r.csv": SHEET})
    held = LiveField(address=Address("redirect.a"), field="target", value="/z")
    found = patch(load_project(tmp_path, STANDARD), "only", [held])
    assert (found.text, found.count) == ("", 0)
    assert "it is in a table" in found.left[0].summary


def test_many_wrong_references_are_not_quadratic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking for near misses of all of them was; after a number of comparisons it ends."""
    monkeypatch.setattr("shopform.config.read.files._MAX_COMPARISONS", 2_000)

    def task(count: int) -> Callable[[], object]:
        rows = "".join(f"kat-{n},Kategori {n},katt-{n}\n" for n in range(1, count + 1))
        files: dict[str, str | bytes] = {
            "c.yaml": "categories: {table: c.csv, key: key}",
            "c.csv": "key,name,parent\n" + rows,
        }

        def hints() -> None:
            with pytest.raises(ConfigError) as caught:
                compiled(tmp_path, files)
            hints = [problem.hint for problem in caught.value.diagnostics]
            assert len(hints) == count
            assert hints[0].startswith("did you mean `kat-")
            assert hints[-1] == "declare it under `categories:`"

        return hints

    grows_no_faster(task, 150)


@pytest.mark.parametrize(
    ("path", "code"), [('"a\\0b"', "nul-character"), ("round", "file-outside")]
)
def test_an_unusable_path_is_reported_at_its_place(tmp_path: Path, path: str, code: str) -> None:
    (tmp_path / "round").symlink_to("round")
    assert wrong(tmp_path, "", f"{{table: {path}}}") == [f"c.yaml:1:20 {code}"]


def test_many_cycles_are_not_quadratic(tmp_path: Path) -> None:
    def task(count: int) -> Callable[[], object]:
        rows = "".join(f"k{n},k{n}\n" for n in range(count))
        files: dict[str, str | bytes] = {
            "c.yaml": "categories: {table: c.csv, key: name}",
            "c.csv": "name,parent\n" + rows,
        }

        def circles() -> None:
            assert len(refused(tmp_path, files)) == count

        return circles

    grows_no_faster(task, 500)


def test_a_long_cycle_is_shortened_in_its_message_with_all_its_rows(tmp_path: Path) -> None:
    rows = "".join(f"k{n},k{(n + 1) % 40}\n" for n in range(40))
    files: dict[str, str | bytes] = {
        "c.yaml": "categories: {table: c.csv, key: name}",
        "c.csv": "name,parent\n" + rows,
    }
    with pytest.raises(ConfigError) as caught:
        compiled(tmp_path, files)
    (reported,) = caught.value.diagnostics
    assert reported.summary.count("->") == 5
    assert "-> 36 more ->" in reported.summary
    assert [span.line for _, span in reported.related] == list(range(3, 42))


@pytest.mark.parametrize("cell", ["${env:TOKEN}", "/x?${file:keys/shop}"])
def test_a_cell_names_no_secret(tmp_path: Path, cell: str) -> None:
    found = reported(tmp_path, f"Old URL,New URL,Code\n/a,{cell},\n/b,/$${{env:X}},\n")
    assert [(d.code, str(d.span and (d.span.line, d.span.column))) for d in found] == [
        ("table-secret", "(2, 2)")
    ]
