"""`--format github`, `sarif` and `codequality`: the messages of a run as its result."""

import json
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
from support import Run, environment_of, run_here

Shopform = Callable[..., Run]
FORMS = ("github", "sarif", "codequality")
WRONG = "suppliers:\n  a: {nam: x}\n"


@pytest.fixture
def run(project: Path) -> Shopform:
    def go(*arguments: str, **environment: str) -> Run:
        return run_here(project, *arguments, environment=environment_of(**environment))

    return go


def paths(form: str, done: Run) -> set[str]:
    if form == "github":
        return {line.partition("file=")[2].partition(",")[0] for line in done.out.splitlines()}
    if form == "codequality":
        return {each["location"]["path"] for each in json.loads(done.out)}
    results = json.loads(done.out)["runs"][0]["results"]
    places = [each["locations"][0]["physicalLocation"] for each in results]
    return {place["artifactLocation"]["uri"] for place in places}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("command", ["validate", "plan"])
def test_files_that_are_wrong_are_annotated_from_the_root_of_the_repository(
    form: str, command: str, run: Shopform, project: Path
) -> None:
    (project / "wrong.yaml").write_text(WRONG, "utf-8")
    done = run(command, "--format", form)
    assert done.exit == 10
    assert "error: unknown field `nam`" in done.err, "the log still has the message for people"
    assert paths(form, done) == {"wrong.yaml"}
    (project.parent / ".git").mkdir()
    assert paths(form, run(command, "--format", form)) == {f"{project.name}/wrong.yaml"}


@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_a_checkout_without_git_begins_where_ci_says(
    variable: str, run: Shopform, project: Path
) -> None:
    (project / "wrong.yaml").write_text(WRONG, "utf-8")
    done = run("validate", "--format", "github", **{variable: str(project.parent)})
    assert paths("github", done) == {f"{project.name}/wrong.yaml"}
    elsewhere = run("validate", "--format", "github", **{variable: "/nowhere"})
    assert paths("github", elsewhere) == {"wrong.yaml"}


def test_without_messages_the_result_is_an_empty_document(run: Shopform) -> None:
    done = {form: run("validate", SHOPFORM_VALIDATE_FORMAT=form) for form in FORMS}
    assert {form: each.exit for form, each in done.items()} == dict.fromkeys(FORMS, 0)
    assert (done["github"].out, json.loads(done["codequality"].out)) == ("", [])
    assert json.loads(done["sarif"].out)["runs"][0]["results"] == []


@pytest.mark.parametrize("form", FORMS)
def test_a_plan_that_is_refused_is_annotated_with_the_reason(
    form: str, run: Shopform, project: Path
) -> None:
    assert run("apply", "--auto-approve").exit == 0
    catalogue = project / "catalogue.yaml"
    lines = catalogue.read_text("utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if "rewrite_url:" in line)
    lines[at] = lines[at].replace("rewrite_url: ", "rewrite_url: moved-")
    catalogue.write_text("\n".join(lines), "utf-8")
    done = run("plan", "--format", form)
    assert "moves away from" in done.out
    assert "Plan:" not in done.out
    assert "catalogue.yaml" in paths(form, done)
    saved = run("plan", "--out", "p.json", "--quiet")
    assert saved.exit == done.exit
    shown = run("show", "p.json", "--format", form)
    assert "moves away from" in shown.out


@pytest.mark.parametrize("form", FORMS)
def test_an_error_without_a_place_is_annotated_too(form: str, run: Shopform) -> None:
    done = run("plan", "--format", form, "--shop", "no-such-shop")
    assert done.exit == 64
    assert "no-such-shop" in done.out
    assert paths(form, done) == {"" if form == "github" else "shopform.yaml"}


@pytest.mark.wide
def test_sarif_fits_the_schema_of_oasis(run: Shopform, project: Path, tmp_path: Path) -> None:
    """The schema is in the source distribution of sarif-om, and in no wheel."""
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:")
    subprocess.run([*pip, "-d", tmp_path, "sarif-om==1.0.4"], check=True, capture_output=True)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        file = archive.extractfile("sarif_om-1.0.4/sarif-2.1.0-rtm.4.json")
        assert file is not None
        schema = json.load(file)
    twice = "suppliers:\n  a: {nam: x}\n  nordlys: {name: y}\n"
    (project / "wrong.yaml").write_text(twice, "utf-8")
    made = json.loads(run("validate", "--format", "sarif").out)
    assert made["runs"][0]["results"]
    jsonschema.validate(made, schema)
    made["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(made, schema)
