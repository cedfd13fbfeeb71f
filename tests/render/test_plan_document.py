"""The saved document of a plan, held to what Terraform's documentation says of its own."""

import json
from collections.abc import Callable
from typing import Any

from terraform_format import violations
from worlds import World, ref

from shopform.kinds.standard import STANDARD
from shopform.model.desired import Import, Moved, Removed
from shopform.model.values import Address as At
from shopform.model.values import Secret
from shopform.render.json.plan_document import document
from shopform.render.json.plan_reader import read_document

BEFORE: dict[str, Any] = {"name": "A", "tag": "x", "in_menu": True, "meta_title": "old"}


def world(**more: Any) -> World:
    """A settled object of two kinds beside whatever else."""
    found = World(more=more).settled("supplier.s", 9, name="S")
    return found.settled("category.top", 8, name="Top")


def created() -> World:
    return world().declare("category.a", name="A", parent=ref("category.top"), tag="x")


def created_inside_a_new_one() -> World:
    return created().declare("category.b", name="B", parent=ref("category.a"))


def updated() -> World:
    return world().declare("category.a", **{**BEFORE, "tag": "y"}).there("category.a", 1, **BEFORE)


def deleted() -> World:
    return world().there("category.a", 1, **BEFORE)


def replaced() -> World:
    later = {**BEFORE, "tag": "y", "meta_title": None}
    return world().declare("category.a", **later).there("category.a", 1, **BEFORE)


def replaced_where_less_is_declared() -> World:
    return world().declare("category.a", name="A").there("category.a", 1, **BEFORE)


def replaced_without_a_state() -> World:
    return world().declare("category.a", **BEFORE).live("category", 1, parent=0, **BEFORE)


def replaced_with_a_secret() -> World:
    made = world().declare("webhook.w", url=Secret("${env:U}", "https://u"), events=("paid",))
    return made.owned("webhook.w", 1, url=Secret("", "https://u"), events=("paid",)).live(
        "webhook", 1, url="https://u", events=["paid", "stock"]
    )


def replaced_with_children() -> World:
    made = world().settled("profile.p", 1, name="P").settled("attribute.p.a", 2, name="A")
    return made.settled("value.p.a.v", 3, val="V")


def forgotten() -> World:
    removed = (Removed(address=At("category.a"), destroy=False),)
    return world(removed=removed).there("category.a", 1, **BEFORE)


def forgotten_and_deleted_in_the_shop() -> World:
    removed = (Removed(address=At("category.a"), destroy=False),)
    return world(removed=removed).owned("category.a", 1, **BEFORE)


def undeclared_and_deleted_in_the_shop() -> World:
    return world().owned("category.a", 1, **BEFORE)


def imported() -> World:
    imports = (Import(address=At("category.a"), id=1),)
    return world(imports=imports).declare("category.a", **BEFORE).live("category", 1, **BEFORE)


def imported_and_changed() -> World:
    return imported().live("category", 1, **{**BEFORE, "tag": "y"})


def moved() -> World:
    moves = (Moved(before=At("category.b"), after=At("category.a")),)
    return world(moved=moves).declare("category.a", **BEFORE).there("category.b", 1, **BEFORE)


def deleted_outside() -> World:
    return world().declare("category.a", **BEFORE).owned("category.a", 1, **BEFORE)


def drifted() -> World:
    made = world().declare("category.a", **BEFORE).owned("category.a", 1, **BEFORE)
    return made.live("category", 1, parent=0, **{**BEFORE, "tag": "y"})


CASES: dict[Callable[[], World], tuple[str, ...]] = {
    world: ("no-op",),
    created: ("create",),
    created_inside_a_new_one: ("create",),
    updated: ("update",),
    deleted: ("delete",),
    replaced: ("delete", "create"),
    replaced_where_less_is_declared: ("delete", "create"),
    replaced_without_a_state: ("delete", "create"),
    replaced_with_a_secret: ("delete", "create"),
    replaced_with_children: ("delete", "create"),
    forgotten: ("forget",),
    forgotten_and_deleted_in_the_shop: ("forget",),
    undeclared_and_deleted_in_the_shop: (),
    imported: ("no-op",),
    imported_and_changed: ("update",),
    moved: ("no-op",),
    deleted_outside: ("create",),
    drifted: ("update",),
}
REPLACED = {replaced_with_a_secret: "webhook.w", replaced_with_children: "profile.p"}


def planned(case: Callable[[], World], **options: Any) -> dict[str, Any]:
    wanted = (REPLACED.get(case, "category.a"),)
    asked = {"replace": wanted} if CASES[case] == ("delete", "create") else {}
    made = case().plan(whole=True, **asked, **options)
    said: dict[str, Any] = json.loads(json.dumps(document(made)))
    assert json.loads(json.dumps(document(read_document(said, STANDARD)))) == said
    return said


def changes(said: dict[str, Any]) -> dict[str, Any]:
    return {each["address"]: each["change"] for each in said["resource_changes"]}


def test_every_kind_of_change_stands_as_terraform_documents_it() -> None:
    for case, actions in CASES.items():
        said = planned(case)
        assert violations(said) == [], case.__name__
        found = {tuple(c["actions"]) for a, c in changes(said).items() if a != "supplier.s"}
        assert {actions, ("no-op",)} - {()} <= found | {("no-op",)}, case.__name__
        assert changes(said)["supplier.s"]["after"] == {"id": "9", "name": "S"}


def test_a_replacement_says_what_was_and_what_is_known_later() -> None:
    change = changes(planned(replaced))["category.a"]
    assert change["before"] == {"id": "1", **BEFORE}
    assert change["after"] == {**BEFORE, "tag": "y", "meta_title": None}
    assert change["after_unknown"] == {"id": True}
    less = changes(planned(replaced_where_less_is_declared))["category.a"]
    assert less["before"] == {"id": "1", **BEFORE}
    assert less["after"] == dict.fromkeys(("tag", "in_menu", "meta_title")) | {"name": "A"}
    secret = changes(planned(replaced_with_a_secret))["webhook.w"]
    assert secret["before"] == {"id": "1", "url": None, "events": ["paid", "stock"]}
    assert secret["after_unknown"] == {"id": True, "secret": True}
    assert secret["after_sensitive"] == {"secret": True, "url": True}
    children = changes(planned(replaced_with_children))
    assert children["value.p.a.v"]["before"] == {"id": "3", "val": "V"}


def test_what_stays_is_listed_and_is_not_in_the_digest() -> None:
    for case in CASES:
        wanted = (REPLACED.get(case, "category.a"),)
        asked = {"replace": wanted} if CASES[case] == ("delete", "create") else {}
        assert case().plan(**asked).digest == planned(case)["digest"], case.__name__
