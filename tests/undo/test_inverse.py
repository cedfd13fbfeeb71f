"""The inverse of a run, worked out from its record and from the state as it is now."""

from dataclasses import replace
from typing import Any

from worlds import World, ref

from shopform.diagnostics import Collector
from shopform.kinds.standard import STANDARD
from shopform.model.desired import Desired, Moved
from shopform.model.live import Live
from shopform.model.plan import Action, Basis, Op, Plan
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address
from shopform.planning.matching.match import match
from shopform.undo.inverse import Inverse, invert
from shopform.undo.previous_addresses import RecordedRun, previous_addresses, required_reads
from shopform.workflow.records.run_history import touched


def recorded(world: World, **asked: Any) -> RecordedRun:
    made = world.plan(**asked)
    before = touched(made, Prior(resources=world.entries))
    return RecordedRun(name="r", verb="apply", lineage="l", plan=made, before=before)


def inverse(run: RecordedRun, now: World) -> Inverse:
    prior = Prior(lineage="l", serial=2, resources=now.entries)
    return invert(run, prior, Live(kinds=now.kinds(), catalogue=STANDARD), {})


def replanned(run: RecordedRun, now: World) -> Plan:
    """The plan of the inverse, in a shop and a state as they are now."""
    found = inverse(run, now)
    world = replace(now, declared=dict(found.desired.resources))
    world.more = {"moved": found.desired.moved, "imports": found.desired.imports}
    return found.report.annotated(world.plan(only=found.only), run.name)


def codes(found: Inverse) -> list[str]:
    return [told.code for told in found.report.warnings()]


def told(found: Inverse) -> str:
    return "\n".join(each.summary for each in found.report.warnings())


def test_only_what_the_run_changed_is_restored() -> None:
    run = recorded(
        World()
        .declare("category.a", name="A", tag="2", meta_title="m")
        .there("category.a", 1, name="A", tag="1", meta_title="m")
    )
    made = replanned(run, World().there("category.a", 1, name="A", tag="2", meta_title="m"))
    (step,) = made.steps
    assert (step.op, dict(step.fields)) == (Op.UPDATE, {"tag": "1"})
    assert step.entry
    assert dict(step.entry.sent) == {"name": "A", "tag": "1", "meta_title": "m"}


def test_a_field_that_was_not_managed_is_not_managed_again() -> None:
    run = recorded(
        World()
        .declare("category.a", name="A", tag="2")
        .owned("category.a", 1, name="A")
        .live("category", 1, name="A", tag="1")
    )
    (step,) = replanned(run, World().there("category.a", 1, name="A", tag="2")).steps
    assert step.fields == {"tag": "1"}
    assert step.entry
    assert "tag" not in step.entry.sent


def test_the_stored_form_of_a_string_is_not_sent() -> None:
    run = recorded(
        World()
        .declare("category.a", name="A", tag="2")
        .owned("category.a", 1, name="A", tag="Sent", stored={"tag": "sent"})
        .live("category", 1, name="A", tag="sent")
    )
    (step,) = replanned(run, World().there("category.a", 1, name="A", tag="2")).steps
    assert step.fields == {"tag": "Sent"}


def test_an_edit_by_hand_that_the_run_reverted_is_restored() -> None:
    run = recorded(
        World()
        .declare("category.a", name="A", tag="1")
        .owned("category.a", 1, name="A", tag="1")
        .live("category", 1, name="A", tag="hand")
    )
    (step,) = replanned(run, World().there("category.a", 1, name="A", tag="1")).steps
    assert step.fields == {"tag": "hand"}


def test_what_was_not_done_needs_no_undoing() -> None:
    world = (
        World()
        .declare("category.a", name="A", tag="2")
        .declare("category.new", name="New")
        .there("category.a", 1, name="A", tag="1")
        .there("category.b", 2, name="B")
    )
    run = recorded(world)
    assert {change.action for change in run.plan.changes} == {
        Action.UPDATE,
        Action.CREATE,
        Action.DELETE,
    }
    before = World().there("category.a", 1, name="A", tag="1").there("category.b", 2, name="B")
    assert replanned(run, before).empty


def test_a_delete_that_was_sent_and_not_recorded_is_made_good() -> None:
    run = recorded(World().there("supplier.a", 1, name="A"))
    made = replanned(run, World().owned("supplier.a", 1, name="A"))
    assert [step.op for step in made.steps] == [Op.CREATE]


