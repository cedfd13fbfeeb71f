"""What staff changed in the shop: told, and taken into the files."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from demo_shop import ask
from support import Run, environment_of, run_here

from shopform.sandbox import Sandbox

Shopform = Callable[..., Run]
NONE = "No changes. Your infrastructure matches the configuration."
NOTE = "Note: Objects have changed outside of shopform"

CATALOGUE = """\
# What we sell, and where it lies.
categories:
  men:
    name: Herre  # the sign over the door
    tag: 'herre'
    meta_title: Sko fra ${var.town}
    description_a: {file: texts/men.html}
    description_b: |
      <p>First</p>

    # shown in the menu
    in_menu: true
  women: {name: Dame, parent: null, meta_title: Damesko}
suppliers:
  fjord: {name: Fjord, dropshipping_mail: "${env:MAIL}"}
webhooks:
  erp:
    url: https://erp.example.dk/hook
    events:
      - paid   # the till
      - stock
"""


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Path:
    folder = tmp_path / "project"
    (folder / "texts").mkdir(parents=True)
    settings = {
        "shops": {"demo": {"url": sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}},
        "variables": {"town": {"default": "Ribe"}},
    }
    (folder / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
    (folder / "catalogue.yaml").write_text(CATALOGUE, "utf-8")
    (folder / "texts" / "men.html").write_text("<h1>Men</h1>\n", "utf-8")
    return folder


@pytest.fixture
def run(project: Path) -> Shopform:
    def go(*arguments: str, **environment: str) -> Run:
        more = {"MAIL": "canary@example.dk", **environment}
        return run_here(project, *arguments, environment=environment_of(**more))

    assert go("apply", "--auto-approve").exit == 0
    return go


def number(sandbox: Sandbox, kind: str, name: str) -> int:
    (row,) = [r for r in sandbox.data(kind) if name in (r.get("name"), r.get("url"))]
    found: int = row[f"{kind}_id"]
    return found


def edit(sandbox: Sandbox, name: str, /, **fields: Any) -> None:
    ask(sandbox, "PUT", f"category/{number(sandbox, 'category', name)}", fields)


def test_nothing_changed_is_one_sentence_and_one_code(run: Shopform, sandbox: Sandbox) -> None:
    sandbox.reset_log()
    for arguments in (("drift",), ("plan", "--refresh-only", "--detailed-exitcode")):
        done = run(*arguments)
        assert (done.exit, done.out.splitlines()[0], done.err) == (0, NONE, "")
    assert all(call.method == "GET" for call in sandbox.calls)


def test_a_change_is_one_sentence_and_one_code(run: Shopform, sandbox: Sandbox) -> None:
    edit(sandbox, "Dame", meta_title="Sko til damer")
    sandbox.reset_log()
    for arguments, code in (
        (("drift",), 2),
        (("plan", "--refresh-only"), 0),
        (("plan", "--refresh-only", "--detailed-exitcode"), 2),
    ):
        done = run(*arguments)
        assert done.exit == code
        assert done.out.startswith(NOTE)
        assert "# category.women has changed" in done.out
        assert "Drift: 1 changed, 0 deleted outside of shopform." in done.out
        assert NONE not in done.out
    assert all(call.method == "GET" for call in sandbox.calls)


def test_what_the_files_say_is_no_drift(run: Shopform, project: Path) -> None:
    file = project / "catalogue.yaml"
    file.write_text(file.read_text("utf-8").replace("Damesko", "Another"), "utf-8")
    assert run("plan", "--detailed-exitcode").exit == 2
    assert run("drift").exit == 0


def test_drift_as_json_is_the_plans_document(run: Shopform, sandbox: Sandbox) -> None:
    edit(sandbox, "Dame", meta_title="Sko til damer")
    ask(sandbox, "DELETE", f"category/{number(sandbox, 'category', 'Herre')}")
    for arguments in (("drift", "--json"), ("plan", "--refresh-only", "--json")):
        said = json.loads(run(*arguments).out)
        assert (said["resource_changes"], said["steps"]) == ([], [])
        assert (said["refresh_only"], said["applyable"]) == (True, False)
        gone, changed = said["resource_drift"]
        assert (gone["address"], gone["change"]["actions"]) == ("category.men", ["delete"])
        assert (changed["address"], changed["change"]["actions"]) == ("category.women", ["update"])
        assert changed["change"]["before"]["meta_title"] == "Damesko"
        assert changed["change"]["after"]["meta_title"] == "Sko til damer"


def test_messages_come_down_to_the_sentence_of_the_text(run: Shopform, sandbox: Sandbox) -> None:
    arguments = ("plan", "--refresh-only", "--json-stream", "--detailed-exitcode")
    for code, sentence in ((0, NONE), (2, "Drift: 1 changed, 0 deleted outside of shopform.")):
        done = run(*arguments)
        assert (done.exit, json.loads(done.out.splitlines()[-1])["@message"]) == (code, sentence)
        for form in ("text", "markdown"):
            assert sentence in run("drift", "--format", form).out
        edit(sandbox, "Dame", meta_title="Sko til damer")


def test_a_saved_look_is_shown_and_never_applied(run: Shopform, sandbox: Sandbox) -> None:
    edit(sandbox, "Dame", meta_title="Sko til damer")
    assert run("plan", "--refresh-only", "--out", "look.json").exit == 0
    assert "# category.women has changed" in run("show", "look.json").out
    assert run("apply", "look.json").exit == 64
    assert run("drift").exit == 2


def test_modes_that_contradict_each_other_are_refused(run: Shopform) -> None:
    assert run("plan", "--refresh-only", "--destroy").exit == 64
    assert run("plan", "--refresh-only", "--replace", "category.men").exit == 64
    assert run("drift", "--json", "--write", "-").exit == 64


def test_edits_of_staff_become_a_patch_that_settles_them(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    text = "<p>One</p>\n\n<p>Two: #2</p>"
    edit(sandbox, "Herre", name="Mænd", tag="it's", description_b=text, in_menu=0)
    edit(sandbox, "Mænd", description_a="<h1>Mænd</h1>\n<p>Sko</p>")
    women: dict[str, Any] = {
        "parent_id": number(sandbox, "category", "Mænd"),
        "meta_title": "Sko, til damer",
    }
    edit(sandbox, "Dame", **women)
    hook = number(sandbox, "webhook", "https://erp.example.dk/hook")
    ask(sandbox, "PUT", f"webhook/{hook}", {"events": ["stock", "order"]})
    done = run("drift", "--write", "staff.patch")
    assert done.exit == 2
    assert done.err == "\nstaff.patch: a patch that sets 8 fields.\n"
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    subprocess.run(["git", "apply", "staff.patch"], cwd=project, check=True)
    assert (project / "texts" / "men.html").read_text("utf-8") == "<h1>Mænd</h1>\n<p>Sko</p>\n"
    assert (project / "catalogue.yaml").read_text("utf-8") == CATALOGUE.replace(
        "name: Herre  #", "name: Mænd  #"
    ).replace("'herre'", "'it''s'").replace(
        "<p>First</p>\n", "<p>One</p>\n\n      <p>Two: #2</p>\n"
    ).replace("in_menu: true", "in_menu: false").replace(
        "{name: Dame, parent: null, meta_title: Damesko}",
        '{name: Dame, parent: men, meta_title: "Sko, til damer"}',
    ).replace("      - paid   # the till\n      - stock\n", "      - stock\n      - order\n")
    settled = json.loads(run("plan", "--json").out)
    assert all(c["change"]["actions"] == ["no-op"] for c in settled["resource_changes"])
    assert run("drift", "--write", "again.patch").exit == 2
    assert (project / "again.patch").read_bytes() == b""
    assert run("apply", "--auto-approve").exit == 0
    assert run("drift").exit == 0


def test_a_patch_on_stdout_is_alone_there(run: Shopform, sandbox: Sandbox, project: Path) -> None:
    edit(sandbox, "Dame", meta_title="Sko til damer")
    done = run("drift", "--write", "-")
    assert (done.exit, done.err) == (2, "")
    assert done.out.startswith("--- a/catalogue.yaml\n+++ b/catalogue.yaml\n@@")
    subprocess.run(["git", "apply"], input=done.out.encode(), cwd=project, check=True)
    assert "{name: Dame, parent: null, meta_title: Sko til damer}" in (
        project / "catalogue.yaml"
    ).read_text("utf-8")


def test_what_is_not_patched_is_told_with_its_place(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    edit(sandbox, "Herre", meta_title="Sko fra Esbjerg", tag="mine")
    supplier = number(sandbox, "supplier", "Fjord")
    ask(sandbox, "PUT", f"supplier/{supplier}", {"dropshipping_mail": "other@example.dk"})
    ask(sandbox, "DELETE", f"category/{number(sandbox, 'category', 'Dame')}")
    file = project / "catalogue.yaml"
    file.write_text(file.read_text("utf-8").replace("'herre'", "'yours'"), "utf-8")
    done = run("drift", "--write", "-")
    assert (done.exit, done.out) == (2, "")
    said = [line for line in done.err.split("\n") if line.startswith(("warning", "  -->"))]
    assert said == [
        "warning: `dropshipping_mail` of `supplier.fjord` is not in the patch: it is a secret",
        "  --> catalogue.yaml:15:43",
        "warning: `meta_title` of `category.men` is not in the patch: it contains a placeholder",
        "  --> catalogue.yaml:6:17",
        "warning: `tag` of `category.men` is not in the patch: the files have changed it too",
        "  --> catalogue.yaml:5:10",
        "warning: `category.women` is not in the patch: it has been deleted in the shop",
        "  --> catalogue.yaml:13:3",
    ]
    for secret in ("canary@example.dk", "other@example.dk"):
        assert secret not in done.text


def test_what_the_files_would_refuse_is_not_patched(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    """As with `dump --update`: a patch of them could not be applied, or would contain a secret."""
    file = project / "catalogue.yaml"
    more = "categories:\n  sub: {name: Dame, parent: men, tag: a}\n"
    (project / "more.yaml").write_text(more, "utf-8")
    assert run("apply", "--auto-approve").exit == 0
    edit(sandbox, "Herre", tag="https://me:canary@x.example")
    ids = [c["category_id"] for c in sandbox.data("category") if c["name"] == "Dame"]
    ask(sandbox, "PUT", f"category/{max(ids)}", {"parent_id": 0, "tag": "b"})
    done = run("drift", "--write", "staff.patch")
    assert done.exit == 2
    said = [line for line in done.err.split("\n") if line.startswith("warning")]
    password, twin = "the value in the shop contains a password", "another one would have the same"
    assert said == [
        f"warning: `tag` of `category.men` is not in the patch: {password}",
        f"warning: `parent` of `category.sub` is not in the patch: {twin} `parent`",
    ]
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    subprocess.run(["git", "apply", "staff.patch"], cwd=project, check=True)
    assert (project / "more.yaml").read_text("utf-8") == more.replace("tag: a", "tag: b")
    assert "canary" not in file.read_text("utf-8")
    assert run("validate").exit == 0


def test_a_field_that_moved_to_another_address_is_patched_there(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    edit(sandbox, "Dame", meta_title="Sko til damer")
    file = project / "catalogue.yaml"
    text = file.read_text("utf-8").replace("  women:", "  ladies:")
    file.write_text(f"{text}moved: [{{from: category.women, to: category.ladies}}]\n", "utf-8")
    assert (
        "+  ladies: {name: Dame, parent: null, meta_title: Sko til damer}"
        in run("drift", "--write", "-").out
    )


def test_a_list_that_came_back_short_is_no_drift(run: Shopform, sandbox: Sandbox) -> None:
    sandbox.set_fault("GET /category:1+:short")
    done = run("drift")
    assert done.exit == 18
    assert "has been deleted" not in done.out
