"""Check that the remaining calls suffice for a plan. Pure."""

from dataclasses import replace

from shopform.diagnostics import Diagnostic, error, warning
from shopform.errors import BudgetSpent
from shopform.model.plan import Plan

CODE = BudgetSpent.code


def budgeted(plan: Plan, *, today: int, run: int | None, partial: bool, soft: bool) -> Plan:
    """Refuse a plan that needs more calls than are left of the day or of `--max-calls`.

    `today` and `run` are the calls left. Earlier messages about the budget are replaced.
    `partial`: the run is to do what fits. `soft`: warn only.
    """
    kept = tuple(told for told in plan.diagnostics if told.code != CODE)
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
                "allow more calls, take a part with `--target`, or `--partial` to begin and go on"
                " another day"
            )
            found.append((warning if soft else error)(CODE, summary, hint=hint))
    return replace(plan, diagnostics=(*kept, *found[:1]))
