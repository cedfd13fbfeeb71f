"""Sheets as spreadsheets and other shop systems write them."""

from pathlib import Path

import pytest
from config_files import compiled, refused

from shopform.config.read.suspect_values import suspect_code
from shopform.diagnostics import Diagnostic
from shopform.kinds.standard import STANDARD
from shopform.model.values import Address

ENDS = "columns: {source: Old, target: New}"
CODED = "columns: {source: Old, target: New, status: Code}"


def read(
    directory: Path, table: str, rest: str = ENDS, more: str = ""
) -> tuple[dict[str, str], tuple[Diagnostic, ...], frozenset[Address]]:
    """Targets by source, warnings, and what is left out."""
    files: dict[str, str | bytes] = {
        "c.yaml": f"redirects: {{table: r.csv, {rest}}}\n",
        "r.csv": table,
        "more.yaml": more,
    }
    _, found, warned = compiled(directory, files)
    rows = {str(r.fields["source"]): str(r.fields["target"]) for r in found.resources.values()}
    return rows, warned, found.skipped_rows


def places(warned: tuple[Diagnostic, ...]) -> dict[str, list[str]]:
    """Where each warning stands, by its code."""
    return {
        each.code: [str(each.span), *(str(span) for _, span in each.related)] for each in warned
    }


def test_headers_and_separator_are_found(tmp_path: Path) -> None:
    want = {"/a": "/b"}
    for table, rest in (
        ("sep=;\r\nOld;New\r\n/a;/b\r\n", ENDS),
        ("\ufeffsep=\t\nOld\tNew\n/a\t/b\n", ENDS),
        ('"sep=|"\nOld|New\n/a|/b\n', ENDS),
        ("Redirects, spring, 2026;;\n;;\nOld;New;Note\n/a;/b;\n", ENDS),
        ('"Redirects; spring"\n\n"Old","New"\n/a,/b\n', ENDS),
        ("Old (x, y), z;New\n/a;/b\n", "columns: {source: 'Old (x, y), z', target: New}"),
        ("Old,New\n/a,/b\n", "columns: {source: ' Old', target: New}, where: {' New ': ' /b '}"),
        ("source,target,On\n/a,/b,1\n/c,/d,0\n", "where: {On: 1}"),
        ("Our list;;\nsource;target;status\n/a;/b;301\n", "key: source"),
        ("Old;New\nOld;New\n/a;/b\n", f"header_row: 2, {ENDS}"),
        ("Old|New\n/a|/b\n", f"separator: '|', {ENDS}"),
        ("sep=,\nOld;New\n/a;/b\n", f"separator: ';', {ENDS}"),
        ("Old;New;Note\n/a;/b\n", ENDS),  # short, and longer by empty cells
        ("Old;New\n/a;/b;;;\n;;;;\n", ENDS),
        ("\u00a0Old ;\ufeffNew\n /a\u00a0;\t/b\u200b\n", ENDS),  # blanks that no eye sees
    ):  # fmt: skip
        assert read(tmp_path, table, rest)[:2] == (want, ()), table


def test_places_count_every_row_of_the_file(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "c.yaml": f"redirects: {{table: r.csv, {CODED}}}\n",
        "r.csv": 'sep=;\nTitle;;\n;;\nOld;New;Code\n"/a";/b;301\n/c;/d;x\n/e;;302\n',
    }
    assert refused(tmp_path, files) == ["r.csv:6:3 wrong-type", "r.csv:7:1 missing-field"]
    files["r.csv"] = "Title;;\nOld;Nw;Code\n/a;/b;301\n"
    assert refused(tmp_path, files) == ["c.yaml:1:58 table-column"]


def test_unknown_headers_are_reported_at_their_cells(tmp_path: Path) -> None:
    for above, row in (("", 1), ("sep=;\n", 2), ("\n;;\n", 3), ("sep=;\n;\n", 3)):
        files: dict[str, str | bytes] = {
            "c.yaml": "redirects: {table: r.csv}\n",
            "r.csv": f"{above}Fra;Til\n/a;/b\n",
        }
        reported = refused(tmp_path, files)
        assert reported == [f"r.csv:{row}:1 unknown-field", f"r.csv:{row}:2 unknown-field"], above


