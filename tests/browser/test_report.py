"""The report in a real browser: it is driven as it is, in a frame of a page that watches it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from listening import listening
from reports import HOSTILE, change, field, planned

from shopform.diagnostics import warning
from shopform.model.plan import Action, Plan
from shopform.render.html.page import render_html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed here")
SECONDS = 60
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync"
    " --disable-background-networking --disable-component-update --virtual-time-budget=5000"
).split()

DRIVER = """
const tell = (found) => { document.documentElement.dataset.found = JSON.stringify(found); };
addEventListener("unhandledrejection", (event) => tell({failed: String(event.reason)}));
addEventListener("load", async () => {
  const found = {};
  const wait = () => new Promise((done) => setTimeout(done, 50));
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument;
    const all = (selector) => [...page.querySelectorAll(selector)];
    const shown = () => all("#changes .card").filter((c) => !c.hidden).map(
      (c) => c.querySelector(".address").textContent);
    const button = (word) => page.querySelector(`[data-word="${word}"]`);
    const type = (text) => {
      const search = page.querySelector("input[type=search]");
      search.value = text;
      search.dispatchEvent(new Event("input"));
    };
    const result = found[frame.id] = {
      title: page.title,
      scripted: page.documentElement.classList.contains("js"),
      tools: all(".tools").every((e) => frame.contentWindow.getComputedStyle(e).display !== "none"),
      wide: page.documentElement.scrollWidth - page.documentElement.clientWidth,
      every: shown().length,
    };
    if (!result.scripted) continue;
    button("delete").click();
    result.deleted = shown();
    result.pressed = button("delete").getAttribute("aria-pressed");
    result.told = page.querySelector(".tools output").textContent;
    button("webhook").click();
    result.nothing = !page.querySelector("#nothing").hidden;
    result.listed = all("nav li:has(a[href^='#c'])").filter((e) => !e.hidden).length;
    all(".tree a")[0].click();
    await wait();
    result.revealed = shown().length;
    type("STØVLER");
    result.searched = shown();
    page.querySelector("#clear").click();
    result.cleared = shown().length;
    page.querySelector("#fold").click();
    result.open = all("#changes .card[open]").length;
    page.querySelector("#fold").click();
    const previews = all("iframe");
    result.previews = previews.length;
    previews.forEach((each) => each.scrollIntoView());
    await wait();
    result.opaque = previews.every((each) => each.contentDocument === null);
    page.querySelector("#fold").click();
    const ground = () => frame.contentWindow.getComputedStyle(page.body).backgroundColor;
    const before = ground();
    page.querySelector(".theme").click();
    result.themed = before !== ground();
    frame.contentWindow.dispatchEvent(new Event("beforeprint"));
    result.printed = all("details:not([open])").length;
    frame.contentWindow.dispatchEvent(new Event("afterprint"));
    result.after = all("#changes .card[open]").length;
  }
  tell(found);
});
"""


def plan() -> Plan:
    texts = [
        change(f"category.odd{n}", Action.CREATE, field("name", after=text), notes=(text,))
        for n, text in enumerate(HOSTILE)
    ]
    loads = (
        "<p>Før <img src=/leak-image><img src=x onerror=\"parent.document.title='run'\"></p>"
        "<link rel=stylesheet href=/leak-style><link rel=preconnect href=/leak-connect>"
        "<style>p {background: url(/leak-rule)}</style><p style='background:url(/leak-attribute)'>"
        "<iframe src=/leak-frame></iframe><meta http-equiv=refresh content='0;url=/leak-refresh'>"
        "<script>parent.document.title='run'; fetch('/leak-script')</script>"
    )
    long = "et-meget-langt-ord-uden-mellemrum" * 12
    return planned(
        *texts,
        change("category.boots", Action.UPDATE, field("name", "Sko", "Støvler"), id=3),
        change("category.gone", Action.DELETE, field("name", "Væk"), id=4),
        change("category.html", Action.CREATE, field("description_a", after=loads)),
        change("webhook.erp", Action.UPDATE, field("url", long, f"{long}-{long}"), id=5),
        diagnostics=tuple(warning("odd", text, hint=text) for text in HOSTILE),
    )


@contextmanager
def served(pages: Mapping[str, str], asked: list[str]) -> Iterator[str]:
    """Pages over HTTP: what comes from a file may not look into its own frames. `asked` gets the
    path of each request."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            page = pages.get(self.path, "")
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

    with listening(Answer) as url:
        yield url


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the driver saw on a desk, on a phone, and where no script runs."""
    folder = tmp_path_factory.mktemp("browser")
    frames = "".join(
        f'<iframe id="{name}" width="{width}" height="900" {more} src="/report"></iframe>'
        for name, width, more in (
            ("desk", 1280, ""),
            ("phone", 360, ""),
            ("still", 1280, 'sandbox="allow-same-origin"'),
        )
    )
    outer = f"<!doctype html><meta charset=utf-8><script>{DRIVER}</script>{frames}"
    assert CHROMIUM is not None
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", "--dump-dom"]
    asked: list[str] = []
    with served({"/": outer, "/report": render_html(plan())}, asked) as url:
        done = subprocess.run(
            [*command, url], capture_output=True, timeout=SECONDS, text=True, check=True
        )
    match = re.search(r'data-found="([^"]*)"', done.stdout)
    assert match, done.stdout[:2_000]
    result: dict[str, dict[str, Any]] = json.loads(unescape(match[1]))
    shutil.rmtree(folder / "profile", ignore_errors=True)
    assert "failed" not in result, result
    assert sorted({*asked} - {"/favicon.ico"}) == ["/", "/report"], "nothing else is loaded"
    return result


def test_nothing_of_the_plan_runs_and_the_report_does(found: dict[str, dict[str, Any]]) -> None:
    assert {name: page["scripted"] for name, page in found.items()} == {
        "desk": True,
        "phone": True,
        "still": False,
    }
    assert all(page["title"].startswith("Plan for demo: Plan: ") for page in found.values())


def test_report_is_whole_and_without_dead_controls_where_no_script_runs(
    found: dict[str, dict[str, Any]],
) -> None:
    assert found["still"]["every"] == len(HOSTILE) + 4
    assert not found["still"]["tools"]


def test_phone_needs_no_scrolling_sideways(found: dict[str, dict[str, Any]]) -> None:
    assert [page["wide"] for page in found.values()] == [0, 0, 0]


@pytest.mark.parametrize("name", ["desk", "phone"])
def test_filters_search_and_links_show_what_they_say(
    found: dict[str, dict[str, Any]], name: str
) -> None:
    page = found[name]
    assert page["tools"]
    assert page["deleted"] == ["category.gone"]
    assert page["pressed"] == "true"
    assert page["told"] == f"1 of {len(HOSTILE) + 4} shown"
    assert page["nothing"]
    assert page["listed"] == 0
    assert page["revealed"] == page["cleared"] == page["every"] == len(HOSTILE) + 4
    assert page["searched"] == ["category.boots"]


@pytest.mark.parametrize("name", ["desk", "phone"])
def test_cards_fold_the_theme_turns_and_paper_shows_everything(
    found: dict[str, dict[str, Any]], name: str
) -> None:
    page = found[name]
    assert page["open"] == 0
    assert page["themed"]
    assert page["previews"] == 1
    assert page["opaque"], "a preview is of no origin, and runs nothing"
    assert page["printed"] == 0
    assert page["after"] == 0
