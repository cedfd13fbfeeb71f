"""A plan that the day cannot hold says when it fits, and how many days it takes."""

import pytest

from shopform.diagnostics import Severity
from shopform.kinds.standard import STANDARD
from shopform.model.plan import Calls, Op, Plan, Step
from shopform.model.values import Address
from shopform.planning.checks.call_budget import NextDay, check_budget

MIDNIGHT = "Tue 2026-12-01 00:00 (Europe/Copenhagen)"
RAISE = "raise the limit in the shop and `daily_calls` here"


def plan(writes: int, verify: int) -> Plan:
    steps = tuple(
        Step(key=f"b{n}", op=Op.CREATE, address=Address.of("brand", f"b{n}")) for n in range(writes)
    )
    return Plan(catalogue=STANDARD, steps=steps, calls=Calls(write=writes, verify=verify))


def said(writes: int, today: int, tomorrow: int, *, partial: bool = False, verify: int = 10) -> str:
    next_day = NextDay(MIDNIGHT, tomorrow)
    made = check_budget(
        plan(writes, verify), today=today, run=None, next_day=next_day, partial=partial, soft=False
    )
    (found,) = made.diagnostics
    assert found.severity is (Severity.WARNING if partial else Severity.ERROR)
    assert f"the plan needs {writes + verify:,} more calls" in found.summary
    assert f"and {max(0, today):,} are left for them today" in found.summary
    return found.hint


@pytest.mark.parametrize(
    ("writes", "today", "tomorrow", "hint"),
    [
        (3390, 1200, 9990, f"it fits after {MIDNIGHT}, or in 2 days with `--partial`"),
        (3390, 3399, 3400, f"it fits after {MIDNIGHT}, or in 2 days with `--partial`"),
        (3390, 3399, 3399, "it fits in 2 days with `--partial`"),
        (3390, 10, 3400, f"it fits after {MIDNIGHT}"),
        (3390, -5, 3400, f"it fits after {MIDNIGHT}"),
        (3390, 1200, 990, "it fits in 4 days with `--partial`"),
        (3390, 0, 990, "it fits in 4 days with `--partial`"),
        (3390, 0, 10, f"it fits no day: {RAISE}"),
        (3390, 0, -3, f"it fits no day: {RAISE}"),
    ],
)
def test_a_plan_that_is_refused_says_when_it_fits(
    writes: int, today: int, tomorrow: int, hint: str
) -> None:
    assert said(writes, today, tomorrow) == f"{hint}; `--target` limits the plan"


@pytest.mark.parametrize(
    ("today", "tomorrow", "calls", "days"),
    [
        (1200, 9990, "1,190", "1 more day"),
        (1200, 990, "1,190", "3 more days"),
        (4, 9990, "0", "1 more day"),
    ],
)
def test_a_partial_run_says_what_it_makes_and_when_the_rest_fits(
    today: int, tomorrow: int, calls: str, days: str
) -> None:
    made = f"the run makes {calls} calls and reserves 10 to verify"
    hint = f"{made}; the rest takes {days} from {MIDNIGHT}"
    assert said(3390, today, tomorrow, partial=True) == hint


def test_a_plan_that_fits_says_nothing() -> None:
    next_day = NextDay(MIDNIGHT, 0)
    made = check_budget(plan(5, 2), today=7, run=7, next_day=next_day, partial=False, soft=False)
    assert made.diagnostics == ()
