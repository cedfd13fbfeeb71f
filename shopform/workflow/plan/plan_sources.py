"""The sources of plans: the files, or the state alone."""

from typing import Protocol

from shopform.diagnostics import warning
from shopform.model.plan import Plan
from shopform.model.prior import Prior
from shopform.planning.scope import Options
from shopform.workflow.plan.refresh import Connection, detect_drift, read_and_plan
from shopform.workflow.requests import FromSnapshot
from shopform.workflow.workspace import Workspace


class PlanSource(Protocol):
    """Makes the plan of a run. `saved`: it was made and approved before."""

    workspace: Workspace
    options: Options
    saved: bool

    def plan(self, connection: Connection, prior: Prior) -> Plan:
        """Return the plan for this shop and state."""


class Fresh:
    """Plans from the files."""

    saved = False

    def __init__(self, workspace: Workspace, options: Options) -> None:
        self.workspace = workspace
        self.options = options

    def plan(self, connection: Connection, prior: Prior) -> Plan:
        return read_and_plan(self.workspace, connection, prior, self.options)


class Look(Fresh):
    """Compares the shop with the state, and not with the files."""

    def plan(self, connection: Connection, prior: Prior) -> Plan:
        return look(self.workspace, connection, prior, self.options)[0]


def look(
    workspace: Workspace, connection: Connection, prior: Prior, options: Options
) -> tuple[Plan, Plan]:
    """Return the drift, and the plan that reverts it: of the whole shop, or with `spend` calls."""
    if not connection.limits.spend:
        return detect_drift(workspace, connection, prior, options)
    from shopform.workflow.plan.patrol import patrol

    return patrol(workspace, connection, prior, options, connection.limits.spend)


def source_of(workspace: Workspace, options: Options, known: FromSnapshot) -> PlanSource:
    """Return the source of a plan from the files: with the whole shop, or with what changed."""
    if not known.changed:
        return Fresh(workspace, options)
    from shopform.workflow.plan.changed_lists import Changed
    from shopform.workflow.records.kept_snapshot import kept_snapshot
    from shopform.workflow.records.snapshot_file import read_snapshot

    file, catalogue = known.snapshot, workspace.shop.catalogue
    taken = (
        read_snapshot(workspace.directory, file, catalogue) if file else kept_snapshot(workspace)
    )
    if taken is None:
        note = warning(
            "no-snapshot",
            f"no snapshot of `{workspace.shop.name}` can be used, so the whole shop is read",
            hint="`shopform apply` and `shopform drift` keep one",
        )
        workspace.observer.warn([note])
        return Fresh(workspace, options)
    return Changed(workspace, options, taken, known.max_age)
