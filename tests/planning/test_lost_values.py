"""What a deletion would lose is shown, declared or not, and what staff wrote since is marked."""

from dataclasses import replace
from typing import Any

import pytest
from worlds import World, ref

from shopform.kinds import Kind
from shopform.kinds.field_types.base import NO_HOSTS
from shopform.kinds.menu import MENU
from shopform.kinds.standard import STANDARD
from shopform.model.canonical import digest
from shopform.model.live import LiveObject
from shopform.model.plan import Action, FieldChange, Plan
from shopform.model.prior import Entry, Intent, Prior
from shopform.model.values import Address
from shopform.planning.compare.lost_values import unmanaged_children
from shopform.planning.preconditions import fingerprint
from shopform.render.html.page import render_html
from shopform.render.json.plan_document import document
from shopform.render.json.plan_reader import read_document
from shopform.render.markdown.page import render_markdown
from shopform.render.text.plan_text import render_plan
from shopform.undo.kept_objects import find_kept
from shopform.undo.previous_addresses import PreviousAddresses

# What is owned, what staff made of it, and what is shown: with a star what is marked.
MAIL = "dropshipping_mail"
HOOK = {"url": "https://a.example", "events": ["paid"]}
PICTURE = {"canonical_id": "0", "images": [{"image_id": 4}]}
LIVES: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    ("supplier.a", {"name": "A"}, {MAIL: "a@b.example"}, ["name", f"{MAIL}*"]),
    ("supplier.a", {"name": "A"}, {"name": "B"}, ["name*"]),
    ("profile.a", {"name": "A"}, {}, ["name"]),
    ("category.a", {"name": "A"}, {"in_menu": "0", "sort_order": "normal"}, ["name", "in_menu*"]),
    (
        "category.a",
        {"name": "A", "tag": "t"},
        {"tag": "z", "description_a": "<p>Af os</p>", "meta": "m", "rewrite_url": "a"},
        ["name", "tag*", "meta*", "rewrite_url", "description_a*"],
    ),
    ("category.a", {"name": "A"}, {"parent": 3}, ["name", "parent*"]),
    ("category.a", {"name": "A"}, {"parent": "0", "canonical": "0"}, ["name"]),
    ("category.a", {"name": "A"}, PICTURE, ["name", "images*"]),
    ("redirect.a", {"source": "a", "target": "b"}, {"target": "c"}, ["source", "target*"]),
    ("webhook.a", HOOK, {"events": ["stock"], "secret": "canary"}, ["events*", "url"]),
]


def marked(fields: tuple[FieldChange, ...]) -> list[str]:
    return [f"{f.name}{'*' if f.reason == 'edited' else ''}" for f in fields]


@pytest.mark.parametrize("destroy", [False, True])
def test_a_deletion_shows_all_that_is_lost_with_it(destroy: bool) -> None:
    for address, sent, edits, expected in LIVES:
        world = World().owned(address, 7, **sent)
        world.live(address.partition(".")[0], 7, **{**sent, **edits})
        (change,) = world.plan(destroy=destroy).changes
        assert change.action is Action.DELETE
        assert sorted(marked(change.fields)) == sorted(expected), (address, edits)
        managed = [f.name in sent for f in change.fields]
        assert managed == sorted(managed, reverse=True)


def every_form_marks(made: Plan, edited: str) -> None:
    assert read_document(document(made), STANDARD).changes == made.changes
    for text in (
        render_plan(made, color=False, width=100),
        render_markdown(made),
        render_html(made),
    ):
        assert "edited in the shop since" in text
        assert edited in text


def test_a_replacement_shows_what_is_lost_beside_what_it_is_made_with() -> None:
    for address, sent, edits, expected in LIVES:
        world = World().settled(address, 7, **sent)
        world.live(address.partition(".")[0], 7, **{**sent, **edits})
        (change,) = world.plan(replace=(address,)).changes
        assert change.action is Action.REPLACE
        anew = {"rewrite_url"}  # by the shop, of the name
        assert sorted(marked(change.fields)) == sorted(set(expected) - anew), (address, edits)
        assert {f.name for f in change.fields if f.after is not None} == set(sent)
    world = World().settled("category.a", 7, name="A").live("category", 7, name="A", meta="ours")
    made = world.plan(replace=("category.a",))
    every_form_marks(made, "ours")


def test_children_lie_in_it_and_do_not_only_point_at_it() -> None:
    world = World().live("category", 1, name="A").live("category", 2, name="B", canonical=1)
    world.live("profile", 3, name="P").live("attribute", 4, parent_id=3, name="S")
    world.live("category", 5, name="C", parent=1).live("category", 6, name="D", parent=1)
    found = unmanaged_children(world.shop(), {("category", 6)})
    assert found == {("category", 1): ["category 5"], ("profile", 3): ["attribute 4"]}


