"""`undo`: the shop as it was before a run."""

from undoable import KITCHEN, MUGS, Project, one, tables, words

__all__ = ["one"]


def test_what_was_updated_is_put_back_and_the_shop_is_as_it_was(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN, "mugs": MUGS})
    one.apply()
    shop, state = tables(one.sandbox), one.state()
    new = {"kitchen": {"name": "Køkken og bord", "in_menu": False}, "mugs": {"name": "Kopper"}}
    one.declare(categories=new)
    one.apply()
    one.undo()
    assert tables(one.sandbox) == shop
    assert one.state() == state
    one.declare(categories={"kitchen": KITCHEN, "mugs": MUGS})
    assert one.settled()


def test_what_was_deleted_comes_back_and_what_was_made_goes(one: Project) -> None:
    one.declare(
        categories={"kitchen": KITCHEN, "mugs": MUGS},
        webhooks={"erp": {"url": "https://erp.example", "events": ["paid"]}},
    )
    one.apply()
    lost = one.row("category", "Køkken")["category_id"]
    one.declare(suppliers={"nord": {"name": "Nord"}})
    name = one.apply("--allow-delete", "category=2", "--allow-delete", "webhook=1")
    assert one.row("supplier", "Nord")
    told = words(one.undo())
    assert f"was created by the run {name}" in told
    assert f"is recreated with a new id; references to {lost}, such as those of" in told
    assert "the shop generates a new `secret`" in told
    assert one.sandbox.data("supplier") == []
    kitchen, mugs = one.row("category", "Køkken"), one.row("category", "Krus")
    assert (kitchen["rewrite_url"], kitchen["tag"]) == ("koekken", "k")
    assert (mugs["parent_id"], mugs["meta_title"]) == (kitchen["category_id"], "Krus")
    one.declare(
        categories={"kitchen": KITCHEN, "mugs": MUGS},
        webhooks={"erp": {"url": "https://erp.example", "events": ["paid"]}},
    )
    assert one.settled()


def test_what_moved_moves_back_without_a_call(one: Project) -> None:
    profile = {"name": "Krus", "attributes": {"size": {"name": "Mål", "type": "valuelist"}}}
    one.declare(profiles={"mugs": profile}, categories={"a": KITCHEN, "b": {**MUGS, "parent": "a"}})
    one.apply()
    state, before = one.state(), one.writes()
    one.declare(
        {"moved": [{"from": "profile.mugs", "to": "profile.cups"}]},
        profiles={"cups": profile},
        categories={"kitchen": KITCHEN, "b": {**MUGS, "parent": "kitchen"}},
    )
    one.apply()
    assert "attribute.cups.size" in one.state()
    one.undo()
    assert one.state() == state
    assert one.writes() == before


def test_what_was_taken_over_is_let_go_of_as_it_was(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}, "syd": {"name": "Syd"}})
    one.apply()
    (one.directory / "state/demo.json").unlink()
    one.declare(
        suppliers={
            "nord": {"name": "Nord"},
            "syd": {"name": "Syd", "dropshipping_mail": "a@b.example"},
        }
    )
    name = one.apply()
    assert one.row("supplier", "Syd")["dropshipping_mail"] == "a@b.example"
    before = one.writes()
    told = words(one.undo(name))
    assert "is removed from the state again: the run had imported it" in told
    assert one.writes() == before + 1
    assert one.row("supplier", "Syd")["dropshipping_mail"] == ""
    assert one.row("supplier", "Nord")
    assert one.state() == {}
    one.undo()
    assert one.settled()


def test_what_was_forgotten_is_owned_again(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN, "mugs": MUGS})
    one.apply()
    state, before = one.state(), one.writes()
    forget = {"removed": [{"address": "category.mugs", "destroy": False}]}
    one.declare(forget, categories={"kitchen": KITCHEN})
    one.apply()
    assert list(one.state()) == ["category.kitchen"]
    one.undo()
    assert one.state() == state
    assert one.writes() == before


def test_what_was_replaced_keeps_its_new_id(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.apply()
    old = one.row("supplier", "Nord")["supplier_id"]
    one.declare(suppliers={"nord": {"name": "Syd"}})
    one.apply("--replace", "supplier.nord")
    new = one.row("supplier", "Syd")["supplier_id"]
    assert f"keeps its new id {new} (previous id {old})" in words(one.undo())
    assert one.row("supplier", "Nord")["supplier_id"] == new


def test_undoing_a_destroy_makes_everything_again(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN, "mugs": MUGS})
    one.apply()
    one.done("destroy", "--auto-approve")
    assert one.state() == {}
    one.undo()
    assert one.settled()
