from typing import Any

import pytest
from worlds import World, errors, keys, ref

from shopform.kinds.field_types.images import Image
from shopform.kinds.standard import STANDARD
from shopform.model.canonical import digest
from shopform.model.plan import Action, FieldChange, Op
from shopform.model.values import Address, Ref, Secret


def test_equal_on_canonical_values_is_no_change() -> None:
    world = World().declare(
        "category.a", name="A", in_menu=True, tag="", description_a="<p>a</p>\n", rewrite_url="/a"
    )
    world.owned("category.a", 1, name="A", in_menu=True, tag="", description_a="<p>a</p>")
    world.entries["category.a"].sent["rewrite_url"] = "a"  # type: ignore[index]
    fields: dict[str, Any] = {
        "in_menu": "1",
        "tag": None,
        "description_a": "<p>a</p>\r\n",
        "rewrite_url": "a",
    }
    assert world.live("category", 1, name="A", parent="0", **fields).plan().empty


def test_only_declared_fields_count() -> None:
    world = World().settled("category.a", 1, name="A")
    assert world.live("category", 1, name="A", parent=0, tag="x", meta_title="y").plan().empty


def test_only_what_differs_is_sent() -> None:
    world = World().declare("category.a", name="A", tag="new", meta_title="same")
    world.there("category.a", 1, name="A", tag="old", meta_title="same")
    made = world.plan()
    (step,) = made.steps
    assert dict(step.fields) == {"tag": "new"}
    (change,) = made.changes
    assert change.fields == (FieldChange(name="tag", before="old", after="new"),)
    assert change.unchanged == 2


def rewritten(live: str) -> World:
    world = World().declare("supplier.a", name=" A")
    world.owned("supplier.a", 1, name=" A", stored={"name": "A"})
    return world.live("supplier", 1, name=live)


def test_what_the_shop_made_of_a_value_is_remembered_as_equal() -> None:
    made = rewritten("A").plan()
    assert made.empty
    assert made.drift == ()


def test_what_the_shop_no_longer_makes_of_a_value_is_drift() -> None:
    made = rewritten("B").plan()
    assert keys(made) == ["supplier.a:update"]
    (change,) = made.drift
    assert change.fields == (FieldChange(name="name", before="A", after="B"),)


def test_new_declaration_of_a_rewritten_value_is_sent() -> None:
    world = rewritten("A").declare("supplier.a", name="  A")
    made = world.plan()
    assert dict(made.steps[0].fields) == {"name": "  A"}
    assert made.drift == ()


def test_value_found_as_declared_is_remembered_without_a_call() -> None:
    world = World().declare("supplier.a", name="B").owned("supplier.a", 1, name="A")
    made = world.live("supplier", 1, name="B").plan()
    assert [s.op for s in made.steps] == [Op.EDIT]
    assert made.changes == ()
    assert made.calls.write == made.calls.verify == 0


def test_drift_is_told_apart_from_what_was_declared_anew() -> None:
    world = World().declare("category.a", name="A", tag="x", meta_title="new")
    world.owned("category.a", 1, name="A", tag="x", meta_title="old")
    made = world.live("category", 1, name="A", parent=0, tag="y", meta_title="old").plan()
    assert [f.name for f in made.drift[0].fields] == ["tag"]
    assert [f.name for f in made.changes[0].fields] == ["tag", "meta_title"]


def undeclared(kind: str, field: str, live: Any, **rest: Any) -> World:
    world = World().declare(f"{kind}.a", **rest)
    return world.there(f"{kind}.a", 1, **rest, **{field: live})


@pytest.mark.parametrize(
    ("field", "held", "default"),
    [("in_menu", False, True), ("sort_order", "random", "normal"), ("tag", "x", "")],
)
def test_field_with_a_known_default_is_reset(field: str, held: object, default: object) -> None:
    made = undeclared("category", field, held, name="A").plan()
    assert dict(made.steps[0].fields) == {field: default}
    assert made.changes[0].fields[0] == FieldChange(
        name=field, before=held, after=default, reason="reset"
    )


