from typing import Any

import pytest
from worlds import World, errors, warnings

from shopform.changes import Plan
from shopform.diagnostics import Span
from shopform.model import Rules


def ways(world: World | None = None, /, **routes: str) -> World:
    """Redirects written as `key="from to"`, each with a place."""
    found = world or World()
    for line, (key, text) in enumerate(routes.items(), 1):
        source, target = text.split()
        span = Span("ways.yaml", line, 3)
        found.declare(f"redirect.{key}", source=source, target=target, span=span)
    return found


def places(made: Plan) -> list[int]:
    return [d.span.line for d in made.diagnostics if d.span]


def test_ways_that_end_outside_or_on_a_page_are_right() -> None:
    world = ways(a="a https://x.example", b="/b page", c="c https://demo.example/page")
    assert world.declare("category.p", name="P", rewrite_url="page").plan().diagnostics == ()


@pytest.mark.parametrize(
    "routes",
    [
        {"a": "a b", "b": "b a"},
        {"a": "a /b", "b": "/b https://demo.example/c", "c": "c a"},
        {"a": "a a"},
    ],
)
def test_circle_is_refused_once_with_the_way_round(routes: dict[str, str]) -> None:
    made = ways(**routes).plan()
    assert errors(made) == ["route-loop"]
    assert made.diagnostics[0].summary.count("->") == len(routes)
    assert places(made) == [1]


def test_chain_is_refused_with_its_end_as_the_hint() -> None:
    made = ways(a="a b", b="b c", c="c d").plan()
    assert errors(made) == ["route-chain", "route-chain"]
    assert {d.hint for d in made.diagnostics} == {"point it at `d`"}


def test_way_into_a_strangers_is_a_warning() -> None:
    made = ways(a="a b").live("redirect", 1, source="b", target="c").plan()
    assert warnings(made) == ["route-chain"]
    assert not made.refused


def test_strangers_circles_are_their_own() -> None:
    world = World().live("redirect", 1, source="a", target="b")
    assert world.live("redirect", 2, source="b", target="a").plan().diagnostics == ()


def test_source_that_two_strangers_have_is_not_guessed_at() -> None:
    world = ways(a="a b").live("redirect", 1, source="a", target="x")
    world.live("redirect", 2, source="a", target="y")
    assert "identity-ambiguous" in errors(world.plan())


def test_two_ways_from_one_path_are_refused() -> None:
    assert "route-duplicate" in errors(ways(a="a b", b="/a c").plan())


def test_way_that_hides_a_page_is_refused() -> None:
    made = ways(a="/page x").declare("category.p", name="P", rewrite_url="page").plan()
    assert errors(made) == ["route-hides"]
    assert "category.p" in made.diagnostics[0].summary


def test_way_that_hides_a_strangers_page_is_refused() -> None:
    world = ways(a="page x").live("category", 1, name="P", parent=0, rewrite_url="page")
    assert errors(world.plan()) == ["route-hides"]


def test_way_to_what_this_plan_removes_is_refused() -> None:
    made = ways(a="a page").there("category.p", 1, name="P", rewrite_url="page").plan()
    assert errors(made) == ["route-dead"]


def test_way_to_a_page_that_another_takes_over_is_right() -> None:
    world = ways(a="a page").there("category.p", 1, name="P", rewrite_url="page")
    assert not world.declare("category.q", name="Q", rewrite_url="page").plan().refused


def test_deleted_way_counts_no_more() -> None:
    world = ways(a="a b").there("redirect.old", 1, source="b", target="a")
    assert not world.plan().refused


def renamed(url_changes: str, **routes: str) -> Plan:
    world = World(rules=Rules(url_changes=url_changes))
    world.there("category.p", 1, name="P", rewrite_url="old")
    world.declare("category.p", name="P", rewrite_url="new", span=Span("c.yaml", 2, 3))
    return ways(world, **routes).plan()


SETTINGS: list[tuple[str, list[str], list[str]]] = [
    ("warn", [], ["page-moved"]),
    ("require_redirect", ["page-moved"], []),
    ("off", [], []),
]


@pytest.mark.parametrize(("word", "refusals", "warned"), SETTINGS)
def test_path_that_is_left_without_a_way_is_told_as_the_policy_says(
    word: str, refusals: list[str], warned: list[str]
) -> None:
    made = renamed(word)
    assert (errors(made), warnings(made)) == (refusals, warned)
    assert all(d.span == Span("c.yaml", 2, 3) for d in made.diagnostics)


@pytest.mark.parametrize("word", [word for word, *_ in SETTINGS])
def test_path_that_is_left_with_a_way_is_right(word: str) -> None:
    assert renamed(word, a="/old new").diagnostics == ()


def test_paths_that_change_hands_lose_no_visitors() -> None:
    world = World(rules=Rules(url_changes="require_redirect"))
    fields: dict[str, Any] = {"a": ("x", "y"), "b": ("y", "x")}
    for number, (key, (old, new)) in enumerate(fields.items(), 1):
        world.there(f"category.{key}", number, name=key, rewrite_url=old)
        world.declare(f"category.{key}", name=key, rewrite_url=new)
    assert not world.plan().refused
