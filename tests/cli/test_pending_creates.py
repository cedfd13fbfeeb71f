"""A create whose answer was lost is answered by whatever a later run does with its address."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from undoable import Project, one, words

from shopform.kinds.standard import STANDARD
from shopform.model.values import Address
from shopform.state.local.store import LocalStore
from shopform.state.ownership import Expected

__all__ = ["one"]

SKO = Address("category.sko")
KEEP = {"lifecycle": {"on_delete": "keep"}}
BLOCK: dict[str, Any] = {"name": "Sko"}


def declared(key: str = "sko", settings: dict[str, Any] | None = None, **block: Any) -> Any:
    return lambda one: one.declare(settings, categories={key: {**BLOCK, **block}})


def nothing(settings: dict[str, Any] | None = None) -> Any:
    return lambda one: one.declare(settings)


@dataclass
class Way:
    """What is declared next, the command that answers the address, and what the shop holds then."""

    name: str
    declare: Callable[[Project], None]
    command: tuple[str, ...] = ("apply", "--auto-approve")
    there: int = 1
    owned: list[str] = field(default_factory=list)
    block: dict[str, Any] = field(default_factory=dict)
    made: bool = True


MOVED = {"moved": [{"from": "category.sko", "to": "category.shoes"}]}
LEFT = {"removed": [{"address": "category.sko", "destroy": False}]}
WAYS = [
    Way("set", declared(), owned=["category.sko"]),
    Way("set, with a change", declared(tag="t"), owned=["category.sko"]),
    Way("dropped", nothing(), there=0),
    Way("destroyed", nothing(), command=("destroy", "--auto-approve"), there=0),
    Way("removed from the state", nothing(LEFT)),
    Way("kept", nothing(), block=KEEP),
    Way("moved", declared("shoes", MOVED), owned=["category.shoes"]),
    Way("moved and renamed", declared("shoes", MOVED, name="Sko "), owned=["category.shoes"]),
    Way("moved and changed", declared("shoes", MOVED, name="Støvler"), owned=["category.shoes"]),
    Way("moved and dropped", nothing(MOVED), there=0),
    Way("its key renamed", declared("shoes"), owned=["category.shoes"]),
    Way("undone", declared(), command=("undo", "--auto-approve"), there=0),
    Way("imported", declared(), command=("import", "category.sko", "ID"), owned=["category.sko"]),
    Way("state rm", nothing(), command=("state", "rm", "category.sko")),
    Way("never made, and made", declared(), made=False, owned=["category.sko"]),
    Way("never made, not wanted", nothing(), made=False, there=0),
    Way("never made, undone", declared(), command=("undo", "--auto-approve"), made=False, there=0),
    Way("never made, state rm", nothing(), ("state", "rm", "category.sko"), made=False, there=0),
]


def interrupted(one: Project, way: Way) -> None:
    """A run that creates the category, and neither gets the answer nor can look it up."""
    one.declare(categories={"sko": {**BLOCK, **way.block}})
    one.sandbox.set_fault(f"POST /category:1:{'lose' if way.made else 'drop'}")
    one.sandbox.set_fault("GET /category:2+:500")
    assert one.run("apply", "--auto-approve").exit != 0
    one.sandbox.clear_faults()


def store_of(one: Project) -> LocalStore:
    expected = Expected(shop=f"127.0.0.1:{one.sandbox.port}", catalogue=STANDARD)
    return LocalStore(one.directory / "state/demo.json", expected)


def pending(one: Project) -> list[str]:
    prior = LocalStore(
        one.directory / "state/demo.json",
        Expected(shop=f"127.0.0.1:{one.sandbox.port}", catalogue=STANDARD),
    ).read()
    return [intent.address for intent in prior.pending]


def shoes(one: Project) -> list[dict[str, Any]]:
    names = {"Sko", "Sko ", "Støvler"}
    return [row for row in one.sandbox.data("category") if row["name"] in names]


@pytest.mark.parametrize("way", WAYS, ids=[way.name for way in WAYS])
def test_whatever_answers_an_address_answers_its_pending_create(one: Project, way: Way) -> None:
    interrupted(one, way)
    assert pending(one) == ["category.sko"]
    assert len(shoes(one)) == way.made
    assert one.done("state", "list").out == "category.sko (pending create)\n"
    assert '"pending": true' in one.done("state", "show", "category.sko").out
    way.declare(one)
    number = str(shoes(one)[0]["category_id"]) if way.made else ""
    one.done(*(number if word == "ID" else word for word in way.command))
    assert pending(one) == []
    assert len(shoes(one)) == way.there
    assert one.done("state", "list").out.split() == way.owned
    # What staff make later under that name is theirs.
    one.by_hand("category", {"name": "Sko"})
    one.declare()
    one.done("state", "rm", *way.owned) if way.owned else None
    assert one.settled()
    one.done("apply", "--auto-approve")
    assert len(shoes(one)) == way.there + 1


def test_a_refused_look_up_does_not_answer_the_create(one: Project) -> None:
    sections: dict[str, tuple[str, dict[str, Any]]] = {
        "supplier": ("suppliers", {"name": "Nord"}),
        "profile": ("profiles", {"name": "Sko"}),
        "category": ("categories", BLOCK),
        "redirect": ("redirects", {"source": "gammel", "target": "ny"}),
        "webhook": ("webhooks", {"url": "https://erp.example/h", "events": ["paid"]}),
    }
    for status in (400, 404, 410, 422):
        for kind, (section, block) in sections.items():
            one.declare(**{section: {"x": block}})
            one.sandbox.set_fault(f"POST /{kind}:1:lose", f"GET /{kind}:2+:{status}")
            run = one.run("apply", "--auto-approve")
            one.sandbox.clear_faults()
            assert run.exit != 0
            assert pending(one) == [f"{kind}.x"], (status, kind, run.text)
            one.declare()
            one.done("apply", "--auto-approve")
            assert (pending(one), one.done("state", "list").out) == ([], "")
            assert not [r for r in one.sandbox.data(kind) if block.items() <= r.items()]


def test_a_pending_create_is_shown_and_not_mixed_up(one: Project) -> None:
    interrupted(one, Way("", nothing(), made=False))
    one.declare()
    said = "`category.sko` was being created when a run was interrupted, and is not in the shop"
    for command in (("plan",), ("plan", "--destroy"), ("plan", "--format", "markdown")):
        assert said in words(one.done(*command))
    store = LocalStore(
        one.directory / "state/demo.json",
        Expected(shop=f"127.0.0.1:{one.sandbox.port}", catalogue=STANDARD),
    )
    with store.open("test") as session:
        made = session.prior.pending[0].entry
        session.edit({Address("category.a"): made})
    for command in (("mv", "category.sko", "category.b"), ("protect", "category.sko")):
        refused = one.run("state", *command)
        assert (refused.exit, "is a pending create" in refused.err) == (1, True), refused.text
    taken = one.run("state", "mv", "category.a", "category.sko")
    assert (taken.exit, "is in the state already" in taken.err) == (1, True), taken.text
    assert pending(one) == ["category.sko"]


def test_a_pending_create_that_is_destroyed_says_what_it_is(one: Project) -> None:
    interrupted(one, Way("", nothing()))
    one.declare()
    shown = words(one.done("plan"))
    assert "category.sko will be destroyed" in shown
    assert "was being created when a run was interrupted, and exists as" in shown
