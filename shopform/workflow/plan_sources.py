"""Where the plan of an apply comes from: the files, or a saved plan."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from shopform.errors import UsageError
from shopform.model.plan import Plan
from shopform.model.prior import Prior
from shopform.terminal.console import Console

if TYPE_CHECKING:
    from shopform.planning.scope import Options
    from shopform.workflow.refresh import Connection
    from shopform.workflow.requests import ProjectRequest
    from shopform.workflow.workspace import Workspace


def accepted(
    console: Console,
    renames: Iterable[tuple[str, str]],
    request: "ProjectRequest",
    one_only: Mapping[str, object],
) -> None:
    """Write the renames that are asked for into the files. Raises UsageError."""
    if renames:
        from shopform.workflow.accept_renames import accept

        accept(console, renames, request, one_only)


def for_several(
    console: Console,
    request: "ProjectRequest",
    options: "Options",
    one_only: Mapping[str, object],
) -> "list[Fresh]":
    """Where plans come from if the request means several shops; nothing if it means one.

    Raises ConfigError, and UsageError also for what is asked for of `one_only`.
    """
    from shopform.workflow.open_workspace import open_workspaces

    return [Fresh(each, options) for each in open_workspaces(console, request, one_only)]


class Fresh:
    """Plans from the files."""

    saved = False

    def __init__(self, workspace: "Workspace", options: "Options") -> None:
        self.workspace = workspace
        self.options = options

    def plan(self, connection: "Connection", prior: Prior) -> Plan:
        from shopform.workflow.refresh import read_and_plan

        return read_and_plan(self.workspace, connection, prior, self.options)


class Saved:
    """Takes the plan from a file; what was asked for then cannot be asked for now."""

    saved = True

    def __init__(
        self, console: Console, plan_file: Path, request: "ProjectRequest", options: "Options"
    ) -> None:
        from shopform.planning.scope import Options
        from shopform.workflow.open_workspace import open_settings, open_workspace
        from shopform.workflow.plan_file import needs_files, read_plan

        if options != Options():
            raise UsageError("a saved plan says itself what is done", hint="leave the options out")
        self._plan = read_plan(console.directory, plan_file)
        if self._plan.refresh_only:
            raise UsageError(f"`{plan_file}` only tells what was changed in the shop")
        request = replace(request, shop=request.shop or self._plan.basis.shop)
        if needs_files(self._plan):
            self.workspace = open_workspace(console, request)
        else:
            request = replace(request, variables=(), variable_files=())
            self.workspace = open_settings(console, request, with_token=True)
        self.workspace.source = self._plan.basis.source
        if self.workspace.source:  # it names a state file: only a shop of the project can
            open_settings(console, replace(request, shop=self.workspace.source))

    def plan(self, _connection: "Connection", prior: Prior) -> Plan:
        from shopform.workflow.plan_file import fit

        return fit(self._plan, self.workspace, prior)
