"""Where the plan of a run comes from: the files, a saved plan, or what the shop was left with."""

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from shopform.config import names_several_shops
from shopform.errors import UsageError
from shopform.model.plan import Plan
from shopform.model.prior import Prior
from shopform.planning.scope import Options
from shopform.workflow.observer import Observer
from shopform.workflow.open_project import open_project, open_settings, open_workspace, several
from shopform.workflow.plan.refresh import Connection, read_and_look, read_and_plan
from shopform.workflow.records.plan_file import fit, needs_files, read_plan
from shopform.workflow.requests import ProjectRequest
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


class Saved:
    """Takes the plan from a file; what was asked for then cannot be asked for now."""

    saved = True

    def __init__(
        self, request: ProjectRequest, observer: Observer, plan_file: Path, options: Options
    ) -> None:
        if names_several_shops(request.shop):
            several(open_project(request, observer), {"PLAN_FILE": plan_file})
        if options != Options():
            raise UsageError("a saved plan takes no planning options", hint="leave the options out")
        self._plan = read_plan(request.directory, plan_file)
        if self._plan.refresh_only:
            raise UsageError(f"`{plan_file}` is a drift report and changes nothing")
        request = replace(request, shop=request.shop or self._plan.basis.shop)
        if needs_files(self._plan):
            self.workspace = open_workspace(open_project(request, observer))
        else:
            loaded = open_project(replace(request, variables=(), variable_files=()), observer)
            self.workspace = open_settings(loaded, with_token=True)
        self.workspace.source = self._plan.basis.source
        if self.workspace.source:  # it names a state file: only a shop of the project can
            open_settings(self.workspace.loaded, self.workspace.source)

    def plan(self, _connection: Connection, prior: Prior) -> Plan:
        return fit(self._plan, self.workspace, prior)
