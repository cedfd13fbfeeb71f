from dataclasses import replace
from typing import Any

import pytest
from worlds import World, errors, keys, ref, warnings

from shopform.model.desired import Import, Moved, Removed
from shopform.model.plan import Action, Op
from shopform.model.prior import Entry, Intent
from shopform.model.shop import Rules
from shopform.model.values import Address
from shopform.render.plan_summary import change_counts


def move(before: str, after: str) -> dict[str, Any]:
    return {"moved": (Moved(before=Address(before), after=Address(after)),)}


def wish(address: str, number: int) -> dict[str, Any]:
    return {"imports": (Import(address=Address(address), id=number),)}


def test_id_in_state_beats_every_name() -> None:
    world = World().declare("supplier.a", name="A").owned("supplier.a", 7, name="A")
    world.live("supplier", 7, name="B").live("supplier", 8, name="A")
    made = world.plan()
    (step,) = made.steps
    assert (step.op, step.id, dict(step.fields)) == (Op.UPDATE, 7, {"name": "A"})
    assert made.unmanaged == {"supplier": 1}


def test_import_by_id_beats_the_name() -> None:
    world = World(more=wish("supplier.a", 8)).declare("supplier.a", name="A")
    world.live("supplier", 7, name="A").live("supplier", 8, name="B")
    (step,) = world.plan().steps
    assert (step.op, step.id, step.importing) == (Op.UPDATE, 8, True)


def test_state_beats_an_import_that_is_still_written() -> None:
    world = World(more=wish("supplier.a", 7)).settled("supplier.a", 7, name="A")
    assert world.plan().empty


@pytest.mark.parametrize(("number", "says"), [(99, "does not exist"), (8, "belongs to")])
def test_import_that_cannot_be_is_refused(number: int, says: str) -> None:
    world = World(more=wish("supplier.a", number)).declare("supplier.a", name="A")
    world.settled("supplier.b", 8, name="B")
    made = world.plan()
    assert errors(made) == ["import-impossible"]
    assert says in made.diagnostics[0].summary


def test_one_unowned_object_of_that_identity_is_imported() -> None:
    world = World().declare("category.a", name="A").live("category", 7, name="A", parent=0)
    made = world.plan()
    assert keys(made) == ["category.a:import"]
    assert change_counts(made.changes)["import"] == 1
    assert made.changes[0].importing


def test_same_name_elsewhere_in_the_tree_is_another_object() -> None:
    world = World().settled("category.top", 1, name="Top").declare("category.a", name="A")
    world.live("category", 7, name="A", parent=1)
    assert keys(world.plan()) == ["category.a:create"]


def test_child_is_recognised_through_its_imported_parent() -> None:
    world = World().declare("category.b", name="B", parent=ref("category.z"))
    world.declare("category.z", name="Z")
    world.live("category", 1, name="Z", parent=0).live("category", 2, name="B", parent="1")
    assert {s.key for s in world.plan().steps} == {"category.b:import", "category.z:import"}


def test_child_of_a_new_parent_is_new() -> None:
    world = World().declare("category.b", name="B", parent=ref("category.z"))
    world.declare("category.z", name="Z").live("category", 2, name="B", parent=0)
    assert keys(world.plan()) == ["category.z:create", "category.b:create"]


def test_what_somebody_else_owns_is_not_taken() -> None:
    world = World().settled("supplier.a", 7, name="A").declare("supplier.b", name="A")
    made = world.plan()
    assert keys(made) == ["supplier.b:create"]


def test_object_of_an_undeclared_owner_moves() -> None:
    world = World().declare("supplier.new", name="A").there("supplier.old", 7, name="A")
    made = world.plan()
    (change,) = made.changes
    assert (change.action, change.previous) == (Action.NO_OP, "supplier.old")
    assert keys(made) == ["supplier.new:move"]
    assert change_counts(made.changes)["destroy"] == 0


def test_several_that_fit_are_an_error_with_their_ids() -> None:
    world = World().declare("supplier.a", name="A")
    world.live("supplier", 7, name="A").live("supplier", 8, name="A")
    made = world.plan()
    assert errors(made) == ["identity-ambiguous"]
    assert "7, 8" in made.diagnostics[0].summary


def test_an_ambiguous_resource_is_refused_once_whatever_else_it_shares() -> None:
    world = World().declare("category.a", name="Sko", rewrite_url="sko")
    world.live("category", 7, name="Sko", rewrite_url="sko")
    world.live("category", 8, name="Sko", rewrite_url="sko-x")
    assert errors(world.plan()) == ["identity-ambiguous"]


