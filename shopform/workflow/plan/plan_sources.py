"""The sources of plans: the files, or the state alone."""

from typing import Protocol

from shopform.model.plan import Plan
from shopform.model.prior import Prior
from shopform.planning.scope import Options
from shopform.workflow.plan.refresh import Connection, detect_drift, read_and_plan
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
        return detect_drift(self.workspace, connection, prior, self.options)[0]
