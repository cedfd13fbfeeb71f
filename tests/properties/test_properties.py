"""Random shops through the whole line: files, HTTP, plan, apply, and the shop itself."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from declarations import Sections, pairs
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from line import Line, described, line
from oracle import STRANGERS, assert_holds, draw_pictures, strangers

from shopform.errors import ShopformError
from shopform.kinds.standard import STANDARD
from shopform.model.plan import Plan
from shopform.render.json.plan_document import document
from shopform.render.text.plan_text import render_plan

gate = settings(
    max_examples=8,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    database=None,
    suppress_health_check=list(HealthCheck),
)
wide = settings(gate, max_examples=1000, derandomize=False, phases=tuple(Phase))

Pair = tuple[Sections, Sections]
LEAVE = {"allow_delete": {kind.name: 1000 for kind in STANDARD.kinds}}
FAULTS = (
    *("drop", "lose", "500", "500_after", "garble", "cut", "html", "html_after"),
    *("empty", "short", "double"),
)


@contextmanager
def shop(**arguments: Any) -> Iterator[Line]:
    with line(seed=STRANGERS, parallelism=4, **arguments) as one:
        draw_pictures(one)
        yield one


def two_declarations(pair: Pair, data: st.DataObject) -> None:
    """One project, then the other: the shop holds what is declared and what it held of others.

    The plan does not depend on the order of files, of sections or of keys.
    """
    before, after = pair
    with shop() as one:
        untouched = strangers(one)
        one.declare(**before)
        empty = one.snapshot()
        one.settle(**LEAVE)
        assert_holds(one, before)
        assert strangers(one) == untouched
        known = one.snapshot()
        one.declare(**after)
        made = one.plan(**LEAVE)
        assert_same_from_snapshots(one, made, empty, known)
        spread(one, after, data)
        assert_same(one.settle(**LEAVE), made)
        assert_holds(one, after)
        assert strangers(one) == untouched


def spread(one: Line, sections: Sections, data: st.DataObject) -> None:
    """A file for each section, in any order, with its keys in any order.

    But pages of one kind whose paths the shop makes are created in the order of the files, so they
    keep it.
    """
    (one.directory / "catalogue.yaml").unlink()
    for number, section in enumerate(data.draw(st.permutations(sorted(sections)))):
        keys = list(sections[section])
        if not made_by_the_shop(section, sections[section]):
            keys = data.draw(st.permutations(sorted(keys)), label=section)
        content = {section: {key: sections[section][key] for key in keys}}
        one.write(f"{number}.yaml", content)


def made_by_the_shop(section: str, entries: Mapping[str, Any]) -> bool:
    kind = next(kind for kind in STANDARD.kinds if kind.section == section)
    return bool(kind.slug) and sum(not each.get(kind.path) for each in entries.values()) > 1


def assert_same(again: Plan, made: Plan) -> None:
    assert [described(step) for step in again.steps] == [described(s) for s in made.steps]
    assert again.digest == made.digest
    left = replace(again.calls, left=made.calls.left)
    assert _text(replace(again, calls=left)) == _text(made)


def assert_same_from_snapshots(one: Line, made: Plan, *snapshots: bytes) -> None:
    """What is read where something changed since gives the plan of the whole shop."""
    for each in snapshots:
        found = one.changed(each, **LEAVE)
        assert found.coverage is not None
        assert found.calls.read <= made.calls.read
        assert document(replace(found, coverage=None, calls=made.calls)) == document(made)


def _text(plan: Plan) -> str:
    return render_plan(plan, color=False)


def one_fault(pair: Pair, fault: str) -> None:
    """One request goes wrong; running again ends as if none had, with nothing twice."""
    before, after = pair
    with shop() as one:
        untouched = strangers(one)
        one.declare(**before)
        one.settle(**LEAVE)
        one.declare(**after)
        one.sandbox.reset_log()
        one.sandbox.set_fault(fault)
        try:
            one.apply(**LEAVE)
        except ShopformError:
            pass
        except AssertionError:
            assert one.writes() == []  # the plan was refused for a read that was not whole
        one.sandbox.clear_faults()
        one.sandbox.reset_log()
        one.settle(**LEAVE)
        assert_holds(one, after)
        assert strangers(one) == untouched


fault = st.builds("{}:{}".format, st.integers(1, 40), st.sampled_from(FAULTS))


@given(pairs(), st.data())
@gate
def test_shop_becomes_what_is_declared_in_any_order(pair: Pair, data: st.DataObject) -> None:
    two_declarations(pair, data)


@given(pairs(), fault)
@gate
def test_one_fault_is_mended_by_the_next_run(pair: Pair, fault: str) -> None:
    one_fault(pair, fault)


@pytest.mark.wide
@pytest.mark.parametrize(
    ("check", "drawn"),
    [(two_declarations, (st.data(),)), (one_fault, (fault,))],
    ids=["pairs", "faults"],
)
def test_many_more(check: Callable[..., None], drawn: tuple[st.SearchStrategy[Any], ...]) -> None:
    given(pairs(), *drawn)(wide(check))()
