"""Plans in files: written, read, and made fit to be applied."""

import json
from dataclasses import replace
from pathlib import Path

from shopform.changes import Plan, Step
from shopform.cli.project import Workspace
from shopform.errors import ShopformError, StalePlan, UsageError
from shopform.kinds import BY_NAME
from shopform.model import Address, Secret
from shopform.planning.normalize import NO_HOSTS, canonical, digest
from shopform.planning.plan import digest_of
from shopform.render.document import document
from shopform.render.reading import read_document
from shopform.state.disk import write_atomic

BEGINNING = b'{"format_version"'
HINT = "plan again, and apply the new plan"


def write_plan(path: Path, plan: Plan) -> None:
    """Save a plan on one line, as tools made for Terraform's plans expect it.

    It holds no secret; 0600 all the same, since it tells what a shop is like. Raises UsageError
    where something else lies there, and where nothing can be written.
    """
    text = json.dumps(document(plan), ensure_ascii=False)
    try:
        if path.exists() and not _replaceable(path):
            raise UsageError(f"`{path}` is there, and no plan", hint="name another file")
        write_atomic(path, text.encode() + b"\n", mode=0o600)
    except OSError as problem:
        raise UsageError(f"cannot write the plan `{path}`: {problem.strerror}") from None


def _replaceable(path: Path) -> bool:
    """Whether a file is a plan, or empty. A device or a folder is neither."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(BEGINNING)) in (b"", BEGINNING)


def read_plan(path: Path) -> Plan:
    """Read a saved plan. Raises UsageError without a file, ShopformError for what is no plan."""
    try:
        data = json.loads(path.read_bytes())
    except OSError as problem:
        raise UsageError(f"cannot read the plan `{path}`: {problem.strerror}") from None
    except ValueError:
        raise ShopformError(
            f"`{path}` is not a plan", hint="`shopform plan --out` makes one"
        ) from None
    plan = read_document(data)
    if digest_of(plan.changes) != plan.digest:
        raise StalePlan(f"the plan in `{path}` was changed by hand", hint=HINT)
    return plan


def has_secrets(plan: Plan) -> bool:
    return any(isinstance(v, Secret) for step in plan.steps for v in step.fields.values())


def fit(plan: Plan, workspace: Workspace) -> Plan:
    """The plan with its secrets, as they are now.

    Raises StalePlan where they are others, and where it is a plan for another shop, be it at the
    same address: the state would then be another's.
    """
    if plan.basis.shop != workspace.shop.name:
        raise StalePlan(
            f"the plan is for the shop `{plan.basis.shop}`, and not for `{workspace.shop.name}`",
            hint="apply it without `--shop`, or plan again for this one",
        )
    if plan.basis.url != workspace.shop.url:
        raise StalePlan(
            f"the plan is for `{plan.basis.url}`, and `{workspace.shop.name}` is at"
            f" `{workspace.shop.url}`",
            hint=HINT,
        )
    return replace(plan, steps=tuple(_with_secrets(step, workspace) for step in plan.steps))


def _with_secrets(step: Step, workspace: Workspace) -> Step:
    fields = dict(step.fields)
    for name, value in step.fields.items():
        if isinstance(value, Secret):
            fields[name] = _secret(step, name, workspace)
    return replace(step, fields=fields)


def _secret(step: Step, name: str, workspace: Workspace) -> Secret:
    resource = workspace.desired.resources.get(Address(step.address))
    found = resource.fields.get(name) if resource else None
    sent = step.entry.sent.get(name) if step.entry else None
    form = BY_NAME[step.kind].policy.form(name)
    if not isinstance(found, Secret) or sent != digest(
        step.kind, name, canonical(form, found, NO_HOSTS)
    ):
        raise StalePlan(
            f"the secret behind `{name}` of `{step.address}` is not the one that was planned",
            hint=HINT,
        )
    return found
