from random import Random

import pytest
from worlds import World, before, errors, keys, ref

from shopform.model.plan import Op, Step
from shopform.model.shop import Rules
from shopform.model.values import Address
from shopform.planning.ordering.step_graph import Graph
from shopform.render.plan_summary import change_counts


def test_what_is_referred_to_comes_first() -> None:
    world = World().declare("profile.p", name="P").declare("attribute.p.a", name="A")
    world.declare("value.p.a.v", val="V").declare("category.z", name="Z")
    world.declare("category.a", name="A", parent=ref("category.z"))
    made = world.plan()
    assert before(made, "profile.p:create", "attribute.p.a:create")
    assert before(made, "attribute.p.a:create", "value.p.a.v:create")
    assert before(made, "category.z:create", "category.a:create")


def test_steps_may_be_followed_one_by_one() -> None:
    world = World()
    for number in range(20):
        above = {"parent": ref(f"category.c{(number + 7) % 20}")} if number != 3 else {}
        world.declare(f"category.c{number}", name=str(number), **above)
    done: set[str] = set()
    for step in world.plan().steps:
        assert done.issuperset(step.after)
        done.add(step.key)


def test_turned_over_branch_is_walked_from_its_new_top() -> None:
    world = World().there("category.a", 1, name="A")
    world.there("category.b", 2, name="B", parent=ref("category.a"))
    world.there("category.c", 3, name="C", parent=ref("category.b"))
    world.declare("category.c", name="C", parent=None)
    world.declare("category.b", name="B", parent=ref("category.c"))
    world.declare("category.a", name="A", parent=ref("category.b"))
    assert keys(world.plan()) == ["category.c:update", "category.b:update", "category.a:update"]


def test_branch_moves_only_after_what_it_moves_below_has_moved() -> None:
    """An unchanged category in between is no step, and the order holds through it."""
    world = World().there("category.a", 1, name="A")
    world.there("category.top", 2, name="T", parent=ref("category.a"))
    world.settled("category.mid", 3, name="M", parent=ref("category.top"))
    world.declare("category.top", name="T", parent=None)
    world.declare("category.a", name="A", parent=ref("category.mid"))
    assert keys(world.plan()) == ["category.top:update", "category.a:update"]


def test_deletes_are_leaves_first_by_the_state_when_files_are_gone() -> None:
    world = World().there("category.a", 1, name="A")
    world.there("category.b", 2, name="B", parent=ref("category.a"))
    world.there("category.c", 3, name="C", canonical=ref("category.b"))
    made = world.plan()
    assert before(made, "category.b:delete", "category.a:delete")
    assert before(made, "category.c:delete", "category.b:delete")


def test_what_points_away_lets_go_before_the_delete() -> None:
    world = World().there("category.old", 1, name="O")
    world.there("category.c", 3, name="C", parent=ref("category.old"))
    made = world.declare("category.c", name="C", parent=None).plan()
    assert keys(made) == ["category.c:update", "category.old:delete"]
    assert before(made, "category.c:update", "category.old:delete")


def test_name_is_free_before_the_next_takes_it() -> None:
    world = World().there("supplier.a", 1, name="X").declare("supplier.a", name="Y")
    made = world.declare("supplier.b", name="X").plan()
    assert keys(made) == ["supplier.a:update", "supplier.b:create"]
    assert before(made, "supplier.a:update", "supplier.b:create")


def test_two_names_that_swap_go_through_a_temporary_one() -> None:
    world = World().there("supplier.a", 1, name="X").there("supplier.b", 2, name="Y")
    made = world.declare("supplier.a", name="Y").declare("supplier.b", name="X").plan()
    assert keys(made) == ["supplier.b:temporary", "supplier.a:update", "supplier.b:update"]
    assert made.calls.write == 3


def pages(before_: dict[str, str], after: dict[str, str]) -> World:
    world = World()
    for number, (key, path) in enumerate(before_.items(), 1):
        world.there(f"category.{key}", number, name=key, rewrite_url=path)
    for key, path in after.items():
        world.declare(f"category.{key}", name=key, rewrite_url=path)
    return world


