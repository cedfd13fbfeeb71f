"""Paths that the shop makes of names: foreseen, told where several want one, and made in order."""

from itertools import combinations, permutations, product

from test_route_proofs import ways
from worlds import World, before, errors, keys, ref, warnings

from shopform.diagnostics import Span
from shopform.kinds.standard import STANDARD
from shopform.model.canonical import digest
from shopform.model.prior import Entry
from shopform.model.slugs import appended, wanted
from shopform.model.values import Address
from shopform.planning.checks.created_paths import conflicts

CATEGORY = STANDARD["category"]


def test_path_is_foreseen_as_the_shop_makes_it() -> None:
    for name, path in {
        "Sko": "sko",
        "Børn & unge": "boern-unge",
        "Æbler på Ål": "aebler-paa-aal",
        "Café": "cafe",
        " - ": "",
        "日本": "",
        "A+B/C": "a-b-c",
    }.items():
        assert wanted(CATEGORY, {"name": name}) == path
    assert wanted(STANDARD["supplier"], {"name": "Sko"}) == ""
    for held, made in {"sko-x": True, "sko-x-x": True, "sko": False, "sko-xx": False}.items():
        assert appended(CATEGORY, "sko", held) == made
    assert appended(CATEGORY, "sko-x", "sko-x-x")
    assert not appended(CATEGORY, "sko-x", "sko")


def three(order: str, **more: str) -> World:
    """`Sko` below three parents, at these lines of the file."""
    world = World()
    for key in "abc":
        span = Span("c.yaml", 10 + order.index(key), 3)
        world.declare(f"category.p{key}", name=f"Top {key}", rewrite_url=f"top-{key}")
        parent = ref(f"category.p{key}")
        world.declare(f"category.{key}", name="Sko", parent=parent, span=span)
    return world


def test_pages_of_one_name_are_made_in_the_order_of_the_file() -> None:
    for order in map("".join, permutations("abc")):
        made = three(order).plan()
        creates = [f"category.{key}:create" for key in order]
        assert [key for key in keys(made) if key in creates] == creates
        assert before(made, creates[0], creates[1])
        assert before(made, creates[1], creates[2])
        told = [d for d in made.diagnostics if d.code == "path-contested"]
        assert [d.address for d in told] == [f"category.{key}" for key in order[1:]]
        assert f"`category.{order[0]}`" in told[0].summary
        for each, path in zip(told, ("/sko-x", "/sko-x-x"), strict=True):
            assert f"likely to be `{path}`" in each.summary


def test_kinds_that_share_paths_are_created_in_one_order_whatever_the_files_are_called() -> None:
    slugged = [(kind, kind.slug) for kind in STANDARD.kinds if kind.slug]
    assert len(slugged) >= 2
    creates = [f"{kind.name}.a:create" for kind, _ in slugged]
    for files in permutations("abcdef"[: len(slugged)]):
        world = World()
        for (kind, slug), file in zip(slugged, files, strict=True):
            fields = {slug.source: "Sko", kind.identity[-1]: "Sko"}
            world.declare(f"{kind.name}.a", span=Span(f"{file}.yaml", 1, 1), **fields)
        made = world.plan()
        assert [key for key in keys(made) if key in creates] == creates
        assert before(made, creates[0], creates[1])


def test_order_is_the_same_in_a_shop_that_has_some_of_the_parents() -> None:
    for there in ("", "a", "bc", "abc"):
        world = three("bac")
        for number, key in enumerate(there, 7):
            world.settled(f"category.p{key}", number, name=f"Top {key}", rewrite_url=f"top-{key}")
        world.declare("category.top", name="Top", rewrite_url="top")
        if "c" not in there:  # new, and below another that is new
            world.declare("category.pc", name="Top c", rewrite_url="c", parent=ref("category.top"))
        creates = [f"category.{key}:create" for key in "bac"]
        assert [key for key in keys(world.plan()) if key in creates] == creates


def told_apart(world: World) -> None:
    """All creates, and an update of `category.z`, run one after the other."""
    made = world.plan()
    creates = [f"category.{key}:create" for key in "abc"]
    ran = [key for key in keys(made) if key in creates or key == "category.z:update"]
    assert len(ran) >= 3
    for one, other in combinations(ran, 2):
        assert before(made, one, other), (one, other, ran)


def test_creates_that_want_one_path_never_run_together() -> None:
    """Whatever else puts them in order: a link that any of them has to another, one that lies
    below another or below one that moves, a page that leaves the path or comes to it."""
    for links in product(" abc", repeat=3):
        world = three("abc")
        for key, link in zip("abc", links, strict=True):
            if link not in (" ", key):
                old = world.declared[Address(f"category.{key}")]
                fields = {**old.fields, "canonical": ref(f"category.{link}")}
                world.declare(f"category.{key}", span=old.span, **fields)
        told_apart(world)
    for key, held, declared in product("abc", ("sko", "z"), ("sko", "z", "sko-x")):
        if held == declared:
            continue
        world = three("abc").there("category.z", 7, name="Z", rewrite_url=held)
        world.declare("category.z", name="Z", rewrite_url=declared, parent=ref(f"category.{key}"))
        told_apart(world)
        world.declare(f"category.{key}", name="Sko", parent=ref("category.z"))
        world.declare("category.z", name="Z", rewrite_url=declared)
        told_apart(world)


