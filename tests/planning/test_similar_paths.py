"""Paths are compared as an address is, not as bytes; and what only the shop knows is a warning."""

from itertools import permutations

import pytest
from test_route_proofs import as_it_is, ways
from worlds import HOSTS, World, errors, warnings

from shopform.config.compile.checks.cross_checks import check_routes
from shopform.diagnostics import Collector
from shopform.kit.url_paths import folded, loosely
from shopform.model.shop import Rules

# Every text of a line is the same address for certain (RFC 3986 6.2.2); no two lines are.
SAME = (
    ("rød", "r%C3%B8d", "r%c3%b8d", "r%C3%b8d#top"),
    ("~user/a-b", "%7Euser/a%2Db", "~user/./x/../a-b"),
    ("a%2Fb", "a%2fb"),
    ("a/b", "x/../a/b", "./a/b", "../a/b", "a/c/../b"),
    ("a%5Cb", "a%5cb"),
    ("a\\b",),
    ("a%0Ab",),
    ("a\nb",),
    ("a/b/", "a/b/.", "a/b/c/.."),
    ("100%word", "100%word#x"),
    ("100%25word",),
    ("%zz%F", "./%zz%F"),
    ("%E6", "%e6"),
    ("%C3%E6x", "%c3%e6x"),
    ("nul%00", "./nul%00"),
    ("a b", "a%20b"),
    ("søg?q=%C3%A6%26", "s%C3%B8g?q=æ%26"),
    ("q?u=/a/../b",),
    ("q?u=/b",),
)
# What the shop alone knows: the last slash, the case, the query, the Unicode form.
ALIKE = (("nyt", "nyt/"), ("Sko", "sko"), ("sko", "sko?x=1"), ("s?a=1", "S?a=1"), ("Å", "A\u030a"))


def test_spellings_of_one_address_are_one_and_others_are_not() -> None:
    for line in SAME:
        assert {folded(text) for text in line} == {folded(line[0])}, line
        assert folded(folded(line[0])) == folded(line[0]), line
    assert len({folded(line[0]) for line in SAME}) == len(SAME)


@pytest.mark.parametrize("where", ["plan", "validate"])
def test_every_proof_sees_through_the_spelling(where: str) -> None:
    def codes(world: World) -> list[str]:
        if where == "plan":
            return errors(world.plan())
        told = Collector()
        check_routes(world.declared.values(), HOSTS, told)
        return [each.code for each in told.sorted()]

    for line in SAME:
        for one, other in permutations(line, 2):
            found = World()
            if " " in one + other:
                one, other = one.replace(" ", "%20"), other.replace(" ", "%20")
            hidden = World().declare("category.p", name="P", rewrite_url=other)
            cases = {
                "route-loop": ways(a=f"/{one} x", b=f"x /{other}"),
                "route-chain": ways(a=f"x /{one}", b=f"/{other} end"),
                "route-duplicate": ways(a=f"/{one} x", b=f"/{other} y"),
            }
            # `#` and `?` are characters of a page's own path, and divide an address.
            kept = not {"#", "?"} & set(other)
            if kept:
                cases["route-hides"] = ways(hidden, a=f"/{one} x")
            if kept and where == "plan":
                removed = World().there("category.p", 1, name="P", rewrite_url=other)
                cases["route-dead"] = ways(removed, a=f"x /{one}")
            for code, found in cases.items():
                assert codes(found) == [code], (code, one, other)
            assert codes(ways(a=f"/{one} /{other}")) == ["route-loop"]


def test_page_that_moves_is_caught_under_any_spelling() -> None:
    for line in SAME:
        for one, other in permutations(line, 2):
            if {"#", "?"} & set(one):
                continue
            world = World(rules=Rules(url_changes="require_redirect"))
            world.there("category.p", 1, name="P", rewrite_url=one)
            world.declare("category.p", name="P", rewrite_url="new")
            world.declare("redirect.a", source=f"/{other}", target="/new")
            assert errors(world.plan()) == [], (one, other)


def test_same_spelled_otherwise_is_sent_as_it_is_declared() -> None:
    """Somebody may write it otherwise because the shop takes it only so."""
    world = as_it_is(a="r%C3%B8d x")
    made = world.declare("redirect.a", source="/rød", target="x").plan()
    assert [step.fields for step in made.steps] == [{"source": "/rød"}]


def told(world: World) -> list[str]:
    made = world.plan()
    assert not made.refused, errors(made)
    found = Collector()
    check_routes(world.declared.values(), HOSTS, found)
    for each in found.sorted():
        assert each.code == "route-alike"
    return [each.summary for each in made.diagnostics if each.code == "route-alike"]


