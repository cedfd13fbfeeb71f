"""A project with an error in nearly every line: all are reported in one run, with places."""

from pathlib import Path

import pytest

from shopform.config import check_project, compile_project, load_project
from shopform.diagnostics import Diagnostic, Span
from shopform.errors import ConfigError
from shopform.kinds.standard import STANDARD

HERE = Path(__file__).parent / "mistakes"


@pytest.fixture(scope="module")
def errors() -> tuple[Diagnostic, ...]:
    with pytest.raises(ConfigError) as caught:
        compile_project(
            load_project(HERE, STANDARD),
            "staging",
            variables={"hots": "x"},
            environment={"HOME": "/"},
        )
    assert caught.value.exit_code == 10
    return caught.value.diagnostics


def _pointed_at(span: Span | None) -> str:
    """What the file holds between the two ends of a place."""
    if span is None:
        return ""
    line = (HERE / span.file).read_text("utf-8").splitlines()[span.line - 1]
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    return line[span.column - 1 : end]


def test_every_error_is_reported_once_at_its_place(errors: tuple[Diagnostic, ...]) -> None:
    found = [f"{each.span or '-'} {each.code} {_pointed_at(each.span)}".rstrip() for each in errors]
    assert found == (HERE / "expected.txt").read_text("utf-8").splitlines()


def test_more_than_twenty_kinds_of_errors_are_reported_in_one_run(
    errors: tuple[Diagnostic, ...],
) -> None:
    assert len({each.code for each in errors}) >= 30


def test_every_error_has_a_hint(errors: tuple[Diagnostic, ...]) -> None:
    assert [each.summary for each in errors if not each.hint] == []


def test_near_misses_are_named(errors: tuple[Diagnostic, ...]) -> None:
    hints = {each.summary: each.hint for each in errors}
    assert hints["unknown field `rewrite_ulr`"] == "did you mean `rewrite_url`?"
    assert hints["`sort_order` cannot be `nomal`"] == "did you mean `normal`?"
    assert hints["`category.mem` is not declared"] == "did you mean `men`?"
    assert hints["unknown shop `stagging`"] == "did you mean `staging`?"
    assert hints["unknown section `polcy`"] == "did you mean `policy`?"
    assert hints["`Støvler` cannot be a key"] == "write `stoevler`"
    assert hints["`in_menu` must be `true` or `false`, not `yes`"].startswith(
        "YAML 1.2: write `true`"
    )


def test_a_second_place_names_the_first(errors: tuple[Diagnostic, ...]) -> None:
    related = {
        each.code: [str(span) for _, span in each.related] for each in errors if each.related
    }
    assert related["declared-twice"] == ["again.yaml:2:3"]
    assert related["duplicate-key"] == ["catalogue.yaml:41:5"]
    assert related["short-collision"] == ["more/rest.yaml:16:18"]
    assert related["path-twice"] == ["catalogue.yaml:26:37"]


def test_checking_all_shops_reports_a_shared_error_once(errors: tuple[Diagnostic, ...]) -> None:
    with pytest.raises(ConfigError) as caught:
        check_project(load_project(HERE, STANDARD), None, variables={}, environment={})
    found = caught.value.diagnostics
    assert len(found) == len(set(found))
    assert {each.code for each in errors} - {each.code for each in found} == {
        "environment-missing",  # a check reads no secret
        "undeclared-variable",
    }
