"""A renamed key, a renamed name, both, a moved branch: the object stays, and nothing is guessed."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from support import Run, environment_of, run_here

from shopform.sandbox import Sandbox

Shopform = Callable[..., Run]

SETTINGS = """\
shops:
  demo: {{url: {url}, token: "${{env:SHOPFORM_TOKEN}}"}}
"""
CATALOGUE = """\
categories:
  # what men wear
  men: {name: Herre, rewrite_url: herre, meta_title: Alt til mænd}
  men-shoes: {name: Sko, parent: men}  # the best part
  men-boots: {name: Støvler, parent: men-shoes}
  women: {name: Dame, rewrite_url: dame}
profiles:
  shoes:
    name: Sko
    attributes:
      size: {name: Str., type: valuelist, values: ["36", "37"]}
      sole: {name: Sål, type: string}
redirects:
  old: {source: gammel, target: herre}
"""


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "shopform.yaml").write_text(SETTINGS.format(url=sandbox.url), "utf-8")
    (folder / "catalogue.yaml").write_text(CATALOGUE, "utf-8")
    return folder


@pytest.fixture
def run(project: Path, sandbox: Sandbox) -> Shopform:
    def go(*arguments: str, **environment: str) -> Run:
        return run_here(project, *arguments, environment=environment_of(**environment))

    assert go("apply", "--auto-approve").exit == 0
    sandbox.reset_log()
    return go


def edit(project: Path, *replacements: tuple[str, str], file: str = "catalogue.yaml") -> None:
    path = project / file
    text = path.read_text("utf-8")
    for before, after in replacements:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text, "utf-8")


def writes(sandbox: Sandbox) -> list[str]:
    """The calls that changed something: their verbs."""
    return [call.method for call in sandbox.calls if call.method != "GET"]


def ids(sandbox: Sandbox, kind: str, field: str = "name") -> dict[str, int]:
    key = {"value": "attribute_value_id"}.get(kind, f"{kind}_id")
    return {row[field]: row[key] for row in sandbox.data(kind)}


def assert_settled(run: Shopform) -> None:
    second = run("plan", "--detailed-exitcode")
    assert (second.exit, second.err) == (0, "")


BOTH = (("men: {name: Herre,", "mens: {name: Mænd,"), ("parent: men}", "parent: mens}"))


def test_a_renamed_key_costs_nothing(run: Shopform, project: Path, sandbox: Sandbox) -> None:
    before = ids(sandbox, "category")
    edit(project, ("  men: {", "  herrer: {"), ("parent: men}", "parent: herrer}"))
    done = run("apply", "--auto-approve")
    assert done.exit == 0
    assert "category.men has moved to category.herrer" in done.out
    assert "0 added, 0 changed, 0 destroyed" in done.out
    assert writes(sandbox) == []
    assert ids(sandbox, "category") == before
    assert_settled(run)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  shoes:\n", "  footwear:\n"),
        ("      size: {", "      groesse: {"),
        ('["36", "37"]', '{eu-36: {val: "36"}, eu-37: {val: "37"}}'),
    ],
)
def test_a_renamed_key_moves_what_is_nested(
    run: Shopform, project: Path, sandbox: Sandbox, before: str, after: str
) -> None:
    held = [ids(sandbox, kind) for kind in ("profile", "attribute")]
    edit(project, (before, after))
    done = run("apply", "--auto-approve")
    assert done.exit == 0, done.text
    assert writes(sandbox) == []
    assert [ids(sandbox, kind) for kind in ("profile", "attribute")] == held
    assert_settled(run)


def test_nested_objects_move_with_their_container_under_new_names(
    run: Shopform, project: Path, sandbox: Sandbox
) -> None:
    before = ids(sandbox, "attribute")
    edit(project, ("  shoes:\n", "  footwear:\n"), ("name: Str.", "name: Størrelse"))
    edit(project, ('["36", "37"]', '{"36": {val: 36 EU}, "37": {val: "37"}}'))
    done = run("apply", "--auto-approve")
    assert done.exit == 0, done.text
    assert writes(sandbox) == ["PUT", "PUT"]
    assert ids(sandbox, "attribute") == {"Størrelse": before["Str."], "Sål": before["Sål"]}
    assert_settled(run)


def test_a_renamed_name_is_an_update(run: Shopform, project: Path, sandbox: Sandbox) -> None:
    before = ids(sandbox, "category")
    edit(project, ("name: Herre", "name: Mænd"))
    assert run("apply", "--auto-approve").exit == 0
    assert writes(sandbox) == ["PUT"]
    assert ids(sandbox, "category")["Mænd"] == before["Herre"]
    assert_settled(run)


def test_a_moved_branch_is_an_update(run: Shopform, project: Path, sandbox: Sandbox) -> None:
    before = ids(sandbox, "category")
    edit(project, ("{name: Sko, parent: men}", "{name: Sko, parent: women}"))
    assert run("apply", "--auto-approve").exit == 0
    assert writes(sandbox) == ["PUT"]
    assert ids(sandbox, "category") == before
    assert_settled(run)


def test_key_and_name_renamed_is_refused_where_nobody_can_answer(
    run: Shopform, project: Path, sandbox: Sandbox
) -> None:
    edit(project, *BOTH)
    made = run("plan")
    assert made.exit == 11
    assert "error: `category.mens` may be the renamed `category.men`" in made.err
    assert "only they have the same `meta_title`, `rewrite_url`" in made.err
    assert "`--accept-rename category.men=category.mens`" in made.err
    assert run("plan", "--detailed-exitcode").exit == 11
    assert writes(sandbox) == []


@pytest.mark.parametrize("arguments", [("--auto-approve",), ("--auto-approve", "--json"), ("-q",)])
def test_nobody_there_to_answer_is_a_refusal(
    run: Shopform, project: Path, sandbox: Sandbox, arguments: tuple[str, ...]
) -> None:
    edit(project, *BOTH)
    done = run("apply", "--auto-approve", *arguments)
    assert done.exit == 11
    assert "may be the renamed `category.men`" in done.err + done.out
    assert writes(sandbox) == []


def test_a_saved_plan_is_no_answer(run: Shopform, project: Path, sandbox: Sandbox) -> None:
    edit(project, *BOTH)
    assert run("plan", "--out", "p.json").exit == 11
    done = run("apply", "p.json")
    assert done.exit == 11
    assert "error: `category.mens` may be the renamed `category.men`" in done.err
    assert writes(sandbox) == []


def test_accepted_rename_keeps_the_object(run: Shopform, project: Path, sandbox: Sandbox) -> None:
    before = ids(sandbox, "category")
    edit(project, *BOTH)
    done = run("apply", "--auto-approve", "--accept-rename", "category.men=category.mens")
    assert done.exit == 0, done.text
    assert "shopform.yaml: added to `moved`: category.men -> category.mens." in done.err
    assert writes(sandbox) == ["PUT"]
    assert ids(sandbox, "category")["Mænd"] == before["Herre"]
    text = (project / "shopform.yaml").read_text("utf-8")
    assert text.endswith("\nmoved:\n  - {from: category.men, to: category.mens}\n")
    assert run("fmt", "--check", "shopform.yaml").exit == 0
    assert_settled(run)


def test_accepting_twice_writes_once(run: Shopform, project: Path) -> None:
    edit(project, *BOTH)
    flag = ("--accept-rename", "category.men=category.mens")
    assert run("plan", *flag).exit == 0
    text = (project / "shopform.yaml").read_text("utf-8")
    assert run("plan", *flag, *flag).err == ""
    assert run("apply", "--auto-approve", *flag).exit == 0
    assert run("apply", "--auto-approve", *flag).exit == 0
    assert (project / "shopform.yaml").read_text("utf-8") == text


def test_several_renames_and_the_environment(
    run: Shopform, project: Path, sandbox: Sandbox
) -> None:
    edit(project, *BOTH, ("women: {name: Dame,", "ladies: {name: Kvinder,"))
    edit(project, ("      sole: {name: Sål", "      base: {name: Bund"))
    renames = "category.men=category.mens category.women=category.ladies"
    renames += " attribute.shoes.sole=attribute.shoes.base"
    done = run("apply", "--auto-approve", SHOPFORM_ACCEPT_RENAME=renames)
    assert done.exit == 0, done.text
    assert writes(sandbox) == ["PUT"] * 3
    assert_settled(run)


def test_removed_answers_that_it_is_meant(run: Shopform, project: Path, sandbox: Sandbox) -> None:
    edit(project, *BOTH)
    file = project / "shopform.yaml"
    file.write_text(file.read_text("utf-8") + "removed: [{address: category.men}]\n", "utf-8")
    done = run("apply", "--auto-approve", "--allow-delete", "category=1")
    assert "renamed" not in done.err
    assert done.exit == 0, done.text
    assert {"DELETE", "POST"} < set(writes(sandbox))


@pytest.mark.parametrize(
    ("rename", "why"),
    [
        ("category.men=category.nobody", "`category.nobody` is not declared"),
        ("category.nobody=category.mens", "`category.nobody` is not in the state"),
        ("category.women=category.mens", "`category.women` is still declared"),
        ("category.men=category.women", "`category.women` is in the state already"),
        ("category.men=profile.shoes", "they are not two addresses of one kind"),
        ("attribute.shoes.size=attribute.other.size", "they have different parents"),
        ("category.men=nonsense", "`nonsense` is not an address"),
        ("category.men", "is not of the form NAME=VALUE"),
    ],
)
def test_what_cannot_be_accepted_writes_nothing(
    run: Shopform, project: Path, rename: str, why: str
) -> None:
    edit(project, *BOTH)
    before = (project / "shopform.yaml").read_bytes()
    done = run("plan", "--accept-rename", rename)
    assert done.exit == 64
    assert why in done.err
    assert (project / "shopform.yaml").read_bytes() == before


def test_two_renames_cannot_share_an_address(run: Shopform, project: Path) -> None:
    edit(project, *BOTH, ("women: {name: Dame,", "ladies: {name: Kvinder,"))
    flags = ("--accept-rename", "category.men=category.mens")
    assert run("plan", *flags, "--accept-rename", "category.women=category.mens").exit == 64
    assert run("plan", *flags).exit == 11  # the other one waits for its answer
    assert run("plan", "--accept-rename", "category.men=category.ladies").exit == 64


def test_a_saved_plan_takes_no_renames(run: Shopform, project: Path) -> None:
    assert run("plan", "--out", "p.json").exit == 0
    assert run("apply", "p.json", "--accept-rename", "category.a=category.b").exit == 64


LAYOUTS = {
    "list below": "moved:\n  # in march\n  - {from: category.a, to: category.b}  # why\n# end\n",
    "block items": "moved:\n- from: category.a\n  to: category.b  # why\n\nremoved: []\n",
    "brackets": "moved: [{from: category.a, to: category.b}]  # why\n",
    "empty brackets": "moved: []  # why\n",
    "nothing": "moved:  # why\n",
    "null": "moved: null  # why\n",
    "line ends": "moved:\r\n  - {from: category.a, to: category.b}  # why\r\n",
    "no line end": "# why\nmoved: [{from: category.a, to: category.b}]",
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_the_list_keeps_its_comments_and_layout(run: Shopform, project: Path, text: str) -> None:
    (project / "moves.yaml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    edit(project, *BOTH)
    made = run("plan", "--accept-rename", "category.men=category.mens")
    assert made.exit == 0, made.text
    assert "has moved" in made.out or "moved from category.men" in made.out
    where = "moves.yaml" if "a, to" in text or "from" in text else "shopform.yaml"
    assert f"{where}: added to `moved`: " in made.err
    after = (project / "moves.yaml").read_bytes().decode()
    assert after.startswith("\ufeff")
    kept = [line for line in text.splitlines() if "#" in line]
    assert [line for line in after[1:].splitlines() if "#" in line] == kept or "[" in text
    assert ("\r\n" in after) == ("\r\n" in text)
    assert after.count("\n") == after.count("\r\n") or "\r\n" not in text


def test_settings_written_as_json_stay_so(run: Shopform, project: Path, sandbox: Sandbox) -> None:
    settings = {"shops": {"demo": {"url": sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}}}
    (project / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
    edit(project, *BOTH)
    assert run("plan", "--accept-rename", "category.men=category.mens").exit == 0
    text = (project / "shopform.yaml").read_text("utf-8")
    assert text.startswith('{"shops"')
    assert text.endswith(", moved: [{from: category.men, to: category.mens}]}")


class Terminal(io.StringIO):
    """Somebody who answers."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "code"), [("yes\n", 0), ("no\n", 1)])