def test_none_is_created() -> None:
    made = World().declare("supplier.a", name="A").live("supplier", 7, name="B").plan()
    assert keys(made) == ["supplier.a:create"]
    assert made.unmanaged == {"supplier": 1}


def test_what_vanished_is_created_again_and_said_so() -> None:
    world = World().declare("supplier.a", name="A").owned("supplier.a", 7, name="A")
    made = world.plan()
    assert keys(made) == ["supplier.a:create"]
    assert made.changes[0].notes == (
        "deleted outside of shopform (previous id 7)",
        "reverts a change made in the shop: it was deleted there",
    )


def test_what_vanished_and_is_back_under_another_id_is_imported() -> None:
    world = World().declare("supplier.a", name="A").owned("supplier.a", 7, name="A")
    made = world.live("supplier", 9, name="A").plan()
    assert keys(made) == ["supplier.a:import"]


def test_what_is_gone_and_undeclared_is_forgotten() -> None:
    made = World().owned("supplier.a", 7, name="A").plan()
    assert keys(made) == ["supplier.a:forget"]
    assert made.calls.write == 0


def test_owned_and_undeclared_is_deleted() -> None:
    made = World().there("supplier.a", 7, name="A").plan()
    assert keys(made) == ["supplier.a:delete"]


def test_unowned_and_undeclared_is_left_alone() -> None:
    made = World().settled("supplier.a", 7, name="A").live("supplier", 8, name="B").plan()
    assert made.empty
    assert made.unmanaged == {"supplier": 1}


def test_removed_without_destroying_is_released_with_all_in_it() -> None:
    world = World(more={"removed": (Removed(address=Address("profile.p"), destroy=False),)})
    world.there("profile.p", 1, name="P").there("attribute.p.a", 2, name="A")
    made = world.there("profile.q", 3, name="Q").plan()
    assert [(c.address, c.action) for c in made.changes] == [
        ("profile.p", Action.FORGET),
        ("profile.q", Action.DELETE),
        ("attribute.p.a", Action.FORGET),
    ]
    assert made.calls.write == 1


def test_move_takes_along_what_is_inside() -> None:
    world = World(more=move("profile.p", "profile.q"))
    world.declare("profile.q", name="Q").declare("attribute.q.a", name="A")
    world.there("profile.p", 1, name="P").there("attribute.p.a", 2, name="A")
    made = world.plan()
    assert keys(made) == ["attribute.q.a:move", "profile.q:update"]
    assert {s.previous for s in made.steps} == {"profile.p", "attribute.p.a"}
    assert change_counts(made.changes) == {
        "import": 0, "add": 0, "change": 1, "destroy": 0, "forget": 0, "move": 2
    }  # fmt: skip


@pytest.mark.parametrize("by", ["moved", "imports"])
def test_what_is_nested_stays_in_its_container(by: str) -> None:
    more = move("attribute.p.a", "attribute.q.a") if by == "moved" else wish("attribute.q.a", 5)
    world = World(more=more).settled("profile.p", 1, name="P").settled("profile.q", 2, name="Q")
    if by == "moved":
        world.owned("attribute.p.a", 5, parent="profile.p", name="A")
    world.live("attribute", 5, parent_id=1, name="A")
    assert errors(world.declare("attribute.q.a", name="A").plan()) == ["other-container"]


@pytest.mark.parametrize("inner_last", [True, False])
def test_what_is_nested_may_move_with_its_container_and_get_another_key(inner_last: bool) -> None:
    moves = [("profile.p", "profile.x"), ("attribute.p.a", "attribute.x.b")]
    found = [Moved(before=Address(old), after=Address(new)) for old, new in moves]
    world = World(more={"moved": tuple(found if inner_last else found[::-1])})
    world.owned("profile.p", 1, name="P").live("profile", 1, name="P")
    world.owned("attribute.p.a", 5, parent="profile.p", name="A")
    world.live("attribute", 5, parent_id=1, name="A")
    made = world.declare("profile.x", name="P").declare("attribute.x.b", name="A").plan()
    assert {step.address: step.previous for step in made.steps} == {
        "profile.x": "profile.p",
        "attribute.x.b": "attribute.p.a",
    }


