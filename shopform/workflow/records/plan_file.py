"""Plans in files: written, read, and made fit to be applied."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from shopform.diagnostics import error
from shopform.errors import ShopformError, StalePlan, UsageError
from shopform.files import read, reporting, typed, write_output
from shopform.kinds import BY_NAME
from shopform.kit.documents import parse_object
from shopform.model.canonical import canonical, digest
from shopform.model.plan import Op, Plan, Step
from shopform.model.prior import Prior
from shopform.model.values import Address, Secret
from shopform.planning.checks.saved_plan import mismatches
from shopform.planning.plan_digest import digest_of
from shopform.workflow.workspace import Workspace

MISFITS = 10
HINT = "plan again, and apply the new plan"


def write_plan(directory: Path, path: Path, plan: Plan) -> None:
    """Save a plan on one line, as tools made for Terraform's plans expect it.

    It holds no secret; 0600 all the same, since it describes a shop. Raises UsageError
    where nothing can be written; what is there already was looked at before the plan was made.
    """
    # Imported late, as in `unchanged`: most plans are not saved, and the types of one take 10 ms.
    from shopform.render.json.plan_document import sealed

    text = json.dumps(sealed(plan), ensure_ascii=False)
    write_output(directory, path, text.encode() + b"\n", mode=0o600)


def read_plan(directory: Path, path: Path) -> Plan:
    """Read a saved plan, as it was written.

    Raises UsageError without a file, ShopformError for what is no plan, and StalePlan where the
    plan was changed since it was made.
    """
    with reporting(directory / path, UsageError):
        text = read(typed(directory, path))
    try:
        return unchanged(parse_object(text), path)
    except (ValueError, RecursionError):
        raise ShopformError(
            f"`{path}` is not a plan", hint="`shopform plan --out` makes one"
        ) from None


def unchanged(data: dict[str, Any], path: Path) -> Plan:
    """The plan of a document. Raises StalePlan where it is not as it was written."""
    from shopform.render.json.plan_document import INTEGRITY, integrity_of
    from shopform.render.json.plan_reader import read_document
    from shopform.render.json.plan_schema import FORMAT

    ours = str(data.get("format_version")).split(".")[0] == FORMAT.split(".")[0]
    if (ours or INTEGRITY in data) and data.get(INTEGRITY) != integrity_of(data):
        raise _changed(path)
    plan = read_document(data)
    if digest_of(plan) != plan.digest:
        raise _changed(path)
    return plan


def _changed(path: Path) -> StalePlan:
    return StalePlan(f"the plan in `{path}` was changed after it was made", hint=HINT)


def needs_files(plan: Plan) -> bool:
    """Whether a plan takes secrets, files or deliveries from what the project declares."""
    values = [value for step in plan.steps for value in step.fields.values()]
    texts = any(isinstance(v, Secret) for v in values)
    files = any(
        "file" in p for v in values if isinstance(v, tuple) for p in v if isinstance(p, dict)
    )
    made = (step for step in plan.steps if step.op in (Op.CREATE, Op.ADOPT))
    return texts or files or any(BY_NAME[step.kind].generated for step in made)


def fit(plan: Plan, workspace: Workspace, prior: Prior) -> Plan:
    """The plan with its secrets, as they are now.

    Raises StalePlan where they are others, where it is a plan for another shop, be it at the same
    address (the state would then be another's), and where it is none that the planner could have
    made from this state and these files.
    """
    if plan.basis.shop != workspace.shop.name:
        raise StalePlan(
            f"the plan is for the shop `{plan.basis.shop}`, and not for `{workspace.shop.name}`",
            hint="apply it without `--shop`, or plan again for this one",
        )
    made, now = plan.basis, workspace.shop
    for name, before, after in (("url", made.url, now.url), ("state", made.state, now.state)):
        if before != after:
            raise StalePlan(f"the plan is for the {name} `{before}`, not `{after}`", hint=HINT)
    if made.wire != now.wire:
        raise StalePlan("the plan was made with other wire names", hint=HINT)
    if (made.lineage, made.serial) == (prior.lineage, prior.serial):  # apply refuses others
        found = dict.fromkeys(mismatches(plan, prior, workspace.desired, now))
        if found:
            reasons = [f"`{address}` {what}" for address, what in found]
            summary = f"the plan does not fit the state and the files: {reasons[0]}"
            detail = "\n".join(reasons[1:MISFITS])
            raise StalePlan(diagnostics=[error(StalePlan.code, summary, detail=detail, hint=HINT)])
    return replace(plan, steps=tuple(_with_secrets(step, workspace) for step in plan.steps))


def _with_secrets(step: Step, workspace: Workspace) -> Step:
    fields = dict(step.fields)
    for name, value in step.fields.items():
        if isinstance(value, Secret):
            fields[name] = _secret(step, name, value, workspace)
    return replace(step, fields=fields)


def _secret(step: Step, name: str, planned: Secret, workspace: Workspace) -> Secret:
    resource = workspace.desired.resources.get(Address(step.address))
    found = resource.fields.get(name) if resource else None
    sent = step.entry.sent.get(name) if step.entry else None
    form = BY_NAME[step.kind].type(name)
    if (
        not isinstance(found, Secret)
        or planned.source not in ("", found.source)
        or sent != digest(step.kind, name, canonical(form, found, workspace.shop.hosts))
    ):
        raise StalePlan(
            f"the secret behind `{name}` of `{step.address}` is not the one that was planned",
            hint=HINT,
        )
    return found