def test_field_without_a_known_default_is_released_and_said_so() -> None:
    made = undeclared("redirect", "status", 302, source="a", target="b").plan()
    assert [s.op for s in made.steps] == [Op.EDIT]
    assert made.changes[0].notes == ("`status` is no longer declared and stays as it is",)


def test_field_that_has_its_default_already_is_only_forgotten() -> None:
    made = undeclared("category", "tag", None, name="A").plan()
    assert [s.op for s in made.steps] == [Op.EDIT]
    assert made.changes[0].notes == ("`tag` is no longer declared and has the shop's default",)


def test_reference_shows_the_address_and_is_sent_as_a_reference() -> None:
    world = World().settled("category.p", 1, name="P").settled("category.q", 2, name="Q")
    world.declare("category.c", name="C", parent=ref("category.q"))
    made = world.there("category.c", 3, name="C", parent=ref("category.p")).plan()
    (change,) = made.changes
    assert change.fields == (
        FieldChange(name="parent", before=ref("category.p"), after=ref("category.q")),
    )
    assert dict(made.steps[0].fields) == {"parent": ref("category.q")}


def test_reference_to_what_nobody_owns_shows_its_id() -> None:
    world = World().declare("category.c", name="C", parent=None)
    world.live("category", 9, name="X", parent=0)
    made = world.owned("category.c", 3, name="C").live("category", 3, name="C", parent=9).plan()
    assert made.changes[0].fields == (FieldChange(name="parent", before="#9", after=None),)


def test_reference_to_what_is_new_is_unknown() -> None:
    world = World().declare("category.p", name="P")
    world.declare("category.c", name="C", parent=ref("category.p"))
    made = world.plan()
    (shown,) = (f for f in made.changes[0].fields if f.name == "parent")
    assert shown.unknown
    entry = made.steps[1].entry
    assert entry is not None
    assert entry.sent["parent"] == Ref(made.steps[0].address)


def test_ignored_field_is_sent_once_and_left_alone_afterwards() -> None:
    fields = {"name": "A", "tag": "x", "ignore": frozenset({"tag"})}
    made = World().declare("category.a", **fields).plan()
    assert made.steps[0].fields["tag"] == "x"
    world = World().declare("category.a", **fields).owned("category.a", 1, name="A", tag="x")
    assert world.live("category", 1, name="A", parent=0, tag="other").plan().empty


def test_secret_is_compared_by_digest_and_never_shown() -> None:
    secret = Secret("${env:MAIL}", "hush@x.example")
    world = World().declare("supplier.a", name="A", dropshipping_mail=secret)
    memory = digest(STANDARD["supplier"], "dropshipping_mail", "hush@x.example")
    world.owned("supplier.a", 1, name="A", dropshipping_mail=memory)
    world.live("supplier", 1, name="A", dropshipping_mail="hush@x.example")
    assert world.plan().empty
    made = world.live("supplier", 1, name="A", dropshipping_mail="b").plan()
    assert made.changes[0].fields == (FieldChange(name="dropshipping_mail", sensitive=True),)
    assert made.drift[0].fields == (FieldChange(name="dropshipping_mail", sensitive=True),)
    assert "hush" not in repr(made)


def test_field_the_list_does_not_show_is_believed() -> None:
    world = World().declare("category.a", name="A", meta="x").owned("category.a", 1, name="A")
    world.live("category", 1, name="A", parent=0)
    made = world.plan()
    assert dict(made.steps[0].fields) == {"meta": "x"}
    world.owned("category.a", 1, name="A", meta="x")
    assert world.plan().empty


def test_field_the_list_does_not_show_is_reset_unless_it_was_sent_as_the_default() -> None:
    for sent, steps in ((True, [{"no_index": False}]), (False, [{}])):
        world = World().declare("category.a", name="A")
        world.owned("category.a", 1, name="A", no_index=sent)
        world.live("category", 1, name="A", parent=0)
        assert [dict(step.fields) for step in world.plan().steps] == steps


