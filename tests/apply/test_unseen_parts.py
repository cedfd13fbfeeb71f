"""Images of a shop that does not show them: in no list, or in no response at all."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from line import Line, errors, line

from shopform.sandbox.behaviour.table import Table, View
from shopform.sandbox.store import Row
from shopform.shop import write

LISTS, ALL = frozenset({View.LISTED}), frozenset(View)
MISSING = object()
FORMS = {"missing": MISSING, "null": None, "empty": []}


@contextmanager
def blind(views: frozenset[View], form: object = MISSING) -> Iterator[Line]:
    """A shop whose responses of these views have this in place of the images."""
    respond = Table.respond

    def without(table: Table, row: Row, view: View) -> dict[str, Any]:
        found = respond(table, row, view)
        if view in views and "images" in found:
            if form is MISSING:
                del found["images"]
            else:
                found["images"] = form
        return found

    with line() as one, patch.object(Table, "respond", without):
        for name in ("a", "b"):
            (one.directory / f"{name}.png").write_bytes(name.encode())
        yield one


def image(file: str = "a", description: str = "x", weight: int = 5) -> dict[str, Any]:
    return {"file": f"{file}.png", "description": description, "weight": weight}


def declare(one: Line, *images: dict[str, Any], **fields: Any) -> None:
    shown = {"images": list(images)} if images else {}
    one.declare(categories={"a": {"name": "A", **shown, **fields}})


def held(one: Line) -> list[tuple[str, int]]:
    (row,) = (row for row in one.rows("category") if row["name"].startswith("A"))
    return [(each["description"], each["weight"]) for each in row["images"]]


def apply(one: Line) -> list[str]:
    """Apply, and return the codes of warnings; the plan after it is empty."""
    _, outcome = one.apply()
    assert not outcome.failed
    one.assert_settled()
    return [each.code for each in outcome.warnings]


SHOWN = {"name": "B", "images": [image("b", "b", 1)]}
CHANGES = {
    "description": [image(description="y")],
    "a weight": [image("b", "b", 1), image(weight=6)],
    "bytes": [image("b")],
    "removed": [],
}


@pytest.mark.parametrize("views", [LISTS, ALL], ids=["lists", "all responses"])
@pytest.mark.parametrize(
    "form",
    [pytest.param(form, marks=[pytest.mark.wide] * (form is None)) for form in FORMS.values()],
    ids=FORMS,
)
def test_no_change_adds_an_image_twice(form: object, views: frozenset[View]) -> None:
    """A change is made by the id that the response to the write had, or refused."""
    known = views == LISTS and form != []
    with blind(views, form) as one:
        declare(one, image())
        assert apply(one) == ([] if known else ["not-kept"])
        declare(one, image(), name="AB")
        assert apply(one) == []
        for name, images in CHANGES.items():
            declare(one, *images)
            if known:
                apply(one)
                assert held(one) == [(i["description"], i["weight"]) for i in images], name
                declare(one, image())
                apply(one)
            else:
                assert errors(one.plan()) == ["parts-not-shown"], name
        declare(one, image("b"), name="AC", lifecycle={"ignore": ["images"]})
        apply(one)
        assert held(one) == [("x", 5)]


def test_one_more_is_added_once() -> None:
    for form in (MISSING, []):
        with blind(ALL, form) as one:
            declare(one, image())
            apply(one)
            declare(one, image(), image("b", "b", 9))
            assert apply(one) == ["not-kept"]
            assert held(one) == [("x", 5), ("b", 9)]


def test_without_its_state_nothing_is_added_to_an_object_that_is_there() -> None:
    for views in (LISTS, ALL):
        with blind(views) as one:
            declare(one, image())
            apply(one)
            one.forget_state()
            assert errors(one.plan()) == ["parts-not-shown"]
            declare(one)
            apply(one)
            assert held(one) == [("x", 5)]


@pytest.mark.parametrize("fault", ["lose", "drop"])
def test_an_update_with_an_unknown_outcome_is_not_repeated(fault: str) -> None:
    with blind(ALL) as one:
        declare(one)
        apply(one)
        declare(one, image())
        one.sandbox.set_fault(f"PUT /category:1+:{fault}")
        _, outcome = one.apply()
        (failed,) = outcome.failed
        assert "the shop does not show `images`" in failed.diagnostic.summary
        one.sandbox.clear_faults()
        assert errors(one.plan()) == ["parts-not-shown"]
        assert len(held(one)) == (fault == "lose")


def test_where_other_objects_show_theirs_a_first_image_is_added() -> None:
    """An object without images may lack the key."""
    with line() as one:
        (one.directory / "a.png").write_bytes(b"a")
        both = {"a": {"name": "A"}, "b": {"name": "B", "images": [image()]}}
        one.declare(categories=both)
        apply(one)
        one.forget_state()
        respond = Table.respond

        def without(table: Table, row: Row, view: View) -> dict[str, Any]:
            found = respond(table, row, view)
            return {n: v for n, v in found.items() if n != "images" or v}

        with patch.object(Table, "respond", without):
            one.declare(categories={**both, "a": {"name": "A", "images": [image()]}})
            assert apply(one) == []
            assert held(one) == [("x", 5)]


@pytest.mark.parametrize("others", [[image("b", "b", 9)], []], ids=["its own", "of another object"])
def test_an_image_that_was_not_kept_is_sent_again_where_images_are_shown(others: list[Any]) -> None:
    with line() as one:
        for name in ("a", "b"):
            (one.directory / f"{name}.png").write_bytes(name.encode())
        one.declare(categories={"a": {"name": "A", "images": [image(), *others]}, "b": SHOWN})
        create = write.create

        def dropping(*given: Any, **more: Any) -> write.WriteResult:
            done = create(*given, **more)
            for row in one.sandbox.app.world.store.rows("category"):
                row["images"] = [each for each in row["images"] if each["description"] != "x"]
            return done

        with patch.object(write, "create", dropping):
            _, outcome = one.apply()
        assert [each.code for each in outcome.warnings] == ["not-kept"]
        assert len(held(one)) == len(others)
        assert apply(one) == []
        assert sorted(held(one)) == sorted(
            (i["description"], i["weight"]) for i in [image(), *others]
        )


@pytest.mark.parametrize("shown", [0, 1], ids=["none", "the new one"])
def test_a_response_without_all_images_changes_no_known_id(shown: int) -> None:
    respond = Table.respond

    def partly(table: Table, row: Row, view: View) -> dict[str, Any]:
        found = respond(table, row, view)
        images = found.get("images", [])
        found["images"] = images[::-1] if view is View.LISTED else images[len(images) - shown :]
        return found

    with line() as one, patch.object(Table, "respond", partly):
        files = ("a", "b", "c")
        for name in files:
            (one.directory / f"{name}.png").write_bytes(name.encode())
        for count in (1, 2, 3):
            declare(one, *map(image, files[:count]))
            apply(one)
        declare(one, *map(image, files[1:]))
        apply(one)
        (row,) = (row for row in one.rows("category") if row["name"] == "A")
        left = {hashlib.sha256(name.encode()).hexdigest() for name in files[1:]}
        assert {each["sha256"] for each in row["images"]} == left