def test_a_move_onto_an_address_in_use_destroys_nothing_unasked() -> None:
    for kind, fields in {
        "supplier": {"name": "B"},
        "category": {"name": "B"},
        "redirect": {"source": "b", "target": "x"},
        "profile": {"name": "B"},
    }.items():
        old, new = f"{kind}.a", f"{kind}.b"

        def blocked(**more: Any) -> World:
            rules = Rules(url_changes="off")
            world = World(more={**move(old, new), **more}, rules=rules)  # noqa: B023
            other = {name: f"{value}2" for name, value in fields.items()}  # noqa: B023
            return world.settled(new, 2, **fields).there(old, 1, **other)  # noqa: B023

        assert errors(blocked().plan()) == ["move-blocked"], kind
        for destroy, step in ((True, f"{old}:delete"), (False, f"{old}:forget")):
            removed = (Removed(address=Address(old), destroy=destroy),)
            made = blocked(removed=removed).plan()
            assert (errors(made), warnings(made), keys(made)) == ([], ["move-blocked"], [step])
        still = blocked().declare(old, **{**fields, "name" if "name" in fields else "source": "z"})
        assert (errors(still.plan()), warnings(still.plan())) == ([], ["move-blocked"])


def test_what_is_nested_stays_where_a_move_of_its_container_is_blocked() -> None:
    world = World(more=move("profile.p", "profile.q")).settled("profile.q", 2, name="Q")
    world.there("profile.p", 1, name="P").there("attribute.p.a", 3, name="A")
    made = world.plan(allow_delete={"profile": 1, "attribute": 1})
    assert errors(made) == ["move-blocked"]
    assert [str(step.address) for step in made.steps] == ["attribute.p.a", "profile.p"]


def test_an_import_of_what_has_its_object_already_is_not_ignored() -> None:
    for start in ("state", "moved", "adopted"):
        if start == "adopted":
            world = pending(7)
            world.more = wish("supplier.a", 9)
        else:
            old = "supplier.old" if start == "moved" else "supplier.a"
            world = World(more={**move("supplier.old", "supplier.a"), **wish("supplier.a", 9)})
            world.there(old, 7, name="A").declare("supplier.a", name="A")
        # What is there no more, by a replacement say, is a line to be cleared up.
        assert (errors(world.plan()), warnings(world.plan())) == ([], ["import-impossible"]), start
        world.live("supplier", 9, name="another")
        assert errors(world.plan()) == ["import-impossible"], start
        world.more = {**world.more, **wish("supplier.a", 7)}
        assert not world.plan().diagnostics, start


def test_finished_move_may_stay_in_the_files() -> None:
    world = World(more=move("supplier.a", "supplier.b")).settled("supplier.b", 2, name="B")
    assert world.plan().empty
    assert world.plan().diagnostics == ()


def pending(number: int = 0) -> World:
    entry = Entry(id=0, identity=("A",), sent={"name": "A"})
    address = Address("supplier.a")
    intent = Intent(address=address, kind="supplier", parent_id=None, identity=("A",), entry=entry)
    world = World(pending=(intent,)).declare("supplier.a", name="A")
    return world.live("supplier", number, name="A") if number else world


def test_create_of_a_stopped_run_that_is_there_is_adopted() -> None:
    made = pending(7).plan()
    assert keys(made) == ["supplier.a:adopt"]
    assert made.absent == ()


def test_create_of_a_stopped_run_that_is_not_there_is_made_again() -> None:
    made = pending().plan()
    assert keys(made) == ["supplier.a:create"]
    assert made.absent == ("supplier.a",)


def test_create_of_a_stopped_run_is_not_absent_from_a_list_that_came_short() -> None:
    world = pending()
    world.problems["supplier"] = "1 of 2 received"
    made = world.plan()
    assert made.absent == ()
    assert made.empty


def test_create_of_a_stopped_run_that_could_be_two_is_refused() -> None:
    assert "identity-ambiguous" in errors(pending(7).live("supplier", 8, name="A").plan())


def test_create_of_a_stopped_run_that_nobody_wants_any_more_is_ours_to_delete() -> None:
    world = pending(7)
    world.declared.clear()
    assert keys(world.plan()) == ["supplier.a:delete"]


def test_a_renamed_key_is_recognised_by_what_was_sent_where_the_shop_stores_otherwise() -> None:
    world = World().owned("supplier.a", 7, name=" A", stored={"name": "A"})
    world.live("supplier", 7, name="A").declare("supplier.b", name=" A")
    made = world.plan()
    assert [(s.op, s.previous) for s in made.steps] == [(Op.MOVE, "supplier.a")]
    assert change_counts(world.live("supplier", 8, name=" A").plan().changes)["import"] == 1


def moves(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"moved": tuple(Moved(before=Address(a), after=Address(b)) for a, b in pairs)}


@pytest.mark.parametrize(("first", "second"), [("b", "c"), ("c", "b")])
def test_address_is_left_before_another_object_takes_it(first: str, second: str) -> None:
    world = World(more=moves((f"supplier.{first}", f"supplier.{second}")))
    world.more["moved"] += moves(("supplier.a", f"supplier.{first}"))["moved"]
    world.declare(f"supplier.{second}", name="One").declare(f"supplier.{first}", name="Two")
    world.there(f"supplier.{first}", 1, name="One").there("supplier.a", 2, name="Two")
    assert keys(world.plan()) == [f"supplier.{second}:move", f"supplier.{first}:move"]