def picture(file: str, description: str = "", weight: int = 10) -> Image:
    return Image(file=file, sha256=f"sha-{file}", description=description, weight=weight)


def pictured(declared: tuple[Image, ...], known: list[Any], live: list[Any]) -> World:
    world = World().declare("category.a", name="A", images=declared)
    world.owned("category.a", 1, name="A")
    world.entries["category.a"].sent["images"] = tuple(known)  # type: ignore[index]
    return world.live("category", 1, name="A", parent=0, images=live)


def held(number: int, description: str = "", weight: int = 10) -> dict[str, Any]:
    return {"image_id": str(number), "description": description, "weight": str(weight)}


def record(file: str, number: int | None, description: str = "", weight: int = 10) -> Any:
    return {"sha256": f"sha-{file}", "description": description, "weight": weight, "id": number}


def operations(world: World) -> list[Any]:
    return [op for step in world.plan().steps for op in step.fields.get("images", ())]  # type: ignore[union-attr]


def test_pictures_as_they_were_are_no_change() -> None:
    world = pictured((picture("a"),), [record("a", 5)], [held(5), held(6)])
    assert world.plan().empty


def test_picture_of_others_is_neither_removed_nor_shown_to_go() -> None:
    made = pictured((picture("b", "new"),), [], [held(6, "theirs")]).plan()
    (shown,) = made.changes[0].fields
    assert isinstance(shown.before, tuple)
    assert isinstance(shown.after, tuple)
    assert shown.before[0] in shown.after
    assert len(shown.after) == 2


def test_other_bytes_are_a_new_picture_and_the_old_one_goes() -> None:
    found = operations(pictured((picture("b"),), [record("a", 5)], [held(5)]))
    assert [op.get("file") or op["image_id"] for op in found] == ["b", 5]
    assert found[1]["remove"] == 1


def test_another_text_is_told_to_the_picture_there_is() -> None:
    found = operations(pictured((picture("a", "x"),), [record("a", 5)], [held(5)]))
    assert found == [{"image_id": 5, "description": "x", "weight": 10}]


def test_picture_that_vanished_is_sent_again() -> None:
    found = operations(pictured((picture("a"),), [record("a", 5)], []))
    assert [op["file"] for op in found] == ["a"]


def test_picture_whose_answer_was_lost_is_found_by_its_text_and_not_doubled() -> None:
    world = pictured((picture("a", "x"),), [record("a", None, "x")], [held(9, "x")])
    made = world.plan()
    assert [s.op for s in made.steps] == [Op.EDIT]


def test_pictures_that_no_list_shows_are_believed() -> None:
    sent = [record("a", None), record("b", None, weight=20)]
    for number, added in enumerate((["a", "b"], ["b"], [])):
        world = pictured((picture("a"), picture("b", weight=20)), sent[:number], [])
        world.live("category", 1, name="A", parent=0)
        assert [op["file"] for op in operations(world)] == added


def test_pictures_of_an_update_without_a_result_are_not_sent_to_a_shop_that_shows_none() -> None:
    for shown, refused in ((None, ["parts-not-shown"]), ([], [])):
        world = pictured((picture("a"),), [], [])
        world.live("category", 1, name="A", parent=0, images=shown)
        assert errors(world.plan()) == []
        world.begun = (Address("category.a"),)
        assert errors(world.plan()) == refused


def test_pictures_that_are_no_longer_declared_are_taken_away() -> None:
    world = pictured((), [record("a", 5)], [held(5), held(6)])
    world.declare("category.a", name="A")
    assert operations(world) == [{"image_id": 5, "remove": 1}]


def test_protection_that_changes_is_told_and_costs_nothing() -> None:
    world = World().declare("supplier.a", name="A", protect=True).there("supplier.a", 1, name="A")
    made = world.plan()
    assert [s.op for s in made.steps] == [Op.EDIT]
    assert made.changes[0].action is Action.NO_OP
    assert made.changes[0].notes == ("is protected from now on",)
    assert made.calls.write == 0
