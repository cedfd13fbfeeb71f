"""What a run is told to stop at."""

import pytest
from worlds import World, errors

from shopform.planning.checks.ci_gates import WORDS


def mixed() -> World:
    """One of each: create, update, delete, import, and a field that was changed by hand."""
    world = World().declare("brand.new", name="New").there("brand.old", 1, name="Old")
    world.declare("brand.known", name="Known").live("brand", 2, name="Known")
    world.declare("category.moved", name="A", tag="b").owned("category.moved", 3, name="A", tag="a")
    world.live("category", 3, name="A", parent=0, tag="a")
    world.declare("category.edited", name="E", tag="e")
    world.owned("category.edited", 4, name="E", tag="e")
    return world.live("category", 4, name="E", parent=0, tag="other")


@pytest.mark.parametrize(
    ("word", "what"),
    [
        ("create", "1 object: `brand.new`"),
        ("update", "2 objects: `category.edited`, `category.moved`"),
        ("delete", "1 object: `brand.old`"),
        ("import", "1 object: `brand.known`"),
        ("drift", "1 object: `category.edited`"),
        ("replace", ""),
        ("move", ""),
        ("forget", ""),
    ],
)
def test_a_gate_refuses_what_it_names_and_the_plan_is_whole(word: str, what: str) -> None:
    made = mixed().plan(fail_on=(word,))
    assert made.changes == mixed().plan().changes
    assert [d.summary for d in made.diagnostics] == (
        [f"`--fail-on {word}` refuses {what}"] if what else []
    )
    assert made.refused is bool(what)


def test_every_word_is_tried_above() -> None:
    assert set(WORDS) == set("create update delete import drift replace move forget".split())


def test_a_replacement_stops_at_delete_too() -> None:
    world = World().settled("brand.a", 1, name="A")
    for word in ("delete", "replace"):
        made = world.plan(replace=("brand.a",), fail_on=(word,))
        assert errors(made) == ["gate-refused"]


def test_several_words_are_told_one_by_one() -> None:
    made = mixed().plan(fail_on=("delete", "create", "delete"))
    assert errors(made) == ["gate-refused", "gate-refused"]


def test_any_change_is_one_that_was_not_expected() -> None:
    made = mixed().plan(expect_no_changes=True)
    brands, categories = "known new old".split(), "edited moved".split()
    named = [*(f"`brand.{key}`" for key in brands), *(f"`category.{key}`" for key in categories)]
    said = f"`--expect-no-changes` found 5 objects: {', '.join(named)}"
    assert [d.summary for d in made.diagnostics] == [said]
    settled = World().settled("brand.a", 1, name="A").plan(expect_no_changes=True)
    assert not settled.refused


def test_many_objects_are_counted_behind_the_first_ten() -> None:
    world = World()
    for number in range(12):
        world.declare(f"brand.b{number:02}", name=f"B{number}")
    said = world.plan(fail_on=("create",)).diagnostics[0].summary
    assert said.startswith("`--fail-on create` refuses 12 objects: `brand.b00`, ")
    assert said.endswith("`brand.b09` and 2 more")
