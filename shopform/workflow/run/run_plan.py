"""Apply plans, for all commands."""

from contextlib import ExitStack
from dataclasses import replace
from time import time

from shopform.errors import StalePlan
from shopform.model.plan import WRITES, Outcome, Plan, Step
from shopform.model.prior import Prior
from shopform.shop.client import Client
from shopform.state.session import Session
from shopform.workflow.plan.plan_checks import check_apply, require_open
from shopform.workflow.plan.plan_sources import PlanSource
from shopform.workflow.plan.refresh import Connection, connected
from shopform.workflow.records.kept_snapshot import keep_lists, kept_snapshot
from shopform.workflow.records.reviewed_plans import require_digest, require_reviewed
from shopform.workflow.records.run_history import keep_record, run_of
from shopform.workflow.records.run_outcome import keep_outcome
from shopform.workflow.requests import Approval, ReadLimits, RunResult
from shopform.workflow.run.exit_codes import outcome_exit, plan_exit
from shopform.workflow.shop_identity import record_shop, require_same_shop
from shopform.workflow.workspace import Workspace

# Their plans read everything that the project owns and declares.
WHOLE = ("apply", "destroy")


def carry_out(
    source: PlanSource, limits: ReadLimits, approval: Approval, *, verb: str
) -> RunResult:
    """Make a plan under the lock, have it approved, and apply it."""
    workspace = source.workspace
    with ExitStack() as stack:
        if workspace.source:
            # A copy has its own state. The shop's main state is locked too, against other runs.
            own = replace(workspace, source="").store()
            stack.enter_context(own.open(verb, approval.lock_timeout))
        session = stack.enter_context(workspace.store().open(verb, approval.lock_timeout))
        connection = stack.enter_context(connected(workspace, limits, writing=True))
        if source.saved:
            require_same_shop(connection.client, session.prior)
        plan = source.plan(connection, session.prior)
        _require_unused(workspace, source, plan, session.prior)
        asks = not (approval.auto_approve or source.saved)
        soft = asks and workspace.observer.attended
        plan = check_apply(plan, connection, source, soft=soft)
        workspace.observer.planned(plan)
        if plan.refused:
            return RunResult(shop=workspace.shop, plan=plan, exit_code=plan_exit(plan))
        if approval.expect_digest:
            require_digest(plan, approval.expect_digest, workspace)
        if approval.reviewed:
            require_reviewed(plan, approval.reviewed, session.prior)
        if asks and not plan.empty:
            if not workspace.observer.approve(plan):
                return RunResult(shop=workspace.shop, plan=plan, exit_code=1)
            require_open(plan, source)  # the answer may have taken hours
        client = connection.client
        record_shop(session, workspace.shop, plan.basis.anchor)
        outcome = _apply(source, plan, client, session, verb=verb)
        _keep_shop(workspace, connection, plan, outcome, session.prior, whole=verb in WHOLE)
        code = outcome_exit(outcome) or plan_exit(plan)
        return RunResult(shop=workspace.shop, plan=plan, outcome=outcome, exit_code=code)


def _apply(
    source: PlanSource, plan: Plan, client: Client, session: Session, *, verb: str
) -> Outcome:
    from shopform.apply import apply

    workspace = source.workspace
    started: list[str] = []

    with workspace.observer.applying(plan) as (listener, interrupt):

        def record_first(event: str, step: Step) -> None:
            if not started:
                # The first step is about to run, and nothing has been sent yet.
                started.append(keep_record(workspace, plan, session, verb, source.options.allow))
            listener(event, step)

        outcome = apply(
            plan,
            client,
            session,
            directory=workspace.directory,
            parallelism=client.parallelism,
            listener=record_first,
            interrupt=interrupt,
            saved=source.saved,
        )
    if started:
        keep_outcome(workspace, started[0], outcome)
    return outcome


def _keep_shop(
    workspace: Workspace,
    connection: Connection,
    plan: Plan,
    outcome: Outcome,
    prior: Prior,
    *,
    whole: bool,
) -> None:
    """Keep the shop as it was read, with the changed lists as they were read afterwards.

    Changed lists are left out if they were not read, or if secrets in them cannot be known because
    the files were not compiled.
    """
    seen = connection.seen
    base = None if seen and whole else kept_snapshot(workspace)
    if not (base or seen):
        return
    read = outcome.lists if workspace.desired.resources else {}
    written = {one: found for one, found in read.items() if not found.problem}
    ids = {address: entry.id for address, entry in prior.resources.items()}
    changed = {
        (step.kind, ids.get(step.parent.address) if step.parent else None)
        for step in plan.steps
        if step.op in WRITES
    }
    reads = [*([(seen.lists, seen.when)] if seen else []), (written, int(time()))]
    keep_lists(workspace, prior, base, reads, changed - written.keys())


def _require_unused(workspace: Workspace, source: PlanSource, plan: Plan, prior: Prior) -> None:
    """Raise StalePlan for a saved plan that was applied before."""
    basis = plan.basis
    if not source.saved or (basis.lineage, basis.serial) == (prior.lineage, prior.serial):
        return
    if run := run_of(workspace, plan):
        raise StalePlan(
            f"the plan was applied already, at {run.time}: it was made for serial {basis.serial},"
            f" and the state is at {prior.serial}",
            hint=f"plan again for what is left; `shopform undo {run.run}` reverts that run",
        )
