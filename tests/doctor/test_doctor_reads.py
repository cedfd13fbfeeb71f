"""`shopform doctor`: what reads of a shop answer."""

import json
from pathlib import Path
from typing import Any

import pytest
from own_kinds import catalogue_of
from support import EXAMPLES, Prepared, copy_project, environment_of, run_here

from shopform.sandbox import Sandbox

SEED: dict[str, list[dict[str, Any]]] = {
    "supplier": [{"name": "Nordisk"}, {"name": "Bergans"}],
    "profile": [{"profile_id": 201, "name": "Sko"}],
    "profile-attribute": [
        {"attribute_id": 301, "profile_id": 201, "name": "Farve", "type": "valuelist"}
    ],
    "profile-attribute-value": [{"attribute_id": 301, "val": "rød"}],
}


def answered(directory: Path, *arguments: str) -> dict[str, dict[str, Any]]:
    run = run_here(directory, "doctor", "--json", *arguments, environment=environment_of())
    assert run.exit == 0, run.text
    return {each["question"]: each for each in json.loads(run.out)["answers"]}


def test_a_shop_is_read_in_few_calls_and_nothing_is_changed(tmp_path: Path) -> None:
    with Sandbox(seed=SEED) as sandbox:
        directory = copy_project(EXAMPLES / "minimal", tmp_path / "project", sandbox)
        found = answered(directory)
        assert len(sandbox.calls) <= 20
        assert {call.method for call in sandbox.calls} == {"GET"}
        assert not (directory / "state").exists()
    words = {name: each["answer"] for name, each in found.items()}
    assert words["shape.supplier"] == "bare"
    assert words["shape.brand"] == "envelope"
    assert words["typing.supplier"] == "strings"
    assert words["attribute_type"] == "both"
    assert words["missing_filter"] == "refuse"
    assert words["absent"] == "404"
    assert words["post"] is None
    assert found["post"]["why_not"] == "only `--probe` shows it"
    assert found["redirect_names"]["why_not"] == "no redirect exists"


def test_what_the_key_may_not_read_and_what_is_missing_is_reported(tmp_path: Path) -> None:
    with Sandbox(seed=SEED, deny=["brand:read"]) as sandbox:
        directory = copy_project(EXAMPLES / "minimal", tmp_path / "project", sandbox)
        settings = directory / "shopform.yaml"
        wire = "    wire: {webhook: {endpoint: hook}}\n    url: "
        settings.write_text(settings.read_text("utf-8").replace("    url: ", wire), "utf-8")
        found = answered(directory)
    assert found["exists.brand"]["answer"] == "refused"
    assert found["denied"]["answer"] == "403"
    assert found["exists.webhook"]["answer"] == "no"
    assert found["shape.webhook"]["why_not"] == "the list answers 404, plain"


def test_the_kinds_of_a_project_are_read_before_those_that_are_documented(tmp_path: Path) -> None:
    """Where there are too many for a reading, those that are left out are not said to be absent."""
    fields = {"name": {"type": "text", "required": True}}
    kinds = {
        f"own{n}": {
            "section": f"owns{n}",
            "endpoint": f"own{n}",
            "id": f"own{n}_id",
            "identity": ["name"],
            "fields": fields,
        }
        for n in range(5)
    }
    seed = {**SEED, **{name: [{"name": "A"}] for name in kinds}}
    with Sandbox(seed=seed, catalogue=catalogue_of(**kinds)) as sandbox:
        directory = copy_project(EXAMPLES / "minimal", tmp_path / "project", sandbox)
        (directory / "kinds.yaml").write_text(json.dumps({"kinds": kinds}), "utf-8")
        found = answered(directory)
        listed = {call.path for call in sandbox.calls}
        assert len(sandbox.calls) <= 20
    unread = "it was not read: the calls of a reading are limited"
    for kind in catalogue_of(**kinds).kinds:
        reasons = {found[f"exists.{kind.name}"]["why_not"], found[f"{kind.name}_id"]["why_not"]}
        was_read = f"/{kind.wire.endpoint.value}" in listed
        assert (unread in reasons) is not was_read, (kind.name, reasons)
    for name in (*kinds, "supplier", "profile", "attribute", "category", "redirect", "webhook"):
        assert found[f"exists.{name}"]["answer"] == "yes", name


def test_children_are_not_listed_by_a_parent_without_an_id(tmp_path: Path) -> None:
    with Sandbox(seed=SEED) as sandbox:
        directory = copy_project(EXAMPLES / "minimal", tmp_path / "project", sandbox)
        settings = directory / "shopform.yaml"
        wire = "    wire: {profile: {id: number}}\n    url: "
        settings.write_text(settings.read_text("utf-8").replace("    url: ", wire), "utf-8")
        found = answered(directory)
        lists = [call for call in sandbox.calls if call.path == "/profile-attribute"]
    assert len(lists) == 1
    assert found["exists.attribute"]["why_not"] == "no profile was found to list it by"


@pytest.mark.parametrize(("key", "url", "code"), [("wrong", "", 16), ("sandbox", "/none", 18)])
def test_a_key_or_url_that_is_wrong_ends_it(
    tmp_path: Path, prepared: Prepared, key: str, url: str, code: int
) -> None:
    with Sandbox() as sandbox:
        directory = copy_project(EXAMPLES / "minimal", tmp_path / "project", sandbox)
        settings = directory / "shopform.yaml"
        address = sandbox.url.removesuffix("/REST")
        settings.write_text(settings.read_text("utf-8").replace(address, address + url), "utf-8")
        run = prepared.run(directory, "doctor", environment=environment_of(key))
    assert run.exit == code, run.text
    assert run.out == ""


def test_the_table_has_a_line_for_each_answer(tmp_path: Path, prepared: Prepared) -> None:
    with Sandbox(seed=SEED) as sandbox:
        directory = copy_project(EXAMPLES / "minimal", tmp_path / "project", sandbox)
        run = prepared.run(directory, "doctor", environment=environment_of())
        assert run.exit == 0, run.text
        head, *lines = run.out.splitlines()
        assert head.split() == "question answer evidence what shopform assumes".split()
        answers = answered(directory)
    rows = lines[: lines.index("")]
    assert [row.split()[0] for row in rows] == [
        name for name, each in answers.items() if each["answer"] or each["possible"]
    ]
    assert all(name in run.out for name in answers)
    known = sum(bool(each["answer"]) for each in answers.values())
    counts = f"{known} answered, {len(answers) - known} open"
    assert lines[-1] == f"Questions: {counts}, 0 contrary to what shopform assumes."
    assert "Nordisk" not in run.text


def test_a_shop_that_contradicts_the_assumptions_has_its_own_exit_code(tmp_path: Path) -> None:
    with Sandbox(seed=SEED) as sandbox:
        directory = copy_project(EXAMPLES / "minimal", tmp_path / "project", sandbox)
        arguments = ("doctor", "--detailed-exitcode")
        assert run_here(directory, *arguments, environment=environment_of()).exit == 0
        settings = directory / "shopform.yaml"
        wire = "    wire: {supplier: {id: number}}\n    url: "
        settings.write_text(settings.read_text("utf-8").replace("    url: ", wire), "utf-8")
        run = run_here(directory, *arguments, environment=environment_of())
    assert run.exit == 2
    assert "the shop contradicts that" in run.out
    assert "1 contrary to what shopform assumes (supplier_id)." in run.out
