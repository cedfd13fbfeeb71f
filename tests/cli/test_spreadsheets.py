"""A spreadsheet from its first plan to its last row, against a shop."""

import http.client
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from support import Run, environment_of, run_here

from shopform.sandbox import Sandbox

Shopform = Callable[..., Run]
HEADERS = "Gammel adresse;Ny adresse;Kode"
SECTION = (
    "redirects:\n  table: sheet.csv\n  key: source\n"
    "  columns: {source: Gammel adresse, target: Ny adresse, status: Kode}\n"
)
NONE = "No changes."


@pytest.fixture
def run(tmp_path: Path, sandbox: Sandbox) -> Shopform:
    settings = f"shops:\n  demo:\n    url: {sandbox.url}\n    token: ${{env:SHOPFORM_TOKEN}}\n"
    (tmp_path / "shopform.yaml").write_text(settings + SECTION, "utf-8")

    def go(*arguments: str) -> Run:
        return run_here(tmp_path, *arguments, environment=environment_of())

    return go


def sheet(directory: Path, rows: Sequence[str]) -> None:
    """As a Danish spreadsheet saves it."""
    text = "\r\n".join([HEADERS, *rows]) + "\r\n"
    (directory / "sheet.csv").write_bytes(text.encode("utf-8-sig"))


def by_hand(sandbox: Sandbox, method: str, path: str, source: str, target: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
    body = json.dumps({"source": source, "target": target})
    connection.request(method, f"/REST/{path}", body, {"Authorization": "sandbox"})
    assert connection.getresponse().status < 300
    connection.close()


def old_and_new(count: int) -> list[str]:
    return [f"/gammel/{n}.html;/ny/{n};{'' if n % 3 else 302}" for n in range(count)]


@pytest.mark.parametrize("count", [300, pytest.param(5_000, marks=pytest.mark.wide)])
def test_one_changed_row_is_one_change(
    tmp_path: Path, sandbox: Sandbox, run: Shopform, count: int
) -> None:
    rows = old_and_new(count)
    sheet(tmp_path, rows)
    assert f"Plan: {count} to add, 0 to change, 0 to destroy." in run("plan").out
    applied = run("apply", "--auto-approve")
    assert applied.exit == 0, applied.text
    assert len(sandbox.data("redirect")) == count
    assert NONE in run("plan").out

    rows[count // 2] = f"/gammel/{count // 2}.html;/et/andet/sted;"
    sheet(tmp_path, rows[::-1])
    changed = run("plan").out
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in changed
    assert f"redirect.gammel-{count // 2}-html will be updated in-place" in changed
    sandbox.reset_log()
    assert run("apply", "--auto-approve").exit == 0
    assert len([call for call in sandbox.calls if call.method != "GET"]) == 1
    assert NONE in run("plan").out


def test_circle_through_forty_rows_is_told_with_its_rows(
    tmp_path: Path, sandbox: Sandbox, run: Shopform
) -> None:
    rows = old_and_new(100)
    circle = range(7, 87, 2)
    for n in circle:
        rows[n] = f"/gammel/{n}.html;/gammel/{n + 2 if n + 2 in circle else 7}.html;"
    sheet(tmp_path, rows)
    for command, code in (("plan", 11), ("validate", 0)):
        told = run(command)
        assert told.exit == code
        assert told.err.count("leads back to itself") == 1
        words = " ".join(told.err.split())
        assert "`/gammel/7.html` -> `/gammel/9.html` -> `/gammel/11.html` -> 36 more" in words
        assert [f" sheet.csv:{n + 2}:1\n" in told.err for n in range(100)] == [
            n in circle for n in range(100)
        ]
    assert not sandbox.data("redirect")


def test_validate_finds_what_leads_on_without_a_call(
    tmp_path: Path, sandbox: Sandbox, run: Shopform
) -> None:
    host = sandbox.url.removesuffix("/REST")
    sheet(tmp_path, ["/a;/b;", f"/b;{host}/c;", "/c;/d;", "/e;/f;"])
    sandbox.reset_log()
    told = run("validate")
    assert told.exit == 0
    assert told.err.count("leads on to") == 2
    assert told.err.count("hint: point it at `/d`") == 2
    assert sandbox.calls == []


def test_mistake_is_told_once_in_a_plan(tmp_path: Path, run: Shopform) -> None:
    sheet(tmp_path, ["/a;/b;", "/b;/c;"])
    assert run("plan").err.count("leads on to") == 1


def test_circle_that_the_shop_has_does_not_keep_it_from_being_taken_over(
    tmp_path: Path, sandbox: Sandbox, run: Shopform
) -> None:
    sheet(tmp_path, ["/a;/b;", "/b;/a;", "/c;/a;"])
    for source, target in (("a", "b"), ("b", "a"), ("c", "a")):
        by_hand(sandbox, "POST", "redirect", source, target)
    taken = run("apply", "--auto-approve")
    assert taken.exit == 0, taken.text
    assert "3 imported" in taken.out
    assert "the shop already has this problem" in taken.err


def test_row_that_drifted_is_left_to_the_table(
    tmp_path: Path, sandbox: Sandbox, run: Shopform
) -> None:
    sheet(tmp_path, ["/a;/b;"])
    assert run("apply", "--auto-approve").exit == 0
    (row,) = sandbox.data("redirect")
    by_hand(sandbox, "PUT", f"redirect/{row['redirect_id']}", "/a", "/elsewhere")
    before = (tmp_path / "sheet.csv").read_bytes()
    told = run("drift", "--write", str(tmp_path / "found.patch"))
    assert "it is in a table" in told.err
    assert (tmp_path / "sheet.csv").read_bytes() == before


def test_layout_of_yaml_is_no_business_of_the_sheet(tmp_path: Path, run: Shopform) -> None:
    sheet(tmp_path, ["/a;/b;"])
    before = (tmp_path / "sheet.csv").read_bytes()
    (tmp_path / "more.yaml").write_text("suppliers: {table: s.csv, columns: {name: N, tag: T}}\n")
    assert run("fmt").exit == 0
    assert (tmp_path / "sheet.csv").read_bytes() == before
    assert "columns: {name: N, tag: T}" in (tmp_path / "more.yaml").read_text("utf-8")


def test_corrected_rows_of_a_sheet_without_keys_are_updates_in_place(
    tmp_path: Path, sandbox: Sandbox, run: Shopform
) -> None:
    settings = (tmp_path / "shopform.yaml").read_text("utf-8").replace("  key: source\n", "")
    (tmp_path / "shopform.yaml").write_text(settings, "utf-8")
    rows = [f"/gammel/{n}.htm;/{'forside' if n % 2 else n};" for n in range(30)]
    sheet(tmp_path, rows)
    assert run("apply", "--auto-approve").exit == 0
    ids = {row["redirect_id"] for row in sandbox.data("redirect")}
    for number in (3, 4, 5, 7):
        rows[number] = rows[number].replace(".htm;", ".html;")
    sheet(tmp_path, rows[::-1])
    planned = run("plan")
    assert planned.exit == 0, planned.text
    assert "Plan: 0 to add, 4 to change, 0 to destroy." in planned.out
    assert "may be the renamed" not in planned.text
    assert run("apply", "--auto-approve").exit == 0
    assert {row["redirect_id"] for row in sandbox.data("redirect")} == ids
    assert NONE in run("plan").out
