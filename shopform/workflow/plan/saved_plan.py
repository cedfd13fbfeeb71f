"""Plans from files, checked before they are applied."""

from dataclasses import replace
from pathlib import Path

from shopform.config import names_several_shops
from shopform.diagnostics import error
from shopform.errors import StalePlan, UsageError
from shopform.model.canonical import canonical, comparable, digest, key_id, own_key_id
from shopform.model.plan import Op, Plan, Step
from shopform.model.prior import Prior
from shopform.model.values import Address, Secret
from shopform.planning.checks.changed_kinds import changed_kind, kinds_used
from shopform.planning.checks.key_rights import CODE as KEY_RIGHTS
from shopform.planning.checks.saved_plan import mismatches
from shopform.planning.scope import Options
from shopform.workflow.observer import Observer
from shopform.workflow.open_project import open_project, open_settings, open_workspace, several
from shopform.workflow.plan.refresh import Connection
from shopform.workflow.records.plan_file import HINT, read_plan
from shopform.workflow.requests import ProjectRequest
from shopform.workflow.workspace import Workspace

SHOWN = 10


def needs_files(plan: Plan) -> bool:
    """Return whether a plan needs secrets, files or deliveries that the project declares."""
    values = [value for step in plan.steps for value in step.fields.values()]
    has_secrets = any(isinstance(v, Secret) for v in values)
    files = any(
        "file" in p for v in values if isinstance(v, tuple) for p in v if isinstance(p, dict)
    )
    made = (step for step in plan.steps if step.op in (Op.CREATE, Op.ADOPT))
    return has_secrets or files or any(plan.catalogue[step.kind].generated for step in made)


def prepare_saved(plan: Plan, workspace: Workspace, prior: Prior) -> Plan:
    """Return a saved plan with the current values of its secrets.

    Raises StalePlan if a secret changed, if the plan is for another shop, even one at the same
    URL with another state, and if the planner could not have made it from this state and these
    files.
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
    if changed := changed_kind(plan.catalogue.definitions, now.catalogue, kinds_used(plan)):
        raise StalePlan(f"since the plan was made, {changed}", hint=HINT)
    _require_key(plan)
    if (made.lineage, made.serial) == (prior.lineage, prior.serial):  # apply refuses others
        found = dict.fromkeys(mismatches(plan, prior, workspace.desired, now))
        if found:
            reasons = [f"`{address}` {what}" for address, what in found]
            summary = f"the plan does not fit the state and the files: {reasons[0]}"
            detail = "\n".join(reasons[1:SHOWN])
            raise StalePlan(diagnostics=[error(StalePlan.code, summary, detail=detail, hint=HINT)])
    steps = tuple(_with_secrets(step, workspace) for step in plan.steps)
    return replace(plan, catalogue=now.catalogue, steps=steps)


def _require_key(plan: Plan) -> None:
    """Raise StalePlan if the fingerprints of objects were made with another digest key."""
    for address, digests in plan.basis.fingerprints.items():
        ours = own_key_id(plan.catalogue[address.kind])
        for made in map(key_id, digests.values()):
            if made != ours:
                raise _other_key(made)


def _other_key(made: str) -> StalePlan:
    used = f"with the digest key {made}" if made else "without a digest key"
    hint = "set `SHOPFORM_DIGEST_KEY` to that key, or plan again" if made else HINT
    return StalePlan(f"the plan was made {used}, and is applied with another", hint=hint)


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
    kind = workspace.shop.catalogue[step.kind]
    if not comparable(kind, sent):
        raise _other_key(key_id(sent))
    if (
        not isinstance(found, Secret)
        or planned.source not in ("", found.source)
        or sent != digest(kind, name, canonical(kind.type(name), found, workspace.shop.hosts), sent)
    ):
        raise StalePlan(
            f"the secret behind `{name}` of `{step.address}` is not the one that was planned",
            hint=HINT,
        )
    return found


class Saved:
    """Takes the plan from a file; planning options cannot be added."""

    saved = True

    def __init__(
        self, request: ProjectRequest, observer: Observer, plan_file: Path, options: Options
    ) -> None:
        if names_several_shops(request.shop):
            several(open_project(request, observer), {"PLAN_FILE": plan_file})
        # The rules were checked when it was made; windows hold when it is applied.
        if options != Options(allow=options.allow):
            raise UsageError("a saved plan takes no planning options", hint="leave the options out")
        self.options = options
        self._plan = read_plan(request.directory, plan_file, request.catalogue)
        if self._plan.offline:
            raise StalePlan(
                f"`{plan_file}` was planned from a snapshot, and not from the shop",
                hint="plan again without `--snapshot`",
            )
        if self._plan.refresh_only:
            raise UsageError(f"`{plan_file}` is a drift report and changes nothing")
        request = replace(request, shop=request.shop or self._plan.basis.shop)
        if needs_files(self._plan):
            self.workspace = open_workspace(open_project(request, observer))
        else:
            loaded = open_project(replace(request, variables=(), variable_files=()), observer)
            self.workspace = open_settings(loaded, with_token=True)
        known = {KEY_RIGHTS, *(window.name for window in self.workspace.shop.rules.windows)}
        if unknown := [name for name in options.allow if name not in known]:
            raise UsageError(
                f"`--allow {unknown[0]}` names no window of this project",
                hint="a saved plan takes no other options: plan again with that one",
            )
        self.workspace.source = self._plan.basis.source
        if self.workspace.source:  # it names a state file: only a shop of the project can
            open_settings(self.workspace.loaded, self.workspace.source)

    def plan(self, _connection: Connection, prior: Prior) -> Plan:
        return prepare_saved(self._plan, self.workspace, prior)
