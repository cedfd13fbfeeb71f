"""What a part of a project is: targets with what they need, and never a step more."""

from typing import Any

import pytest
from draws import one_of
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import World, errors, keys, ref

from shopform.errors import UsageError
from shopform.model.desired import Moved
from shopform.model.plan import Op
from shopform.model.values import Address

FLAG = st.booleans()
NAMES = [f"category.c{n}" for n in range(7)]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[World, dict[str, str], dict[str, str]]:
    """Trees of the state and of the files; the parent of each, "" at the root."""
    world, held, wanted = World(), dict[str, str](), dict[str, str]()
    for number, name in enumerate(NAMES):
        where = one_of(draw, ["both", "both", "owned", "declared"])
        if where != "declared":
            held[name] = one_of(draw, ["", *held])
        if where != "owned":
            wanted[name] = one_of(draw, ["", *wanted])
        if where == "both" and (held[name] in wanted or not held[name]) and draw(FLAG):
            wanted[name] = held[name]
        if name in held:
            world.there(name, number + 1, name=name, parent=ref(held[name]) if held[name] else None)
        if name in wanted:
            world.declare(name, name=name, parent=ref(wanted[name]) if wanted[name] else None)
    return world, held, wanted


def needed(
    start: set[str], held: dict[str, str], wanted: dict[str, str], *, turned: bool = False
) -> set[str]:
    """By the definition, over and over until nothing is added: slow, and of no other code."""
    pairs = {(name, parent) for name, parent in wanted.items() if parent}
    pairs |= {(parent, name) for name, parent in held.items() if parent and parent not in wanted}
    found, before = set(start), set[str]()
    while found != before:
        before = set(found)
        for one, other in pairs:
            if turned and other in found:
                found.add(one)
            if not turned and one in found:
                found.add(other)
    return found


def shop_after(world: World, made: Any, held: dict[str, str]) -> dict[str, str]:
    """The tree when every step was done; fails on a step that a strict shop would refuse."""
    tree = dict(held)
    for step in made.steps:
        name = str(step.address)
        if step.op is Op.DELETE:
            assert name not in tree.values(), f"{name} would be deleted with what is in it"
            del tree[name]
        elif step.op in (Op.CREATE, Op.UPDATE):
            parent = step.fields.get("parent")
            tree[name] = str(parent.address) if parent else ""
            assert not tree[name] or tree[name] in tree, f"{name} would be in what does not exist"
    return tree


@settings(max_examples=300)
@given(
    worlds(),
    st.lists(st.sampled_from(NAMES), max_size=3),
    st.lists(st.sampled_from(NAMES), max_size=2),
    st.booleans(),
)
def test_a_part_is_what_targets_need_and_nothing_else(
    made_up: tuple[World, dict[str, str], dict[str, str]],
    targets: list[str],
    excludes: list[str],
    destroy: bool,
) -> None:
    world, held, wanted = made_up
    wanted = {} if destroy else wanted
    known = {*held, *wanted}
    targets = [name for name in targets if name in known]
    excludes = [name for name in excludes if name in known]
    left_out = needed(set(excludes), held, wanted, turned=True)
    part = needed(set(targets), held, wanted) if targets else known - left_out
    asked = {"targets": tuple(targets), "excludes": tuple(excludes), "destroy": destroy}
    if left_out & set(targets):
        with pytest.raises(UsageError, match="--target"):
            world.plan(**asked, allow_delete={"category": 99})
        return
    made = world.plan(**asked, allow_delete={"category": 99})
    assert errors(made) == []
    assert {str(step.address) for step in made.steps} <= part
    after = shop_after(world, made, held)
    for name in known:
        if name in part:
            assert after.get(name) == wanted.get(name)
        else:
            assert after.get(name) == held.get(name)


def family() -> World:
    world = World().there("category.men", 1, name="Men")
    world.there("category.shoes", 2, name="Shoes", parent=ref("category.men"))
    world.there("category.boots", 3, name="Boots", parent=ref("category.shoes"))
    world.there("profile.p", 4, name="P").there("attribute.p.a", 5, name="A", type="valuelist")
    return world.there("value.p.a.v", 6, val="V").there("profile.q", 7, name="Q")


@pytest.mark.parametrize("destroy", [False, True])
def test_a_deletion_takes_what_depends_on_it_and_not_its_parent(destroy: bool) -> None:
    for target, taken, above in (
        ("category.men", ["category.boots", "category.shoes", "category.men"], set()),
        ("category.shoes", ["category.boots", "category.shoes"], {"category.men"}),
        ("category.boots", ["category.boots"], {"category.shoes", "category.men"}),
        ("profile.p", ["value.p.a.v", "attribute.p.a", "profile.p"], set()),
        ("attribute.p.a", ["value.p.a.v", "attribute.p.a"], {"profile.p"}),
        ("value.p.a.v", ["value.p.a.v"], {"attribute.p.a", "profile.p"}),
    ):
        made = family().plan(targets=(target,), destroy=destroy, allow_delete=ALL)
        assert keys(made) == [f"{address}:delete" for address in taken], target
        rest = family().plan(excludes=(target,), destroy=destroy, allow_delete=ALL)
        left = {*map(str, family().entries)} - {str(step.address) for step in rest.steps}
        inside = set(taken) if target.startswith(("profile", "attribute")) else {target}
        assert left == inside | above, target


