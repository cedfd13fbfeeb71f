"""Apply what was reviewed, after the merge."""

from pathlib import Path
from typing import NamedTuple

from shopform.diagnostics import Severity
from shopform.errors import Refused, StalePlan, UsageError
from shopform.forge.ci_run import CiRun
from shopform.forge.forge import MergedRequest
from shopform.forge.open import open_forge
from shopform.model.plan import Plan
from shopform.planning.scope import Options
from shopform.workflow.ci.plan_request import require_own_files, review_of
from shopform.workflow.open_project import open_workspace
from shopform.workflow.plan.plan_sources import Fresh
from shopform.workflow.records.plan_file import parse_plan, read_plan
from shopform.workflow.records.reviewed_plans import saved_plan
from shopform.workflow.requests import Approval, ReadLimits, RunResult
from shopform.workflow.run.run_plan import carry_out
from shopform.workflow.workspace import LoadedProject, Workspace


class ReviewedFile(NamedTuple):
    """Where the reviewed plan is: in the file `given`, or in an artifact as the file `kept`.

    `kept` is relative to the checkout.
    """

    given: Path | None
    kept: str


def apply_reviewed(
    loaded: LoadedProject,
    run: CiRun,
    limits: ReadLimits,
    options: Options,
    file: ReviewedFile,
    *,
    lock_timeout: float,
) -> RunResult:
    """Plan again, and apply the plan if it has nothing that was not reviewed.

    A saved plan is bound to a serial of the state, which each other merge moves, so the reviewed
    plan itself is not applied. Raises StalePlan for another plan, and if none was reviewed.
    """
    require_own_files(run)
    workspace = open_workspace(loaded, once=True)
    if file.given:
        reviewed = read_plan(workspace.directory, file.given, workspace.shop.catalogue)
    else:
        reviewed = _find(workspace, run, file.kept)
    if reviewed.offline or reviewed.refresh_only:
        raise StalePlan("the reviewed plan was not made from the shop and the files")
    if reviewed.refused:
        found = [each for each in reviewed.diagnostics if each.severity is Severity.ERROR]
        raise Refused("the reviewed plan was refused", diagnostics=found)
    approval = Approval(auto_approve=True, reviewed=reviewed, lock_timeout=lock_timeout)
    return carry_out(Fresh(workspace, options), limits, approval, verb="apply")


def _find(workspace: Workspace, run: CiRun, kept: str) -> Plan:
    """Return the plan that was reviewed with the request that made the run's commit."""
    forge = open_forge(run)
    if forge is None:
        raise UsageError(
            "which request was merged is known only with a token of GitHub or GitLab",
            hint="set `GITHUB_TOKEN` or `SHOPFORM_GITLAB_TOKEN`, or give the saved plan as PLAN",
        )
    requests = forge.merged(run.commit)
    for request in requests:
        if request.fork:
            continue
        data = None
        if workspace.shop.remote:  # elsewhere it is a folder, which a commit may fill
            data = saved_plan(workspace, review=review_of(request.number, request.head))
        data = data or forge.saved_plan(request, kept)
        if data is not None:
            name = f"{request.label} at {request.head}"
            return parse_plan(data, Path(name), workspace.shop.catalogue)
    raise _unreviewed(run, requests)


def _unreviewed(run: CiRun, requests: list[MergedRequest]) -> StalePlan:
    if not requests:
        return StalePlan(
            f"no plan was reviewed for the commit {run.commit}: no request was merged by it",
            hint="merge a request whose plan was reviewed, or give the saved plan as PLAN",
        )
    request = requests[0]
    if request.fork:
        return StalePlan(
            f"no plan was reviewed for {request.label}: it is of a fork, whose plans do not count",
            hint="push its commits to a branch of this repository, and have the plan of that"
            " reviewed",
        )
    return StalePlan(
        f"no plan was reviewed for {request.label} at its last commit {request.head}",
        hint="run `shopform ci plan` for it again, if its artifact has expired or the run failed; a"
        " token needs `pull-requests: read` and `actions: read`, or `read_api` on GitLab",
    )
