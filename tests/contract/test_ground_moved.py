"""A saved plan whose ground moved is refused before its first write; what does not concern it
stays out of its way."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from everything import draw, full
from line import Line, line
from support import sampled

from shopform.apply import apply
from shopform.errors import ShopChanged
from shopform.kinds import Kind
from shopform.kinds.standard import STANDARD
from shopform.model.addresses import within
from shopform.model.plan import Outcome, Plan
from shopform.model.values import Address

HOOK = "https://x.example/in?key=${env:HOOK}"


@contextmanager
def settled(sections: dict[str, Any]) -> Iterator[Line]:
    with line() as one:
        draw(one.directory)
        one.declare(**sections)
        if sections:
            one.apply()
        yield one


def saved(one: Line, made: Plan) -> Outcome:
    """Apply the plan as a saved one."""
    with one.open() as (workspace, connection), workspace.store().open("apply") as session:
        return apply(
            made, connection.client, session, directory=one.directory, parallelism=1, saved=True
        )


def by_hand(one: Line, method: str, path: str, **body: Any) -> None:
    with one.open() as (_, connection):
        connection.client.send(method, path, body=body or None)


def endpoint(kind: str) -> str:
    return STANDARD[kind].wire.endpoint.value


def refused(one: Line, made: Plan, *words: str, moved: int = 0) -> None:
    """Exit code 13, with these words, and nothing was written. Every list is read once.

    `moved` is how many more or fewer objects are read by themselves than when it was planned.
    """
    one.sandbox.reset_log()
    with pytest.raises(ShopChanged) as caught:
        saved(one, made)
    text = "\n".join(each.summary for each in caught.value.diagnostics)
    assert all(word in text for word in words), (words, text)
    assert one.writes() == []
    asked = [(call.path, call.query) for call in one.sandbox.calls]
    assert len(asked) == len(set(asked))
    assert abs(len(asked) - made.calls.recheck) == moved


def address_of(kind: Kind) -> str:
    return next((a for a in ADDRESSES if a.split(".")[0] == kind.name), f"{kind.name}.a")


ADDRESSES = (
    "supplier.a", "brand.a", "profile.shoes", "attribute.boots.kind", "value.boots.kind.x",
    "category.women-shoes", "redirect.y", "webhook.y",
)  # fmt: skip


def without(address: str, sections: dict[str, Any]) -> dict[str, Any]:
    """The declaration without one object, and without what lies in it."""
    kind, *keys = address.split(".")
    path: list[str] = []
    above = STANDARD[kind]
    while above.nesting:
        path.insert(0, above.nesting.section)
        above = STANDARD[above.nesting.kind]
    held = sections[above.section]
    for key, section in zip(keys, path, strict=False):
        held = held[key][section]
    del held[keys[-1]]
    return sections


@pytest.mark.parametrize("kind", sampled(STANDARD.kinds, 4), ids=lambda kind: kind.name)
def test_an_object_that_is_to_be_imported_and_was_deleted_meanwhile(kind: Kind) -> None:
    with settled(full()) as one:
        one.forget_state()
        made = one.plan()
        at = Address(address_of(kind))
        lost = [step for step in made.steps if within(STANDARD, step.address, (at,))]
        for step in sorted(lost, key=lambda step: -STANDARD.order[step.kind]):
            by_hand(one, "DELETE", f"{endpoint(step.kind)}/{step.id}")
        moved = int(kind.wire.single is not None)
        refused(one, made, f"`{address_of(kind)}` was deleted", moved=moved)


@pytest.mark.parametrize("kind", sampled(STANDARD.kinds, 4), ids=lambda kind: kind.name)
def test_an_object_that_is_to_be_created_and_was_made_meanwhile(kind: Kind) -> None:
    address = address_of(kind)
    whole = full()
    whole["webhooks"]["y"]["url"] = HOOK  # an identity that is a secret
    with settled(without(address, full() | {"webhooks": dict(whole["webhooks"])})) as one:
        one.declare(**whole)
        made = one.plan()
        with tempfile.TemporaryDirectory() as folder:
            staff = Line(one.sandbox, Path(folder))
            draw(staff.directory)
            staff.declare(**whole)
            staff.apply()
        moved = int(kind.wire.single is not None)
        refused(one, made, f"`{address}` is in the shop by now", moved=moved)


def test_a_path_that_was_taken_meanwhile_by_an_unmanaged_object_too() -> None:
    kind = next(kind for kind in STANDARD.kinds if kind.path)
    for change in (
        {"new": {"name": "New", "rewrite_url": "ny"}},
        {"a": {"name": "A", "rewrite_url": "/n%79"}},
    ):
        with settled(
            {kind.section: {"a": {"name": "A", "rewrite_url": "a"}, "b": {"name": "B"}}}
        ) as one:
            by_hand(one, "POST", kind.wire.endpoint.value, name="Stranger", rewrite_url="other")
            stranger = one.row(kind.name, "Stranger")[kind.wire.id.value[0]]
            sections = {"a": {"name": "A", "rewrite_url": "a"}, "b": {"name": "B"}} | change
            one.declare(**{kind.section: sections})
            made = one.plan()
            by_hand(one, "PUT", f"{kind.wire.endpoint.value}/{stranger}", rewrite_url="ny")
            refused(one, made, "takes the path", f"{kind.name} {stranger}")


def test_paths_that_the_plan_itself_hands_over_are_free() -> None:
    pair = {"a": {"name": "A", "rewrite_url": "a"}, "b": {"name": "B", "rewrite_url": "b"}}
    with settled({"categories": pair}) as one:
        swap = {"a": {"name": "A", "rewrite_url": "b"}, "b": {"name": "B", "rewrite_url": "a"}}
        one.declare(categories=swap | {"c": {"name": "C", "rewrite_url": "c"}})
        assert not saved(one, one.plan()).failed
        one.assert_settled()
        one.declare(categories={"d": {"name": "D", "rewrite_url": "c"}, **swap})
        assert not saved(one, one.plan(allow_delete={"category": 9})).failed
        one.assert_settled()


def test_a_source_of_a_redirect_that_was_taken_meanwhile() -> None:
    way = {"source": "/old", "target": "/x"}
    for change in ({"b": {"source": "/gone", "target": "/y"}}, {"a": {**way, "source": "/gone"}}):
        with settled({"redirects": {"a": way}}) as one:
            one.declare(redirects={"a": way} | change)
            made = one.plan()
            by_hand(one, "POST", "redirect", source="/gone", target="/elsewhere")
            refused(one, made, "is in the shop by now")


def test_a_page_at_an_end_of_a_redirect_that_came_or_went_meanwhile() -> None:
    page = {"a": {"name": "A", "rewrite_url": "a"}}
    way = {"x": {"source": "/x", "target": "/y"}}
    for change in ({"r": {"source": "/n%79", "target": "/A/../a"}}, {"x": {**way["x"], **END}}):
        for method, body, words in (
            ("POST", {"name": "S", "rewrite_url": "ny"}, "begins at `/n"),
            ("DELETE", {}, "which `category.a` left"),
            ("PUT", {"rewrite_url": "b"}, "which `category.a` left"),
        ):
            with settled({"categories": page, "redirects": way}) as one:
                number = one.row("category", "A")["category_id"]
                one.declare(categories=page, redirects=way | change)
                made = one.plan()
                by_hand(
                    one, method, f"category/{number}" if method != "POST" else "category", **body
                )
                refused(one, made, words)
    with settled({"categories": page, "redirects": way}) as one:
        one.declare(
            categories={"a": {"name": "A", "rewrite_url": "ny"}},
            redirects=way | {"r": {"source": "/a", "target": "/ny"}},
        )
        assert not saved(one, one.plan()).failed, "what the plan itself moves is no hindrance"
        one.assert_settled()


END = {"source": "/ny", "target": "/a"}


def test_a_parent_or_target_that_was_deleted_meanwhile() -> None:
    cases = {
        "category": ({"categories": {"a": {"name": "A"}}}, "parent"),
        "canonical": ({"categories": {"a": {"name": "A"}}}, "canonical"),
    }
    for before, field in cases.values():
        with settled(before) as one:
            number = one.row("category", "A")["category_id"]
            one.declare(categories={**before["categories"], "b": {"name": "B", field: "a"}})
            made = one.plan()
            by_hand(one, "DELETE", f"category/{number}")
            refused(one, made, "`category.b` refers to `category.a`")
    for depth in (1, 2):
        attributes = {"s": {"name": "S", "type": "valuelist"}} if depth == 2 else {}
        with settled({"profiles": {"p": {"name": "P", "attributes": attributes}}}) as one:
            more = {"s": {"name": "S", "type": "valuelist", "values": ["36"]}}
            one.declare(profiles={"p": {"name": "P", "attributes": more}})
            made = one.plan()
            parent = Address("profile.p" if depth == 1 else "attribute.p.s")
            with one.open() as (workspace, _):
                number = workspace.store().read().resources[parent].id
            by_hand(one, "DELETE", f"{endpoint(parent.kind)}/{number}")
            refused(one, made, f"refers to `{parent}`")


def test_an_edit_of_a_field_that_the_plan_neither_declares_nor_sends_is_no_hindrance() -> None:
    """For every field of a kind with many; an edit of one that it does is named."""
    texts = {"tag": "x", "meta_title": "t", "meta": "m", "description_a": "<p>d</p>"}
    for name, value in texts.items():
        with settled({"categories": {"a": {"name": "A", "meta_description": "old"}}}) as one:
            row = f"category/{one.row('category', 'A')['category_id']}"
            declared = {"name": "A", "meta_description": "new"}
            one.declare(categories={"a": declared})
            made = one.plan()
            by_hand(one, "PUT", row, **{name: value})
            assert not saved(one, made).failed
            assert one.row("category", "A")[name] == value
            one.declare(categories={"a": {**declared, name: value, "meta_description": "newer"}})
            made = one.plan()
            by_hand(one, "PUT", row, **{name: f"{value} by staff"})
            refused(one, made, f"`category.a` was edited in the shop: `{name}`")
    with settled({"categories": {"a": {"name": "A"}}}) as one:
        row = f"category/{one.row('category', 'A')['category_id']}"
        one.declare()
        made = one.plan()
        by_hand(one, "PUT", row, tag="by staff")
        refused(one, made, "`category.a` was edited in the shop: `tag`")
