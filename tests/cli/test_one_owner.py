"""One object has one owner: in a state, in a plan, and among the shops of a project."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from undoable import Project, one, words

from shopform.apply.executor import check_single_owner
from shopform.errors import Refused
from shopform.kinds.standard import STANDARD
from shopform.model.plan import Op, Plan, Step
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address

__all__ = ["one"]

SECTIONS: dict[str, Any] = {
    "suppliers": {"a": {"name": "A"}, "b": {"name": "B"}},
    "profiles": {
        "a": {"name": "A", "attributes": {"s": {"name": "S", "type": "valuelist"}}},
        "b": {"name": "B", "attributes": {"s": {"name": "S", "type": "valuelist"}}},
    },
    "categories": {"a": {"name": "A"}, "b": {"name": "B"}},
    "redirects": {"a": {"source": "a", "target": "x"}, "b": {"source": "b", "target": "x"}},
    "webhooks": {
        "a": {"url": "https://a.example", "events": ["paid"]},
        "b": {"url": "https://b.example", "events": ["paid"]},
    },
}


def share(one: Project, first: str, second: str) -> None:
    """What a merge of two branches leaves: both addresses have the first one's object."""
    path = one.directory / "state/demo.json"
    state = json.loads(path.read_text("utf-8"))
    state["resources"][second] = {**state["resources"][second], **state["resources"][first]}
    path.write_text(json.dumps(state), "utf-8")


def test_a_state_with_one_object_at_two_addresses_is_refused_and_can_be_mended(
    one: Project,
) -> None:
    one.declare(**SECTIONS)
    one.apply()
    good = (one.directory / "state/demo.json").read_text("utf-8")
    pairs = [
        (f"{kind}.a{rest}", f"{kind}.b{rest}")
        for kind, rest in (
            ("supplier", ""), ("profile", ""), ("attribute", ".s"), ("category", ""),
            ("redirect", ""), ("webhook", ""),
        )
    ]  # fmt: skip
    for first, second in pairs:
        share(one, first, second)
        before = one.writes()
        commands = [["plan"], ["apply", "--auto-approve"]]
        if first == "category.a":
            commands += [
                ["drift"], ["plan", "--destroy"], ["destroy", "--auto-approve"], ["undo"],
                ["plan", "--refresh-only"], ["import", "category.a", "501"],
                ["state", "mv", first, "category.c"], ["state", "protect", first],
            ]  # fmt: skip
        for command in commands:
            refused = one.run(*command)
            assert refused.exit == 1, (command, refused.text)
            for part in (first, second, f"`shopform state rm {second} --shop demo`"):
                assert part in words(refused), command
        assert one.writes() == before
        assert second in one.done("state", "list").out
        assert one.done("state", "show", second)
        one.done("state", "rm", second)
        assert second not in one.done("state", "list").out.split()
        assert one.run("plan").exit == 0
        (one.directory / "state/demo.json").write_text(good, "utf-8")
    assert one.settled()


A, B, C = (Address(f"category.{key}") for key in "abc")


def plan_of(*steps: tuple[Op, Address, int, Address | None]) -> Plan:
    return Plan(
        steps=tuple(
            Step(key=f"{a}:{op}:{n}", op=op, address=a, id=n, previous=previous)
            for op, a, n, previous in steps
        ),
        catalogue=STANDARD,
    )


@pytest.mark.parametrize("op", [Op.UPDATE, Op.DELETE, Op.IMPORT, Op.ADOPT, Op.MOVE, Op.EDIT])
def test_no_step_runs_for_what_another_address_owns(op: Op) -> None:
    prior = Prior(resources={A: Entry(id=1), B: Entry(id=2)})
    check_single_owner(plan_of((op, A, 1, None), (op, B, 2, None), (op, C, 3, None)), prior)
    check_single_owner(plan_of((op, C, 1, A), (Op.UPDATE, C, 1, None), (op, A, 2, B)), prior)
    for wrong in (
        [(op, A, 2, None)],
        [(op, C, 1, None)],
        [(op, C, 1, B)],
        [(op, A, 7, None), (op, B, 7, None)],
    ):
        with pytest.raises(Refused) as caught:
            check_single_owner(plan_of(*wrong), prior)
        assert caught.value.diagnostics[0].code == "owned-twice"
    other = replace(prior, resources={Address("supplier.a"): Entry(id=7)})
    check_single_owner(plan_of((op, A, 7, None)), other)


