"""Plans shown, saved and carried out, whichever command they come from."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from shopform.errors import StalePlan, UsageError
from shopform.model.plan import Op, Outcome, Plan, Step
from shopform.model.prior import Prior
from shopform.model.values import host_of
from shopform.render.json.events import applied, applying
from shopform.terminal.console import Console
from shopform.terminal.exit_codes import outcome_exit, plan_exit
from shopform.terminal.interrupts import interruptible
from shopform.workflow.plan_checks import judged, ready
from shopform.workflow.refresh import Connection, connected, show
from shopform.workflow.requests import Approval, ReadLimits
from shopform.workflow.reviewed_plans import expect, remember
from shopform.workflow.shop_identity import key_digest, same_shop
from shopform.workflow.workspace import Workspace

if TYPE_CHECKING:
    from shopform.shop.client import Client
    from shopform.state.store import Session


ADVICE = (
    "Nothing was changed. `--auto-approve` does it; `--out FILE` saves it for"
    " `shopform apply FILE`."
)


class PlanSource(Protocol):
    """Where a plan comes from. `saved`: it was made and approved before."""

    workspace: Workspace
    saved: bool

    def plan(self, connection: Connection, prior: Prior) -> Plan:
        """The plan for this shop, with this state."""


def propose(
    console: Console,
    source: PlanSource,
    limits: ReadLimits,
    *,
    out: Path | None = None,
    detailed: bool = False,
    advice: str = "",
) -> int:
    """Make a plan, save it where that is asked for, and show it; returns the exit code.

    `advice` says how a plan is done that could be.
    """
    workspace = source.workspace
    prior = workspace.store().read()
    with connected(workspace, limits) as connection:
        plan = judged(console, source.plan(connection, prior), connection, saved=bool(out))
    remember(plan, workspace)
    if out:
        from shopform.files import typed
        from shopform.workflow.plan_file import write_plan

        write_plan(typed(console.directory, out), plan)
    show(console, plan)
    if advice and not plan.refused and not plan.empty and not console.quiet:
        console.note(advice)
    return plan_exit(plan, detailed=detailed)


def offer(
    console: Console,
    source: PlanSource,
    limits: ReadLimits,
    approval: Approval,
    *,
    verb: str,
    out: Path | None = None,
    detailed: bool = False,
) -> int:
    """Carry a plan out where it can be approved; elsewhere show it, and say how it is done.

    In any form that is one document a plan is only shown.
    """
    check_approval(console, approval)
    if out is None and _told(console) and (approval.auto_approve or console.interactive):
        return carry_out(console, source, limits, approval, verb=verb)
    advice = "" if out else ADVICE
    return propose(console, source, limits, out=out, detailed=detailed, advice=advice)


def check_approval(console: Console, approval: Approval) -> None:
    """Raise UsageError where a plan is approved that would only be shown."""
    if approval.auto_approve and not _told(console):
        raise UsageError(
            "a plan in another form than text is only shown",
            hint="save it with `--out FILE`, and `shopform apply FILE`",
        )


def _told(console: Console) -> bool:
    return console.form in ("text", "quiet", "stream")


def carry_out(
    console: Console,
    source: PlanSource,
    limits: ReadLimits,
    approval: Approval,
    *,
    verb: str,
    done: Callable[[Outcome], None] = lambda _outcome: None,
) -> int:
    """Make a plan under the lock, show it, ask, and do it; returns the exit code.

    `done` is told what came of it, if it was begun.
    """
    workspace = source.workspace
    with ExitStack() as stack:
        if workspace.source:
            # What a copy remembers is a state of its own; nobody else may write to the shop either.
            own = replace(workspace, source="").store()
            stack.enter_context(own.open(verb, approval.lock_timeout))
        session = stack.enter_context(workspace.store().open(verb, approval.lock_timeout))
        connection = stack.enter_context(connected(workspace, limits, writing=True))
        if source.saved:
            same_shop(connection.client, session.prior)
        plan = source.plan(connection, session.prior)
        _not_used(workspace, source, plan, session.prior)
        saved, asks = source.saved, not (approval.auto_approve or source.saved)
        soft = asks and console.interactive and console.form == "text"
        plan = ready(console, plan, connection, workspace, saved=saved, soft=soft)
        show(console, plan)
        if plan.refused:
            return plan_exit(plan)
        if approval.expect_digest:
            expect(plan, approval.expect_digest, workspace)
        if asks and not plan.empty and not _approved(console, plan):
            console.note("Nothing was changed.")
            return 1
        client = connection.client
        key = key_digest(workspace.shop.token.text, session.lineage)
        session.recognise(host_of(workspace.shop.url), plan.basis.anchor, key)
        outcome = _do(console, workspace, plan, client, session, verb=verb, saved=saved)
        done(outcome)
        return outcome_exit(outcome) or plan_exit(plan)


def _do(
    console: Console,
    workspace: Workspace,
    plan: Plan,
    client: "Client",
    session: "Session",
    *,
    verb: str,
    saved: bool,
) -> Outcome:
    from shopform.apply import apply
    from shopform.render.text.outcome_text import render_outcome
    from shopform.workflow.run_history import keep_record

    started: list[Step] = []

    with interruptible() as interrupt, _progress(console, plan) as listener:

        def tell(event: str, step: Step) -> None:
            if not started:
                # Only now it is sure that anything is done at all, and nothing was done yet.
                keep_record(workspace, plan, session, verb)
                started.append(step)
            listener(event, step)

        outcome = apply(
            plan,
            client,
            session,
            directory=workspace.directory,
            parallelism=client.parallelism,
            listener=tell,
            interrupt=interrupt,
            saved=saved,
        )
    if not console.quiet:
        console.diagnostics(outcome.warnings)
    console.stream.tell(applied(plan, outcome))
    if console.quiet:
        console.diagnostics(failure.diagnostic for failure in outcome.failed)
    elif console.form != "stream":
        text = render_outcome(plan, outcome, color=console.color(), width=console.width)
        console.result(text)
    if outcome.stopped:
        console.diagnostics(outcome.stopped.diagnostics)
    return outcome


def _not_used(workspace: Workspace, source: PlanSource, plan: Plan, prior: Prior) -> None:
    """Raise StalePlan for a saved plan that was applied before."""
    from shopform.workflow.run_history import run_of

    basis = plan.basis
    if not source.saved or (basis.lineage, basis.serial) == (prior.lineage, prior.serial):
        return
    if run := run_of(workspace, plan):
        raise StalePlan(
            f"the plan was applied already, at {run.time}: it was made for serial {basis.serial},"
            f" and the state is at {prior.serial}",
            hint=f"plan again for what is left; `shopform undo {run.name}` reverts that run",
        )


def _approved(console: Console, plan: Plan) -> bool:
    what = "destroy everything shown above" if plan.destroy else "perform these actions"
    console.note(f"\nDo you want to {what}?")
    console.note(f"  shopform will do this to the live shop `{plan.basis.shop}`.")
    console.note("  Only 'yes' will be accepted to approve.\n")
    return console.ask("  Enter a value") == "yes"


@contextmanager
def _progress(console: Console, plan: Plan) -> Iterator[Callable[[str, Step], None]]:
    """Tells how far an apply is: a bar where somebody looks, a line a step elsewhere."""
    from shopform.render.text.progress import progress

    with progress(console.watched, f"applying to {plan.basis.shop}") as bar:
        bar.total(len(plan.steps))
        done: list[Step] = []

        def tell(event: str, step: Step) -> None:
            console.stream.tell([applying(event, step)])
            if event == "start":
                return
            bar.advance(step.address)
            done.append(step)
            if event == "failed":
                console.note(f"{step.address}: {step.op} failed")
            elif not bar.moves and not console.quiet:
                count = f"{len(done):,} of {len(plan.steps):,}"
                console.note(f"{step.address}: {DONE[step.op]} ({count})")

        yield tell


DONE = {
    Op.CREATE: "created",
    Op.UPDATE: "updated",
    Op.DELETE: "destroyed",
    Op.IMPORT: "imported",
    Op.ADOPT: "taken over",
    Op.MOVE: "moved",
    Op.EDIT: "state edited",
    Op.FORGET: "forgotten",
}
