"""A plan that puts back, or writes over, what somebody changed in the shop says so."""

from collections.abc import Callable
from dataclasses import replace

from worlds import World, ref

from shopform.kinds.field_types.images import Image
from shopform.model.plan import REDECLARED, REVERTS
from shopform.model.values import Address, Secret
from shopform.render.html.page import render_html
from shopform.render.markdown.page import render_markdown
from shopform.render.text.plan_text import render_plan


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


def no_longer_declared() -> World:
    made = World().declare("category.a", name="A").owned("category.a", 1, name="A", tag="x")
    return made.live("category", 1, name="A", tag="y", parent=0)


def list_overwritten() -> World:
    return list_().declare("webhook.w", url="https://u", events=("paid", "order"))


def moved() -> World:
    made = World().settled("category.men", 2, name="Men").settled("category.old", 3, name="Old")
    men = ref("category.men")
    made.declare("category.a", name="A", parent=men).owned("category.a", 4, name="A", parent=men)
    return made.live("category", 4, name="A", parent=3)


def replaced() -> World:
    return reverted()


def picture(declared: tuple[Image, ...], held: dict[str, object] | None) -> World:
    """One picture that shopform put into a category, and what the shop holds of it now."""
    made = World().declare("category.a", name="A", images=declared).owned("category.a", 1, name="A")
    at, front = Address("category.a"), {"description": "front", "weight": 10}
    record = {"sha256": FRONT.sha256, "id": 7, **front}
    made.entries[at] = replace(made.entries[at], sent={"name": "A", "images": (record,)})
    shown = [] if held is None else [{"image_id": 7, **front, **held}]
    return made.live("category", 1, name="A", parent=0, images=shown)


def picture_edited() -> World:
    return picture((FRONT,), {"description": "back"})


def picture_deleted() -> World:
    return picture((FRONT,), None)


def picture_no_longer_declared() -> World:
    return picture((), {"weight": 3})


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


FRONT = Image(file="front.png", sha256="0" * 64, description="front", weight=10)
MARKED: dict[Callable[[], World], str] = {
    reverted: "`tag`",
    overwritten: "`tag`",
    flag: "`in_menu`",
    list_: "`events`",
    secret: "`dropshipping_mail`",
    no_longer_declared: "`tag`",
    list_overwritten: "`events`",
    moved: "`parent`",
    replaced: "`tag`",
    picture_edited: "`images`",
    picture_deleted: "`images`",
    picture_no_longer_declared: "`images`",
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
        made = case().plan(replace=frozenset({"category.a"} if case is replaced else ()))
        sentence = f"{REVERTS}: {what}"
        assert sentence in [n for c in made.changes for n in c.notes], case.__name__
        lost = [f"`{f.name}`" for c in made.drift for f in c.fields] if "`" in what else [what]
        assert lost == [what], f"{case.__name__}: drift comes first, and has it"
        assert sentence in render_plan(made, color=False), case.__name__
        assert sentence in render_plan(made, color=False, summary=True), case.__name__
        assert REVERTS in render_markdown(made), case.__name__
        assert ">Reverts</span>" in render_html(made), case.__name__


def test_what_nobody_changed_in_the_shop_is_not_marked() -> None:
    for case in QUIET:
        notes = [note for change in case().plan().changes for note in change.notes]
        assert not any(note.startswith(REVERTS) for note in notes), case.__name__
    unseen = settled().live("category", 1, name="A", parent=0)
    as_sent = stored_otherwise().live("supplier", 1, name=" A")
    for world in (unseen, as_sent):
        assert world.plan(refresh_only=True).drift == ()


def test_drift_says_where_the_files_declare_another_value_now() -> None:
    reasons = {c: [f.reason for d in c().plan().drift for f in d.fields] for c in (reverted, list_)}
    assert reasons == {reverted: [""], list_: [""]}
    for case in (overwritten, list_overwritten, no_longer_declared):
        (drift,) = case().plan().drift
        assert [field.reason for field in drift.fields] == [REDECLARED], case.__name__