def test_references_find_what_is_made_again() -> None:
    run = recorded(
        World()
        .declare("category.child", name="C")
        .there("category.a", 1, name="A")
        .there("category.child", 2, name="C", parent=ref("category.a"))
    )
    made = replanned(run, World().there("category.child", 2, name="C"))
    steps = {step.key: step for step in made.steps}
    assert steps["category.child:update"].fields == {"parent": ref("category.a")}
    assert "category.a:create" in steps["category.child:update"].after


def test_an_object_without_its_parent_cannot_be_restored() -> None:
    run = recorded(
        World().settled("profile.p", 1, name="P").there("attribute.p.a", 2, name="A", type="string")
    )
    found = inverse(run, World())
    assert "`attribute.p.a` cannot be restored: its parent was deleted" in told(found)
    assert not found.only


def test_a_reference_to_a_missing_object_is_reported() -> None:
    run = recorded(
        World()
        .declare("category.a", name="A", canonical=None)
        .settled("category.b", 2, name="B")
        .there("category.a", 1, name="A", canonical=ref("category.b"))
    )
    alone = World().there("category.a", 1, name="A", canonical=None)
    assert "`canonical` of `category.a` cannot be restored: the object it" in told(
        inverse(run, alone)
    )
    unowned = World().there("category.a", 1, name="A", canonical=None).live("category", 2, name="B")
    (step,) = replanned(run, unowned).steps
    assert step.fields == {"canonical": 2}


def test_a_reference_to_what_the_undo_deletes_is_as_before_the_run() -> None:
    """What the run created was chosen in the shop since, for a field that it left to the shop."""
    run = recorded(
        World()
        .declare("category.new", name="New")
        .declare("category.a", name="A2")
        .there("category.a", 1, name="A", canonical=None)
    )
    now = World().there("category.new", 2, name="New")
    now.owned("category.a", 1, name="A2").live("category", 1, name="A2", canonical=2)
    found = inverse(run, now)
    assert found.desired.resources[Address("category.a")].fields["canonical"] is None
    assert codes(found) == []
    made = replanned(run, now)
    assert [(step.key, step.fields.get("canonical", "")) for step in made.steps] == [
        ("category.a:update", None),
        ("category.new:delete", ""),
    ]


def test_moves_go_back_in_their_order() -> None:
    entries = {Address(f"category.{key}"): Entry(id=n) for n, key in enumerate("bc", 1)}
    plan = World(
        more={
            "moved": (
                Moved(before=Address("category.b"), after=Address("category.c")),
                Moved(before=Address("category.a"), after=Address("category.b")),
            )
        }
    )
    for key, number in (("a", 1), ("b", 2)):
        plan.there(f"category.{key}", number, name=str(number))
    for key, number in (("b", 1), ("c", 2)):
        plan.declare(f"category.{key}", name=str(number))
    run = recorded(plan)
    addresses = previous_addresses(run, Prior(resources=entries))
    assert [(m.before, m.after) for m in addresses.moves] == [
        ("category.b", "category.a"),
        ("category.c", "category.b"),
    ]
    assert not addresses.blocked
    assert {a: e.id for a, e in addresses.now.items()} == {"category.a": 1, "category.b": 2}


def test_what_is_nested_is_carried_back_once() -> None:
    moved = Moved(before=Address("profile.p"), after=Address("profile.q"))
    world = World(more={"moved": (moved,)})
    world.there("profile.p", 1, name="P").there("attribute.p.a", 2, name="A")
    world.there("attribute.p.gone", 3, name="G")
    world.declare("profile.q", name="P").declare("attribute.q.a", name="A")
    run = recorded(world)
    after = World().there("profile.q", 1, name="P").there("attribute.q.a", 2, name="A")
    addresses = previous_addresses(run, Prior(resources=after.entries))
    assert [(m.before, m.after) for m in addresses.moves] == [("profile.q", "profile.p")]
    assert addresses.before.keys() == {"profile.p", "attribute.p.a", "attribute.p.gone"}
    matching = match(
        Desired(moved=tuple(addresses.moves), catalogue=STANDARD),
        Prior(resources=after.entries),
        Live(kinds=after.kinds(), catalogue=STANDARD),
        Collector(),
    )
    assert matching.entries.keys() == {"profile.p", "attribute.p.a"}
    made = replanned(run, after)
    assert "attribute.p.gone:create" in {step.key for step in made.steps}


