"""An undo keeps what staff wrote into what the run made, unless its loss is allowed by name."""

from typing import Any

from undoable import KITCHEN, Project, one, words

__all__ = ["one"]
EDITS = "it was edited in the shop after the run:"

SECTIONS: dict[str, Any] = {
    "suppliers": {"a": {"name": "A"}},
    "brands": {"a": {"name": "Mærke"}},
    "profiles": {
        "a": {
            "name": "Sko",
            "attributes": {"s": {"name": "S", "type": "valuelist", "values": ["1"]}},
        },
    },
    "categories": {
        "men": {"name": "Herre"},
        "shoes": {"name": "Sko", "parent": "men"},
        "kids": {"name": "Børn"},
    },
    "redirects": {"old": {"source": "gammel", "target": "herre"}},
    "webhooks": {"x": {"url": "https://x.example", "events": ["paid"]}},
}  # fmt: skip


def made(one: Project) -> None:
    one.declare(**SECTIONS)
    one.apply()


def number(one: Project, kind: str, name: str) -> int:
    return int(next(iter(one.row(kind, name).values())))


def test_an_undo_keeps_what_staff_wrote_since(one: Project) -> None:
    # The object, its name in the shop, what staff write, what is named, and what stays with it.
    lives: list[tuple[str, str, dict[str, Any], str, set[str]]] = [
        ("supplier.a", "A", {"dropshipping_mail": "a@b.example"}, "`dropshipping_mail`", set()),
        ("category.kids", "Børn", {"description_a": "<p>Vores børn</p>"}, "`description_a`", set()),
        ("category.kids", "Børn", {"name": "Unge"}, "`name`", set()),
        ("category.shoes", "Sko", {"meta_title": "Sko"}, "`meta_title`", {"category.men"}),
        ("webhook.x", "https://x.example", {"events": ["stock"]}, "`events`", set()),
    ]
    for address, name, edit, named, needed in lives:
        made(one)
        kind = address.partition(".")[0]
        at = f"{kind}/{number(one, kind, name)}"
        one.by_hand(at, edit)
        shown = words(one.run("undo"))
        assert f"`{address}` is kept: {EDITS} {named}" in shown
        assert f"`--allow-delete {address}` destroys it anyway" in shown
        one.undo()
        assert set(one.state()) == {address, *needed}, address
        for other in needed:
            assert f"`{other}` is kept: it is needed by `{address}`" in shown
            assert f"`--allow-delete {other}` destroys" not in shown
        one.declare()
        one.done("destroy", "--auto-approve")
    assert one.sandbox.data("webhook") == []


def test_children_of_staff_keep_their_parent_too(one: Project) -> None:
    made(one)
    men = number(one, "category", "Herre")
    child = one.by_hand("category", {"name": "Fra staben", "parent_id": men})
    profile = number(one, "profile", "Sko")
    inner = one.by_hand(f"profile-attribute?profile_id={profile}", {"name": "Ny", "type": "string"})
    shown = words(one.run("undo"))
    assert f"`category.men` is kept: {EDITS} category {child}" in shown
    assert f"`profile.a` is kept: {EDITS} attribute {inner}" in shown
    one.undo()
    assert set(one.state()) == {"category.men", "profile.a"}


def test_a_loss_is_allowed_by_name(one: Project) -> None:
    made(one)
    one.by_hand(f"category/{number(one, 'category', 'Børn')}", {"meta": "fra os"})
    one.by_hand(f"supplier/{number(one, 'supplier', 'A')}", {"dropshipping_mail": "a@b.example"})
    assert "`category.kids` is kept" in words(one.run("undo", "--allow-delete", "category=9"))
    shown = words(one.run("undo", "--allow-delete", "category.kids"))
    assert "`category.kids` is kept" not in shown
    assert "edited in the shop since" in shown
    one.undo("--allow-delete", "category.kids")
    assert set(one.state()) == {"supplier.a"}


def test_an_untouched_run_is_undone_whole_whatever_the_shop_makes_of_it(one: Project) -> None:
    made(one)
    shown = words(one.run("undo"))
    assert "stays" not in shown
    one.undo()
    assert one.state() == {}


def test_what_the_shop_chose_is_no_edit(one: Project) -> None:
    """The shop chooses a main category among those of a product without one."""
    one.declare(categories={"kitchen": KITCHEN})
    one.apply()
    mug = {"own_id": "M1", "name": "Krus", "categories": ["kitchen"]}
    one.declare(categories={"kitchen": KITCHEN}, products={"mug": mug})
    one.apply()
    assert one.row("product", "Krus")["main_category_id"]
    one.undo()
    assert not [row for row in one.sandbox.data("product") if row["name"] == "Krus"]


def test_a_parent_is_created_first_whatever_else_refers_to_it(one: Project) -> None:
    """A cycle is broken at a reference that an update can set afterwards, and no parent is one."""
    categories = {
        "d": {"name": "D", "parent": "e", "canonical": "e"},
        "e": {"name": "E", "canonical": "x"},
        "x": {"name": "X", "parent": "d"},
    }
    one.declare(categories=categories)
    one.apply()
    one.declare()
    one.apply("--allow-delete", "category=3")
    one.undo()
    ids = {row["name"]: row["category_id"] for row in one.sandbox.data("category")}
    held = {row["name"]: row for row in one.sandbox.data("category")}
    assert (held["D"]["parent_id"], held["D"]["canonical_id"]) == (ids["E"], ids["E"])
    assert (held["X"]["parent_id"], held["E"]["canonical_id"]) == (ids["D"], ids["X"])