def test_creates_whose_names_become_one_path_never_run_together() -> None:
    """Whatever a shop makes alike: other letters, what has no letters, an empty path."""
    for names in ("Bør Bor Boer", "中 国 日", "På Paa Pa", "A A! a"):
        world = World()
        for key, name in zip("abc", names.split(), strict=True):
            world.declare(f"category.{key}", name=name)
        told_apart(world)
    world = three("abc")
    for key, path in {"a": "", "c": None}.items():
        old = world.declared[Address(f"category.{key}")]
        world.declare(f"category.{key}", span=old.span, **old.fields, rewrite_url=path)
    told_apart(world)
    assert not [d for d in world.plan().diagnostics if d.code == "path-contested"]


def test_whatever_has_or_gets_the_path_is_named_and_goes_first() -> None:
    there = World().live("category", 7, name="X", parent=0, rewrite_url="sko")
    declared = World().declare("category.z", name="Z", rewrite_url="sko")
    moved = World().there("category.z", 7, name="Z", rewrite_url="z")
    moved.declare("category.z", name="Z", rewrite_url="/sko")
    for world, whose in ((there, "category 7"), (declared, "category.z"), (moved, "category.z")):
        made = world.declare("category.a", name="Sko").plan()
        (told,) = [d for d in made.diagnostics if d.code == "path-contested"]
        assert f"`{whose}`" in told.summary
        first = [key for key in keys(made) if key.startswith("category.z")]
        assert all(before(made, key, "category.a:create") for key in first)
    freed = World().there("category.z", 7, name="Z", rewrite_url="sko")
    freed.declare("category.z", name="Z", rewrite_url="z")
    made = freed.declare("category.a", name="Sko").plan()
    assert "path-contested" not in warnings(made)
    assert before(made, "category.z:update", "category.a:create")


def test_parent_of_the_same_name_goes_first_wherever_it_stands() -> None:
    world = World()
    for line, key in enumerate("dcba"):
        more = {"parent": ref(f"category.{chr(ord(key) - 1)}")} if key != "a" else {}
        world.declare(f"category.{key}", name="Sko", span=Span("c.yaml", line + 1, 3), **more)
    made = world.plan()
    assert errors(made) == []
    assert keys(made) == [f"category.{key}:create" for key in "abcd"]
    told = [d for d in made.diagnostics if d.code == "path-contested"]
    assert {d.address: d.summary.rpartition("`/")[2] for d in told} == {
        "category.b": "sko-x`",
        "category.c": "sko-x-x`",
        "category.d": "sko-x-x-x`",
    }


def test_path_that_is_given_or_wanted_by_one_is_not_told() -> None:
    world = World().declare("category.a", name="Sko").declare("category.b", name="Hue")
    world.declare("category.c", name="Sko", parent=ref("category.a"), rewrite_url="sko/c")
    assert "path-contested" not in warnings(world.plan())


def test_redirects_are_proved_against_the_path_that_is_foreseen() -> None:
    hides = ways(World().declare("category.a", name="Sko"), r="/sko /x").plan()
    assert errors(hides) == []
    assert warnings(hides) == ["route-hides"]
    assert "is likely to hide `category.a`" in hides.diagnostics[0].summary
    waits = ways(World().declare("category.a", name="Sko"), r="/x /sko").plan()
    assert waits.diagnostics == ()
    assert before(waits, "category.a:create", "redirect.r:create")
    second = ways(three("abc"), r="/x /sko-x").plan()
    assert before(second, "category.b:create", "redirect.r:create")


def test_what_the_shop_made_is_in_conflict_with_redirects_of_the_state() -> None:
    def entry(**sent: str) -> Entry:
        return Entry(id=1, sent=sent)

    secret = digest(STANDARD["redirect"], "target", "sko")
    entries = {
        Address("redirect.in"): entry(source="a", target="sko"),
        Address("redirect.x"): entry(source="sko-x", target="b"),
        Address("redirect.secret"): entry(source="c", target=secret),
        Address("category.a"): entry(name="Sko"),
    }
    made = {Address("category.a"): ("sko", "sko-x")}
    for held, codes in (({"sko-x"}, ["route-hides", "route-dead"]), ({"sko"}, ["route-hides"])):
        told = list(conflicts(STANDARD, made, held, entries))
        assert [each.code for each in told] == codes
        assert secret not in str(told)
    foreseen = {Address("category.a"): ("sko-x", "sko-x")}
    assert [d.code for d in conflicts(STANDARD, foreseen, {"sko-x"}, entries)] == ["route-hides"]
    hidden = {
        Address("redirect.s"): entry(
            source=digest(STANDARD["redirect"], "source", "sko-x"), target="b"
        )
    }
    assert list(conflicts(STANDARD, made, {"sko"}, hidden)) == []
