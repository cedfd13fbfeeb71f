"""What apply is bound to say of a plan, and to refuse: said of it wherever it is made."""

from collections.abc import Iterator
from dataclasses import replace

from shopform.diagnostics import Diagnostic, error
from shopform.errors import ShopformError
from shopform.model.plan import Op, Plan, Step
from shopform.planning.checks.call_budget import check_budget
from shopform.workflow.plan.refresh import Connection
from shopform.workflow.workspace import Workspace


def judged(
    plan: Plan, connection: Connection, workspace: Workspace, *, saved: bool = False
) -> Plan:
    """A plan that is only shown, or `saved` to be applied later.

    Where a person reads it at a terminal, what refuses it is a warning still.
    """
    soft = workspace.observer.attended and not saved
    before = plan.calls.recheck if saved else plan.calls.read
    spent = before if saved else connection.client.calls
    plan = _refused(plan, _lost(workspace, plan), soft=soft)
    return _affordable(plan, connection, before=before, spent=spent, soft=soft)


def ready(
    plan: Plan, connection: Connection, workspace: Workspace, *, saved: bool, soft: bool
) -> Plan:
    """A plan that is about to be applied. `soft`: somebody is asked about it first."""
    before = plan.calls.recheck if saved else 0
    spent = connection.client.calls + before
    found = [*_lost(workspace, plan), *_undeliverable(workspace, plan)]
    plan = _refused(plan, found, soft=soft)
    return _affordable(plan, connection, before=before, spent=spent)


def _refused(plan: Plan, found: list[Diagnostic], *, soft: bool) -> Plan:
    from shopform.planning.checks.rename_detection import refuse_renames

    plan = plan if soft else refuse_renames(plan)
    return replace(plan, diagnostics=(*plan.diagnostics, *found)) if found else plan


def _makers(plan: Plan) -> Iterator[Step]:
    """The steps that have the shop make a secret, which it shows once."""
    from shopform.kinds import BY_NAME

    for step in plan.steps:
        if step.op is Op.CREATE and BY_NAME[step.kind].generated:
            yield step


def _lost(workspace: Workspace, plan: Plan) -> list[Diagnostic]:
    """Secrets that would be lost with a machine of CI: without `secret_to` they go to a file."""
    hint = "declare `secret_to`: a command that stores it, or a file that the job keeps"
    return [
        error(
            "secret-in-ci",
            f"the secret of `{step.address}` would be lost with this CI machine",
            hint=hint,
            address=step.address,
        )
        for step in (_makers(plan) if workspace.loaded.request.in_ci else ())
        if step.deliver is None
    ]


def _undeliverable(workspace: Workspace, plan: Plan) -> Iterator[Diagnostic]:
    from shopform.apply.secret_delivery import check

    for step in _makers(plan):
        try:
            check(step.deliver, directory=workspace.directory, shop=workspace.shop.name)
        except ShopformError as problem:
            summary = f"the secret of `{step.address}` cannot be delivered: {problem}"
            hint = problem.diagnostics[0].hint
            yield error("secret-undeliverable", summary, hint=hint, address=step.address)


def _affordable(
    plan: Plan, connection: Connection, *, before: int, spent: int, soft: bool = False
) -> Plan:
    """Refuse to begin what cannot be finished, unless asked for.

    `before` are calls of the day that come yet, before the first write; `spent` are all of the
    run that come before it.
    """
    limit = connection.limits.max_calls
    return check_budget(
        plan,
        today=connection.ledger.left - before,
        run=None if limit is None else limit - spent,
        partial=connection.limits.partial,
        soft=soft,
    )
