"""What is there under a name that the shop has rewritten is not created a second time."""

from typing import Any

import pytest
from worlds import World, errors, ref

from shopform.kinds.standard import STANDARD
from shopform.model.desired import Desired, Import
from shopform.model.name_similarity import alike, bones, cut, rewritten
from shopform.model.prior import Prior
from shopform.model.shop import Shop
from shopform.model.values import Address, Secret
from shopform.planning.checks import near_names
from shopform.planning.checks.saved_plan import mismatches

NEAR = [
    ("Sko  til  børn", "Sko til børn"),
    ("Sko", "sko"),
    ("Sko & støvler", "Sko &amp; støvler"),
    ("Sko &amp; støvler", "Sko & støvler"),
    ("Sko &lt;3", "Sko <3"),
    ("O'Neill", "O&#39;Neill"),
    ("O'Neill", "ONeill"),
    ("gammel/r%C3%B8d", "gammel/rød"),
    ("nyt", "nyt/"),
    ("Nyt", "nyt"),
    ("Rød", "Roed"),
    ("Rød", "Rod"),
    ("Rød", "R?d"),
    ("Rød", "R\ufffdd"),
    ("Rød", "RÃ¸d"),  # noqa: RUF001
    ("Vores Æbler", "Vores bler"),
    ("Sko/støvler", "Sko-støvler"),
    ("36,5", "36.5"),
    ("½", "?"),
    ("36½", "36 1/2"),
    ("Sko 🙂", "Sko"),
    ("Sko 🙂", "Sko ?"),
    ("T-shirt", "T shirt"),
    ("\u201cSko\u201d \u2013 ny", '"Sko" - ny'),
    ("Straße", "Strasse"),
    ("Sko…", "Sko..."),
    ("Nordlys & Søn", "Nordlys  Søn"),
    ("Fjord\u0007lys", "Fjordlys"),
    ("O'Neill", "O\\'Neill"),
]
APART = [
    ("36", "37"),
    ("36", "36,5"),
    ("36,5", "365"),
    ("3,5", "35"),
    ("Sko", "Sko 2"),
    ("Sko 2", "Sko"),
    ("Sko", "Skov"),
    ("a", "b"),
    ("Rød", "Røde"),
    ("Grøn", "Grå"),
    ("Sål", "Søl"),
    ("Ø", "Å"),
    ("Tå", "Te"),
    ("Ærø", "Ero"),
    ("Brød", "Bred"),
    ("BO", "B&O"),
    ("HM", "H.M."),
    ("Levis", "Levi's"),
    ("3M", "3 M"),
    ("½", "¼"),
    ("A+", "A"),
    ("A++", "A+"),
    ("C#", "C"),
    ("-5", "+5"),
    ("10%", "10"),
    ("XL", "XXL"),
    ("Herresko", "Damesko"),
    ("Kollektion 2023", "Kollektion 2024"),
    ("produkt-101", "produkt-102"),
    ("nyt", "nyt/2"),
    ("https://a.example/x?a=1", "https://a.example/x?a=2"),
]


def test_likeness_tells_rewriting_from_siblings() -> None:
    for declared, held in NEAR:
        assert rewritten(declared, held), (declared, held)
        assert bones(declared) & bones(held), "or it is never compared"
    for declared, held in APART:
        assert not rewritten(declared, held), (declared, held)
        assert not cut(declared, held, len(held)), (declared, held)


def test_a_cut_is_told_by_the_longest_name_of_the_shop() -> None:
    name = "Sommerkjoler til børn"
    assert cut(name, "Sommerkjol", longest=10)
    assert not cut(name, "Sommerkjol", longest=21)
    assert not cut(name, "Sommerkjoler", longest=12), "between two words it may be a sibling"
    assert not cut("Skovtur", "Sko", longest=3)
    assert alike(name, "Sommerkjoler")
    assert not alike("Kollektion 2023", "Kollektion 2024")


