"""A plan that puts back, or writes over, what somebody changed in the shop says so."""

from collections.abc import Callable

from worlds import World

from shopform.changes import REVERTS
from shopform.model import Secret
from shopform.render.html import render_html
from shopform.render.markdown import render_markdown
from shopform.render.text import render_plan


def reverted() -> World:
    made = (
        World().declare("category.a", name="A", tag="x").owned("category.a", 1, name="A", tag="x")
    )
    return made.live("category", 1, name="A", tag="y", parent=0)


def overwritten() -> World:
    return reverted().declare("category.a", name="A", tag="z")


def flag() -> World:
    made = World().declare("category.a", name="A", in_menu=True)
    return made.owned("category.a", 1, name="A", in_menu=True).live(
        "category", 1, name="A", in_menu=0, parent=0
    )


def list_() -> World:
    made = World().declare("webhook.w", url="https://u", events=("paid",))
    made.owned("webhook.w", 1, url="https://u", events=("paid",))
    return made.live("webhook", 1, url="https://u", events=["paid", "stock"])


def secret() -> World:
    made = World().declare("supplier.s", name="S", dropshipping_mail=Secret("${env:M}", "a@b.dk"))
    made.owned("supplier.s", 1, name="S", dropshipping_mail=Secret("", "a@b.dk"))
    return made.live("supplier", 1, name="S", dropshipping_mail="c@d.dk")


def deleted_there() -> World:
    return World().declare("supplier.s", name="S").owned("supplier.s", 1, name="S")


def settled() -> World:
    return World().settled("category.a", 1, name="A", tag="x")


def declared_anew() -> World:
    return settled().declare("category.a", name="A", tag="z")


def edited_to_what_is_declared_now() -> World:
    return overwritten().declare("category.a", name="A", tag="y")


def stored_otherwise() -> World:
    made = World().declare("supplier.a", name="  A").owned("supplier.a", 1, name=" A")
    made.owned("supplier.a", 1, name=" A", stored={"name": "A"})
    return made.live("supplier", 1, name="A")


def became_a_secret() -> World:
    made = World().declare("supplier.s", name="S", dropshipping_mail=Secret("${env:M}", "a@b.dk"))
    return made.there("supplier.s", 1, name="S", dropshipping_mail="c@d.dk")


MARKED: dict[Callable[[], World], str] = {
    reverted: "`tag`",
    overwritten: "`tag`",
    flag: "`in_menu`",
    list_: "`events`",
    secret: "`dropshipping_mail`",
    deleted_there: "it was deleted there",
}
QUIET = (
    settled,
    declared_anew,
    edited_to_what_is_declared_now,
    stored_otherwise,
    became_a_secret,
)


def test_what_is_put_back_is_marked_in_every_form() -> None:
    for case, what in MARKED.items():
        made = case().plan()
        sentence = f"{REVERTS}: {what}"
        assert sentence in [n for c in made.changes for n in c.notes], case.__name__
        assert sentence in render_plan(made, color=False), case.__name__
        assert sentence in render_plan(made, color=False, summary=True), case.__name__
        assert REVERTS in render_markdown(made), case.__name__
        assert ">Reverts</span>" in render_html(made), case.__name__


def test_what_nobody_changed_in_the_shop_is_not_marked() -> None:
    for case in QUIET:
        notes = [note for change in case().plan().changes for note in change.notes]
        assert not any(note.startswith(REVERTS) for note in notes), case.__name__
