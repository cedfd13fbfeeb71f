"""The project's own rules."""

from typing import Any

import pytest
from worlds import World, errors, ref, warnings

from shopform.diagnostics import Span
from shopform.errors import UsageError
from shopform.model.plan import Plan
from shopform.model.shop import PolicyRule, Rules
from shopform.model.values import CHANGE_WORDS, Secret

PLACE = Span("shopform.yaml", 9, 5)
OWN = Span("catalogue.yaml", 3, 3)


def ruled(*rules: dict[str, Any]) -> World:
    made = tuple(PolicyRule(**{"name": "house-rule", "span": PLACE, **rule}) for rule in rules)
    return World(rules=Rules(rules=made))


def denied(*words: str, **more: Any) -> World:
    return ruled({"deny": frozenset(words), **more})


def told(made: Plan) -> list[tuple[str, Span | None, str]]:
    return [(d.summary, d.span, d.hint) for d in made.diagnostics if d.code == "policy-refused"]


def test_a_denied_change_is_refused_at_its_place_and_shown() -> None:
    world = denied("update", kinds=frozenset({"brand"}), message="brands are frozen")
    world.declare("brand.a", name="A", span=OWN).live("brand", 1, name="B").owned("brand.a", 1)
    made = world.plan()
    assert len(made.changes) == 1
    assert told(made) == [
        (
            "the rule `house-rule` refuses update of `brand.a`",
            OWN,
            "`--allow house-rule` allows it this once",
        )
    ]
    assert made.diagnostics[0].detail == "brands are frozen"
    assert made.diagnostics[0].address == "brand.a"


def test_what_is_not_declared_has_the_place_of_the_rule_and_is_told_together() -> None:
    world = denied("delete").there("brand.a", 1, name="A").there("brand.b", 2, name="B")
    assert [t[:2] for t in told(world.plan())] == [
        ("the rule `house-rule` refuses delete of 2 objects: `brand.a`, `brand.b`", PLACE)
    ]


def test_a_rule_holds_for_its_kinds_and_shops_only() -> None:
    for more in ({"kinds": frozenset({"supplier"})}, {"shops": frozenset({"production"})}):
        world = denied("delete", **more).there("brand.a", 1, name="A")
        assert errors(world.plan()) == []
    world = denied("delete", shops=frozenset({"demo"})).there("brand.a", 1, name="A")
    assert errors(world.plan()) == ["policy-refused"]


def test_a_rule_is_lifted_by_its_name_and_no_other() -> None:
    rules: list[dict[str, Any]] = [
        {"deny": frozenset({"delete"})},
        {"deny": frozenset({"delete"}), "name": "other"},
    ]
    world = ruled(*rules).there("brand.a", 1, name="A")
    assert errors(world.plan(allow=("house-rule", "other"))) == []
    assert [t[0] for t in told(world.plan(allow=("other",)))] == [
        "the rule `house-rule` refuses delete of 1 object: `brand.a`"
    ]


def test_leave_for_a_rule_that_is_not_there_is_a_mistake() -> None:
    with pytest.raises(UsageError) as caught:
        denied("delete").plan(allow=("house-rul",))
    assert caught.value.diagnostics[0].hint == "did you mean `house-rule`?"
    with pytest.raises(UsageError):
        World().plan(allow=("any",))


def test_rules_hold_for_destroy_too() -> None:
    world = denied("delete").settled("brand.a", 1, name="A")
    assert errors(world.plan(destroy=True)) == ["policy-refused"]
    assert errors(world.plan(destroy=True, allow=("house-rule",))) == []


def test_a_replacement_is_a_deletion_and_no_creation() -> None:
    for word, refused in (("delete", True), ("replace", True), ("create", False)):
        world = denied(word).settled("brand.a", 1, name="A")
        assert world.plan(replace=("brand.a",)).refused is refused


@pytest.mark.parametrize(("count", "refused"), [(2, False), (3, True)])
def test_more_changes_than_the_limit_are_refused(count: int, refused: bool) -> None:
    world = ruled({"deny": frozenset(CHANGE_WORDS), "limit": 2})
    for number in range(1, count + 1):
        world.declare(f"brand.b{number}", name=f"B{number}")
    made = world.plan()
    assert made.refused is refused
    named = "`brand.b1`, `brand.b2`, `brand.b3`"
    said = f"the rule `house-rule` refuses 3 objects: {named}, more than 2"
    assert [t[:2] for t in told(made)] == ([(said, PLACE)] if refused else [])


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("https://erp.example.dk/hook", False),
        ("https://erp.example.dk.evil.dk/hook", True),
        ("HTTPS://ERP.EXAMPLE.DK/hook", True),
    ],
)
def test_a_field_must_match_one_of_the_patterns(url: str, refused: bool) -> None:
    patterns = ("https://erp.example.dk/*", "https://other.dk/*")
    world = ruled({"field": "url", "allow": patterns, "kinds": frozenset({"webhook"})})
    made = world.declare("webhook.erp", url=url, events=("paid",), span=OWN).plan()
    assert made.refused is refused
    what = f"`{url}` as `url` of `webhook.erp`, which matches nothing it allows"
    said = f"the rule `house-rule` refuses {what}"
    assert [t[:2] for t in told(made)] == ([(said, OWN)] if refused else [])


def test_a_field_that_stays_as_it_is_draws_a_warning_only() -> None:
    world = ruled({"field": "name", "forbid": ("Test*",)}).settled("brand.a", 1, name="Test 1")
    made = world.plan()
    assert made.empty
    assert (errors(made), warnings(made)) == ([], ["policy-broken"])
    assert warnings(world.plan(allow=("house-rule",))) == []


def test_a_field_that_changes_or_is_taken_over_or_made_anew_is_refused() -> None:
    rule = {"field": "name", "forbid": ("Test*",)}
    changed = ruled(rule).declare("brand.a", name="Test").owned("brand.a", 1, name="A")
    assert errors(changed.live("brand", 1, name="A").plan()) == ["policy-refused"]
    imported = ruled(rule).declare("brand.a", name="Test").live("brand", 1, name="Test")
    assert errors(imported.plan()) == ["policy-refused"]
    settled = ruled(rule).settled("brand.a", 1, name="Test")
    assert errors(settled.plan(replace=("brand.a",))) == ["policy-refused"]


def test_fields_that_are_not_declared_are_not_held_to_it() -> None:
    world = ruled({"field": "tag", "allow": ("x",)})
    assert errors(world.settled("category.a", 1, name="A", parent=None).plan()) == []


def test_every_item_of_a_set_and_the_key_of_a_reference_count() -> None:
    world = ruled({"field": "events", "forbid": ("order*",)})
    world.declare("webhook.a", url="https://a.dk", events=("paid", "order_created"))
    assert len(told(world.plan())) == 1
    world = ruled({"field": "parent", "forbid": ("archive",)})
    world.declare("category.archive", name="Arkiv")
    world.declare("category.a", name="A", parent=ref("category.archive"))
    assert len(told(world.plan())) == 1


def test_a_secret_is_held_to_the_rule_and_not_shown() -> None:
    hidden = Secret("https://x.dk/${env:HOOK}", "https://x.dk/canary")
    world = ruled({"field": "url", "allow": ("https://erp.dk/*",)})
    made = world.declare("webhook.a", url=hidden, events=()).plan()
    assert errors(made) == ["policy-refused"]
    assert "canary" not in repr(made.diagnostics)
    world = ruled({"field": "url", "allow": ("https://x.dk/*",)})
    assert errors(world.declare("webhook.a", url=hidden, events=()).plan()) == []