ALL = {"category": 9, "profile": 9, "attribute": 9, "value": 9, "supplier": 9}


def test_a_target_of_what_is_drifted_takes_what_it_refers_to() -> None:
    world = family()
    for number, name in ((1, "Men"), (2, "Shoes"), (3, "Boots")):
        world.live("category", number, name=f"{name}!", parent=number - 1)
    made = world.plan(targets=("category.shoes",), refresh_only=True)
    assert [str(change.address) for change in made.drift] == ["category.men", "category.shoes"]


def moving() -> World:
    """A move that the files declare, a move that is only seen, and a profile with all in it."""
    world = World().there("category.old", 1, name="One").there("category.key", 2, name="Two")
    world.there("profile.p", 3, name="P").there("attribute.p.a", 4, name="A")
    world.declare("category.new", name="One!").declare("category.other", name="Two", tag="t")
    world.declare("profile.q", name="Q").declare("attribute.q.a", name="A", weight=3)
    world.there("supplier.s", 5, name="S")
    moves = [("category.old", "category.new"), ("profile.p", "profile.q")]
    world.more["moved"] = tuple(Moved(before=Address(a), after=Address(b)) for a, b in moves)
    return world


def test_an_old_address_of_what_moved_is_the_new_one() -> None:
    for old, new in {
        "category.old": "category.new",
        "category.key": "category.other",
        "profile.p": "profile.q",
        "attribute.p.a": "attribute.q.a",
    }.items():
        by_new, by_old = moving().plan(targets=(new,)), moving().plan(targets=(old,))
        assert keys(by_new) == keys(by_old) != []
        assert new in {str(step.address) for step in by_old.steps}
        assert keys(moving().plan(excludes=(new,))) == keys(moving().plan(excludes=(old,)))
        with pytest.raises(UsageError, match="is excluded too"):
            moving().plan(targets=(old,), excludes=(new,))
    # A mode that does not move anything knows both names as well.
    made = moving().plan(targets=("category.new",), destroy=True)
    assert keys(made) == ["category.old:delete"]
    world = moving().live("category", 1, name="edited", parent=0)
    looked = world.plan(targets=("category.new",), refresh_only=True)
    assert [str(change.address) for change in looked.drift] == ["category.old"]


def test_an_address_is_taken_only_with_what_leaves_it() -> None:
    world = World().there("category.a", 1, name="A")
    world.declare("category.a", name="New").declare("category.b", name="A", tag="t")
    world.more["moved"] = (Moved(before=Address("category.a"), after=Address("category.b")),)
    assert keys(world.plan(targets=("category.a",))) == ["category.b:update", "category.a:create"]
    assert keys(world.plan(excludes=("category.b",))) == []
    assert keys(world.plan(targets=("category.b",))) == ["category.b:update"]


def test_what_contradicts_itself_is_a_usage_error_that_says_so() -> None:
    world = family().declare("category.men", name="Men").declare("category.new", name="N")
    world.declare("category.below", name="B", parent=ref("category.new"))
    world.declare("profile.p", name="P").declare("attribute.p.a", name="A", type="valuelist")
    for asked, match in (
        ({"targets": ("category.new",), "excludes": ("category.new",)}, "is excluded too"),
        ({"targets": ("category.below",), "excludes": ("category.new",)}, "depends on an excluded"),
        ({"targets": ("category.shoes",), "excludes": ("category.boots",)}, "depends on an"),
        ({"targets": ("category.men",), "replace": ("profile.p",)}, "`--replace profile.p` is out"),
        ({"excludes": ("profile.p",), "replace": ("profile.p",)}, "`--replace profile.p` is out"),
        ({"excludes": ("attribute.p.a",), "replace": ("profile.p",)}, "is outside"),
    ):
        with pytest.raises(UsageError, match=match):
            world.plan(**asked)
    made = world.plan(targets=("profile.p",), replace=("profile.p",), allow_delete=ALL)
    assert {str(step.address) for step in made.steps} == {
        "profile.p",
        "attribute.p.a",
        "value.p.a.v",
    }


def test_of_what_is_nested_in_a_target_a_part_may_be_excluded() -> None:
    world = World().declare("profile.p", name="P").declare("attribute.p.a", name="A")
    world.declare("attribute.p.b", name="B")
    made = world.plan(targets=("profile.p",), excludes=("attribute.p.b",))
    assert keys(made) == ["profile.p:create", "attribute.p.a:create"]


def test_a_redirect_takes_the_page_that_it_leads_to() -> None:
    for source, target in (("a", "b"), ("/a", "/b"), ("/x", "/b#top"), ("/x", "/%62")):
        world = World().there("category.p", 1, name="P", rewrite_url="a")
        world.declare("category.p", name="P", rewrite_url="b")
        world.declare("category.above", name="U")
        world.declare("category.new", name="N", rewrite_url="n", parent=ref("category.above"))
        world.declare("redirect.r", source=source, target=target)
        world.declare("redirect.s", source="/y", target="/n")
        assert keys(world.plan(targets=("redirect.r",))) == [
            "category.p:update",
            "redirect.r:create",
        ]
        left_out = world.plan(excludes=("category.above", "category.p"))
        assert keys(left_out) == [], "a redirect would lead to a page that is not there"
