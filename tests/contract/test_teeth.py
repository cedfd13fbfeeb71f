"""Take each fact by which a kind is reconciled away in turn: something must turn red."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

import pytest
from battery import SCENARIOS, Scenario, lives_of
from support import sampled

from shopform.config.compile.kind_models import model_of
from shopform.kinds import Kind
from shopform.kinds.base import Field
from shopform.kinds.field_types import Text
from shopform.kinds.standard import STANDARD

Mutant = tuple[str, Kind, Kind]
# How files are read stays as it is, as does what the server is asked, and what doctor makes of it.
ASIDE = {"name", "section", "about", "wire", "rows", "from_wire", "to_wire", "probe"}
OF_A_ROW = {"type", "default", "known", "local", "generated"}
MODELS = [model_of(STANDARD, kind) for kind in STANDARD.kinds]


def mutants() -> Iterator[Mutant]:
    """Every kind with one of its facts taken away. What a new field holds is a fact too."""
    for kind in STANDARD.kinds:
        for each in fields(Kind):
            if each.name not in ASIDE:
                for what, less in _less(each.name, getattr(kind, each.name)):
                    yield f"{kind.name}-{what}", kind, changed(kind, each.name, less)
        for number, row in enumerate(kind.rows):
            for what, less in _poorer(row):
                rows = (*kind.rows[:number], less, *kind.rows[number + 1 :])
                yield f"{kind.name}-{row.name}-{what}", kind, changed(kind, "rows", rows)


def changed(part: Any, name: str, less: Any) -> Any:
    return replace(part, **{name: less})


def _less(name: str, fact: Any) -> Iterator[tuple[str, Any]]:
    """What is left of a fact when one part of it is gone."""
    if not fact:
        return
    if isinstance(fact, str | int):
        yield name, type(fact)()
    elif isinstance(fact, tuple):
        for part in fact:
            shown = ",".join(sorted(part)) if isinstance(part, frozenset) else part
            yield f"{name}-{shown}", tuple(other for other in fact if other != part)
    else:
        yield name, None
        for part in fields(fact):
            if part.name not in ("kind", "section", "about", "source", "target") and getattr(
                fact, part.name
            ):
                yield f"{name}-{part.name}", replace(fact, **{part.name: part.default})


def _poorer(row: Field) -> Iterator[tuple[str, Field]]:
    """A row without one of its facts."""
    if row.type.name != Text.name:  # a choice is compared as text is
        yield "type", replace(row, type=Text())
    for each in fields(Field):
        if each.name in OF_A_ROW - {"type"} and getattr(row, each.name) != each.default:
            yield each.name, changed(row, each.name, each.default)


@contextmanager
def in_force(kind: Kind, less: Kind) -> Iterator[None]:
    """Every room holds the same Kind, so that changing it in place changes it for all."""
    before = dict(vars(kind))
    vars(kind).clear()
    vars(kind).update(vars(less))
    try:
        yield
    finally:
        vars(kind).clear()
        vars(kind).update(before)


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


@pytest.mark.parametrize("number", sampled(range(len(MUTANTS)), 8), ids=[m[0] for m in MUTANTS])
def test_no_fact_can_be_missed(number: int) -> None:
    _, kind, less = MUTANTS[number]
    with in_force(kind, less):
        assert any(red(scenario) for scenario in lives_of(kind.name))


def test_every_kind_has_facts_that_are_tried() -> None:
    assert {kind.name for _, kind, _ in MUTANTS} == {kind.name for kind in STANDARD.kinds}