def test_path_is_free_before_the_next_takes_it() -> None:
    made = pages({"a": "x"}, {"a": "y", "b": "x"}).plan()
    assert keys(made) == ["category.a:update", "category.b:create"]
    assert before(made, "category.a:update", "category.b:create")


def test_path_of_what_is_deleted_is_free_afterwards() -> None:
    made = pages({"a": "x"}, {"b": "x"}).plan()
    assert keys(made) == ["category.a:delete", "category.b:create"]
    assert before(made, "category.a:delete", "category.b:create")


def test_two_paths_that_swap_take_three_calls() -> None:
    made = pages({"a": "x", "b": "y"}, {"a": "y", "b": "x"}).plan()
    assert [s.temporary for s in made.steps] == [True, False, False]
    assert made.steps[0].fields == {"rewrite_url": "y-2"}
    assert made.calls.write == 3
    assert change_counts(made.changes)["change"] == 2


def test_names_and_paths_that_go_round_in_circles_of_their_own_are_never_held_twice() -> None:
    """An object may have to let go of its name early for one circle, of its path for another."""
    keys_ = ["a", "b", "c", "d"]
    for seed in range(150):
        draw = Random(seed).sample
        world, held = World(), {}
        columns = (keys_, draw(keys_, 4), keys_, draw(keys_, 4))
        for number, (key, name, path, _) in enumerate(zip(*columns, strict=True), 1):
            world.there(f"category.{key}", number, name=f"N{key}", rewrite_url=f"p{path}")
            held[number] = {"name": f"N{key}", "rewrite_url": f"p{path}"}
            world.declare(
                f"category.{key}", name=f"N{name}", rewrite_url=f"p{columns[3][number - 1]}"
            )
        for step in world.plan().steps:
            held[step.id or 0].update({name: str(text) for name, text in step.fields.items()})
            for field in ("name", "rewrite_url"):
                assert len({each[field] for each in held.values()}) == 4, (seed, step)


def test_three_paths_that_go_round_take_four_calls() -> None:
    made = pages({"a": "x", "b": "y", "c": "z"}, {"a": "y", "b": "z", "c": "x"}).plan()
    assert sum(s.temporary for s in made.steps) == 1
    assert made.calls.write == 4


def test_chain_of_paths_takes_no_detour() -> None:
    made = pages({"a": "x", "b": "y", "c": "z"}, {"a": "n", "b": "x", "c": "y"}).plan()
    assert keys(made) == ["category.a:update", "category.b:update", "category.c:update"]


def test_two_swaps_are_broken_one_by_one() -> None:
    swapped = {"a": "y", "b": "x", "c": "v", "d": "u"}
    made = pages({"a": "x", "b": "y", "c": "u", "d": "v"}, swapped).plan()
    assert made.calls.write == 6


def test_path_of_a_stranger_is_refused_with_its_holder() -> None:
    world = World().declare("category.a", name="A", rewrite_url="/x")
    made = world.live("category", 9, name="S", parent=0, rewrite_url="x").plan()
    assert errors(made) == ["path-taken"]
    assert "category 9" in made.diagnostics[0].summary


def test_path_of_one_that_does_not_declare_it_is_refused_with_its_address() -> None:
    world = World().declare("category.a", name="A", rewrite_url="x")
    world.settled("category.b", 9, name="B")
    made = world.live("category", 9, name="B", parent=0, rewrite_url="x").plan()
    assert errors(made) == ["path-taken"]
    assert "category.b" in made.diagnostics[0].summary


def test_empty_path_has_any_number_of_holders() -> None:
    assert not pages({"a": ""}, {"a": "", "b": ""}).plan().refused


