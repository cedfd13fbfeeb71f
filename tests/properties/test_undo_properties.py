"""Random runs are undone: the shop is as it was, and the state manages what it managed."""

import json
import re
from typing import Any

import pytest
from declarations import Sections, pairs
from hypothesis import HealthCheck, Phase, given, settings
from line import Line, line, warnings
from oracle import STRANGERS, assert_holds, draw_pictures, strangers
from undoing import recorded, undone

from shopform.kinds.standard import STANDARD
from shopform.model.plan import Change, FieldChange, Plan

gate = settings(
    max_examples=6,
    phases=(Phase.explicit, Phase.generate),
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
wide = settings(gate, max_examples=500, derandomize=False)
NUMBER = re.compile(r"'id': \d+, ")
LEAVE = {"allow_delete": {kind.name: 1000 for kind in STANDARD.kinds}}

Pair = tuple[Sections, Sections]


def managed(one: Line) -> dict[str, list[str]]:
    """The fields that the state remembers of each address."""
    path = one.directory / "state" / "demo.json"
    held = json.loads(path.read_text())["resources"] if path.exists() else {}
    return {address: sorted(entry.get("sent", {})) for address, entry in held.items()}


def told(plan: Plan) -> list[Any]:
    """What a plan does, whatever ids the pictures have."""
    return [
        (change.address, change.action, change.previous, [shown(f) for f in by_name(change)])
        for change in plan.changes
    ]


def by_name(change: Change) -> list[FieldChange]:
    return sorted(change.fields, key=lambda field: field.name)


def shown(field: FieldChange) -> tuple[object, ...]:
    before = None if field.name == "images" else field.before
    return field.name, before, NUMBER.sub("", str(field.after))


def canonical(part: Any) -> Any:
    """With the line ends that the state remembers: which of them a text had is nobody's memory."""
    if isinstance(part, dict):
        return {name: canonical(inner) for name, inner in part.items()}
    return part.replace("\r\n", "\n").replace("\r", "\n") if isinstance(part, str) else part


def there_and_back(pair: Pair) -> None:
    before, after = map(canonical, pair)
    with line(seed=STRANGERS, parallelism=4) as one:
        draw_pictures(one)
        untouched = strangers(one)
        one.declare(**before)
        one.settle(**LEAVE)
        fields = managed(one)
        one.declare(**after)
        run, made = recorded(one, **LEAVE)
        done = managed(one)

        again, back, _ = undone(one, run, **LEAVE)
        assert warnings(back) == [] or set(warnings(back)) <= {
            "page-moved",
            "path-ceases",
            "still-referred",
        }
        assert managed(one) == fields
        assert strangers(one) == untouched
        one.declare(**before)
        assert_holds(one, before)
        one.assert_settled()

        one.declare(**after)
        assert told(one.plan(**LEAVE)) == told(made)
        undone(one, again, **LEAVE)
        assert managed(one) == done
        assert_holds(one, after)
        one.assert_settled()


@given(pairs())
@gate
def test_a_run_that_is_undone_leaves_nothing_behind(pair: Pair) -> None:
    there_and_back(pair)


@pytest.mark.wide
def test_many_more_are_undone() -> None:
    given(pairs())(wide(there_and_back))()
