"""Diagnostics as GitHub's workflow commands, as SARIF and as GitLab's Code Quality."""

import json
from typing import Any

import pytest

from shopform.diagnostics import Diagnostic, Span, error, warning
from shopform.render.annotations import code_quality, github_commands, sarif

PLACE = Span("catalogue.yaml", 3, 5, 3, 9)
MISSING = error("missing-field", "`name` is missing", hint="add `name:`", span=PLACE)


def issues(*found: Diagnostic, within: str = "") -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = json.loads(code_quality(found, within))
    return made


def run(*found: Diagnostic, within: str = "") -> dict[str, Any]:
    made: dict[str, Any] = json.loads(sarif(found, within))["runs"][0]
    return made


def test_a_workflow_command_has_the_place_and_the_whole_message_in_one_line() -> None:
    assert github_commands([MISSING], "shops/dk") == (
        "::error file=shops/dk/catalogue.yaml,line=3,col=5,endColumn=9,title=missing-field"
        "::`name` is missing%0Ahint: add `name:`"
    )
    assert (
        github_commands([warning("unread", "no place")], "") == "::warning title=unread::no place"
    )
    assert github_commands([], "") == ""


def test_nothing_in_a_message_or_a_path_ends_a_workflow_command_or_begins_another() -> None:
    place = Span("a,b: 100%.yaml", 1, 1)
    found = error("x", "50% off\r\n::set-output name=a::b", detail="c\nd", span=place)
    line = github_commands([found], "")
    assert line == (
        "::error file=a%2Cb%3A 100%25.yaml,line=1,col=1,title=x"
        "::50%25 off\\r\\n::set-output name=a::b%0Ac%0Ad"
    )
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize(("count", "shown"), [(10, 10), (11, 9), (500, 9)])
def test_the_last_annotation_that_github_shows_counts_those_it_would_drop(
    count: int, shown: int
) -> None:
    errors = [error("e", f"e{number}") for number in range(count)]
    lines = github_commands([*errors, warning("w", "w")], "").splitlines()
    assert [line.rpartition("::")[2] for line in lines[:shown]] == [
        e.summary for e in errors[:shown]
    ]
    assert lines[-1] == "::warning title=w::w"
    if count > shown:
        assert (
            lines[shown] == f"::error title=more::{count - shown} more are in the log of this step"
        )
    assert len(lines) == min(count, 10) + 1


def test_what_several_shops_report_of_one_line_is_annotated_once() -> None:
    assert len(github_commands([MISSING, MISSING], "").splitlines()) == 1
    assert len(issues(MISSING, MISSING)) == len(run(MISSING, MISSING)["results"]) == 1


@pytest.mark.parametrize(
    ("within", "file", "path"),
    [
        ("", "a.yaml", "a.yaml"),
        ("shops/dk", "./more/a.yaml", "shops/dk/more/a.yaml"),
        ("shops/dk", "../shared/a.yaml", "shops/shared/a.yaml"),
        ("shops", "/tmp/a.yaml", "/tmp/a.yaml"),
    ],
)
def test_files_are_named_from_the_root_of_the_repository(within: str, file: str, path: str) -> None:
    found = error("x", "y", span=Span(file, 1, 1))
    assert issues(found, within=within)[0]["location"]["path"] == path
    place = run(found, within=within)["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": path}
    assert f"file={path}," in github_commands([found], within)


def test_a_cell_of_a_table_is_annotated_by_its_row() -> None:
    found = error("x", "y", span=Span("redirects.csv", 7, 2))
    assert github_commands([found], "") == "::error file=redirects.csv,line=7,title=x::y"
    place = run(found)["results"][0]["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 7}


def test_a_fingerprint_survives_a_move_to_another_line_and_is_no_other_ones() -> None:
    moved = error("missing-field", "`name` is missing", span=Span("catalogue.yaml", 90, 5))
    same, other = MISSING, error("missing-field", "`name` is missing", span=Span("b.yaml", 3, 5))
    first, second = issues(same)[0], issues(moved)[0]
    assert first["fingerprint"] == second["fingerprint"]
    all_of_them = issues(same, moved, other)
    assert len({each["fingerprint"] for each in all_of_them}) == 3
    assert first["fingerprint"] == all_of_them[0]["fingerprint"]


def test_code_quality_has_what_gitlab_requires_of_every_entry() -> None:
    found = issues(MISSING, warning("unread", "no place"), within="shop")
    assert [each["severity"] for each in found] == ["major", "minor"]
    assert [each["check_name"] for each in found] == ["missing-field", "unread"]
    assert found[0]["description"] == "`name` is missing\nhint: add `name:`"
    assert found[1]["location"] == {"path": "shop/shopform.yaml", "lines": {"begin": 1}}
    assert issues() == []


def test_a_result_of_sarif_has_its_rule_its_region_and_a_uri() -> None:
    related = (("first declared here", Span("b ø.yaml", 2, 1)),)
    found = run(error("twice", "z", span=PLACE, related=related), warning("a-warning", "w"))
    assert found["tool"]["driver"]["rules"] == [{"id": "a-warning"}, {"id": "twice"}]
    first, second = found["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("twice", 1, "error")
    assert first["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 3,
        "startColumn": 5,
        "endLine": 3,
        "endColumn": 9,
    }
    other = first["relatedLocations"][0]
    assert other["physicalLocation"]["artifactLocation"]["uri"] == "b%20%C3%B8.yaml"
    assert other["message"] == {"text": "first declared here"}
    assert second["level"] == "warning"
    place = second["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "shopform.yaml"}
