"""The exit code of every outcome, in every output format."""

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
    StateError,
    Unreachable,
)
from shopform.model.plan import Outcome, Plan
from shopform.planning.checks.key_rights import CODE as KEY_RIGHTS

CHANGES = 2
# The exit code of a run on several shops is the first of these: the most urgent one.
PRECEDENCE = (130, 64, 10, 1, 14, 16, 18, 19, 17, 15, 13, 12, 11, CHANGES, 0)
READS = "read-incomplete"
CONFLICT = "promote-conflict"  # as a warning: everything else is applied
OWN_CODE = (AccessRefused, BudgetSpent, Interrupted)
ALONE = {BudgetSpent.code: BudgetSpent.exit_code, KEY_RIGHTS: AccessRefused.exit_code}
BY_CODE = {
    error.code: error.exit_code
    for error in (ShopChanged, ShopError, Unreachable, Nonsense, OutcomeUnknown)
}


def plan_exit(plan: Plan, *, detailed: bool = False) -> int:
    """Return the code of a plan: an error, else a refusal, else skipped conflicts, else changes."""
    codes = {d.code for d in plan.diagnostics if d.severity is Severity.ERROR}
    if READS in codes:
        return ShopError.exit_code
    if codes:
        return ALONE.get(min(codes), Refused.exit_code) if len(codes) == 1 else Refused.exit_code
    if any(d.code == CONFLICT for d in plan.diagnostics):
        return PartlyApplied.exit_code
    return CHANGES if detailed and plan.differs else 0


def several_exit(codes: Iterable[int]) -> int:
    return min(codes, key=PRECEDENCE.index, default=0)


def outcome_exit(outcome: Outcome) -> int:
    """Return the code of an apply: that of the stop, or by the steps that ran."""
    stopped = outcome.stopped
    if isinstance(stopped, OWN_CODE):
        return stopped.exit_code
    if not stopped and not outcome.failed:
        return 0
    unstored = isinstance(stopped, StateError)
    if outcome.applied and (outcome.failed or outcome.not_run or unstored):
        return PartlyApplied.exit_code
    if stopped:
        return stopped.exit_code
    return BY_CODE.get(outcome.failed[0].diagnostic.code, 1)
