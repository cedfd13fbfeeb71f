"""An omitted field is not managed: no way to an object changes what the files do not name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from worlds import World, errors, ref, warnings

from shopform.kinds import Kind
from shopform.kinds.standard import STANDARD
from shopform.model.desired import Import, Moved
from shopform.model.live import LiveKind
from shopform.model.plan import Op
from shopform.model.values import Address

ABOVE = {"attribute": ("profile.p", 1), "value": ("attribute.p.a", 2)}
WAYS = ("import by id", "import by identity", "owned", "moved", "no longer declared")


@dataclass
class Keyless(World):
    """A shop whose objects have no key for the field `lacking`."""

    lacking: str = ""

    def kinds(self) -> Mapping[str, LiveKind]:
        return {name: self.without_key(read) for name, read in super().kinds().items()}

    def without_key(self, read: LiveKind) -> LiveKind:
        def rest(fields: Mapping[str, Any]) -> dict[str, Any]:
            return {name: value for name, value in fields.items() if name != self.lacking}

        objects = {i: o._replace(fields=rest(o.fields)) for i, o in read.objects.items()}
        return replace(read, objects=objects, names=rest(read.names))


def omitted() -> Iterator[tuple[Kind, str]]:
    """Every field that may be left out, of every kind."""
    for kind in STANDARD.kinds:
        for name in kind.fields:
            if name not in kind.generated and not kind.fields[name].required:
                yield kind, name


def held(kind: Kind, name: str) -> Any:
    """What the shop holds in the field: nothing that it would hold by itself."""
    type_ = kind.type(name)
    words = sorted({*kind.type(name).allowed} - {kind.defaults.get(name)})
    if type_.unreadable:
        return [{"image_id": 1, "description": "theirs", "weight": 10}]
    odd = {"id": 77, "flag": 0, "number": 7}
    return words[0] if words else odd.get(type_.name, "theirs")


def world_of(kind: Kind, name: str, way: str) -> World:
    world = World()
    if kind.name in ABOVE:
        world.settled("profile.p", 1, name="P")
    if kind.name == "value":
        world.settled("attribute.p.a", 2, name="A", type="valuelist")
    keys = (*Address(ABOVE[kind.name][0]).keys, "k") if kind.name in ABOVE else ("k",)
    address = Address.of(kind.name, *keys)
    needed: dict[str, Any] = {
        n: ("paid",) if kind.type(n).listed else f"https://x.example/{n}"
        for n in kind.fields
        if kind.fields[n].required
    }
    live: dict[str, Any] = {**needed, name: held(kind, name)}
    if name in kind.refers:
        world.live(kind.refers[name], 77, name="theirs", parent=0)
    world.live(kind.name, 9, parent_id=ABOVE.get(kind.name, ("", None))[1], **live)
    world.declare(address, **needed)
    if way == "import by id":
        world.more["imports"] = (Import(address=address, id=9),)
    elif way == "owned":
        world.owned(address, 9, **needed)
    elif way == "moved":
        before = Address.of(kind.name, *keys[:-1], "before")
        world.owned(before, 9, **needed)
        world.more["moved"] = (Moved(before=before, after=address),)
    elif way == "no longer declared":
        world.owned(address, 9, **needed, **{name: live[name]})
    return world


@pytest.mark.parametrize("way", WAYS)
def test_no_way_to_an_object_changes_a_field_that_is_omitted(way: str) -> None:
    tried = 0
    for kind, name in omitted():
        if way == "import by identity" and name in kind.identity:
            continue  # without its place it is looked for at the root: the next test
        if way == "no longer declared" and (name in kind.defaults or kind.type(name).unreadable):
            continue  # back to the known default: comparing.md
        made = world_of(kind, name, way).plan()
        assert errors(made) == [], (kind.name, name)
        assert not [s.key for s in made.steps if s.op is Op.UPDATE], (kind.name, name)
        tried += 1
    assert tried >= 5


@pytest.mark.parametrize("declared", [True, False])
def test_a_field_without_a_key_in_the_shop_is_not_reset(declared: bool) -> None:
    """Nothing is sent for it, and what the state records stays, should the key come back."""
    tried = 0
    for kind, name in omitted():
        if name not in kind.tentative or kind.type(name).unreadable:
            continue
        world = world_of(kind, name, "no longer declared")
        ((address, resource),) = world.declared.items()
        if declared:
            given = {**resource.fields, name: held(kind, name)}
            world.declared[address] = replace(resource, fields=given)
        made = Keyless(**vars(world), lacking=name).plan()
        assert errors(made) == [], (kind.name, name)
        assert not made.steps, (kind.name, name, made.steps)
        assert warnings(made) == ["field-unknown"] * declared, (kind.name, name)
        tried += 1
    assert tried >= 20


def test_an_omitted_place_is_the_root_for_what_is_created_and_looked_for() -> None:
    world = World().live("category", 7, name="Herre", parent=0)
    world.live("category", 8, name="Sko", parent=7)
    made = world.declare("category.sko", name="Sko").plan()
    (step,) = made.steps
    assert (step.op, step.fields["parent"]) == (Op.CREATE, None)
    assert step.entry
    assert "parent" not in step.entry.sent
    (again,) = world.live("category", 9, name="Sko", parent=0).plan().steps
    assert (again.op, again.id) == (Op.IMPORT, 9)


def test_what_staff_move_stays_where_they_moved_it() -> None:
    world = World().settled("category.sko", 8, name="Sko").live("category", 7, name="H", parent=0)
    world.live("category", 8, name="Sko", parent=7)
    assert world.plan().empty
    moved = world.declare("category.sko", name="Støvler").plan()
    (step,) = moved.steps
    assert dict(step.fields) == {"name": "Støvler"}
    assert step.entry
    assert step.entry.identity == (7, "Støvler")
    (to_root,) = world.declare("category.sko", name="Sko", parent=None).plan().steps
    assert dict(to_root.fields) == {"parent": None}


def test_moves_that_an_omitted_place_turns_into_a_circle_are_refused() -> None:
    """The one that is not declared to move stays: below itself no shop can put a branch."""
    for between in (0, 1, 3):
        world = World().settled("category.a", 1, name="A")
        above = 1
        for number in range(between):
            world.live("category", 50 + number, name="theirs", parent=above)
            above = 50 + number
        world.owned("category.b", 2, name="B").declare("category.b", name="B")
        world.live("category", 2, name="B", parent=above)
        made = world.declare("category.a", name="A", parent=ref("category.b")).plan()
        assert errors(made) == ["reference-cycle"]
        assert not world.declare("category.b", name="B", parent=None).plan().refused


def test_every_kind_has_a_field_that_is_tried() -> None:
    kinds = {kind.name for kind, _ in omitted()}
    optional = {
        k.name for k in STANDARD.kinds if any(not row.required for row in k.declarable.values())
    }
    assert kinds == optional
    assert STANDARD["category"].refers.keys() <= {n for _, n in omitted()}
