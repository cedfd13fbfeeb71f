"""What the shop holds otherwise than the files say."""

from worlds import World, ref

from shopform.describe.out_of_sync import Differences, find_differences
from shopform.kinds.standard import STANDARD
from shopform.model.declared import LiveField
from shopform.model.desired import Desired
from shopform.model.live import Live
from shopform.model.prior import Prior
from shopform.model.values import Address


def compared(world: World) -> Differences:
    desired = Desired(
        resources=dict(sorted(world.declared.items())), **world.more, catalogue=STANDARD
    )
    live: Live = world.shop()
    return find_differences(desired, Prior(resources=world.entries), live)


def found(world: World) -> dict[tuple[str, str], object]:
    return {(str(o.address), o.field): o.why or o.value for o in compared(world).fields}


def test_equal_fields_are_not_reported() -> None:
    world = World().settled("category.a", 1, name="A", in_menu=True, tag="x")
    assert compared(world).fields == ()


def test_a_declared_field_is_reported_in_the_form_of_the_files() -> None:
    world = World().settled("category.a", 1, name="A").settled("category.c", 3, name="C")
    world.declare("category.b", name="B", in_menu=True, parent=ref("category.a"))
    world.owned("category.b", 2, name="B").live("category", 2, name="B", in_menu="0", parent=3)
    assert found(world) == {
        ("category.b", "in_menu"): False,
        ("category.b", "parent"): ref("category.c"),
    }


def test_a_value_that_the_shop_stored_differently_is_not_a_difference() -> None:
    world = World().declare("category.a", name="A", rewrite_url="a")
    world.owned("category.a", 1, name="A", rewrite_url="a", stored={"rewrite_url": "a-x"})
    world.live("category", 1, name="A", rewrite_url="a-x")
    assert found(world) == {}


def test_an_undeclared_field_is_reported_unless_it_has_its_default() -> None:
    world = World().settled("category.a", 1, name="A")
    world.live("category", 1, name="A", tag="x", in_menu="1", rewrite_url="a", no_index=1)
    assert found(world) == {("category.a", "tag"): "x", ("category.a", "no_index"): True}


def test_an_undeclared_field_that_was_filled_before_is_nobodys_business() -> None:
    world = World().declare("category.a", name="A").live("category", 1, name="A", tag="x")
    assert found(world) == {}
    (step,) = world.plan().steps
    assert step.entry is not None
    assert step.entry.unclaimed == ("tag",)
    world.entries[Address("category.a")] = step.entry
    world.live("category", 1, name="A", tag="y", no_index=1)
    assert found(world) == {("category.a", "no_index"): True}


def test_ignored_fields_are_not_reported() -> None:
    world = World().declare("category.a", name="A", meta="m", ignore=frozenset({"tag", "meta"}))
    world.owned("category.a", 1, name="A").live("category", 1, name="A", tag="x", meta="other")
    assert found(world) == {}


def test_a_field_missing_from_the_response_is_not_reported() -> None:
    world = World().declare("category.a", name="A", meta="m").live("category", 1, name="A")
    assert found(world) == {}


def test_a_password_is_never_reported() -> None:
    held = "https://me:canary@x.example"
    world = World().declare("category.a", name="A", meta="m")
    world.live("category", 1, name="A", meta=held, tag=held)
    written = compared(world)
    (told,) = written.fields
    assert told == LiveField(
        address=Address("category.a"), field="meta", why="the value in the shop contains a password"
    )
    assert "canary" not in repr(written)


def test_deleted_and_unmanaged_objects_are_distinguished() -> None:
    world = World().settled("category.a", 1, name="A").declare("category.b", name="B")
    world.owned("category.b", 2, name="B").declare("category.c", name="C")
    world.live("category", 4, name="D")
    written = compared(world)
    assert written.deleted == ("category.b", "category.c")
    assert written.known == {("category", 1): Address("category.a")}


def test_a_name_that_a_sibling_has_is_not_written() -> None:
    world = World().settled("category.a", 1, name="A").declare("category.b", name="B")
    world.owned("category.b", 2, name="B").live("category", 2, name="A", tag="x")
    taken = "another one would have the same `parent` and `name`"
    assert found(world) == {("category.b", "name"): taken, ("category.b", "tag"): "x"}


def test_the_name_of_a_deleted_object_is_not_written() -> None:
    world = World().declare("category.a", name="A").owned("category.a", 1, name="A")
    world.declare("category.b", name="B").owned("category.b", 2, name="B")
    world.live("category", 2, name="A")
    assert list(found(world)) == [("category.b", "name")]
    assert "another" in str(found(world)["category.b", "name"])


def test_references_in_a_cycle_are_not_written() -> None:
    world = World().declare("category.a", name="A", canonical=ref("category.b"))
    world.declare("category.b", name="B").owned("category.b", 2, name="B")
    world.live("category", 1, name="A", canonical=2).live("category", 2, name="B", canonical=1)
    assert found(world) == {("category.b", "canonical"): "it would be part of a cycle"}


def test_ambiguous_objects_are_neither_matched_nor_deleted() -> None:
    world = World().declare("category.a", name="A").settled("category.b", 3, name="B")
    world.live("category", 1, name="A", tag="x").live("category", 2, name="A")
    written = compared(world)
    assert (written.fields, written.deleted) == ((), ())
    assert [(p.code, p.severity) for p in written.problems] == [("identity-ambiguous", "warning")]
