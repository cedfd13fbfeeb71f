"""The checks that apply makes of a plan, which other commands report too."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from shopform.diagnostics import Diagnostic, error
from shopform.errors import Refused, ShopformError
from shopform.model.plan import WRITES, Op, Plan, Step
from shopform.planning.checks.call_budget import NextDay, check_budget
from shopform.planning.checks.key_rights import CODE as KEY_RIGHTS
from shopform.planning.checks.key_rights import unwritable
from shopform.workflow.plan.plan_sources import PlanSource
from shopform.workflow.plan.refresh import Connection
from shopform.workflow.workspace import Workspace


def check_plan(
    plan: Plan, connection: Connection | None, workspace: Workspace, *, saved: bool = False
) -> Plan:
    """Check a plan that is only shown, or `saved` to be applied later.

    If a person reads it at a terminal, some errors are only warnings. Without a connection the
    calls that are left are unknown, and not checked.
    """
    soft = workspace.observer.attended and not saved
    plan = _refused(plan, _lost_in_ci(workspace, plan), soft=soft)
    if connection is None:
        return plan
    plan = _refused(plan, _unwritable(plan, connection, workspace, lifted=True), soft=soft)
    before = plan.calls.recheck if saved else plan.calls.read
    spent = before if saved else connection.client.calls
    return _check_budget(plan, connection, before=before, spent=spent, saved=saved, soft=soft)


def check_apply(plan: Plan, connection: Connection, source: PlanSource, *, soft: bool) -> Plan:
    """Check a plan that is about to be applied; `soft` if a person is asked first."""
    workspace = source.workspace
    before = plan.calls.recheck if source.saved else 0
    spent = connection.client.calls + before
    found = [*_lost_in_ci(workspace, plan), *_undeliverable(workspace, plan)]
    found += _frozen(plan, source)
    lifted = soft or KEY_RIGHTS in source.options.allow
    found += _unwritable(plan, connection, workspace, lifted=lifted)
    plan = _refused(plan, found, soft=soft)
    return _check_budget(plan, connection, before=before, spent=spent, saved=source.saved)


def require_open(plan: Plan, source: PlanSource) -> None:
    """Raise Refused if a freeze window has begun since the plan was checked."""
    if found := _frozen(plan, source):
        raise Refused(diagnostics=found)


def _unwritable(
    plan: Plan, connection: Connection, workspace: Workspace, *, lifted: bool
) -> list[Diagnostic]:
    """Return a message for each kind that the key may not write; none if that is not known."""
    if not any(step.op in WRITES for step in plan.steps):
        return []
    return [*unwritable(plan, connection.rights.denials(), workspace.desired, lifted=lifted)]


def _frozen(plan: Plan, source: PlanSource) -> list[Diagnostic]:
    shop = source.workspace.shop
    if not shop.rules.windows:
        return []
    from shopform.planning.checks.freeze_windows import frozen

    return frozen(plan, shop, source.options.allow, datetime.now(UTC))


def _refused(plan: Plan, found: list[Diagnostic], *, soft: bool) -> Plan:
    from shopform.planning.checks.rename_detection import refuse_renames

    plan = plan if soft else refuse_renames(plan)
    return replace(plan, diagnostics=(*plan.diagnostics, *found)) if found else plan


def _generating(plan: Plan) -> Iterator[Step]:
    """Yield the steps that make the shop generate a secret, which it shows once."""

    for step in plan.steps:
        if step.op is Op.CREATE and plan.catalogue[step.kind].generated:
            yield step


def _lost_in_ci(workspace: Workspace, plan: Plan) -> list[Diagnostic]:
    """Refuse to write secrets to a file on a CI machine, where it would be lost."""
    hint = "declare `secret_to`: a command that stores it, or a file that the job keeps"
    return [
        error(
            "secret-in-ci",
            f"the secret of `{step.address}` would be lost with this CI machine",
            hint=hint,
            address=step.address,
        )
        for step in (_generating(plan) if workspace.loaded.request.in_ci else ())
        if step.deliver is None
    ]


def _undeliverable(workspace: Workspace, plan: Plan) -> Iterator[Diagnostic]:
    from shopform.apply.secret_delivery import check

    for step in _generating(plan):
        try:
            check(step.deliver, directory=workspace.directory, shop=workspace.shop.name)
        except ShopformError as problem:
            summary = f"the secret of `{step.address}` cannot be delivered: {problem}"
            hint = problem.diagnostics[0].hint
            yield error("secret-undeliverable", summary, hint=hint, address=step.address)


def _check_budget(
    plan: Plan,
    connection: Connection,
    *,
    before: int,
    spent: int,
    saved: bool,
    soft: bool = False,
) -> Plan:
    """Refuse a plan that the remaining calls cannot finish, unless `--partial` is set.

    `before` are the calls still needed before the first write, `spent` all calls of the run before
    it.
    """
    limit, ledger = connection.limits.max_calls, connection.ledger
    again = plan.calls.recheck if saved else plan.calls.read
    return check_budget(
        plan,
        today=ledger.left - before,
        next_day=NextDay(ledger.next_day, ledger.daily - again),
        run=None if limit is None else limit - spent,
        partial=connection.limits.partial,
        soft=soft,
    )