def test_yes_to_the_plan_is_an_answer(
    run: Shopform, project: Path, sandbox: Sandbox, answer: str, code: int
) -> None:
    edit(project, *BOTH)
    with patch("sys.stdin", Terminal(answer)):
        done = run("apply")
    assert done.exit == code, done.text
    assert "warning: `category.mens` may be the renamed `category.men`" in done.err
    assert done.err.index("may be the renamed") < done.err.index("Do you want to")
    assert ("DELETE" in writes(sandbox)) == (code == 0)


def test_a_container_keeps_all_that_is_in_it(
    run: Shopform, project: Path, sandbox: Sandbox
) -> None:
    kinds = {"profile": "name", "attribute": "name", "value": "val"}
    before = {kind: set(ids(sandbox, kind, name).values()) for kind, name in kinds.items()}
    edit(project, ("  shoes:\n    name: Sko", "  footwear:\n    name: Fodtøj"))
    assert "only they have the same `attributes`" in run("plan").err
    done = run("apply", "--auto-approve", "--accept-rename", "profile.shoes=profile.footwear")
    assert done.exit == 0, done.text
    assert writes(sandbox) == ["PUT"]
    after = {kind: set(ids(sandbox, kind, name).values()) for kind, name in kinds.items()}
    assert after == before
    assert_settled(run)


