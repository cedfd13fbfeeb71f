"""Make a plan that is shown or saved, but not applied."""

from pathlib import Path

from shopform.model.plan import Plan
from shopform.planning.scope import Options
from shopform.workflow.open_project import open_offline
from shopform.workflow.plan.plan_checks import check_plan
from shopform.workflow.plan.plan_sources import PlanSource
from shopform.workflow.plan.refresh import connected
from shopform.workflow.records.plan_file import write_plan
from shopform.workflow.records.reviewed_plans import record_digests
from shopform.workflow.requests import FromSnapshot, ReadLimits, RunResult
from shopform.workflow.run.exit_codes import plan_exit
from shopform.workflow.workspace import LoadedProject, Workspace


def propose_offline(
    loaded: LoadedProject,
    known: FromSnapshot,
    options: Options,
    *,
    out: Path | None = None,
    detailed: bool = False,
) -> RunResult:
    """Make a plan from the file of a snapshot, and save it to `out` if given.

    Needs no key, no secret and no network. The plan is never applied, and its digest is not
    recorded as that of a plan that may be. Raises UsageError without the file or for the snapshot
    of another shop, and ShopformError if it is damaged.
    """
    from shopform.workflow.plan.from_snapshot import plan_offline
    from shopform.workflow.records.snapshot_file import read_snapshot

    workspace = open_offline(loaded)
    snapshot = read_snapshot(
        workspace.directory, known.snapshot or Path(), workspace.shop.catalogue
    )
    made = plan_offline(workspace, snapshot, options, max_age=known.max_age)
    made = check_plan(made, None, workspace, saved=bool(out))
    return _saved(workspace, made, out, detailed)


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
    return _saved(workspace, made, out, detailed)


def _saved(workspace: Workspace, made: Plan, out: Path | None, detailed: bool) -> RunResult:
    """Save a plan to `out` if given, and return it."""
    if out:
        write_plan(workspace.directory, out, made)
    return RunResult(shop=workspace.shop, plan=made, exit_code=plan_exit(made, detailed=detailed))
