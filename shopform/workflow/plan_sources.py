"""Where the plan of an apply comes from: the files, or a saved plan."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shopform.errors import UsageError
from shopform.model.plan import Plan
from shopform.model.prior import Prior
from shopform.terminal.console import Console

if TYPE_CHECKING:
    from shopform.workflow.refresh import Connection
    from shopform.workflow.workspace import Workspace


def accepted(console: Console, asked: dict[str, Any], one_only: Mapping[str, object]) -> None:
    """Write the renames that are asked for into the files. Raises UsageError."""
    renames = asked.pop("accept_rename", ())
    if renames:
        from shopform.workflow.accept_renames import accept

        accept(console, renames, asked, one_only)


def for_several(
    console: Console, asked: dict[str, Any], one_only: Mapping[str, object]
) -> "list[Fresh]":
    """Where plans come from if `--shop` means several shops; nothing if it means one.

    Raises ConfigError, and UsageError also for what is asked for of `one_only`.
    """
    from shopform.workflow.open_workspace import open_workspaces

    texts = asked["variables"], asked["variable_files"]
    found = open_workspaces(console, asked["shop"], *texts, one_only)
    return [Fresh(console, dict(asked), workspace) for workspace in found]


class Fresh:
    """Plans from the files."""

    saved = False

    def __init__(
        self, console: Console, asked: dict[str, Any], workspace: "Workspace | None" = None
    ) -> None:
        from shopform.workflow.open_workspace import open_workspace

        texts = asked.pop("shop"), asked.pop("variables"), asked.pop("variable_files")
        self.workspace = workspace or open_workspace(console, *texts)
        self.asked = {**asked, "allow_delete": dict(asked["allow_delete"])}

    def plan(self, connection: "Connection", prior: Prior) -> Plan:
        from shopform.workflow.refresh import read_and_plan

        return read_and_plan(self.workspace, connection, prior, **self.asked)


class Saved:
    """Takes the plan from a file; what was asked for then cannot be asked for now."""

    saved = True

    def __init__(self, console: Console, plan_file: Path, asked: dict[str, Any]) -> None:
        from shopform.workflow.open_workspace import open_settings, open_workspace
        from shopform.workflow.plan_file import needs_files, read_plan

        options = ("targets", "excludes", "replace", "allow_delete", "allow", "destroy")
        if any(asked[name] for name in options):
            raise UsageError("a saved plan says itself what is done", hint="leave the options out")
        self._plan = read_plan(console.directory, plan_file)
        if self._plan.refresh_only:
            raise UsageError(f"`{plan_file}` only tells what was changed in the shop")
        shop = asked["shop"] or self._plan.basis.shop
        if needs_files(self._plan):
            texts = asked["variables"], asked["variable_files"]
            self.workspace = open_workspace(console, shop, *texts)
        else:
            self.workspace = open_settings(console, shop, with_token=True)
        self.workspace.source = self._plan.basis.source
        if self.workspace.source:  # it names a state file: only a shop of the project can
            open_settings(console, self.workspace.source)

    def plan(self, _connection: "Connection", prior: Prior) -> Plan:
        from shopform.workflow.plan_file import fit

        return fit(self._plan, self.workspace, prior)