def test_where_chooses_rows(tmp_path: Path) -> None:
    table = "Old,New,Command,On\n/a,/x,MERGE,1\n/b,/y,NEW ,0\n/c,/z,DELETE,1\n,,,\n/d,/w,,1\n"
    for where, want in (
        ("{Command: MERGE}", ["/a"]),
        ("{Command: [MERGE, NEW]}", ["/a", "/b"]),
        ("{Command: [MERGE, NEW], On: 1}", ["/a"]),
        ('{Command: ""}', ["/d"]),
        ("{Command: DELETE}", ["/c"]),  # said by name, it is not questioned
    ):
        rows, warned, _ = read(tmp_path, table, f"{ENDS}, where: {where}")
        assert (sorted(rows), warned) == (want, ()), where
    files: dict[str, str | bytes] = {
        "c.yaml": f"redirects: {{table: r.csv, {ENDS}, where: {{Comand: NEW}}}}",
        "r.csv": table,
    }
    assert refused(tmp_path, files) == ["c.yaml:1:72 table-column"]


ODD = {
    "route-pattern": (
        ["/blog/*,/x", "(.*),/x", "^/a$,/x", "/p/:slug,/x", "/q/(a|b),/x", r"/r/\d+,/x", "/s,/t/$1",
         "/u/{slug},/x"]
    ),
    "route-foreign": ["https://other.example/a,/x", "//other.example/a,/x"],
    "route-no-scheme": ["/a,www.host.example/x", "/b,host.dk", "/c,/www.host.example", "d.com,/x"],
    "route-scheme": [
        f"/{scheme[:2]},{scheme}"
        for scheme in (
            "mailto:a@b.dk MailTo:a JAVASCRIPT:alert(1) data:text/html;x tel:+4512345678 ftp://a/b"
            " sms:1 about:blank"
        ).split()
    ] + ["mailto:a@b.dk,/x"],
    "cell-error": [
        f"{word},/x"
        for word in (
            "#REF! #N/A #NAME? #I/T #NAVN? #VÆRDI! #DIVISION/0! #NV #BEZUG! #¡REF! Err:502 ###"
            " #HENTER_DATA"
        ).split()
    ],
    "route-line-break": ['"/a\n/b",/x', '/c,"/x\r\n/y"'],
    "route-status": ['/a,/x,"301,00"', "/b,/x,410", "/c,/x,200", "/d,,404", "/e,/x,301.0",
                     "/f,/x,301 Moved Permanently"],
}  # fmt: skip


@pytest.mark.parametrize("code", ODD)
def test_suspect_rows_are_skipped_with_one_warning_and_their_places(
    tmp_path: Path, code: str
) -> None:
    suspects = [f"{row}{'' if code == 'route-status' else ','}" for row in ODD[code]]
    table = "Old,New,Code\n" + "".join(f"{row}\n" for row in ["/fine,/x,302", *suspects])
    for key in ("", "key: source, "):
        rows, warned, left_out = read(tmp_path, table, key + CODED)
        assert rows == {"/fine": "/x"}
        (one,) = warned
        assert (one.code, len(one.related)) == (code, len(suspects) - 1)
        assert one.summary.startswith(f"{len(suspects)} rows have ")
        assert "neither created, changed nor deleted" in one.detail
        assert one.span
        assert (one.span.file, one.span.line) == ("r.csv", 3)
        assert len(left_out) >= 1


def test_values_that_only_look_suspect_are_read(tmp_path: Path) -> None:
    rows = [
        "/tilbud/%maaned%,/x", "/a?filter[color]=red,/x", "/c++/,/x", "/foo(bar),/x",
        "/index.html,/x", "side.asp?id=1,/x", "index.php/a,/x", "/b#top,/x", "/e,https://other.example/a.b",
        "https://shop.example.dk/f,/x", "/g,#top", "/h,/", "/pris-99$-tilbud,/x",
        "/i,/mailto:a", "/j,HTTPS://shop.example.dk/f", "/k,data/x", "tel/1,/x", "/l,vare:12",
    ]  # fmt: skip
    found, warned, _ = read(tmp_path, "Old,New\n" + "\n".join(rows) + "\n")
    assert (len(found), warned) == (len(rows), ())
    kind = STANDARD["redirect"]
    assert suspect_code(kind, "source", "/a/${var.part}") == ""