def two(one: Project, key: str = "${env:SHOPFORM_TOKEN}", /, **sections: Any) -> None:
    """A project whose two shops are one."""
    shop = {"url": one.sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
    one.write("shopform.yaml", {"shops": {"a": shop, "b": {**shop, "token": key}}})
    one.write("catalogue.yaml", sections)


def only(shop: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "lifecycle": {"shops": [shop]}}


def refused(one: Project, named: str, commands: Iterable[list[str]]) -> None:
    for command in commands:
        run = one.run(*command, OTHER="sandbox")
        assert run.exit == 10, (command, run.text)
        assert "are one shop with one key" in words(run)
        assert f"`{named}`" in words(run), command


RUNS = [
    ["plan", "--shop", "a"],
    ["apply", "--shop", "b", "--auto-approve"],
    ["drift", "--shop", "a"],
]


def test_two_shops_that_are_one_may_not_manage_the_same(one: Project) -> None:
    herre, sko = {"name": "Herre"}, {"name": "Sko", "parent": "men"}
    every = [*RUNS, ["destroy", "--shop", "a", "--auto-approve"], ["plan", "--shop", "a,b"],
             ["validate"]]  # fmt: skip
    two(one, categories={"men": herre})
    refused(one, "category.men", every)
    # Another name for the same object, in a parent of the same identity.
    mine = {"men": only("a", herre), "shoes": only("a", sko)}
    theirs = {"herrer": only("b", herre), "sko": only("b", {**sko, "parent": "herrer"})}
    two(one, categories=mine | theirs)
    refused(one, "category.men", every)
    # What cannot meet is no mistake: the same name in another parent, other kinds, other objects.
    theirs = {"dame": only("b", {"name": "Dame"}), "sko": only("b", {**sko, "parent": "dame"})}
    two(one, categories=mine | theirs, suppliers={"x": only("b", {"name": "Herre"})})
    assert one.run("validate").exit == 0
    for shop in "ab":
        one.done("apply", "--auto-approve", "--shop", shop)
        assert one.run("plan", "--detailed-exitcode", "--shop", shop).exit == 0
    # What the other owns, by its identity and by its id.
    two(one, categories={**mine, "d": only("a", {"name": "Dame"})})
    refused(one, "category.d", RUNS)
    number = one.row("category", "Dame")["category_id"]
    two(one, categories={**mine, "d": only("a", {"name": "Kvinde"})})
    one.write("more.yaml", {"imports": [{"address": "category.d", "id": number}]})
    refused(one, "category.d", RUNS)
    (one.directory / "more.yaml").unlink()
    # Equal keys of two names: only what the other owns by now can be lost.
    two(one, "${env:OTHER}", categories={**mine, "d": only("a", {"name": "Dame"})})
    refused(one, "category.d", [RUNS[0]])
    one.done("state", "rm", "--shop", "b", "category.dame", "category.sko", "supplier.x")
    assert one.run("plan", "--shop", "a", OTHER="sandbox").exit == 0
    two(one, "${env:OTHER}", categories={"men": herre})
    assert one.run("plan", "--shop", "a", OTHER="another").exit == 0


def test_one_state_of_two_shops_is_refused_however_it_is_written(one: Project) -> None:
    shop = {"url": one.sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
    for first, second in (("state/x.json", "./state/x.json"), ("state/b.json", "")):
        shops = {
            "a": {**shop, "state": first},
            "b": {**shop, **({"state": second} if second else {})},
        }
        one.write("shopform.yaml", {"shops": shops})
        run = one.run("validate")
        assert (run.exit, "share the state" in words(run)) == (10, True), run.text
