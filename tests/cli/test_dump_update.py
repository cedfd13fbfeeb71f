"""What the shop holds, written into the files of a project that stands in git."""

import http.client
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import EXAMPLES, Run, copy_project, environment_of, run_here

from shopform.diagnostics import Collector
from shopform.kinds import Catalogue
from shopform.sandbox import Sandbox

Shopform = Callable[..., Run]

CATALOGUE = """\
# What we sell.
categories:
  men:
    name: Herre  # the sign over the door
    meta_title: Sko fra ${var.town}
    lifecycle: {ignore: [tag]}
  women: {name: Dame, rewrite_url: /dame}

  # Only in the other shop.
  outlet: {name: Outlet, lifecycle: {shops: [other]}}
suppliers:
  fjord: {name: Fjord, dropshipping_mail: "${env:MAIL}"}
redirects: {table: ways.csv}
profiles:
  p: {name: P, attributes: {size: {name: Size, type: valuelist, values: ["36"]}}}
"""


def ask(sandbox: Sandbox, method: str, path: str, **body: Any) -> None:
    """What somebody does in the shop's own administration."""
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
    headers = {"Authorization": "sandbox"}
    connection.request(method, f"/REST/{path}", json.dumps(body), headers)
    assert connection.getresponse().status < 300
    connection.close()


def number(sandbox: Sandbox, kind: str, text: str) -> int:
    (row,) = [r for r in sandbox.data(kind) if text in r.values()]
    found: int = row[f"{kind}_id"]
    return found


def edit(sandbox: Sandbox, name: str, kind: str = "category", /, **fields: Any) -> None:
    ask(sandbox, "PUT", f"{kind}/{number(sandbox, kind, name)}", **fields)


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)
    return done.stdout.decode()


def commit(folder: Path) -> None:
    (folder / ".gitignore").write_text(".shopform\nstate\nsecrets\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x", "--allow-empty")


def changed_lines(folder: Path) -> list[str]:
    """Every line that git sees go or come, by file."""
    return [
        line
        for line in git(folder, "diff", "-U0").split("\n")
        if line.startswith(("-", "+")) and not line.startswith("---")
    ]


