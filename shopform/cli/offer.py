"""Apply the plan of `undo`, `clone` or `promote` if it can be approved, else show it."""

from pathlib import Path

from shopform.errors import UsageError
from shopform.terminal.console import Console
from shopform.terminal.reporter import Reporter
from shopform.workflow.plan.plan_sources import PlanSource
from shopform.workflow.requests import Approval, ReadLimits, RunResult
from shopform.workflow.run.propose_plan import propose
from shopform.workflow.run.run_plan import carry_out

ADVICE = (
    "Nothing was changed. `--auto-approve` does it; `--out FILE` saves it for"
    " `shopform apply FILE`."
)


def offer(
    reporter: Reporter,
    source: PlanSource,
    limits: ReadLimits,
    approval: Approval,
    *,
    verb: str,
    out: Path | None,
    detailed: bool,
) -> RunResult:
    """Apply a plan that can be approved; otherwise show it, and how to apply it.

    In a format that is a single document, it is only shown.
    """
    console = reporter.console
    check_approval(console, approval)
    approvable = approval.auto_approve or console.interactive
    if out is None and approvable and not console.one_document:
        result = carry_out(source, limits, approval, verb=verb)
        reporter.applied(result)
    else:
        result = propose(source, limits, out=out, detailed=detailed)
        reporter.proposed(result, "" if out else ADVICE)
    return result


def check_approval(console: Console, approval: Approval) -> None:
    """Raise UsageError for an approval in a format that only shows the plan."""
    if approval.auto_approve and console.one_document:
        raise UsageError(
            "only a plan shown as text can be approved",
            hint="save it with `--out FILE`, and `shopform apply FILE`",
        )