def world_of(kind_name: str, declared: str, held: str) -> tuple[World, Address]:
    world = World()
    kind = next(kind for kind in STANDARD.kinds if kind.name == kind_name)
    parent_id: int | None = None
    keys: tuple[str, ...] = ("k",)
    if kind.nesting:
        world.settled("profile.p", 1, name="P")
        parent_id, keys = 1, ("p", "k")
    if kind_name == "value":
        world.settled("attribute.p.a", 2, name="A", type="valuelist")
        parent_id, keys = 2, ("p", "a", "k")
    address = Address.of(kind_name, *keys)
    needed: dict[str, Any] = {
        name: ("paid",) if name == "events" else "other"
        for name in kind.fields
        if kind.fields[name].required
    }
    label = kind.identity[-1]
    world.declare(address, **{**needed, label: declared})
    world.live(kind_name, 9, parent_id=parent_id, **{**needed, label: held})
    return world, address


@pytest.mark.parametrize("kind", [kind.name for kind in STANDARD.kinds])
def test_every_kind_asks_before_it_creates_what_is_there_rewritten(kind: str) -> None:
    for declared, held in NEAR:
        world, address = world_of(kind, declared, held)
        made = world.plan()
        if made.empty or {step.op for step in made.steps} == {"import"}:
            continue  # the form of this field folds it already
        assert errors(made) == ["identity-near"], (declared, held)
        told = next(d for d in made.diagnostics if d.code == "identity-near")
        assert "9" in told.summary
        assert f"shopform import {address} 9" in told.hint
        assert f"{{address: {address}, not: [9]}}" in told.hint
        world.more["imports"] = (Import(address=address, without=frozenset({9})),)
        assert [step.op for step in world.plan().steps] == ["create"]
        assert not world.plan().refused
        world.more["imports"] = (Import(address=address, id=9),)
        assert {step.op for step in world.plan().steps} <= {"import", "update"}
    for declared, held in APART:
        world, _ = world_of(kind, declared, held)
        assert errors(world.plan()) == [], (declared, held)


@pytest.mark.parametrize("kind", [kind.name for kind in STANDARD.kinds])
def test_outer_blanks_and_unicode_form_are_the_same_object(kind: str) -> None:
    for declared, held in (("Sko ", "Sko"), ("Sko", "\u00a0Sko"), ("Rød å", "Rød a\u030a")):
        world, _ = world_of(kind, declared, held)
        made = world.plan()
        assert [step.op for step in made.steps] == ["import"], (declared, held)
        assert not made.refused


def test_what_belongs_to_another_address_or_place_is_not_asked_about() -> None:
    world = World().settled("category.a", 1, name="Sko & ko")
    world.declare("category.b", name="Sko &amp; ko", parent=ref("category.a"))
    assert not world.plan().refused
    world.declare("category.c", name="sko & ko")
    assert not world.plan().refused, "owned"
    world.live("category", 9, name="SKO & KO", parent=0)
    assert errors(world.plan()) == ["identity-near"]
    world.declare("category.d", name="SKO & KO")
    assert not world.plan().refused, "another address is that one"


def test_another_field_that_only_one_object_has_tells_that_it_is_the_same() -> None:
    world = World().live("supplier", 9, name="Nordlys", dropshipping_mail="a@x.example")
    world.declare("supplier.n", name="Nordlys ApS", dropshipping_mail="a@x.example")
    assert errors(world.plan()) == ["identity-near"]
    world.live("supplier", 10, name="Fjord", dropshipping_mail="a@x.example")
    assert errors(world.plan()) == [], "a third has it too"


def test_few_are_looked_at_closely_however_many_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    monkeypatch.setattr(near_names, "rewritten", lambda *pair: looked.append(pair))
    world = World()
    for number in range(1, 400):
        world.live("brand", number, name="ø" * number)
        world.declare(f"brand.b{number}", name="å" * number)
    assert not world.plan().refused
    assert 0 < len(looked) <= near_names.FEW * 400


ODD = ("Sko ", " Sko", "Cafe\u0301", "a/./b", "r%c3%b8d", "x#y")


def test_every_plan_of_the_planner_may_be_saved_whatever_its_names_are() -> None:
    shop = Shop(
        name="demo", url="https://demo.example", token=Secret("${env:T}", "t"), catalogue=STANDARD
    )
    for kind in STANDARD.kinds:
        for text in ODD:
            for world in (
                world_of(kind.name, text, text)[0],
                world_of(kind.name, text, "other")[0],
            ):
                made = world.plan()
                prior = Prior(lineage="l", serial=1, resources=world.entries)
                desired = Desired(resources=world.declared, catalogue=STANDARD)
                assert not made.empty
                assert [*mismatches(made, prior, desired, shop)] == [], (kind.name, text)
