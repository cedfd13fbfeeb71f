from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from worlds import World, errors, keys, ref, suppliers, warnings

from shopform.errors import UsageError
from shopform.kinds import Field, Kind
from shopform.kinds.base import UNKNOWN
from shopform.kinds.standard import STANDARD
from shopform.model.desired import Removed
from shopform.model.live import LiveKind
from shopform.model.shop import DeleteLimits, Rules
from shopform.model.values import Address
from shopform.planning.planner import wanted_counts
from shopform.render.plan_summary import change_counts


@pytest.mark.parametrize(
    ("owned", "deleted", "refused"),
    [
        (9, 4, False),
        (9, 9, True),
        (2, 2, False),
        (10, 3, False),
        (10, 4, True),
        (13, 3, False),
        (13, 4, True),
        (20, 7, True),
    ],
)
def test_share_of_deletions_is_limited_from_the_floor_up(
    owned: int, deleted: int, refused: bool
) -> None:
    world = suppliers(range(1, owned + 1), World(), declared=range(deleted + 1, owned + 1))
    assert errors(world.plan()) == (["too-many-deletes"] if refused else [])


@pytest.mark.parametrize(("deleted", "refused"), [(50, False), (51, True)])
def test_number_of_deletions_is_limited_over_all_kinds(deleted: int, refused: bool) -> None:
    world = suppliers(range(1, 201), World(), declared=range(26, 201))
    for number in range(1, 201):
        put = world.settled if number > deleted - 25 else world.there
        put(f"brand.b{number}", number, name=f"B{number}")
    assert errors(world.plan()) == (["too-many-deletes"] if refused else [])


@pytest.mark.parametrize(("allowed", "refused"), [(4, False), (5, False), (3, True), (0, True)])
def test_leave_covers_the_number_it_names(allowed: int, refused: bool) -> None:
    world = suppliers(range(1, 11), World(), declared=range(5, 11))
    assert world.plan(allow_delete={"supplier": allowed}).refused is refused
    assert world.plan(allow_delete={"brand": 100}).refused


def test_leave_for_one_kind_takes_it_out_of_the_total() -> None:
    world = suppliers(range(1, 61), World())
    made = world.plan(allow_delete={"supplier": 60})
    assert not made.refused
    assert len(made.changes) == 60


def test_projects_own_limits_count() -> None:
    strict = Rules(deletes=DeleteLimits(share=0.5, floor=2, total=1))
    world = suppliers(range(1, 5), World(rules=strict), declared=[2, 3, 4])
    assert not world.plan().refused
    world = suppliers(range(1, 5), World(rules=strict), declared=[3, 4])
    assert errors(world.plan()) == ["too-many-deletes"]


def test_destroying_everything_is_asked_for_and_not_limited() -> None:
    made = suppliers(range(1, 71), World(), declared=range(1, 71)).plan(destroy=True)
    assert not made.refused
    assert change_counts(made.changes)["destroy"] == 70


def test_forgetting_and_replacing_are_no_deletions_by_the_number() -> None:
    world = suppliers(range(1, 11), World(), declared=range(1, 11))
    assert not world.plan(replace=tuple(f"supplier.s{n}" for n in range(1, 11))).refused


def test_protection_in_state_outlives_the_block() -> None:
    made = World().there("supplier.a", 1, name="A", protect=True).plan()
    assert errors(made) == ["protected"]


def test_protection_in_the_files_counts_at_once() -> None:
    world = World().declare("supplier.a", name="A", protect=True).there("supplier.a", 1, name="A")
    assert errors(world.plan(replace=("supplier.a",))) == ["protected"]


def test_protected_is_not_destroyed_with_all_the_rest() -> None:
    world = World().settled("supplier.a", 1, name="A", protect=True)
    assert errors(world.plan(destroy=True)) == ["protected"]


def test_fixed_object_is_never_destroyed() -> None:
    world = World().owned("category.front", 1, name="F")
    world.live("category", 1, name="F", parent=0, fixed=True)
    assert errors(world.plan()) == ["fixed"]


@pytest.mark.parametrize("number", [1, 2])
def test_what_lies_in_a_deleted_object_stops_it(number: int) -> None:
    world = World().there("category.a", 1, name="A")
    if number == 1:
        world.live("category", 9, name="theirs", parent="1")
    else:
        world.declare("category.b", name="B", ignore=frozenset({"parent"}))
        world.owned("category.b", 9, name="B").live("category", 9, name="B", parent=1)
    assert errors(world.plan()) == ["has-children"]


