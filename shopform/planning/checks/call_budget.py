"""Check that the remaining calls suffice for a plan, and say when they will. Pure."""

from dataclasses import replace
from typing import NamedTuple

from shopform.diagnostics import Diagnostic, error, plural, warning
from shopform.errors import BudgetSpent
from shopform.model.plan import Plan
from shopform.planning.call_costs import reserved_calls

CODE = BudgetSpent.code
NARROWER = "`--target` limits the plan"


class NextDay(NamedTuple):
    """The next day of the count: when it begins, and its calls after the shop was read again."""

    begins: str
    calls: int


def check_budget(
    plan: Plan, *, today: int, run: int | None, next_day: NextDay, partial: bool, soft: bool
) -> Plan:
    """Return the plan, refused if it needs more calls than the day or `--max-calls` leaves.

    `today` and `run` are the remaining calls. Earlier messages about the budget are replaced.
    With `partial` the run stops once they are spent; with `soft` the message is a warning.
    """
    kept = tuple(each for each in plan.diagnostics if each.code != CODE)
    needed = plan.calls.write + plan.calls.verify
    found: list[Diagnostic] = []
    for room, where, hint in (
        (today, "are left for them today", _another_day(plan, today, next_day, partial)),
        (run, "are left under `--max-calls`", _another_run(plan, run or 0, partial)),
    ):
        if not needed or room is None or needed <= room:
            continue
        summary = (
            f"the plan needs {needed:,} more calls, {plan.calls.write:,} of them to write, and"
            f" {max(0, room):,} {where}"
        )
        found.append((warning if partial or soft else error)(CODE, summary, hint=hint))
    return replace(plan, diagnostics=(*kept, *found[:1]))


def _another_run(plan: Plan, room: int, partial: bool) -> str:
    if partial:
        return f"{_fitting(plan, room)}; the next run continues"
    return (
        f"allow more calls, or pass `--partial` to apply what fits and the rest another day;"
        f" {NARROWER}"
    )


def _another_day(plan: Plan, today: int, next_day: NextDay, partial: bool) -> str:
    """Say when a plan fits that does not fit today, as far as the count of the days is right."""
    reserve = reserved_calls(plan)
    work = plan.calls.write + plan.calls.verify - reserve
    each = next_day.calls - reserve
    if each <= 0:
        return f"it fits no day: raise the limit in the shop and `daily_calls` here; {NARROWER}"
    first = max(0, today - reserve)
    days = -(-(work - first) // each)
    if partial:
        more = f"the rest takes {plural(days, 'more day')} from {next_day.begins}"
        return f"{_fitting(plan, today)}; {more}"
    fits = [f"after {next_day.begins}"] if work <= each else []
    if days + (first > 0) > 1:
        fits.append(f"in {days + (first > 0)} days with `--partial`")
    return f"it fits {', or '.join(fits)}; {NARROWER}"


def _fitting(plan: Plan, room: int) -> str:
    reserve = reserved_calls(plan)
    fitting = max(0, room - reserve)
    return f"the run makes {plural(fitting, 'call')} and reserves {reserve:,} to verify"