@pytest.fixture
def folder(tmp_path: Path, sandbox: Sandbox) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    shop = {"url": sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
    other = {**shop, "url": "https://other.example"}
    variables = {"town": {"default": "Ribe"}}
    settings = {"shops": {"demo": shop, "other": other}, "variables": variables}
    (folder / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
    (folder / "catalogue.yaml").write_text(CATALOGUE, "utf-8")
    (folder / "ways.csv").write_text("source,target\n/a,/b\n", "utf-8")
    return folder


@pytest.fixture
def run(folder: Path) -> Shopform:
    def go(*arguments: str) -> Run:
        environment = environment_of(MAIL="canary@example.dk", SHOPFORM_SHOP="demo")
        done = run_here(folder, *arguments, environment=environment)
        told = [line for line in done.err.splitlines(True) if " calls to read " not in line]
        return replace(done, err="".join(told))

    assert go("apply", "--auto-approve").exit == 0
    git(folder, "init", "-q")
    commit(folder)
    return go


def test_edits_of_staff_are_all_that_git_sees(tmp_path: Path, sandbox: Sandbox) -> None:
    project = copy_project(EXAMPLES / "nordisk-sko", tmp_path / "shop", sandbox)
    environment = environment_of(SHOPFORM_PRODUCTION_TOKEN="sandbox", SHOPFORM_SHOP="production")

    def run(*arguments: str) -> Run:
        return run_here(project, *arguments, environment=environment)

    assert run("apply", "--auto-approve").exit == 0
    git(project, "init", "-q")
    commit(project)
    assert (run("dump", "--update").out, git(project, "status", "--short")) == ("", "")
    html = "<p>Et barn lærer at gå på bare fødder.</p>\r\n<p>Køb dem nye.</p>"
    edit(sandbox, "Begyndersko", description_a=html)
    edit(sandbox, "Ballerinaer", meta_description="Flade: og #bløde", in_menu=0, tag="forår")
    to = {"canonical_id": number(sandbox, "category", "Gummistøvler")}
    edit(sandbox, "Termostøvler", **to)
    edit(sandbox, "Pæne sko", meta_title="Uden variabel")
    hook = "https://nyhedsbrev.nordisk-sko.example/shoporama/tilmelding"
    edit(sandbox, hook, "webhook", events=["newsletter_subscribe", "paid"])
    done = run("dump", "--update")
    assert done.exit == 0
    assert done.out == (
        "kategorier/boern.yaml: 1 field\n"
        "kategorier/dame.yaml: 3 fields\n"
        "texts/boern-begyndersko.html: 1 field\n"
        "webhooks.yaml: 1 field\n"
    )
    assert (
        "`meta_title` of `category.boern-festsko` is not written: it contains a placeholder"
        in done.err
    )
    gone = (EXAMPLES / "nordisk-sko/texts/boern-begyndersko.html").read_text("utf-8")
    assert changed_lines(project) == [
        "+++ b/kategorier/boern.yaml",
        "+    canonical: boern-gummistoevler",
        "+++ b/kategorier/dame.yaml",
        "+    in_menu: false",
        "+    tag: forår",
        "-    meta_description: Flade ballerinaer i blødt skind og ruskind.",
        '+    meta_description: "Flade: og #bløde"',
        "+++ b/texts/boern-begyndersko.html",
        *(f"-{line}" for line in gone.rstrip("\n").split("\n")),
        "+<p>Et barn lærer at gå på bare fødder.</p>",
        "+<p>Køb dem nye.</p>",
        "+++ b/webhooks.yaml",
        "-    events: [newsletter_subscribe, customer_created]",
        "+    events: [newsletter_subscribe, paid]",
    ]
    assert run("fmt", "--check").exit == 0
    planned = json.loads(run("plan", "--json").out)["resource_changes"]
    changed = [c["address"] for c in planned if c["change"]["actions"] != ["no-op"]]
    assert changed == ["category.boern-festsko"]


def test_what_agrees_stays_to_the_byte(run: Shopform, folder: Path, sandbox: Sandbox) -> None:
    edit(sandbox, "Herre", tag="left to the shop")
    sandbox.reset_log()
    done = run("dump", "--update")
    assert (done.exit, done.out, done.err) == (0, "", "")
    assert git(folder, "status", "--short") == ""
    assert {call.method for call in sandbox.calls} == {"GET"}


def test_a_path_keeps_its_slash(run: Shopform, folder: Path, sandbox: Sandbox) -> None:
    edit(sandbox, "Dame", rewrite_url="damesko", meta_title="x, y")
    assert run("dump", "--update").out == "catalogue.yaml: 2 fields\n"
    assert changed_lines(folder)[1:] == [
        "-  women: {name: Dame, rewrite_url: /dame}",
        '+  women: {name: Dame, meta_title: "x, y", rewrite_url: /damesko}',
    ]


def test_what_cannot_be_written_is_told_with_its_place(
    run: Shopform, folder: Path, sandbox: Sandbox
) -> None:
    edit(sandbox, "Herre", meta_title="Sko fra Esbjerg")
    edit(sandbox, "Fjord", "supplier", dropshipping_mail="other@example.dk")
    edit(sandbox, "a", "redirect", target="c")
    edit(sandbox, "Dame", meta="https://u:canary@x.example")
    done = run("dump", "--update")
    assert (done.exit, done.out) == (0, "")
    said = [line for line in done.err.split("\n") if line.startswith(("warning", "  -->"))]
    assert said == [
        "warning: `dropshipping_mail` of `supplier.fjord` is not written: it is a secret",
        "  --> catalogue.yaml:12:43",
        "warning: `meta_title` of `category.men` is not written: it contains a placeholder",
        "  --> catalogue.yaml:5:17",
        said[4],
        "  --> ways.csv:2:2",
    ]
    assert said[4].endswith("is not written: it is in a table")
    assert "canary" not in done.text
    assert "other@example.dk" not in done.text
    assert git(folder, "status", "--short") == ""


def test_what_is_gone_and_what_is_new_is_told_and_left(
    run: Shopform, folder: Path, sandbox: Sandbox
) -> None:
    ask(sandbox, "DELETE", f"category/{number(sandbox, 'category', 'Dame')}")
    ask(sandbox, "POST", "supplier", name="Ny A/S")
    done = run("dump", "--update")
    assert (done.exit, done.out) == (0, "")
    assert done.err == (
        "In the files but not in the shop (not removed) (1): category.women.\n"
        "In the shop but not in the files (`--new` adds them) (1): supplier.ny-a-s.\n"
    )
    assert git(folder, "status", "--short") == ""


def test_what_is_new_is_put_where_its_section_is(
    run: Shopform, folder: Path, sandbox: Sandbox
) -> None:
    men = number(sandbox, "category", "Herre")
    ask(sandbox, "POST", "category", name="Sko", parent_id=men, meta_title="Herresko")
    ask(sandbox, "POST", "category", name="Outlet")
    ask(sandbox, "POST", "brand", name="Fjord")
    edit(sandbox, "Herre", in_menu=0)
    done = run("dump", "--update", "--new")
    assert (done.exit, done.err) == (0, "")
    assert done.out == "brands.yaml: 1 new\ncatalogue.yaml: 1 field, 2 new\n"
    text = (folder / "catalogue.yaml").read_text("utf-8")
    assert "    name: Herre  # the sign over the door\n    in_menu: false\n" in text
    assert "  men-sko:\n    name: Sko\n    parent: men\n    meta_title: Herresko\n" in text
    # The key is another one, because the other shop's category has the first.
    assert "    name: Outlet\n" in text
    assert run("validate", "--shop", "demo").exit == 0
    plan = json.loads(run("plan", "--json").out)
    assert {step["op"] for step in plan["steps"]} <= {"import", "edit"}
    assert [step["op"] for step in plan["steps"]].count("import") == 3
    assert run("apply", "--auto-approve").exit == 0
    commit(folder)
    assert run("dump", "--update", "--new").out == ""
    assert git(folder, "status", "--short") == ""


def test_new_twins_are_told_and_not_guessed(run: Shopform, folder: Path, sandbox: Sandbox) -> None:
    for _ in range(2):
        ask(sandbox, "POST", "category", name="Tvilling")
    inside = max(row["category_id"] for row in sandbox.data("category"))
    ask(sandbox, "POST", "category", name="Barn", parent_id=inside)
    done = run("dump", "--update", "--new")
    assert (done.exit, done.out) == (0, "")
    said = " ".join(done.err.split())
    assert said.count("is not added: another object has the same `parent` and `name`") == 2
    assert f"is not added: it needs `category.tvilling-{inside}`" in done.err
    assert git(folder, "status", "--short") == ""


def test_new_things_inside_declared_ones_are_added_there(
    run: Shopform, folder: Path, sandbox: Sandbox
) -> None:
    (size,) = sandbox.data("attribute")
    query = f"profile-attribute-value?attribute_id={size['attribute_id']}"
    ask(sandbox, "POST", query, val="37")
    assert run("dump", "--update", "--new").out == "catalogue.yaml: 1 new\n"
    assert changed_lines(folder)[2] == changed_lines(folder)[1].replace("-", "+", 1).replace(
        '["36"]', '["36", "37"]'
    )


def test_files_that_are_wrong_are_told_before_any_call(
    run: Shopform, folder: Path, sandbox: Sandbox
) -> None:
    (folder / "more.yaml").write_text("brands: {x: {nome: X}}\n")
    sandbox.reset_log()
    assert run("dump", "--update").exit == 10
    assert sandbox.calls == []


def test_what_the_files_would_refuse_is_told_and_not_written(
    run: Shopform, folder: Path, sandbox: Sandbox
) -> None:
    men = number(sandbox, "category", "Herre")
    edit(sandbox, "Herre", canonical_id=men)
    edit(sandbox, "Dame", name="Herre", meta_title="x")
    done = run("dump", "--update")
    assert (done.exit, done.out) == (0, "catalogue.yaml: 1 field\n")
    assert "`canonical` of `category.men` is not written: it would be part of a cycle" in done.err
    why = "another one would have the same `parent` and `name`"
    assert f"`name` of `category.women` is not written: {why}" in " ".join(done.err.split())
    assert run("validate", "--shop", "demo").exit == 0


def test_what_cannot_be_added_is_told_with_what_to_write(
    run: Shopform, folder: Path, sandbox: Sandbox
) -> None:
    (folder / "brands.yaml").write_text("brands:\n  a:\n    name: |+\n      A\n\n")
    assert run("apply", "--auto-approve").exit == 0
    commit(folder)
    for name in ("B", "C"):
        ask(sandbox, "POST", "brand", name=name)
    done = run("dump", "--update", "--new")
    assert (done.exit, done.out) == (0, "")
    said = " ".join(done.err.split())
    assert said.count("is not added: the layout of its file is unsupported") == 2
    assert "add it yourself: `b: {name: B}`" in said
    assert git(folder, "status", "--short") == ""


def test_what_is_new_in_a_table_is_a_row_to_be_added(
    run: Shopform, folder: Path, sandbox: Sandbox
) -> None:
    (folder / "redirects.yaml").write_text("redirects: {table: more.csv}\n")
    (folder / "more.csv").write_text("source,target\n")
    ask(sandbox, "POST", "redirect", source="x", target="y")
    done = run("dump", "--update", "--new")
    assert (done.exit, done.out) == (0, "")
    assert "is not added: its section is in a table\n  hint: add a row to it" in done.err
    done = run("import", "--generate", "redirect.x", str(number(sandbox, "redirect", "x")))
    assert done.exit == 64
    assert "`redirect.x` belongs in the table `more.csv`" in done.err


def test_mark_of_a_text_file_is_no_part_of_the_text_and_stays(
    run: Shopform, folder: Path, sandbox: Sandbox
) -> None:
    text = (
        "categories: {kids: {name: Kids, in_menu: &no false, description_a: {file: kids.html}}}\n"
    )
    (folder / "kids.yaml").write_text(text)
    (folder / "kids.html").write_bytes(b"\xef\xbb\xbf<p>old</p>\r\n")
    assert run("apply", "--auto-approve").exit == 0
    assert "<p>old</p>" in [row["description_a"] for row in sandbox.data("category")]
    edit(sandbox, "Kids", description_a="<p>new</p>", in_menu=1)
    done = run("dump", "--update")
    assert done.out == "kids.html: 1 field\n"
    assert "the shop has `true`" in done.err
    assert (folder / "kids.html").read_bytes() == b"\xef\xbb\xbf<p>new</p>\r\n"


def test_what_no_file_can_hold_is_told_and_breaks_nothing(
    run: Shopform, folder: Path, sandbox: Sandbox
) -> None:
    edit(sandbox, "Dame", name="Da\ud83d")
    assert run("plan").exit == 0
    done = run("dump", "--update")
    assert (done.exit, done.out) == (0, "")
    told = "`name` of `category.women` is not written: the string in the shop is damaged"
    assert told in done.err
    assert git(folder, "status", "--short") == ""


def test_one_odd_place_keeps_nothing_out_of_the_others(
    run: Shopform, folder: Path, sandbox: Sandbox
) -> None:
    rows = {f"a{n}": {"name": f"A{n}", "type": "valuelist", "values": ["x"]} for n in range(9)}
    profile = {"profiles": {"q": {"name": "Q", "attributes": rows}}}
    (folder / "more.yaml").write_text(json.dumps(profile))
    assert run("apply", "--auto-approve").exit == 0
    commit(folder)
    for row in sandbox.data("attribute"):
        weight = 7 if row["name"] == "A3" else 0
        query = f"profile-attribute-value?attribute_id={row['attribute_id']}"
        ask(sandbox, "POST", query, val="z", weight=weight)
    done = run("dump", "--update", "--new")
    assert done.out == "catalogue.yaml: 1 new\nmore.yaml: 8 new\n"
    assert "`value.q.a3.z` (id " in done.err
    assert done.err.count("is not added") == 1
    assert (folder / "more.yaml").read_text("utf-8").count('"x", z]') == 8
    assert run("validate", "--shop", "demo").exit == 0


def test_many_new_things_are_put_into_a_file_at_once(
    run: Shopform, folder: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {f"a{n}": {"name": f"A{n}", "type": "valuelist"} for n in range(40)}
    profile = {"profiles": {"q": {"name": "Q", "attributes": rows}}}
    (folder / "more.yaml").write_text(json.dumps(profile))
    assert run("apply", "--auto-approve").exit == 0
    for row in sandbox.data("attribute"):
        ask(sandbox, "POST", f"profile-attribute-value?attribute_id={row['attribute_id']}", val="y")
    laid_out: list[str] = []

    def counted(text: str, name: str, collector: Collector, catalogue: Catalogue) -> str:
        laid_out.append(name)
        return text

    monkeypatch.setattr("shopform.config.format.formatter.format_text", counted)
    assert run("dump", "--update", "--new").out == "catalogue.yaml: 1 new\nmore.yaml: 40 new\n"
    assert len(laid_out) < 10
