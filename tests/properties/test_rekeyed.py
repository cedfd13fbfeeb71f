"""Other keys for everything there is: nothing is sent, and every object keeps its id."""

from typing import Any

from by_rows import linked
from declarations import Sections, projects
from hypothesis import HealthCheck, given, settings
from line import line
from oracle import draw_pictures

from shopform.kinds.standard import STANDARD
from shopform.model.plan import WRITES

ROWS = {row.name: row for kind in STANDARD.kinds for row in kind.rows if row.type.targets}
NESTED = frozenset(kind.section for kind in STANDARD.kinds if kind.nesting)


def rekeyed(found: dict[str, Any]) -> dict[str, Any]:
    return {f"{key}-2": other(fields) for key, fields in found.items()}


def other(fields: dict[str, Any]) -> dict[str, Any]:
    changed = dict(fields)
    for name, value in fields.items():
        if name in NESTED:
            changed[name] = rekeyed(value)
        elif name in ROWS and value:
            changed[name] = linked(ROWS[name], value, lambda _, key: f"{key}-2")
    return changed


@given(projects())
@settings(
    max_examples=8,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_other_keys_cost_nothing(before: Sections) -> None:
    with line(parallelism=4) as one:
        draw_pictures(one)
        one.declare(**before)
        one.settle()
        held = {kind.name: one.rows(kind.name) for kind in STANDARD.kinds}
        one.declare(**{section: rekeyed(found) for section, found in before.items()})
        one.sandbox.reset_log()
        made, outcome = one.apply()
        assert {step.op for step in made.steps}.isdisjoint(WRITES)
        assert not outcome.failed
        assert one.writes() == []
        assert {kind.name: one.rows(kind.name) for kind in STANDARD.kinds} == held
        one.assert_settled()