def test_one_answer_is_for_every_shop(run: Shopform, project: Path, sandbox: Sandbox) -> None:
    with Sandbox() as other:
        more = f"  second: {{url: {other.url}, token: '${{env:SHOPFORM_TOKEN}}'}}\n"
        file = project / "shopform.yaml"
        file.write_text(file.read_text("utf-8") + more, "utf-8")
        assert run("apply", "--auto-approve", "--shop", "second").exit == 0
        other.reset_log()
        edit(project, *BOTH)
        flag = ("--accept-rename", "category.men=category.mens")
        done = run("apply", "--auto-approve", "--shop", "all", *flag)
        assert done.exit == 0, done.text
        assert writes(sandbox) == writes(other) == ["PUT"]
    assert (project / "shopform.yaml").read_text("utf-8").count("from: category.men,") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--out", "p.json"),
        ("plan", "--format", "html"),
        ("apply", "--auto-approve", "--expect-digest", "abc"),
    ],
)
def test_what_several_shops_cannot_do_writes_no_answer(
    run: Shopform, project: Path, arguments: tuple[str, ...]
) -> None:
    edit(project, *BOTH)
    before = (project / "shopform.yaml").read_bytes()
    flag = ("--accept-rename", "category.men=category.mens", "--shop", "all")
    done = run(*arguments, *flag)
    assert done.exit == 64
    assert "works on one shop only" in done.err
    assert (project / "shopform.yaml").read_bytes() == before


@pytest.mark.parametrize("first", ["attribute.shoes.size", "attribute.footwear.size"])
def test_a_container_and_what_lies_in_it_can_be_renamed(
    run: Shopform, project: Path, sandbox: Sandbox, first: str
) -> None:
    edit(project, ("shoes:\n    name: Sko", "footwear:\n    name: Fodtøj"))
    edit(project, ("size: {name: Str.", "measure: {name: Mål"))
    answers = "--accept-rename", "profile.shoes=profile.footwear"
    told = run("plan", *answers).err
    assert "--accept-rename attribute.footwear.size=attribute.footwear.measure" in told
    answers = "--accept-rename", f"{first}=attribute.footwear.measure"
    done = run("apply", "--auto-approve", *answers)
    assert done.exit == 0, done.text
    assert writes(sandbox) == ["PUT", "PUT"]
    assert run("plan", "--detailed-exitcode").exit == 0