def test_child_that_moves_away_stops_nothing() -> None:
    world = World().there("category.a", 1, name="A")
    world.there("category.b", 2, name="B", parent=ref("category.a"))
    assert not world.declare("category.b", name="B", parent=None).plan().refused
    assert errors(world.declare("category.b", name="B").plan()) == ["has-children"]


def test_what_only_points_at_a_deleted_object_stops_nothing() -> None:
    world = World().there("category.a", 1, name="A")
    made = world.live("category", 9, name="theirs", parent=0, canonical=1).plan()
    assert (made.refused, warnings(made)) == (False, ["still-referred"])
    world.settled("category.b", 2, name="B", canonical=ref("category.a"))
    assert warnings(world.declare("category.b", name="B", canonical=None).plan()) == [
        "still-referred"
    ]


def test_stranger_inside_a_container_stops_its_deletion() -> None:
    world = World().there("profile.p", 1, name="P").live("attribute", 9, parent_id=1, name="theirs")
    assert errors(world.plan()) == ["has-children"]


def incomplete() -> World:
    world = World().declare("supplier.new", name="N").there("supplier.old", 1, name="O")
    world.declare("supplier.lost", name="L").owned("supplier.lost", 2, name="L")
    world.owned("supplier.gone", 3, name="G")
    world.problems["supplier"] = "1 of 4 received"
    return world


def test_nothing_is_made_deleted_or_forgotten_from_a_short_read() -> None:
    made = incomplete().plan()
    assert errors(made) == ["read-incomplete"]
    assert made.empty
    assert made.changes == ()


def test_short_read_of_one_kind_leaves_the_others_planned() -> None:
    made = incomplete().declare("brand.b", name="B").plan()
    assert keys(made) == ["brand.b:create"]
    assert made.refused


def test_unknown_count_stops_a_deletion_unless_it_was_allowed() -> None:
    world = World().there("supplier.a", 1, name="A")
    world.counts["supplier", 1] = None
    assert errors(world.plan()) == ["count-unknown"]
    assert not world.plan(allow_delete={"supplier": 1}).refused
    assert errors(world.plan(allow_delete={"brand": 1})) == ["count-unknown"]


def test_count_is_told_and_stops_nothing() -> None:
    world = World().there("supplier.a", 1, name="A")
    world.counts["supplier", 1] = 12
    made = world.plan()
    assert made.changes[0].notes == ("12 products refer to it",)
    assert not made.refused


def test_only_what_products_hang_on_is_counted() -> None:
    world = World().there("supplier.a", 1, name="A").there("webhook.w", 2, url="https://x")
    world.settled("supplier.b", 3, name="B")
    assert wanted_counts(world.plan()) == (("supplier", 1),)
    assert STANDARD["supplier"].counted


def tree() -> World:
    world = World().declare("category.top", name="T")
    world.declare("category.mid", name="M", parent=ref("category.top"))
    world.declare("category.leaf", name="L", parent=ref("category.mid"))
    return world.declare("category.aside", name="A").there("supplier.old", 1, name="O")


def test_target_brings_what_it_needs_and_nothing_else() -> None:
    made = tree().plan(targets=("category.mid",))
    assert keys(made) == ["category.top:create", "category.mid:create"]
    assert warnings(made) == ["targeting"]


def test_exclusion_takes_along_what_needs_it() -> None:
    made = tree().plan(excludes=("category.mid",))
    assert {s.key for s in made.steps} == {
        "category.aside:create",
        "category.top:create",
        "supplier.old:delete",
    }


def test_target_may_be_what_is_only_owned() -> None:
    assert keys(tree().plan(targets=("supplier.old",))) == ["supplier.old:delete"]


def test_target_of_a_container_is_all_that_is_inside() -> None:
    world = World().declare("profile.p", name="P").declare("attribute.p.a", name="A")
    made = world.declare("profile.q", name="Q").plan(targets=("profile.p",))
    assert keys(made) == ["profile.p:create", "attribute.p.a:create"]


@pytest.mark.parametrize("asked", [{"targets": ("supplier.x",)}, {"excludes": ("x",)}])
def test_target_that_is_nothing_is_a_usage_error(asked: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(UsageError, match="neither declared nor in the state"):
        tree().plan(**asked)


def test_replacing_what_does_not_exist_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="cannot be replaced"):
        tree().plan(replace=("category.top",))


def few(*gone: str) -> World:
    """Eight owned objects of four kinds; some are no longer declared."""
    world = World()
    for number, (kind, count) in enumerate({"supplier": 3, "brand": 3, "redirect": 2}.items()):
        for key in range(count):
            fields = {"source": f"s{key}"} if kind == "redirect" else {"name": f"{kind}{key}"}
            put = world.there if f"{kind}.k{key}" in gone else world.settled
            put(f"{kind}.k{key}", 10 * number + key, **fields)
    return world