def chosen(word: str, *values: str, live: str = "", there: str = "") -> World:
    """An attribute of one type that was of another, with values that are declared or there."""
    world = World().settled("profile.p", 1, name="P")
    world.there("attribute.p.a", 2, name="A", type=live).declare(
        "attribute.p.a", name="A", type=word
    )
    if there:
        world.there(f"value.p.a.{there}", 3, val=there)
    for value in values:
        world.declare(f"value.p.a.{value}", val=value)
    return world


def test_what_can_hold_nothing_any_more_is_emptied_before() -> None:
    made = chosen("string", live="valuelist", there="v").plan()
    assert keys(made) == ["value.p.a.v:delete", "attribute.p.a:update"]
    assert before(made, "value.p.a.v:delete", "attribute.p.a:update")


def test_what_can_hold_something_from_now_on_is_filled_afterwards() -> None:
    made = chosen("valuelist", "v", live="string").plan()
    assert keys(made) == ["attribute.p.a:update", "value.p.a.v:create"]
    assert before(made, "attribute.p.a:update", "value.p.a.v:create")


def test_container_is_known_by_its_new_address_when_something_in_it_goes() -> None:
    world = World().there("profile.p", 1, name="P").there("attribute.p.a", 2, name="A")
    made = world.declare("profile.q", name="P").plan()
    assert keys(made) == ["profile.q:move", "attribute.p.a:delete"]
    assert made.steps[1].parent == ref("profile.q")
    assert made.calls.verify == 1


def test_other_changes_of_a_container_wait_for_nothing() -> None:
    world = chosen("valuelist", "w", live="valuelist", there="v")
    made = world.declare("attribute.p.a", name="B", type="valuelist").plan()
    assert all(step.after == () for step in made.steps)


def test_replacement_goes_before_it_comes_with_all_that_is_inside() -> None:
    world = World().settled("profile.p", 1, name="P").settled("attribute.p.a", 2, name="A")
    made = world.settled("value.p.a.v", 3, val="V").plan(replace=("attribute.p.a",))
    assert keys(made) == [
        "value.p.a.v:delete",
        "attribute.p.a:delete",
        "attribute.p.a:create",
        "value.p.a.v:create",
    ]
    assert [c.reason for c in made.changes] == [
        "replace_by_request",
        "replace_because_cannot_update",
    ]
    assert change_counts(made.changes) == {
        "import": 0, "add": 2, "change": 0, "destroy": 2, "forget": 0, "move": 0
    }  # fmt: skip


def test_replacement_of_what_others_refer_to_is_refused() -> None:
    world = World().settled("category.a", 1, name="A")
    world.settled("category.b", 2, name="B", canonical=ref("category.a"))
    assert errors(world.plan(replace=("category.a",))) == ["replace-referred"]
    assert not world.plan(replace=("category.a", "category.b")).refused


def test_first_create_on_assumed_names_is_confirmed_before_all_others() -> None:
    world = World(assumed=frozenset({"redirect"}))
    for key in "abc":
        world.declare(f"redirect.{key}", source=key, target="t")
    made = world.plan()
    assert [s.confirm for s in made.steps] == [True, False, False]
    assert all(before(made, made.steps[0].key, s.key) for s in made.steps[1:])
    assert made.calls.verify == 2


@pytest.mark.parametrize("op", [Op.IMPORT, Op.MOVE, Op.FORGET])
def test_edits_of_the_state_come_before_calls(op: Op) -> None:
    world = World().declare("supplier.i", name="I").live("supplier", 1, name="I")
    world.declare("supplier.m", name="M").there("supplier.old", 2, name="M")
    world.owned("supplier.gone", 3, name="G").declare("supplier.new", name="N")
    ops = [step.op for step in world.plan().steps]
    assert ops.index(op) < ops.index(Op.CREATE)


