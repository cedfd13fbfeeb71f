import random
from dataclasses import replace
from typing import Any

import pytest
from worlds import World, keys, ref

from shopform.kinds.standard import STANDARD
from shopform.model.desired import Desired
from shopform.model.live import LiveObject
from shopform.model.plan import FieldChange, Op, Plan
from shopform.model.prior import Prior
from shopform.model.values import Address
from shopform.planning.matching.match import relevant_parents
from shopform.planning.preconditions import fingerprint


def busy() -> World:
    """Something of everything."""
    world = World().declare("profile.p", name="P").declare("attribute.p.a", name="A")
    for number in range(8):
        world.declare(f"supplier.s{number}", name=f"S{number}")
        world.there(f"redirect.r{number}", number + 1, source=f"r{number}", target="t")
    world.there("category.a", 1, name="A", rewrite_url="x", tag="t")
    world.there("category.b", 2, name="B", rewrite_url="y", parent=ref("category.a"))
    world.declare("category.a", name="A", rewrite_url="y")
    world.declare("category.b", name="B", rewrite_url="x", tag="n")
    return world.live("webhook", 3, url="https://x")


def shuffled(world: World, seed: int) -> World:
    """The same, with everything in another order."""
    pick = random.Random(seed)

    def mixed(found: dict[Any, Any]) -> dict[Any, Any]:
        return dict(pick.sample(sorted(found.items(), key=repr), len(found)))

    objects = {kind: mixed(held) for kind, held in mixed(world.objects).items()}
    return replace(world, entries=mixed(world.entries), objects=objects)


@pytest.mark.parametrize("seed", range(10))
def test_order_of_state_and_lists_makes_no_difference(seed: int) -> None:
    one, other = busy().plan(), shuffled(busy(), seed).plan()
    assert one == other


def test_changes_stand_in_order_of_kind_and_address() -> None:
    made = busy().plan()
    places = [(STANDARD.order[c.kind], c.address) for c in made.changes]
    assert places == sorted(places)


def test_digest_is_over_what_is_approved() -> None:
    one = busy()
    made = one.plan()
    assert one.plan(daily_calls=5, calls_left=3).digest == made.digest
    assert one.live("webhook", 4, url="https://y").plan().digest == made.digest
    assert busy().declare("supplier.s1", name="other").plan().digest != made.digest
    assert busy().declare("supplier.s9", name="S9").plan().digest != made.digest
    assert busy().plan(targets=("supplier.s1",)).digest != made.digest


def test_change_of_one_value_into_another_changes_the_digest() -> None:
    def told(tag: str) -> Plan:
        world = World().there("category.a", 1, name="A", tag="x")
        return world.declare("category.a", name="A", tag=tag).plan()

    assert told("y").digest != told("z").digest
    assert told("y").digest == told("y").digest


def test_basis_names_what_it_was_made_from() -> None:
    made = busy().plan()
    basis = made.basis
    assert (basis.shop, basis.url) == ("demo", "https://demo.example")
    assert (basis.lineage, basis.serial) == ("l", 1)
    touched = {s.address for s in made.steps if s.op in (Op.UPDATE, Op.DELETE)}
    assert set(basis.fingerprints) == touched


def test_fingerprint_tells_an_edit_and_not_another_spelling() -> None:
    def of(**fields: object) -> object:
        return fingerprint(STANDARD["category"], LiveObject(1, fields), frozenset())

    assert of(in_menu="1", tag=None) == of(in_menu=1, tag="")
    assert of(tag="a") != of(tag="b")
    assert of(tag="a") == of(tag="a", last_modified="now")


def test_writes_and_lists_to_verify_are_counted() -> None:
    made = busy().plan()
    writes = [s for s in made.steps if s.op in (Op.CREATE, Op.UPDATE, Op.DELETE)]
    assert made.calls.read == 7
    assert made.calls.write == len(writes) == 21
    # suppliers, profiles, attributes of the new one, categories, redirects.
    assert made.calls.verify == 5


@pytest.mark.parametrize(("there", "calls"), [(1, 1), (99, 1), (100, 2), (200, 3)])
def test_list_that_comes_in_pages_is_verified_page_by_page(there: int, calls: int) -> None:
    world = World(paged=frozenset({"redirect"})).declare("redirect.new", source="new", target="t")
    for number in range(1, there + 1):
        world.live("redirect", number, source=f"r{number}", target="t")
    assert world.plan().calls.verify == calls
    assert replace(world, paged=frozenset()).plan().calls.verify == 1


def test_each_container_that_is_written_in_is_verified_once() -> None:
    world = World()
    for profile in "pqr":
        world.settled(f"profile.{profile}", ord(profile), name=profile)
    for profile, key in ("pa", "pb", "qa"):
        world.declare(f"attribute.{profile}.{key}", name=key)
    made = world.plan()
    assert (made.calls.write, made.calls.verify) == (3, 2)


def test_container_that_goes_is_looked_into_before_and_not_verified_inside() -> None:
    world = World().there("profile.p", 1, name="P").there("attribute.p.a", 2, name="A")
    made = world.plan()
    assert keys(made) == ["attribute.p.a:delete", "profile.p:delete"]
    assert (made.calls.verify, made.calls.recheck) == (2, 2)


def test_change_says_what_a_new_object_gets() -> None:
    world = World().declare("category.a", name="A", in_menu=True, rewrite_url="/a", tag=None)
    (change,) = world.plan().changes
    assert change.fields == (
        FieldChange(name="name", after="A"),
        FieldChange(name="in_menu", after=True),
        FieldChange(name="rewrite_url", after="a"),
    )


def test_change_says_what_a_deleted_object_had() -> None:
    world = World().settled("category.p", 1, name="P")
    world.there("category.a", 2, name="A", parent=ref("category.p"), tag="x")
    (change,) = world.plan().changes
    assert change.reason == "delete_because_no_resource_config"
    assert change.fields == (
        FieldChange(name="name", before="A"),
        FieldChange(name="parent", before=ref("category.p")),
        FieldChange(name="tag", before="x"),
    )


def test_only_names_in_use_travel_with_the_plan() -> None:
    made = busy().plan(targets=("supplier.s1",))
    assert dict(made.names) == {
        "supplier": {"name": "name", "dropshipping_mail": "dropshipping_mail"}
    }


def test_container_that_is_nobodys_business_is_not_looked_into() -> None:
    world = World().declare("profile.p", name="P").there("profile.q", 2, name="Q")
    world.live("profile", 1, name="P").live("profile", 3, name="theirs")
    wanted = relevant_parents(
        Desired(resources=world.declared, catalogue=STANDARD), Prior(resources=world.entries)
    )
    kind = STANDARD["profile"]
    assert [wanted(kind, world.objects["profile"][number]) for number in (1, 2, 3)] == [
        True,
        True,
        False,
    ]


def test_what_is_left_out_of_the_files_stays_until_everything_is_destroyed() -> None:
    for address in ("redirect.a", "supplier.a", "webhook.a"):
        field = STANDARD[address.partition(".")[0]].identity[0]
        world = World(more={"skipped_rows": frozenset({Address(address)})})
        world.there(address, 7, **{field: "https://a.example/x"})
        assert not world.plan().changes
        assert keys(world.plan(destroy=True)) == [f"{address}:delete"]
        assert keys(replace(world, more={}).plan()) == [f"{address}:delete"]
