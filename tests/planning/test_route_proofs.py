from typing import Any

import pytest
from worlds import World, errors, warnings

from shopform.diagnostics import Span
from shopform.model.plan import Plan
from shopform.model.redirect_graph import Hop, by_source, faults
from shopform.model.shop import Rules
from shopform.model.values import Address, Secret


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
    assert {d.hint for d in made.diagnostics} == {"point it at `/d`"}


def test_way_into_a_strangers_is_a_warning() -> None:
    made = ways(a="a b").live("redirect", 1, source="b", target="c").plan()
    assert warnings(made) == ["route-chain"]
    assert not made.refused


@pytest.mark.parametrize("nowhere", [None, ""])
def test_what_begins_nowhere_is_no_way(nowhere: str | None) -> None:
    world = ways(a="a /").live("redirect", 1, source=nowhere, target="x")
    assert world.plan().diagnostics == ()


def as_it_is(**routes: str) -> World:
    """Ways that are declared, owned and in the shop."""
    world = World()
    for number, (key, text) in enumerate(routes.items(), 1):
        source, target = text.split()
        world.settled(f"redirect.{key}", number, source=source, target=target)
    return world


@pytest.mark.parametrize("owned", [True, False])
def test_what_the_shop_has_already_is_a_warning(owned: bool) -> None:
    world = as_it_is(a="a b", b="b a", c="c d", d="d e", p="page x")
    world.settled("category.p", 1, name="P", rewrite_url="page")
    if not owned:
        world.entries.clear()
    made = world.plan()
    assert not made.refused
    assert sorted(warnings(made)) == ["route-chain", "route-hides", "route-loop"]
    assert {d.detail for d in made.diagnostics} == {
        "the shop already has this problem, and this plan does not change it"
    }


def test_change_of_something_else_does_not_refuse_what_is_so_already() -> None:
    world = as_it_is(a="a b", b="b a")
    made = world.declare("redirect.a", source="a", target="b", status=302).plan()
    assert [step.fields for step in made.steps] == [{"status": 302}]
    assert warnings(made) == ["route-loop"]
    assert not made.refused


@pytest.mark.parametrize("turned", ["a b", "c b"])
def test_circle_that_a_plan_closes_is_refused_with_every_place(turned: str) -> None:
    world = as_it_is(b="b c", c="c a") if turned == "a b" else as_it_is(a="a b", b="b c", c="c x")
    routes = {"a": "a b"} if turned == "a b" else {"c": "c a"}
    made = ways(world, **routes).plan()
    assert errors(made) == ["route-loop"]
    assert made.diagnostics[0].summary.count("->") == 3


def test_chain_that_a_plan_makes_behind_another_way_is_refused() -> None:
    assert errors(ways(as_it_is(a="a b"), b="b c").plan()) == ["route-chain"]


def test_page_that_moves_onto_a_way_is_refused() -> None:
    world = as_it_is(a="new x").there("category.p", 1, name="P", rewrite_url="old")
    world.declare("category.p", name="P", rewrite_url="new")
    assert errors(world.plan()) == ["route-hides"]


def test_long_circle_is_told_short_with_all_its_places() -> None:
    made = ways(**{f"w{n}": f"p{n} p{(n + 1) % 40}" for n in range(40)}).plan()
    (told,) = made.diagnostics
    assert told.summary.endswith("`/p0` -> `/p1` -> `/p2` -> 36 more -> `/p39` -> `/p0`")
    assert told.span
    assert {told.span.line, *(span.line for _, span in told.related)} == set(range(1, 41))
    assert told.related[0][0] == "`/p1` leads to `/p2`"


def test_strangers_in_a_circle_are_told_without_a_place() -> None:
    world = ways(a="a b").live("redirect", 1, source="b", target="a")
    (told,) = world.plan().diagnostics
    assert told.detail == "`/b` leads to `/a`, which is unmanaged"


def test_way_into_a_circle_is_told_of_it() -> None:
    made = ways(x="x a", a="a b", b="b a").plan()
    assert errors(made) == ["route-chain", "route-loop"]
    assert made.diagnostics[0].hint == "break the cycle it leads into"


def test_each_way_of_a_chain_of_fifty_thousand_is_pointed_at_its_end() -> None:
    """Walking each to its end would take over a billion looks."""
    hops = [Hop(f"{n}", f"{n + 1}", Address(f"redirect.{n}")) for n in range(50_000)]
    found = list(faults(hops, by_source(hops)))
    assert len(found) == 49_999
    assert {fault.hint for fault in found} == {"point it at `/50000`"}


def test_circle_of_fifty_thousand_is_one() -> None:
    hops = [Hop(f"{n}", f"{(n + 1) % 50_000}", Address(f"redirect.{n}")) for n in range(50_000)]
    (found,) = faults(hops, by_source(hops))
    assert len(found.hops) == 50_000


def test_secret_path_is_in_no_message() -> None:
    world = World().declare("redirect.a", source=Secret("${env:A}", "canary"), target="b")
    world.declare("redirect.b", source="b", target="canary")
    assert "canary" not in str([(d.summary, d.hint) for d in world.plan().diagnostics])


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


@pytest.mark.parametrize("there", [True, False])
def test_page_that_comes_to_lie_under_a_strangers_way_is_a_warning(there: bool) -> None:
    world = World().live("redirect", 1, source="page", target="x")
    if there:
        world.settled("category.p", 1, name="P", rewrite_url="old")
    world.declare("category.p", name="P", rewrite_url="page", span=Span("pages.yaml", 1, 3))
    made = world.plan()
    assert "route-hides" in warnings(made)
    assert not made.refused
    (told,) = [d for d in made.diagnostics if d.code == "route-hides"]
    assert told.summary == (
        "`category.p` is hidden by an unmanaged one from `/page`, which leads to `/x`"
    )
    assert str(told.span) == "pages.yaml:1:3"


def test_page_that_lies_under_a_strangers_way_already_is_left_alone() -> None:
    world = World().live("redirect", 1, source="page", target="x")
    assert world.settled("category.p", 1, name="P", rewrite_url="page").plan().diagnostics == ()


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
    world.live("redirect", 99, source="z", target="https://x.example")
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