def test_addresses_that_change_places_are_refused() -> None:
    world = World(more=moves(("supplier.a", "supplier.t"), ("supplier.b", "supplier.a")))
    world.more["moved"] += moves(("supplier.t", "supplier.b"))["moved"]
    world.settled("supplier.a", 1, name="One").settled("supplier.b", 2, name="Two")
    made = world.plan()
    assert errors(made) == ["move-circle"]
    assert "`supplier.a` and `supplier.b` swap addresses" in made.diagnostics[0].summary


def test_address_that_moves_away_and_back_stays() -> None:
    world = World(more=moves(("supplier.a", "supplier.t"), ("supplier.t", "supplier.a")))
    assert world.settled("supplier.a", 1, name="One").plan().empty


def test_one_object_at_two_addresses_is_refused() -> None:
    world = World().owned("supplier.a", 7, name="A").owned("supplier.b", 7, name="A")
    world.live("supplier", 7, name="A").declare("supplier.a", name="A")
    assert "owned-twice" in errors(world.plan())
    assert "owned-twice" in errors(world.plan(destroy=True))


SPELLINGS = (
    ("/r%C3%B8d", "/rød"),
    ("r%c3%b8d", "/r%C3%B8d"),
    ("/%7Efoo", "/~foo"),
    ("/a/./b/../c", "/a/c"),
    ("/a%2fb", "/a%2Fb"),
)


def test_paths_of_one_address_are_one_identity() -> None:
    for one, other in (*SPELLINGS, *((b, a) for a, b in SPELLINGS)):
        world = World().declare("redirect.r", source=one, target="x")
        made = world.live("redirect", 9, source=other, target="x").plan()
        assert keys(made) == ["redirect.r:import"], (one, other, errors(made))
        entry = made.steps[0].entry
        assert entry is not None
        world.entries = {Address("redirect.r"): entry}
        assert world.plan().empty, "stored as it is, and sent as it is declared"

        moved = World().declare("redirect.new", source=one, target="x")
        moved.there("redirect.old", 9, source=other, target="x")
        assert {str(step.address) for step in moved.plan().steps} == {"redirect.new"}

        sent = one.lstrip("/")  # as a state of an earlier version has it
        begun = Entry(id=0, identity=(sent,), sent={"source": sent, "target": "x"})
        cut = World().declare("redirect.r", source=one, target="x")
        cut.live("redirect", 9, source=other, target="x")
        intent = Intent(
            address=Address("redirect.r"),
            kind="redirect",
            parent_id=None,
            identity=begun.identity,
            entry=begun,
        )
        cut.pending = (intent,)
        assert {step.id for step in cut.plan().steps} == {9}, "found under a lost answer"
    for one, other in (("/a%2Fb", "/a/b"), ("/a#b", "/a"), ("/a%23b", "/a#b"), ("/a?b", "/a%3Fb")):
        world = World().declare("redirect.r", source=one, target="x")
        world.live("redirect", 9, source=other, target="x")
        assert "redirect.r:import" not in keys(world.plan()), (one, other)


def test_an_item_number_that_is_only_an_id_does_not_identify_an_object_of_another_name() -> None:
    def world(name: str, number: int = 55) -> World:
        world = World().declare("product.55", own_id="55", name="Sko")
        return world.live("product", number, own_id="55", name=name)

    made = world("Hat").plan()
    assert errors(made) == ["identity-near"]
    assert "`name` is `Hat`" in made.diagnostics[0].detail
    assert keys(world("Sko").plan()) == ["product.55:import"]
    assert keys(world("Hat", number=56).plan()) == ["product.55:update"]
    zero = World().declare("product.a", own_id="0", name="Sko")
    assert keys(zero.live("product", 55, own_id="0", name="Hat").plan()) == ["product.a:update"]
    other = Import(Address("product.55"), without=frozenset({55}))
    for more in (wish("product.55", 55), {"imports": (other,)}):
        asked = world("Hat")
        asked.more = more
        assert errors(asked.plan()) == []
    copied = World().declare("product.55", own_id="7", name="Sko")
    copied.live("product", 55, own_id="7", name="Hat")
    assert keys(copied.plan()) == ["product.55:update"]
    copy = copied.declared[Address("product.55")]
    copied.declared[Address("product.55")] = replace(copy, origin=7)
    assert errors(copied.plan()) == ["identity-near"]
