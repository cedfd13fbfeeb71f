"""What visitors find at each moment of an apply, whichever call fails: asked of the shop itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from line import Line, line

Files = dict[str, dict[str, dict[str, Any]]]


class Visitors:
    """An oracle: follows every path of the shop after each call, written without shopform's."""

    def __init__(self, one: Line) -> None:
        self.one = one
        self.start = self.paths()
        self.lost: list[tuple[str, str]] = []
        self.dead: list[tuple[str, str]] = []
        was = {row["source"]: row["target"] for row in one.rows("redirect")}

        def look(call: Any) -> None:
            if call.method == "GET":
                return
            now, pages = self.paths(), self.pages()
            self.lost += [(f"{call.method} {call.path}", path) for path in self.start - now]
            for row in one.rows("redirect"):
                if was.get(row["source"]) != row["target"] and row["target"] not in pages:
                    self.dead.append((f"{call.method} {call.path}", row["source"]))

        one.sandbox.after(look)

    def pages(self) -> set[str]:
        return {row["rewrite_url"] for row in self.one.rows("category")}

    def paths(self) -> set[str]:
        """Where a visitor finds a page, be it after a redirect."""
        pages = self.pages()
        routes = {row["source"]: row["target"] for row in self.one.rows("redirect")}
        return pages | {source for source, target in routes.items() if target in pages}


def page(name: str, path: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "rewrite_url": path, **more}


def route(source: str, target: str) -> dict[str, str]:
    return {"source": f"/{source}", "target": f"/{target}"}


# Before and after. `*` in the name: the page itself moves, and its old path waits for that.
LIVES: dict[str, tuple[Files, Files]] = {
    "new page": (
        {"categories": {}},
        {"categories": {"n": page("N", "n")}, "redirects": {"a": route("x", "n")}},
    ),
    "page moves *": (
        {"categories": {"p": page("P", "old")}},
        {"categories": {"p": page("P", "new")}, "redirects": {"a": route("old", "new")}},
    ),
    "redirect follows a page that moves *": (
        {"categories": {"p": page("P", "old")}, "redirects": {"a": route("x", "old")}},
        {
            "categories": {"p": page("P", "new")},
            "redirects": {"a": route("x", "new"), "b": route("old", "new")},
        },
    ),
    "page is deleted": (
        {"categories": {"p": page("P", "old"), "q": page("Q", "other")}},
        {"categories": {"q": page("Q", "other")}, "redirects": {"a": route("old", "other")}},
    ),
    "page gives way to a new one": (
        {"categories": {"p": page("P", "old")}},
        {"categories": {"n": page("N", "new")}, "redirects": {"a": route("old", "new")}},
    ),
    "page moves and gets another key *": (
        {"categories": {"p": page("P", "old")}},
        {"categories": {"n": page("P", "new")}, "redirects": {"a": route("old", "new")}},
    ),
    "redirect is turned away from what is deleted": (
        {
            "categories": {"p": page("P", "old"), "q": page("Q", "other")},
            "redirects": {"a": route("x", "old")},
        },
        {
            "categories": {"q": page("Q", "other")},
            "redirects": {"a": route("x", "other"), "b": route("old", "other")},
        },
    ),
    "page comes where a redirect was": (
        {"categories": {"q": page("Q", "other")}, "redirects": {"a": route("x", "other")}},
        {"categories": {"q": page("Q", "other"), "n": page("N", "x")}},
    ),
    "redirect gets another source as a page comes": (
        {"categories": {"q": page("Q", "other")}, "redirects": {"a": route("x", "other")}},
        {
            "categories": {"q": page("Q", "other"), "n": page("N", "x")},
            "redirects": {"a": route("y", "other"), "b": route("z", "x")},
        },
    ),
    "branch is deleted": (
        {"categories": {"p": page("P", "old"), "k": page("K", "old/k", parent="p")}},
        {
            "categories": {"n": page("N", "new"), "m": page("M", "new/k", parent="n")},
            "redirects": {"a": route("old", "new"), "b": route("old/k", "new/k")},
        },
    ),
    "paths are handed over *": (
        {"categories": {"p": page("P", "one"), "q": page("Q", "two")}},
        {
            "categories": {"p": page("P", "three"), "q": page("Q", "one")},
            "redirects": {"a": route("two", "one"), "b": route("x", "three")},
        },
    ),
}


@contextmanager
def begun(name: str, parallelism: int = 1) -> Iterator[tuple[Line, Visitors]]:
    before, after = LIVES[name]
    settings = {"policy": {"url_changes": "off"}}
    with line() as one:
        one.declare(settings, **before)
        one.apply()
        one.declare(settings, **after)
        one.sandbox.reset_log()
        one.parallelism = parallelism
        yield one, Visitors(one)


@pytest.mark.parametrize("name", LIVES)
def test_no_redirect_leads_nowhere_at_any_moment_whichever_call_fails(name: str) -> None:
    """And no path that answered is lost, but for those that one call moves to another place."""
    moves = "*" in name
    with begun(name, parallelism=8) as (one, visitors):
        one.apply()
        assert visitors.dead == []
        assert moves or visitors.lost == []
        one.assert_settled()
    with begun(name) as (one, _):
        one.apply()
        writes = one.writes()
    assert writes
    for write in writes:
        with begun(name) as (one, visitors):
            one.sandbox.set_fault(f"{write}:1:422")
            _, outcome = one.apply()
            assert outcome.failed, write
            one.sandbox.clear_faults()
            one.apply()
            one.assert_settled()
            assert visitors.dead == [], (write, visitors.dead)
            assert moves or visitors.lost == [], (write, visitors.lost)
