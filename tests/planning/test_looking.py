"""What the shop holds otherwise than it was left."""

from typing import Any

import pytest
from worlds import World, errors, ref

from shopform.kinds.standard import STANDARD
from shopform.model.canonical import digest
from shopform.model.plan import Action, Plan
from shopform.model.values import Ref, Secret


def looked(world: World, **options: Any) -> Plan:
    made = world.plan(refresh_only=True, **options)
    assert made.steps == ()
    assert made.changes == ()
    return made


def edits(made: Plan) -> list[tuple[str, str, object, object]]:
    return [
        (c.address, f.name, f.before, f.after)
        for c in made.drift
        if c.action is Action.UPDATE
        for f in c.fields
    ]


def test_nothing_changed_is_no_drift_whatever_the_files_say() -> None:
    world = World().declare("brand.a", name="Another").owned("brand.a", 1, name="A")
    made = looked(world.live("brand", 1, name="A").declare("brand.new", name="New"))
    assert made.drift == ()
    assert not made.differs


def test_an_edit_is_told_whether_it_is_declared_or_not() -> None:
    world = World().owned("category.a", 1, name="A", tag="x", meta_title="Title")
    world.live("category", 1, name="A", parent=0, tag="y", meta_title="Title")
    made = looked(world)
    assert edits(made) == [("category.a", "tag", "x", "y")]
    assert made.drift[0].values == {"name": "A", "meta_title": "Title"}
    assert made.differs
    assert edits(looked(world.declare("category.a", name="B", tag="z"))) == edits(made)


def test_what_the_shop_made_of_a_text_is_no_drift() -> None:
    world = World().owned("category.a", 1, name="A", tag="X", stored={"tag": "x"})
    for held in ("x", "X"):
        world.live("category", 1, name="A", parent=0, tag=held)
        assert not looked(world).differs
    world.live("category", 1, name="A", parent=0, tag="other")
    assert edits(looked(world)) == [("category.a", "tag", "x", "other")]


def test_a_field_left_to_the_shop_is_no_drift() -> None:
    world = World().owned("category.a", 1, name="A", tag="x")
    world.live("category", 1, name="A", parent=0, tag="y")
    world.declare("category.a", name="A", tag="x", ignore=frozenset({"tag"}))
    assert not looked(world).differs


def test_a_reference_is_told_by_address() -> None:
    world = World().there("category.men", 1, name="Men", parent=None)
    world.there("category.women", 2, name="Women", parent=None)
    world.owned("category.shoes", 3, name="Shoes", parent=ref("category.men"))
    world.live("category", 3, name="Shoes", parent=2)
    before, after = Ref(ref("category.men").address), Ref(ref("category.women").address)
    assert edits(looked(world)) == [("category.shoes", "parent", before, after)]


def test_a_secret_is_told_without_its_text() -> None:
    world = World().owned("supplier.a", 1, name="A", dropshipping_mail="x")
    mark = digest(STANDARD["supplier"], "dropshipping_mail", "canary")
    entry = world.entries[next(iter(world.entries))]
    world.entries[next(iter(world.entries))] = type(entry)(
        id=1, identity=("A",), sent={"name": "A", "dropshipping_mail": mark}
    )
    assert not looked(world.live("supplier", 1, name="A", dropshipping_mail="canary")).differs
    made = looked(world.live("supplier", 1, name="A", dropshipping_mail="other"))
    field = made.drift[0].fields[0]
    assert (field.sensitive, field.before, field.after) == (True, None, None)
    made = looked(world.live("supplier", 1, name="B", dropshipping_mail="canary"))
    assert made.drift[0].values == {"dropshipping_mail": Secret("", "")}


def test_pictures_of_others_are_no_drift_and_a_lost_one_is() -> None:
    record = {"sha256": "0", "description": "front", "weight": 10, "id": 7}
    world = World().owned("category.a", 1, name="A")
    entry = world.entries[next(iter(world.entries))]
    world.entries[next(iter(world.entries))] = type(entry)(
        id=1, identity=(None, "A"), sent={"name": "A", "images": (record,)}
    )
    own = {"image_id": 7, "description": "front", "weight": "10"}
    world.live(
        "category", 1, name="A", images=[own, {"image_id": 8, "description": "", "weight": 0}]
    )
    assert not looked(world).differs
    shown = {name: part for name, part in record.items() if name != "sha256"}
    world.live("category", 1, name="A", images=[{**own, "description": "back"}])
    assert edits(looked(world)) == [
        ("category.a", "images", (shown,), ({**shown, "description": "back"},))
    ]
    world.live("category", 1, name="A", images=[])
    assert edits(looked(world)) == [("category.a", "images", (shown,), ())]


def test_a_field_that_no_list_shows_is_not_drift() -> None:
    world = World().owned("category.a", 1, name="A", tag="x").live("category", 1, name="A")
    assert not looked(world).differs


@pytest.mark.parametrize("declared", [True, False])
def test_what_was_deleted_in_the_shop_is_told_by_every_plan(declared: bool) -> None:
    world = World().owned("brand.a", 1, name="A")
    world.objects["brand"] = {}
    if declared:
        world.declare("brand.a", name="A")
    for made in (looked(world), world.plan()):
        assert [(c.address, c.action, c.id) for c in made.drift] == [("brand.a", Action.DELETE, 1)]
    assert looked(world).differs


def test_absence_from_a_short_list_is_refused_and_no_deletion() -> None:
    world = World(problems={"brand": "page 2 is short"}).owned("brand.a", 1, name="A")
    made = looked(world)
    assert made.drift == ()
    assert errors(made) == ["read-incomplete"]


def test_targets_leave_the_rest_out_and_say_so() -> None:
    world = World()
    for number, key in enumerate("ab", 1):
        world.owned(f"brand.{key}", number, name=key).live("brand", number, name="edited")
    made = looked(world, targets=("brand.b",))
    assert [c.address for c in made.drift] == ["brand.b"]
    assert [d.code for d in made.diagnostics] == ["targeting"]


def test_gates_hold_for_drift_alone() -> None:
    world = World().owned("brand.a", 1, name="A").live("brand", 1, name="edited")
    assert errors(looked(world, fail_on=("drift",))) == ["gate-refused"]
    assert errors(looked(world, expect_no_changes=True)) == ["gate-refused"]
    assert errors(looked(world, fail_on=("update",))) == []