NOT_IN_USE = [
    ("Command", "DELETE"), ("Command", "Delete"), ("status", "disabled"), ("State", "inactive"),
    ("regex", "1"), ("Is regex", "TRUE"), ("format", "regex"), ("matching", "contains"),
    ("enabled", "0"), ("Aktiv", "nej"), ("Handling", "slettet"),
]  # fmt: skip


def test_rows_marked_as_not_in_use_are_left_out_in_any_section(tmp_path: Path) -> None:
    for header, cell in NOT_IN_USE:
        table = f"Old,New,{header}\n/a,/x,\n/b,/y,{cell}\n"
        rows, warned, left_out = read(tmp_path, table, f"{ENDS}, key: source")
        assert rows == {"/a": "/x"}, header
        assert places(warned) == {"row-not-in-use": ["r.csv:3:3"]}
        assert f"`where: {{{header}: VALUE}}`" in warned[0].hint
        assert left_out == {"redirect.b"}
    table = "Old,New,Status\n/a,/x,302\n/b,/y,410\n/c,/z,\n"  # in a column that is not read
    rows, warned, _ = read(tmp_path, table)
    assert (sorted(rows), list(places(warned))) == (["/a", "/c"], ["route-status"])
    files: dict[str, str | bytes] = {
        "c.yaml": "suppliers: {table: s.csv, key: name, columns: {name: Name}}",
        "s.csv": "Name,Command\nA,MERGE\nB,DELETE\n#REF!,\n",
    }
    _, found, warned = compiled(tmp_path, files)
    assert set(found.resources) == {"supplier.a"}
    assert set(places(warned)) == {"row-not-in-use", "cell-error"}
    nested = "profiles: {p: {name: P, attributes: {size: {name: S, type: valuelist, values: {table:"
    files = {"c.yaml": f"{nested} v.csv}}}}}}}}}}", "v.csv": "val,weight\n36,1\n#N/A,2\n"}
    _, found, _ = compiled(tmp_path, files)
    assert [each.rpartition(".")[0] for each in found.skipped_rows] == ["value.p.size"]


def test_every_suspect_value_of_a_row_is_reported(tmp_path: Path) -> None:
    table = 'Old,New,Code,On\n/a/*,www.b.example/x,"301,00",disabled\n'
    _, warned, _ = read(tmp_path, table, CODED)
    assert places(warned) == {
        "route-pattern": ["r.csv:2:1"],
        "route-no-scheme": ["r.csv:2:2"],
        "route-status": ["r.csv:2:3"],
        "row-not-in-use": ["r.csv:2:4"],
    }


def test_a_suspect_row_takes_no_key_from_another_row(tmp_path: Path) -> None:
    lines = ["/a,/x,1", "/a,/y,0"]
    for rows in (lines, lines[::-1]):
        for key in ("", "key: source, "):
            table = "Old,New,regex\n" + "\n".join(rows)
            found, warned, left_out = read(tmp_path, table, key + ENDS)
            assert found == {"/a": "/y"}
            assert len(warned) == 1
            assert not left_out


def test_what_yaml_declares_is_warned_of_and_stays(tmp_path: Path) -> None:
    more = (
        "redirects:\n  a: {source: /blog/*, target: /x}\n  b: {source: /c/*, target: /x}\n"
        "  d: {source: 'https://other.example/a', target: www.host.example/x, status: 410}\n"
    )
    rows, warned, left_out = read(tmp_path, "Old,New\n", ENDS, more)
    assert len(rows) == 3
    assert not left_out
    assert set(places(warned)) >= {"route-pattern"}
    assert places(warned)["route-pattern"] == ["more.yaml:2:15", "more.yaml:3:15"]
    more = "redirects: {a: {source: '#REF!', target: /x}}\n"
    assert list(places(read(tmp_path, "Old,New\n", ENDS, more)[1])) == ["cell-error"]
    assert all(not each.detail for each in warned)
