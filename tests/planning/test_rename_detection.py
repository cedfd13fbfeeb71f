"""Which pairs of a deletion and a creation may be one renamed object."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from growth import grows_no_faster
from worlds import World, errors, keys, ref, warnings

from shopform.diagnostics import Diagnostic
from shopform.kinds.field_types.images import Image
from shopform.model.desired import Removed
from shopform.model.plan import Plan
from shopform.model.values import Address, Secret
from shopform.planning.checks.rename_detection import CODE, refuse_renames


def told(made: Plan) -> list[Diagnostic]:
    return [d for d in made.diagnostics if d.code == CODE]


def pairs(made: Plan) -> list[tuple[str, str]]:
    """Old and new address of each possible rename."""
    return [(d.summary.split("`")[3], d.address) for d in told(made)]


def test_the_same_path_under_another_name_is_told() -> None:
    world = World().there("category.a", 1, name="Herre", rewrite_url="herre")
    world.declare("category.b", name="Mænd", rewrite_url="herre")
    (found,) = told(world.plan())
    assert found.summary == (
        "`category.b` may be the renamed `category.a`: it would be destroyed, and a new one created"
    )
    assert found.detail == "only they have the same `rewrite_url`"
    assert found.hint == (
        "`--accept-rename category.a=category.b` keeps the object;"
        " `{address: category.a}` under `removed:` confirms the deletion"
    )


STEPS: tuple[dict[str, Any], ...] = (
    {"targets": ("category.b",)},
    {"excludes": ("category.a",)},
    {"targets": ("category.a",)},
    {"excludes": ("category.b",)},
    {},
)


def test_half_a_rename_is_one_too() -> None:
    """First the new one is made, then the old one is destroyed: each half is refused by itself."""
    old = {"name": "Herresko", "tag": "x", "description_a": "<p>Sko</p>"}
    new = {**old, "name": "Sko til mænd"}
    for asked in STEPS:
        world = World().there("category.a", 1, **old).declare("category.b", **new)
        assert pairs(world.plan(**asked)) == [("category.a", "category.b")], asked
        assert refuse_renames(world.plan(**asked)).refused
    # The two were declared for a time, and now one is; others were made since, or were not.
    asking: tuple[Any, ...] = ({}, {"targets": ("category.a",)}, {"replace": ("category.b",)})
    for asked, last in product(asking, (0, 4, 6)):
        world = World().there("category.a", 1, **old).declare("category.b", **new)
        world.owned("category.b", 2, made=4, **new).live("category", 2, None, False, **new)
        world.settled("category.c", 3, name="C").owned("category.c", 3, name="C", made=last)
        (found,) = told(world.plan(**asked))
        assert "was created" in found.summary
        assert "`shopform state rm category.b`" in found.hint
        world.more["removed"] = (Removed(address=Address("category.a"), destroy=True),)
        assert told(world.plan(**asked)) == []


def test_what_was_made_together_or_before_is_two() -> None:
    fields = {"tag": "x", "description_a": "<p>Sko</p>", "parent": None}
    for made, last in (((0, 0), 0), ((4, 4), 0), ((5, 4), 0), ((4, 4), 6)):
        world = World().there("category.a", 1, name="A", made=made[0], **fields)
        world.settled("category.c", 3, name="C").owned("category.c", 3, name="C", made=last)
        world.declare("category.b", name="B", **fields)
        world.owned("category.b", 2, name="B", made=made[1], **fields)
        world.live("category", 2, None, False, name="B", **{**fields, "parent": 0})
        assert pairs(world.plan()) == [], (made, last)
        # A part without the old one destroys nothing.
        assert pairs(world.plan(excludes=("category.a",))) == []


def test_names_much_alike_are_told() -> None:
    world = World().there("category.a", 1, name="Herresko")
    world.declare("category.b", name="Herre-sko")
    (found,) = told(world.plan())
    assert found.detail == "`Herresko` and `Herre-sko` are similar"


def test_things_with_nothing_in_common_are_two() -> None:
    world = World().there("category.a", 1, name="Herre", tag="x")
    world.declare("category.b", name="Tilbehør", tag="y")
    assert pairs(world.plan()) == []


@pytest.mark.parametrize("field", ["tag", "meta_title", "description_a"])
@pytest.mark.parametrize("third", ["", "live", "declared"])
def test_what_a_third_has_too_tells_nothing(field: str, third: str) -> None:
    world = World().there("category.a", 1, name="Herre", **{field: "same"})
    world.declare("category.b", name="Tilbehør", **{field: "same"})
    if third == "live":
        world.live("category", 2, None, False, name="Dame", **{field: "same"})
    elif third:
        world.declare("category.c", name="Børn", **{field: "same"})
    assert pairs(world.plan()) == ([] if third else [("category.a", "category.b")])


@pytest.mark.parametrize(
    ("field", "value"), [("in_menu", True), ("sort_order", "random"), ("no_index", True)]
)
def test_flags_words_and_defaults_tell_nothing(field: str, value: Any) -> None:
    world = World().there("category.a", 1, name="Herre", **{field: value})
    world.declare("category.b", name="Tilbehør", **{field: value})
    assert pairs(world.plan()) == []


def test_half_of_what_both_say_must_be_equal() -> None:
    world = World().there("category.a", 1, name="Herre", rewrite_url="x", tag="a", meta_title="a")
    world.declare("category.b", name="Mænd", rewrite_url="x", tag="b", meta_title="b")
    assert pairs(world.plan()) == []


def test_what_was_sent_counts_beside_what_was_stored() -> None:
    world = World().owned("category.a", 1, name="Herre", description_a="<p>A", tag="t")
    world.live("category", 1, name="Herre", description_a="<p>A</p>", tag="t", parent=0)
    world.declare("category.b", name="Mænd", description_a="<p>A")
    assert pairs(world.plan()) == [("category.a", "category.b")]


def test_each_address_is_in_one_pair_the_best_one() -> None:
    world = World().there("category.a", 1, name="Herresko", rewrite_url="sko")
    world.there("category.b", 2, name="Herresko 2")
    world.declare("category.x", name="Herresko 3", rewrite_url="sko")
    world.declare("category.y", name="Herresko 4")
    assert pairs(world.plan()) == [("category.a", "category.x"), ("category.b", "category.y")]


def test_the_same_plan_whatever_the_order() -> None:
    one, other = World(), World()
    for world, numbers in ((one, range(1, 9)), (other, range(8, 0, -1))):
        for number in numbers:
            world.there(f"supplier.s{number}", number, name=f"Leverandør {number}")
            world.declare(f"supplier.t{number}", name=f"Leverandører {number}")
    assert one.plan() == other.plan()
    assert len(pairs(one.plan())) == 8


def test_two_ways_to_one_place_are_two() -> None:
    world = World().there("redirect.a", 1, source="sommer", target="udsalg")
    world.declare("redirect.b", source="vinter", target="udsalg")
    assert pairs(world.plan()) == []
    world = World().there("redirect.a", 1, source="gamle-sko", target="sko")
    world.declare("redirect.b", source="gamle-sko-2", target="sko")
    assert pairs(world.plan()) == [("redirect.a", "redirect.b")]
    world = World().there("redirect.a", 1, source="gamle-sko", target="sko")
    world.declare("redirect.b", source="gamle-sko-2", target="støvler")
    assert pairs(world.plan()) == []


def test_nested_objects_are_compared_in_one_container() -> None:
    world = World().settled("profile.p", 1, name="Sko").settled("profile.q", 2, name="Tøj")
    world.there("attribute.p.a", 3, name="Størrelse", type="string")
    world.declare("attribute.q.b", name="Størrelser", type="string")
    assert pairs(world.plan()) == []
    world.declare("attribute.p.b", name="Størrelser", type="string")
    assert pairs(world.plan()) == [("attribute.p.a", "attribute.p.b")]


def boxes(gone: str, new: str, *others: str) -> World:
    """A container that goes and one that comes, with the same in them; others have it too."""
    world = World()
    for number, name in enumerate((gone, *others), 1):
        put = world.settled if number > 1 else world.there
        put(f"profile.p{number}", number, name=name)
        put(f"attribute.p{number}.a", 10 + number, name="Størrelse", type="string")
    world.declare("profile.q", name=new)
    return world.declare("attribute.q.a", name="Størrelse", type="string")


def test_containers_of_the_same_are_told_and_what_is_in_them_is_not() -> None:
    made = boxes("Sko", "Fodtøj").plan()
    assert pairs(made) == [("profile.p1", "profile.q")]
    assert told(made)[0].detail == "only they have the same `attributes`"
    assert pairs(boxes("Sko", "Fodtøj", "Tøj").plan()) == []
    assert pairs(boxes("Herresko", "Herre-sko", "Tøj").plan()) == [("profile.p1", "profile.q")]


@pytest.mark.parametrize(("before", "after"), [("40 EU", "41 EU"), ("XL", "XXL"), ("36", "36½")])
def test_sizes_are_not_each_other(before: str, after: str) -> None:
    world = World().settled("profile.p", 1, name="Sko")
    world.settled("attribute.p.a", 2, name="Str.", type="valuelist")
    world.there("value.p.a.x", 3, val=before, weight=10)
    world.declare("value.p.a.y", val=after, weight=10)
    world.declare("value.p.a.z", val=after + "z")
    assert pairs(world.plan()) == [("value.p.a.x", "value.p.a.y")]
    world.declare("value.p.a.y", val=after)
    assert pairs(world.plan()) == []


def test_an_address_that_is_called_may_have_moved() -> None:
    world = World().there("webhook.a", 1, url="https://erp.example/hook", events=("paid",))
    world.declare("webhook.b", url="https://erp.example/hooks", events=("paid",))
    assert pairs(world.plan()) == [("webhook.a", "webhook.b")]


def test_pictures_are_not_compared() -> None:
    picture = {"description": "", "weight": 10, "url": "x"}
    world = World().there("category.a", 1, name="Herre", rewrite_url="herre")
    world.live("category", 1, name="Herre", rewrite_url="herre", parent=0, images=[picture])
    image = (Image(file="a.png", sha256="ab"),)
    world.declare("category.b", name="Mænd", rewrite_url="herre", images=image)
    assert pairs(world.plan()) == [("category.a", "category.b")]


def test_removed_says_that_it_is_meant() -> None:
    world = World(more={"removed": (Removed(address=Address("category.a")),)})
    world.there("category.a", 1, name="Herre", rewrite_url="herre")
    world.declare("category.b", name="Mænd", rewrite_url="herre")
    made = world.plan()
    assert pairs(made) == []
    assert set(keys(made)) == {"category.a:delete", "category.b:create"}


def test_nobody_asks_when_everything_is_to_go() -> None:
    world = World().there("category.a", 1, name="Herre", rewrite_url="herre")
    world.declare("category.b", name="Mænd", rewrite_url="herre")
    assert CODE not in warnings(world.plan(destroy=True))
    assert pairs(world.plan(source="other")) == []


def test_what_vanished_and_is_made_again_is_no_rename() -> None:
    world = World().there("category.a", 1, name="Herre", rewrite_url="herre")
    world.declare("category.b", name="Mænd", rewrite_url="herre").owned("category.b", 2, name="Q")
    assert pairs(world.plan()) == []


def test_a_secret_is_compared_and_never_told() -> None:
    secret = Secret("${env:MAIL}", "canary@example.dk")
    world = World().declare("supplier.a", name="Fjord", dropshipping_mail=secret)
    first = world.live("supplier", 1, name="Fjord", dropshipping_mail=secret.text).plan()
    entry = first.steps[0].entry
    assert entry is not None
    again = World(entries={Address("supplier.a"): entry}, objects=world.objects)
    again.declare("supplier.b", name="Østkyst", dropshipping_mail=secret)
    (found,) = told(again.plan())
    assert "`dropshipping_mail`" in found.detail
    assert "canary" not in repr(found)


def test_insisting_refuses_the_plan_and_nothing_else() -> None:
    world = World().there("category.a", 1, name="Herre", rewrite_url="herre")
    world.declare("category.b", name="Mænd", rewrite_url="herre")
    made = world.plan()
    assert errors(made) == []
    assert errors(refuse_renames(made)) == [CODE]
    assert refuse_renames(refuse_renames(made)) == refuse_renames(made)
    settled = World().settled("category.a", 1, name="Herre").plan()
    assert refuse_renames(settled) == settled


def test_comparing_many_is_not_quadratic() -> None:
    def task(count: int) -> Callable[[], object]:
        world = World()
        for number in range(count):
            world.there(f"supplier.s{number}", number + 1, name=f"Leverandør nummer {number}")
            world.declare(f"supplier.t{number}", name=f"Engros {number}", dropshipping_mail="x")
        return lambda: world.plan(allow_delete={"supplier": count})

    grows_no_faster(task, 400)


def test_what_is_nested_moves_with_a_container_that_is_known_by_its_name() -> None:
    world = World().there("profile.p", 1, name="Sko")
    world.there("attribute.p.a", 2, name="Str.", type="valuelist")
    world.there("value.p.a.v", 3, val="36")
    world.declare("profile.q", name="Sko")
    world.declare("attribute.q.a", name="Størrelse", type="valuelist")
    world.declare("value.q.a.v", val="36 EU")
    made = world.plan()
    assert {(c.address, c.previous) for c in made.changes} == {
        ("profile.q", "profile.p"),
        ("attribute.q.a", "attribute.p.a"),
        ("value.q.a.v", "value.p.a.v"),
    }
    assert {s.op for s in made.steps} == {"move", "update"}


def test_a_branch_whose_top_is_renamed_stays() -> None:
    world = World().there("category.a", 1, name="Herre")
    world.there("category.b", 2, name="Sko", parent=ref("category.a"))
    world.declare("category.x", name="Herre")
    world.declare("category.b", name="Sko", parent=ref("category.x"))
    made = world.plan()
    assert {s.op for s in made.steps} == {"move", "edit"}
