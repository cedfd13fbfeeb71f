"""Plans as Markdown and HTML on the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support import Run, environment_of, run_here

Shopform = Callable[..., Run]


@pytest.fixture
def run(project: Path) -> Shopform:
    def go(*arguments: str, **environment: str) -> Run:
        return run_here(project, *arguments, environment=environment_of(**environment))

    return go


@pytest.mark.parametrize(
    ("form", "start", "end"),
    [("markdown", "<!-- shopform plan ", " -->\n"), ("html", "<!doctype html>\n", "</html>\n")],
)
def test_a_saved_plan_is_shown_as_it_was_when_it_was_made(
    run: Shopform, form: str, start: str, end: str
) -> None:
    made = run("plan", "--out", "p.json", "--format", form, "--detailed-exitcode")
    assert made.exit == 2
    assert made.out.startswith(start)
    assert made.out.endswith(end)
    assert run("show", "p.json", "--format", form).out == made.out


def test_markdown_keeps_to_the_bytes_asked_for_and_links_to_the_report(run: Shopform) -> None:
    asked = "--max-bytes", "2000", "--report-url", "https://ci.example/1"
    told = run("plan", "--format", "markdown", *asked)
    assert told.exit == 0
    assert len(told.out.encode()) <= 2_000
    assert "Left out to stay below 2,000 bytes: " in told.out
    assert "](<https://ci.example/1>)" in told.out


def test_a_link_to_anything_but_a_web_page_is_refused(run: Shopform) -> None:
    done = run("plan", "--format", "markdown", "--report-url", "javascript:alert(1)")
    assert done.exit == 64
    assert "is no address of a web page" in done.err


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_a_settled_shop_has_a_report_too(run: Shopform, form: str) -> None:
    assert run("apply", "--auto-approve").exit == 0
    told = run("plan", "--format", form, "--detailed-exitcode")
    assert told.exit == 0
    assert "No changes. Your infrastructure matches the configuration." in told.out