def test_an_address_that_is_taken_by_now_is_reported() -> None:
    world = World().there("category.a", 1, name="A").declare("category.b", name="A")
    run = recorded(world)
    now = World().there("category.b", 1, name="A").there("category.a", 9, name="Other")
    found = inverse(run, now)
    assert "`category.b` cannot be restored: its previous address `category.a`" in told(found)
    assert not found.desired.moved


def test_an_object_imported_at_another_address_is_kept() -> None:
    world = World(more={}).there("supplier.a", 1, name="A")
    run = recorded(world)
    forget = replace(run.plan.changes[0], action=Action.FORGET)
    run = replace(run, plan=replace(run.plan, changes=(forget,)))
    found = inverse(run, World().there("supplier.b", 1, name="A"))
    assert codes(found) == ["undo-overtaken"]
    assert "belongs to `supplier.b` now" in told(found)


def test_an_imported_parent_of_a_later_child_stays_in_the_state() -> None:
    """Without its parent, a child in the state is never found in the lists of the shop."""
    run = recorded(
        World()
        .declare("profile.p", name="P")
        .declare("attribute.p.a", name="A", type="valuelist")
        .declare("profile.q", name="Q")
        .live("profile", 1, name="P")
        .live("profile", 3, name="Q")
        .live("attribute", 2, parent_id=1, name="A", type="valuelist")
    )
    now = World().there("profile.p", 1, name="P").there("profile.q", 3, name="Q")
    now.there("attribute.p.a", 2, name="A", type="valuelist").there("value.p.a.v", 9, val="V")
    made = replanned(run, now)
    assert {str(c.address) for c in made.changes if c.action is Action.FORGET} == {"profile.q"}
    found = inverse(run, now)
    assert codes(found) == ["undo-overtaken", "undo-overtaken"]
    assert "`profile.p` has later children and stays in the state" in told(found)
    assert "`attribute.p.a` has later children and stays in the state" in told(found)


def test_values_that_were_lost_with_an_object_are_named() -> None:
    world = World().settled("category.p", 2, name="P").owned("category.a", 1, name="A")
    world.entries[Address("category.a")] = replace(
        world.entries[Address("category.a")], identity=(2, "A")
    )
    images = [{"image_id": 4}]
    world.live("category", 1, name="A", parent=2, tag="t", rewrite_url="a", images=images)
    world.owned("redirect.r", 3, source="r", target="t").live(
        "redirect", 3, source="r", target="t", status=301
    )
    run = recorded(world)
    found = inverse(run, World().there("category.p", 2, name="P"))
    assert found.desired.resources[Address("category.a")].fields["parent"] == ref("category.p")
    assert "category.a" in {str(a) for a in found.only}
    assert told(found).splitlines() == [
        "`images` of `category.a` cannot be restored: it was not managed",
        "`tag` of `category.a` cannot be restored: it was not managed",
    ]


def test_what_must_be_read_is_what_was_touched_and_what_that_needs() -> None:
    world = World().settled("profile.p", 1, name="P").settled("attribute.p.a", 2, name="A")
    world.settled("supplier.s", 3, name="S")
    world.declare("attribute.p.a", name="A2")
    run = recorded(world)
    desired, within = required_reads(run, Prior(resources=world.entries))
    assert within == {"profile.p", "attribute.p.a"}
    assert {wish.id for wish in desired.imports} == {2}


def test_the_same_record_gives_the_same_inverse() -> None:
    world = World()
    for number in range(6):
        world.there(f"supplier.s{number}", number + 1, name=f"S{number}")
        world.declare(f"supplier.s{number}", name=f"T{number}")
    run = recorded(world)
    after = World()
    for number in (3, 1, 5, 0, 4, 2):
        after.there(f"supplier.s{number}", number + 1, name=f"T{number}")
    other = replace(run, before=dict(reversed(list(run.before.items()))))
    assert replanned(run, after) == replanned(other, after)


def test_an_empty_run_touches_nothing() -> None:
    run = RecordedRun(
        name="r", verb="apply", lineage="l", plan=Plan(basis=Basis(), catalogue=STANDARD), before={}
    )
    assert not inverse(run, World().there("supplier.a", 1, name="A")).only
