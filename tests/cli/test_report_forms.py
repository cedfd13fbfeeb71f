"""Plans as Markdown and HTML on the command line."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from support import Run, environment_of, run_here

from shopform.render.html.previews import ALL_IMAGES, LARGEST_IMAGE

Shopform = Callable[..., Run]
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")


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
    again = run("show", "p.json", "--format", form).out
    assert TIME.sub("TIME", again) == TIME.sub("TIME", made.out)
    assert bool(TIME.search(again)) is (form == "html"), "only the report says when it was made"


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
    assert "is not an http or https URL" in done.err


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_a_settled_shop_has_a_report_too(run: Shopform, form: str) -> None:
    assert run("apply", "--auto-approve").exit == 0
    told = run("plan", "--format", form, "--detailed-exitcode")
    assert told.exit == 0
    assert "No changes. Your infrastructure matches the configuration." in told.out


GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.example",
    "GITHUB_REPOSITORY": "a/shop",
    "GITHUB_SHA": "c0ffee" * 6,
    "GITHUB_REF": "refs/pull/7/merge",
    "GITHUB_RUN_ID": "99",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_URL": "https://gitlab.example/a/shop",
    "CI_COMMIT_SHA": "c0ffee" * 6,
    "CI_MERGE_REQUEST_IID": "7",
    "CI_JOB_URL": "https://gitlab.example/a/shop/-/jobs/99",
}
LINKS = re.compile(r'<a href="(https?:[^"]*)" rel="noopener noreferrer">([^<]*)</a>')


@pytest.mark.parametrize(
    ("variables", "links"),
    [
        (
            GITHUB,
            [
                ("https://github.example/a/shop/pull/7", "Pull request #7"),
                (f"https://github.example/a/shop/commit/{'c0ffee' * 6}", "c0ffeec0ff"),
                ("https://github.example/a/shop/actions/runs/99", "CI run"),
            ],
        ),
        (
            GITLAB,
            [
                ("https://gitlab.example/a/shop/-/merge_requests/7", "Merge request !7"),
                (f"https://gitlab.example/a/shop/-/commit/{'c0ffee' * 6}", "c0ffeec0ff"),
                ("https://gitlab.example/a/shop/-/jobs/99", "CI run"),
            ],
        ),
        (
            {**GITHUB, "GITHUB_REF": "refs/heads/main", "GITHUB_SERVER_URL": "javascript:x"},
            [],
        ),
    ],
)
def test_report_of_a_ci_run_links_to_it_and_the_digest_stays(
    run: Shopform, project: Path, variables: dict[str, str], links: list[tuple[str, str]]
) -> None:
    page = run("plan", "--format", "html", "--out", "ci.json", **variables).out
    assert LINKS.findall(page) == links
    assert "javascript:" not in page
    run("plan", "--out", "here.json")
    ci, here = (
        json.loads((project / f"{name}.json").read_text("utf-8")) for name in ("ci", "here")
    )
    assert ci["digest"] == here["digest"]


def test_report_shows_the_images_of_the_project_as_they_were_planned(
    run: Shopform, project: Path
) -> None:
    image = b"\x89PNG\r\n\x1a\n" + bytes(99)
    uri = f'src="data:image/png;base64,{b64encode(image).decode()}"'
    file = project / "a.png"
    file.write_bytes(image)
    (project / "pages.yaml").write_text(
        "categories: {shoes: {name: Shoes, images: [{file: a.png, description: A shoe}]}}", "utf-8"
    )
    assert uri in run("plan", "--format", "html", "--out", "p.json").out
    assert uri in run("show", "p.json", "--format", "html").out
    file.write_bytes(image + b"another")
    told = run("show", "p.json", "--format", "html")
    assert (told.exit, "data:image" in told.out, "a.png" in told.out) == (0, False, True)
    file.unlink()
    assert run("show", "p.json", "--format", "html").out.count("a.png") == told.out.count("a.png")
    file.symlink_to("/etc/hostname")
    assert run("show", "p.json", "--format", "html").exit == 0


def test_page_holds_only_so_many_bytes_of_images(run: Shopform, project: Path) -> None:
    sizes = [LARGEST_IMAGE + 1] + [LARGEST_IMAGE] * (ALL_IMAGES // LARGEST_IMAGE + 1)
    lines = []
    for number, size in enumerate(sizes):
        image = b"\xff\xd8\xff" + str(number).zfill(size - 3).encode()
        (project / f"i{number}.jpg").write_bytes(image)
        lines.append(f"- {{file: i{number}.jpg}}")
    listed = "\n      ".join(lines)
    text = f"categories:\n  shoes:\n    name: Shoes\n    images:\n      {listed}\n"
    (project / "pages.yaml").write_text(text, "utf-8")
    page = run("plan", "--format", "html").out
    assert page.count('src="data:image/jpeg;base64,') == ALL_IMAGES // LARGEST_IMAGE
    assert f"{LARGEST_IMAGE + 1:,} bytes" in page
    assert page.count(f"{LARGEST_IMAGE:,} bytes") == len(sizes) - 1
