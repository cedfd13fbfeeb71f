"""Where the plan of a run comes from: the files, or what the shop was left with."""

from typing import Protocol

from shopform.model.plan import Plan
from shopform.model.prior import Prior
from shopform.planning.scope import Options
from shopform.workflow.plan.refresh import Connection, read_and_look, read_and_plan
from shopform.workflow.workspace import Workspace


class PlanSource(Protocol):
    """Where a plan comes from. `saved`: it was made and approved before."""

    workspace: Workspace
    saved: bool

    def plan(self, connection: Connection, prior: Prior) -> Plan:
        """The plan for this shop, with this state."""


class Fresh:
    """Plans from the files."""

    saved = False

    def __init__(self, workspace: Workspace, options: Options) -> None:
        self.workspace = workspace
        self.options = options

    def plan(self, connection: Connection, prior: Prior) -> Plan:
        return read_and_plan(self.workspace, connection, prior, self.options)


class Look(Fresh):
    """Compares the shop with what it was left with, and not with the files."""

    def plan(self, connection: Connection, prior: Prior) -> Plan:
        return read_and_look(self.workspace, connection, prior, self.options)[0]
