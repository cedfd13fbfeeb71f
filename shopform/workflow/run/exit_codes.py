"""The exit code of every outcome, in one place, the same for every form of output."""

from collections.abc import Iterable

from shopform.diagnostics import Severity
from shopform.errors import (
    AccessRefused,
    BudgetSpent,
    Interrupted,
    Nonsense,
    OutcomeUnknown,
    PartlyApplied,
    Refused,
    ShopChanged,
    ShopError,
    Unreachable,
)
from shopform.model.plan import Outcome, Plan

CHANGES = 2
# Of several shops' codes the first of these is the run's: what cannot wait for a person.
PRECEDENCE = (130, 64, 10, 1, 14, 16, 18, 17, 15, 13, 12, 11, CHANGES, 0)
READS = "read-incomplete"
CONFLICT = "promote-conflict"  # as a warning: the plan does all but this
OWN_CODE = (AccessRefused, BudgetSpent, Interrupted)
BY_CODE = {
    error.code: error.exit_code
    for error in (ShopChanged, ShopError, Unreachable, Nonsense, OutcomeUnknown)
}


def plan_exit(plan: Plan, *, detailed: bool = False) -> int:
    """An error beats a refusal, a refusal beats what is left aside, and that beats changes."""
    codes = {d.code for d in plan.diagnostics if d.severity is Severity.ERROR}
    if READS in codes:
        return ShopError.exit_code
    if codes:
        return BudgetSpent.exit_code if codes == {BudgetSpent.code} else Refused.exit_code
    if any(d.code == CONFLICT for d in plan.diagnostics):
        return PartlyApplied.exit_code
    return CHANGES if detailed and plan.differs else 0


def several_exit(codes: Iterable[int]) -> int:
    """One code for several shops: the one that most needs somebody to look."""
    return min(codes, key=PRECEDENCE.index, default=0)


def outcome_exit(outcome: Outcome) -> int:
    """A stop that has a code of its own keeps it; otherwise what was applied decides."""
    stopped = outcome.stopped
    if isinstance(stopped, OWN_CODE):
        return stopped.exit_code
    if not stopped and not outcome.failed:
        return 0
    if outcome.applied and (outcome.failed or outcome.not_run):
        return PartlyApplied.exit_code
    if stopped:
        return stopped.exit_code
    return BY_CODE.get(outcome.failed[0].diagnostic.code, 1)