def test_what_only_the_shop_knows_is_one_warning_for_each_pair() -> None:
    differences = "the last slash,the case,the query,the case,the Unicode form".split(",")
    for pair, differs in zip(ALIKE, differences, strict=True):
        assert loosely(folded(pair[0])) == loosely(folded(pair[1]))
        for one, other in permutations(pair):
            path = one.partition("?")[0]
            page = World().declare("category.p", name="P", rewrite_url=path)
            gone = World(rules=Rules(url_changes="off"))
            gone.there("category.p", 1, name="P", rewrite_url=path)
            pages = (ways(page, a=f"/{other} x"), ways(gone, a=f"x /{other}"))
            for world in (
                ways(a=f"/{one} /{other}"),
                ways(a=f"/{one} x", b=f"/{other} y"),
                ways(a=f"x /{one}", b=f"/{other} y"),
                ways(a=f"x /{one}").live("redirect", 9, source=other, target="y"),
                *(pages if path != other else ()),
            ):
                (said,) = told(world)
                assert differs in said.partition("in a shop where")[2], (one, other)


def test_a_page_or_a_redirect_that_only_now_is_alike_is_told_of() -> None:
    standing = as_it_is(a="sko/ x").settled("category.p", 1, name="P", rewrite_url="sko")
    assert told(standing) == []
    moved = as_it_is(a="sko/ x").there("category.p", 1, name="P", rewrite_url="old")
    moved.declare("category.p", name="P", rewrite_url="sko")
    followed = ways(as_it_is(a="x sko/"), b="/sko y")
    for world in (moved, followed):
        assert len(told(world)) == 1


def test_sources_that_differ_by_their_query_are_meant_so() -> None:
    """The old addresses of a shop: `/product.php?id=1` and a hundred more."""
    routes = {f"p{n}": f"/product.php?id={n} /p{n}" for n in range(100)}
    assert told(ways(**routes)) == []
    assert told(ways(a="x /p?id=1", b="/p?id=2 y")) == []
    (summary,) = told(ways(**routes, whole="/product.php /p"))
    assert "`redirect.whole`" in summary
    assert "`/product.php`" in summary


def test_pair_that_stands_is_not_told_again() -> None:
    """Whoever has tried it in the shop need not read it in every plan."""
    for routes in ({"a": "nyt nyt/"}, {"a": "nyt x", "b": "NYT y"}, {"a": "x nyt", "b": "nyt/ y"}):
        assert as_it_is(**routes).plan().diagnostics == ()
        world = as_it_is(**routes)
        fields = world.declared.pop(next(iter(world.declared))).fields
        world.entries.clear()
        world.objects["redirect"].pop(1)
        assert warnings(world.declare("redirect.a", **fields).plan()) == ["route-alike"]


def test_hint_leads_into_no_loop_and_no_chain() -> None:
    """Each hint that names a path is followed: nothing is left to say, nor of what is alike."""
    worlds = [
        ways(x="/x /nyt", nyt="/nyt /nyt/"),
        ways(a="/a /b", b="/b /c", c="/c /A"),
        ways(a="/a /b", b="/b /c"),
        ways(a="/a /b", b="/b https://x.example/"),
        ways(a="/a /b", b="/b /"),
        ways(a="/a /b", b="/b /c?x=1", c="/c /d"),
    ]
    for back in ("", "new /old", "new /old/", "new x", "NEW x"):
        world = World().there("category.p", 1, name="P", rewrite_url="old")
        world.declare("category.p", name="P", rewrite_url="new")
        worlds.append(ways(world, back=back) if back else world)
    alike_ = World().there("category.p", 1, name="P", rewrite_url="old")
    worlds.append(alike_.declare("category.p", name="P", rewrite_url="OLD/"))
    followed = 0
    for world in worlds:
        for each in world.plan().diagnostics:
            words = each.hint.split("`")[1::2]
            left = {key: r.fields for key, r in world.declared.items() if key not in words}
            if each.code == "route-chain" and each.hint.startswith("point it at"):
                after = World()
                for key, fields in left.items():
                    turned = {"target": words[0]} if key == each.address else {}
                    after.declare(key, **{**fields, **turned})
                found = [d for d in after.plan().diagnostics if d.address == each.address]
            elif each.code == "page-moved" and " to `/" in each.hint:
                after = World().declare("redirect.new", source=words[-2], target=words[-1])
                for key, fields in left.items():
                    if key.startswith("redirect."):
                        after.declare(key, **fields)
                found = list(after.plan().diagnostics)
            else:
                continue
            followed += 1
            assert found == [], (each.hint, found)
    assert followed > 4