def test_what_a_stopped_run_was_creating_is_no_child_of_staff() -> None:
    world = World().there("category.a", 1, name="A").live("category", 2, name="B", parent=1)
    addresses = PreviousAddresses(STANDARD, now=dict(world.entries))
    for name, kept in {"B": set(), "Other": {"category.a"}, "": {"category.a"}}.items():
        intent = Intent(
            address=Address("category.b"),
            kind="category",
            parent_id=None,
            identity=(1, name),
            entry=Entry(id=0, sent={"name": name}, identity=(1, name)),
        )
        prior = Prior(pending=(intent,) if name else ())
        assert set(find_kept(addresses.now, addresses, prior, world.shop(), ())) == kept, name


def test_every_form_marks_what_was_edited_since() -> None:
    world = World().owned("category.a", 7, name="A").live("category", 7, name="A", meta="fra os")
    made = world.plan()
    every_form_marks(made, "fra os")


def test_a_secret_is_not_shown_and_what_was_there_before_is_not_marked() -> None:
    left = digest(STANDARD["webhook"], "url", "https://left.example")
    world = World().owned("webhook.a", 7, url=left, events=["paid"])
    world.live("webhook", 7, url="https://canary.example", events=["paid"])
    made = world.plan()
    (url,) = [f for f in made.changes[0].fields if f.name == "url"]
    assert (url.before, url.sensitive, url.reason) == (None, True, "edited")
    assert "canary" not in str(made.changes)
    same = World().owned("webhook.a", 7, url=left).live("webhook", 7, url="https://left.example")
    assert [(f.sensitive, f.reason) for f in same.plan().changes[0].fields] == [(True, "")]
    world = World().owned("category.a", 7, name="A", tag="t").live("category", 7, name="A")
    assert [f.reason for f in world.plan().changes[0].fields] == ["", ""], "no list shows the tag"
    world = World().owned("supplier.a", 7, name=" A", stored={"name": "A"})
    assert marked(world.live("supplier", 7, name="A").plan().changes[0].fields) == ["name"]
    world = (
        World().owned("category.a", 7, name="A").live("category", 7, name="A", tag="x", meta="m")
    )
    before = world.entries[Address("category.a")]
    world.entries[Address("category.a")] = replace(before, unclaimed=("tag",))
    assert marked(world.plan().changes[0].fields) == ["name", "tag", "meta*"]
    world = World().settled("category.b", 8, name="B").owned("category.a", 7, name="A")
    world.live("category", 7, name="A", canonical=8)
    (change,) = world.plan().changes
    assert [(f.name, f.before) for f in change.fields] == [
        ("name", "A"),
        ("canonical", ref("category.b")),
    ]


@pytest.mark.parametrize(
    "kind", [k for k in STANDARD.kinds if "images" in k.fields], ids=lambda k: k.name
)
def test_images_that_an_import_found_are_no_edits(kind: Kind) -> None:
    (identity,) = set(kind.identity) - kind.refers.keys()
    address = f"{kind.name}.a"
    named: dict[str, Any] = {identity: "A", "name": "A"}
    world = World().declare(address, **{n: v for n, v in named.items() if n in kind.fields})
    world.live(kind.name, 1, **named, images=[{"image_id": 4}])
    (step,) = world.plan().steps
    assert step.entry
    world = World(entries={Address(address): replace(step.entry, id=1)})
    (change,) = world.live(kind.name, 1, **named, images=[{"image_id": 4}]).plan().changes
    assert {f.name: f.reason for f in change.fields}["images"] == ""
    world.entries[Address(address)] = replace(step.entry, id=1, unclaimed=())
    (change,) = world.plan().changes
    assert {f.name: f.reason for f in change.fields}["images"] == "edited"


def test_the_fingerprint_of_a_field_has_the_keys_that_a_write_loses() -> None:
    """A saved plan is refused if someone set such a key since it was reviewed."""
    item: dict[str, Any] = {
        "type": "url",
        "val": "om-os",
        "titel": "Om os",
        "cached_url": "https://x.dk/om-os",
    }

    def digest_of(item: dict[str, Any]) -> str:
        return fingerprint(MENU, LiveObject(1, {"items": [item]}), NO_HOSTS)["items"]

    assert digest_of(item) == digest_of({**item, "target": ""}) == digest_of({**item, "item_id": 7})
    below: dict[str, Any] = {"type": "menu", "val": "", "titel": "Mere", "items": [item]}
    changed = [digest_of({**item, "target": "_blank"}), digest_of({**item, "rel": "x"})]
    changed += [digest_of(below), digest_of({**below, "items": [{**item, "target": "_blank"}]})]
    assert len({digest_of(item), *changed}) == 5
