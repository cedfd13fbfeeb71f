"""Take each fact by which a kind is reconciled away in turn: something must turn red."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

import pytest
from battery import SCENARIOS, Scenario, lives_of

from shopform.kinds import KINDS, Kind, Policy

Mutant = tuple[str, Kind, Policy]
WHOLE = frozenset({"known"})  # words of one table: a word more or less is no fact of its own


def mutants() -> Iterator[Mutant]:
    """Every policy with one of its facts taken away. What a new field holds is a fact too."""
    for kind in KINDS:
        for each in fields(Policy):
            for what, less in _less(each.name, getattr(kind.policy, each.name)):
                change: dict[str, Any] = {each.name: less}
                yield f"{kind.name}-{what}", kind, replace(kind.policy, **change)


def _less(name: str, fact: Any) -> Iterator[tuple[str, Any]]:
    """What is left of a fact when one part of it is gone."""
    if not fact:
        return
    if isinstance(fact, str):
        yield name, ""
    elif isinstance(fact, tuple):
        for part in fact:
            yield f"{name}-{part}", tuple(other for other in fact if other != part)
    elif isinstance(fact, Mapping) and name in WHOLE:
        yield name, {}
    elif isinstance(fact, Mapping):
        for part in fact:
            yield f"{name}-{part}", {other: fact[other] for other in fact if other != part}
    else:
        yield name, None
        for part in fields(fact):
            if part.name not in ("kind", "section", "source", "target") and getattr(
                fact, part.name
            ):
                yield f"{name}-{part.name}", replace(fact, **{part.name: part.default})


@contextmanager
def in_force(kind: Kind, policy: Policy) -> Iterator[None]:
    """Every room holds the same Kind, so that changing it in place changes it for all."""
    before = kind.policy
    object.__setattr__(kind, "policy", policy)
    try:
        yield
    finally:
        object.__setattr__(kind, "policy", before)


def red(scenario: Scenario) -> bool:
    try:
        scenario()
    except Exception:  # noqa: BLE001  however it shows
        return True
    return False


MUTANTS = list(mutants())


@pytest.mark.parametrize("scenario", [s for _, s in SCENARIOS], ids=lambda s: s.__name__)
def test_life_is_green_with_all_facts(scenario: Scenario) -> None:
    scenario()


@pytest.mark.parametrize(("kind", "policy"), [m[1:] for m in MUTANTS], ids=[m[0] for m in MUTANTS])
def test_no_fact_can_be_missed(kind: Kind, policy: Policy) -> None:
    with in_force(kind, policy):
        assert any(red(scenario) for scenario in lives_of(kind.name))


def test_every_kind_has_facts_that_are_tried() -> None:
    assert {kind.name for _, kind, _ in MUTANTS} == {kind.name for kind in KINDS}
