"""The reviewer's digest covers all that is done, and nothing that merely counts."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from worlds import World, ref

from shopform.kinds.field_types.images import Image
from shopform.model.canonical import is_digest
from shopform.model.desired import Delivery, Import, Moved, Removed
from shopform.model.plan import Op
from shopform.model.shop import WireNames
from shopform.model.values import Address, Ref, Secret
from shopform.planning.plan_digest import digest_of

# They change nothing of what is done; see digests.py.
NOT_COVERED = {"kind", "confirm", "hides", "unclaimed", "made"}


def rich() -> World:
    """Creates of every kind, and an update, delete, import, move and forget."""
    world = World()
    world.declare("supplier.a", name="A", dropshipping_mail=Secret("${env:M}@a.example", "m@a"))
    world.declare("brand.a", name="A")
    world.declare("profile.p", name="P")
    world.declare("attribute.p.s", name="Str.", type="valuelist", is_variant=True, weight=10)
    world.declare("value.p.s.36", val="36", tag="x")
    images = (Image(file="a.png", sha256="a" * 64, description="A", weight=10),)
    world.declare("category.a", name="A", rewrite_url="a", images=images, in_menu=False)
    world.declare("category.b", name="B", parent=ref("category.a"), canonical=ref("category.a"))
    world.declare("redirect.x", source="old", target="a", status=302)
    template = "https://e.example/in?key=${env:KEY}"
    world.declare("webhook.w", url=Secret(template, "https://e.example/k"), events=("paid",))
    world.declared[Address("webhook.w")] = replace(
        world.declared[Address("webhook.w")], deliver=Delivery(file="secrets/w")
    )
    world.there("category.c", 1, name="C", tag="x").declare("category.c", name="C", tag="y")
    world.there("category.d", 2, name="D")
    world.live("category", 3, name="E").declare("category.e", name="E")
    world.there("category.f", 4, name="F").declare("category.g", name="G")
    world.there("category.h", 5, name="H")
    world.there("category.i", 6, name="I").declare("category.j", name="I")
    world.more["moved"] = (Moved(before=Address("category.f"), after=Address("category.g")),)
    world.more["removed"] = (Removed(address=Address("category.h"), destroy=False),)
    return world


def others(value: Any) -> Iterator[Any]:
    """Other values of the same type, one for each part of it."""
    if is_dataclass(value) and not isinstance(value, Secret):
        names = [part.name for part in fields(value) if part.name not in NOT_COVERED]
        for name in names:
            for other in others(getattr(value, name)):
                yield replace(value, **{name: other})  # type: ignore[type-var]
    elif isinstance(value, Mapping):
        yield {**value, "another": 1}
        for name, part in value.items():
            yield from ({**value, name: other} for other in others(part))
    elif isinstance(value, tuple | frozenset):
        held = tuple(value)
        yield (*held, "another")
        for place, part in enumerate(held):
            yield from ((*held[:place], other, *held[place + 1 :]) for other in others(part))
    elif not is_digest(value):
        yield from single(value)


def single(value: Any) -> Iterator[Any]:
    if isinstance(value, Secret):
        yield Secret(value.source.replace("env:", "env:OTHER_"), value.text)
        yield Secret(value.source.replace(".example", ".test"), value.text)
        yield Secret(f"{value.source}/path", value.text)
        yield Secret("${file:x}", value.text)
    elif isinstance(value, Address):
        yield Address.of(value.kind, *value.keys[:-1], "z")
    elif isinstance(value, Op):
        yield next(op for op in Op if op is not value)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 7
    else:
        yield "another" if value is None else f"{value}z"


def test_every_part_of_every_step_and_change_and_of_the_shop_is_covered() -> None:
    made = rich().plan()
    shop: dict[str, Any] = {"shop": "x", "url": "https://x", "state": "x.json", "source": "other"}
    wire = {"redirect": WireNames(endpoint="webhook")}
    tried = [replace(made, basis=replace(made.basis, **{n: v})) for n, v in shop.items()]
    tried += [replace(made, basis=replace(made.basis, wire=wire)), replace(made, destroy=True)]
    tried += [replace(made, absent=(Address("category.z"),)), replace(made, names={})]
    for place, step in enumerate(made.steps):
        rest = made.steps[:place], made.steps[place + 1 :]
        tried.append(replace(made, steps=(*rest[0], *rest[1])))
        tried += [replace(made, steps=(*rest[0], each, *rest[1])) for each in others(step)]
    for place, change in enumerate(made.changes):
        told: dict[str, Any] = {
            "id": 99,
            "importing": not change.importing,
            "previous": Address("category.z"),
        }
        found = [replace(change, **{name: value}) for name, value in told.items()]
        found += [replace(change, fields=each) for each in others(change.fields)]
        rest_ = made.changes[:place], made.changes[place + 1 :]
        tried += [replace(made, changes=(*rest_[0], each, *rest_[1])) for each in found]
    assert len(tried) > 300
    assert {step.op for step in made.steps} >= set(Op) - {Op.ADOPT, Op.EDIT}
    assert [each for each in tried if digest_of(each) == made.digest] == []


def test_every_declared_value_and_setting_is_covered() -> None:
    made = rich().plan().digest
    tried: dict[str, World] = {}
    for address, resource in rich().declared.items():
        for name, value in resource.fields.items():
            found = () if value is None else others(value)
            for other in (ref("category.c"),) if isinstance(value, Ref) else found:
                changed = {**resource.fields, name: other}
                tried[f"{address} {name} {other!r}"] = varied(address, fields=changed)
        for name in ("protect", "keep"):
            tried[f"{address} {name}"] = varied(address, **{name: True})
    for deliver in (None, Delivery(file="secrets/v"), Delivery(command=("cat",))):
        tried[f"deliver {deliver}"] = varied(Address("webhook.w"), deliver=deliver)
    for key in ("moved", "removed"):
        tried[key] = rich()
        del tried[key].more[key]
    tried["imports"] = rich().live("category", 9, name="Other")
    tried["imports"].more["imports"] = (Import(address=Address("category.e"), id=9),)
    tried["ignore"] = varied(Address("category.c"), ignore=frozenset({"tag"}))
    assert [what for what, world in tried.items() if world.plan().digest == made] == []


def varied(address: Address, **changed: Any) -> World:
    world = rich()
    world.declared[address] = replace(world.declared[address], **changed)
    return world


def test_what_counts_only_changes_nothing() -> None:
    made = rich().plan()
    same = {"calls_left": 3, "daily_calls": 5, "whole": True}
    assert all(rich().plan(**{name: value}).digest == made.digest for name, value in same.items())
    strangers = rich()
    for number, kind in enumerate(("supplier", "brand", "profile", "category", "webhook"), 90):
        strangers.live(kind, number, name="Stranger", url="https://stranger.example")
    assert strangers.plan().digest == made.digest
    edited = rich().live("category", 3, name="E", meta="by staff")
    assert edited.plan().digest == made.digest
    # What is destroyed is approved with all that is lost with it.
    lost = rich().live("category", 2, name="D", tag="z")
    assert lost.plan().digest != made.digest
    moved_on = replace(made, basis=replace(made.basis, serial=9, lineage="m", fingerprints={}))
    assert digest_of(moved_on) == made.digest
    rotated = rich().declare(
        "supplier.a", name="A", dropshipping_mail=Secret("${env:M}@a.example", "n@a")
    )
    assert rotated.plan().digest == made.digest


def test_the_first_object_of_a_kind_whose_names_were_assumed_changes_nothing() -> None:
    unknown, known = rich(), rich()
    unknown.assumed = frozenset({"redirect"})
    unknown.declare("redirect.y", source="older", target="a")
    known.declare("redirect.y", source="older", target="a")
    assert unknown.plan().digest == known.plan().digest


def test_what_is_done_is_shown() -> None:
    notes = {change.address: " ".join(change.notes) for change in rich().plan().changes}
    assert "https://e.example/in?key=${env:KEY}" in notes[Address("webhook.w")]
    assert "`secrets/w`" in notes[Address("webhook.w")]
    assert "${env:M}@a.example" in notes[Address("supplier.a")]
    piped = varied(Address("webhook.w"), deliver=Delivery(command=("vault", "put x"))).plan()
    assert any('`["vault", "put x"]`' in note for change in piped.changes for note in change.notes)
    for name, words in (("protect", "is protected"), ("keep", "stays in the shop")):
        for address in rich().declared:
            made = varied(address, **{name: True}).plan()
            change = next(c for c in made.changes if c.address == address)
            assert any(words in note for note in change.notes), (address, name)