def test_redirect_waits_for_its_page_in_whatever_else_happens() -> None:
    """Pages and redirects at random over few paths: circles are broken, this never gives way."""
    chance = Random(8)
    waited = 0
    for _ in range(300):
        world = World(rules=Rules(url_changes="off"), assumed=frozenset({"redirect"}))
        for number, path in enumerate(chance.sample("stuvwx", 4), 1):
            world.there(f"category.c{number}", number, name=chance.choice("AB"), rewrite_url=path)
            if chance.random() < 0.5:
                world.there(f"redirect.r{number}", number, source=path.upper(), target=path)
        for number, path in enumerate(chance.sample("stuvwxyz", 4), 2):
            world.declare(f"category.c{number}", name=chance.choice("AB"), rewrite_url=path)
            source = chance.choice([path.upper(), *"stuvwxyz"])
            world.declare(f"redirect.r{number}", source=source, target=chance.choice("stuvwxyz"))
        made = world.plan()
        for step in made.steps:
            target = step.fields.get("target")
            for page in made.steps:
                if page.fields.get("rewrite_url") == target and target and not page.temporary:
                    assert before(made, page.key, step.key), keys(made)
                    waited += 1
    assert waited > 300


def test_visitors_edge_gives_way_before_an_identity_does() -> None:
    """A shop that wants unique names would refuse the new page for good; this costs a moment."""
    world = World().there("category.a", 1, name="P", rewrite_url="old")
    world.declare("category.a", name="Q", rewrite_url="other")
    world.declare("category.b", name="P", rewrite_url="new")
    made = world.declare("redirect.r", source="old", target="new").plan()
    assert before(made, "category.a:update", "category.b:create")
    assert before(made, "category.b:create", "redirect.r:create")


def test_probe_is_a_redirect_that_waits_for_no_page() -> None:
    world = World(assumed=frozenset({"redirect"})).declare("category.p", name="P", rewrite_url="p")
    world.declare("redirect.a", source="a", target="p").declare(
        "redirect.b", source="b", target="x"
    )
    made = world.plan()
    assert [s.key for s in made.steps if s.confirm] == ["redirect.b:create"]
    assert not before(made, "category.p:create", "redirect.b:create")


def test_an_order_that_is_only_nicer_gives_way_without_a_step_of_its_own() -> None:
    """The child declares the path that the shop makes of its parent's name."""
    world = World().declare("category.top", name="Sko")
    world.declare("category.child", name="Børn", parent=ref("category.top"), rewrite_url="sko")
    assert keys(world.plan()) == ["category.top:create", "category.child:create"]


def test_a_write_that_is_read_back_first_does_not_wait_for_its_own_children() -> None:
    """A path that the shop could make of the name of a parent is that of a page below it."""
    world, hidden = World(), {"no_internal_search": True}
    world.declare("category.a", name="A b", **hidden)
    world.declare("category.c", name="C", parent=ref("category.a"), **hidden)
    world.declare("category.d", name="D", parent=ref("category.c"), rewrite_url="a-b")
    made = world.plan()
    assert [step.key for step in made.steps if step.hides] == ["category.a:create"]
    assert before(made, "category.a:create", "category.c:create")


class _NoSteps:
    """Breaks cycles by dropping edges alone."""

    def temporary(self, holder: Step, *, path: bool, name: bool) -> Step:
        raise AssertionError(holder.key)

    def split(self, create: Step, target: Step) -> tuple[Step, Step]:
        raise AssertionError(create.key)


@pytest.mark.parametrize("adder", ["soft", "availability", "link"])
@pytest.mark.parametrize("last", [False, True])
def test_an_edge_that_is_needed_is_not_dropped_whatever_else_it_is_for(
    adder: str, last: bool
) -> None:
    a, b = (Step(key=key, op=Op.CREATE, address=Address(f"category.{key}")) for key in "ab")
    graph = Graph()
    graph.add(a)
    graph.add(b)
    adders = [getattr(graph, f"edge_{adder}"), graph.edge]
    for add in adders if last else adders[::-1]:
        add("b", "a")
    graph.edge_soft("a", "b")
    assert [step.key for step in graph.walk(_NoSteps())] == ["a", "b"]
