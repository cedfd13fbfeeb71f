"""Make a plan that is shown or saved, but not applied."""

from pathlib import Path

from shopform.workflow.plan.plan_checks import check_plan
from shopform.workflow.plan.plan_sources import PlanSource
from shopform.workflow.plan.refresh import connected
from shopform.workflow.records.plan_file import write_plan
from shopform.workflow.records.reviewed_plans import record_digests
from shopform.workflow.requests import ReadLimits, RunResult
from shopform.workflow.run.exit_codes import plan_exit


def propose(
    source: PlanSource, limits: ReadLimits, *, out: Path | None = None, detailed: bool = False
) -> RunResult:
    """Make a plan, and save it to `out` if given. The shop is not changed."""
    workspace = source.workspace
    prior = workspace.store().read()
    with connected(workspace, limits) as connection:
        made = source.plan(connection, prior)
        made = check_plan(made, connection, workspace, saved=bool(out))
    record_digests(made, workspace)
    if out:
        write_plan(workspace.directory, out, made)
    return RunResult(shop=workspace.shop, plan=made, exit_code=plan_exit(made, detailed=detailed))