SUPPLIERS = ("supplier.k0", "supplier.k1", "supplier.k2")


def test_all_of_a_kind_or_most_of_everything_needs_leave_though_it_is_little() -> None:
    for gone, kinds in (
        (SUPPLIERS, {"supplier": 3}),
        (SUPPLIERS[:2], {}),
        (("redirect.k0", "redirect.k1"), {}),
        ((*SUPPLIERS[:2], "brand.k0", "brand.k1"), {}),
        ((*SUPPLIERS[:2], "brand.k0", "brand.k1", "redirect.k0"), {"brand": 2, "supplier": 2}),
    ):
        made = few(*gone).plan()
        assert errors(made) == (["too-many-deletes"] if kinds else []), gone
        if kinds:
            (told,) = [d for d in made.diagnostics if d.code == "too-many-deletes"]
            assert all(f"{kind}={n}" in told.hint for kind, n in kinds.items())
            assert not few(*gone).plan(allow_delete=kinds).refused
            assert few(*gone).plan(allow_delete={k: n - 1 for k, n in kinds.items()}).refused
        assert not few(*gone).plan(by_name=True).refused
        assert few(*gone).plan(targets=gone).refused is bool(kinds)
        assert not few().plan(destroy=True).refused


def test_all_that_is_there_counts_though_more_is_owned() -> None:
    world = World()
    for number in range(8):
        put = world.owned if number < 2 else world.there if number < 5 else world.settled
        kind = "supplier" if number < 5 else "brand"
        put(f"{kind}.k{number}", number + 1, name=f"{number}")
    (told,) = [d for d in world.plan().diagnostics if d.code == "too-many-deletes"]
    assert "all that are owned" in told.summary
    assert "supplier=3" in told.hint


def test_what_is_kept_replaced_or_there_no_more_is_no_deletion() -> None:
    world = few(*SUPPLIERS)
    for address in SUPPLIERS[:2]:
        del world.objects["supplier"][world.entries[Address(address)].id]
    # Of what is still there the last one is no three, and never most of everything.
    assert not world.plan().refused
    removed = tuple(Removed(address=Address(a), destroy=False) for a in SUPPLIERS)
    world = few(*SUPPLIERS)
    world.more["removed"] = removed
    assert not world.plan().refused
    world.more["removed"] = tuple(Removed(address=Address(a), destroy=True) for a in SUPPLIERS)
    assert errors(world.plan()) == ["too-many-deletes"]
    assert not few().plan(replace=SUPPLIERS).refused


@pytest.mark.parametrize(("hidden", "refused"), [(None, False), (True, False), (False, True)])
def test_what_the_shop_did_not_hide_counts_until_it_is_hidden_or_deleted(
    hidden: bool | None, refused: bool
) -> None:
    world = World().owned("category.a", 1, name="A", is_hidden=True, stored={"is_hidden": False})
    world.live("category", 9, name="Z").declare("category.b", name="B", is_hidden=True)
    if hidden is not None:
        world.live("category", 1, name="A", is_hidden=hidden)
    made = world.plan()
    assert errors(made) == (["hidden-lost"] if refused else [])
    create = next(step for step in made.steps if step.key == "category.b:create")
    assert create.hides == (() if refused else ("is_hidden",))


HIDES = [(k, row) for k in STANDARD.kinds for row in k.rows if row.hides is not UNKNOWN]


@pytest.mark.parametrize("shown", [True, False])
@pytest.mark.parametrize(("kind", "row"), HIDES, ids=[f"{k.name}.{r.name}" for k, r in HIDES])
def test_what_the_shop_has_no_key_to_hide_is_not_created(
    kind: Kind, row: Field, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update makes nothing visible: it only warns."""

    def kinds(world: World) -> Mapping[str, LiveKind]:
        lacking = () if shown else (row.name,)
        names = {name: name for name in kind.fields if name not in lacking}
        return {name: replace(read, names=names) for name, read in whole(world).items()}

    whole = World.kinds
    monkeypatch.setattr(World, "kinds", kinds)
    identity: dict[str, Any] = {name: "B" for name in ("name", "own_id") if name in kind.fields}
    world = World().settled(f"{kind.name}.b", 2, **identity)
    world.declare(f"{kind.name}.b", **identity, **{row.name: row.hides})
    assert "hidden-lost" not in errors(world.plan())
    other = dict.fromkeys(identity, "A")
    world.declare(f"{kind.name}.a", **other, **{row.name: row.hides})
    refused = not shown and row.name in kind.tentative
    assert ("hidden-lost" in errors(world.plan())) == refused
