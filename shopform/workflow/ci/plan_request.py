"""Plan in CI, for a request that people review."""

from pathlib import Path

from shopform.errors import Refused, StateError
from shopform.forge.ci_run import CiRun
from shopform.planning.scope import Options
from shopform.workflow.open_project import open_workspace, validate
from shopform.workflow.plan.plan_sources import Fresh
from shopform.workflow.records.reviewed_plans import keep_plan
from shopform.workflow.requests import FromSnapshot, ReadLimits, RunResult
from shopform.workflow.run.drift_patch import find_drift
from shopform.workflow.run.propose_plan import propose, propose_offline
from shopform.workflow.workspace import LoadedProject


def review_of(number: str, head: str) -> str:
    """Return the name under which the plan of a request is kept, by the last commit of it."""
    return f"pr-{number}/{head}"


def plan_request(
    loaded: LoadedProject,
    run: CiRun,
    limits: ReadLimits,
    options: Options,
    known: FromSnapshot,
    *,
    out: Path,
    detailed: bool,
) -> RunResult | None:
    """Plan for the request of a run, save the plan to `out`, and keep it for the apply.

    The files of a fork may name any server, so they are validated only, or planned from the
    snapshot, and get no key even if the run has one; None is returned if there is no plan.
    """
    if run.fork and known.snapshot:
        return propose_offline(loaded, known, options, out=out, detailed=detailed)
    if run.fork:
        validate(loaded)
        return None
    workspace = open_workspace(loaded, once=True)
    result = propose(Fresh(workspace, options), limits, out=out, detailed=detailed)
    if run.request and run.head and workspace.shop.remote:
        try:
            keep_plan(workspace, result.plan, review_of(run.request, run.head))
        except StateError as problem:
            # The credentials of this job may be for reading; the saved plan is in the file too.
            workspace.observer.warn(problem.diagnostics)
    return result


def check_drift(
    loaded: LoadedProject, run: CiRun, limits: ReadLimits, options: Options
) -> RunResult:
    """Compare the shop with the state."""
    require_own_files(run)
    result, _ = find_drift(open_workspace(loaded), limits, options, None)
    return result


def require_own_files(run: CiRun) -> None:
    """Raise Refused for a run with the files of a fork, which may send the key to any server."""
    if run.fork:
        raise Refused(
            f"{run.title} is of a fork, whose files get no key",
            hint="run this on the main branch, after the merge",
        )
