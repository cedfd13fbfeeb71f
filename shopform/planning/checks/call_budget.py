"""Check that the remaining calls suffice for a plan. Pure."""

from dataclasses import replace

from shopform.diagnostics import Diagnostic, error, warning
from shopform.errors import BudgetSpent
from shopform.model.plan import Plan

CODE = BudgetSpent.code


def check_budget(plan: Plan, *, today: int, run: int | None, partial: bool, soft: bool) -> Plan:
    """Return the plan, refused if it needs more calls than the day or `--max-calls` leaves.

    `today` and `run` are the remaining calls. Earlier messages about the budget are replaced.
    With `partial` the run stops once they are spent; with `soft` the message is a warning.
    """
    kept = tuple(each for each in plan.diagnostics if each.code != CODE)
    needed = plan.calls.write + plan.calls.verify
    found: list[Diagnostic] = []
    for room, where in (
        (today, "are left for them today"),
        (run, "are left for them of `--max-calls`"),
    ):
        if not needed or room is None or needed <= room:
            continue
        summary = (
            f"the plan needs {needed:,} more calls, {plan.calls.write:,} of them to write, and"
            f" {max(0, room):,} {where}"
        )
        if partial:
            found.append(warning(CODE, summary, hint="the run stops when they are spent"))
        else:
            hint = (
                "allow more calls, limit the plan with `--target`, or pass `--partial` to apply"
                " what fits and the rest another day"
            )
            found.append((warning if soft else error)(CODE, summary, hint=hint))
    return replace(plan, diagnostics=(*kept, *found[:1]))
