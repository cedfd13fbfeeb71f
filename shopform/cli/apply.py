"""`shopform apply` and `shopform destroy`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shopform.changes import Outcome, Plan
from shopform.cli import options
from shopform.cli.console import Console
from shopform.cli.parameters import File
from shopform.errors import UsageError
from shopform.model import Prior

if TYPE_CHECKING:
    from shopform.cli.planner import Connection
    from shopform.cli.project import Workspace

approve = options.option("--auto-approve", is_flag=True, help="Do not ask.")


@click.command("apply")
@options.projects
@options.planning
@options.renames
@options.reading
@options.locking
@approve
@options.option("--destroy", is_flag=True, help="Destroy everything owned.")
@options.option("--expect-digest", metavar="DIGEST", help="Apply only if the plan has this digest.")
@options.json_apply
@options.json_into
@options.detail
@options.quiet
@click.argument("plan_file", required=False, type=File(path_type=Path))
@click.pass_obj
def command(console: Console, /, plan_file: Path | None, **asked: Any) -> int:
    """Change the shop to what the files say, or to what a saved plan says.

    Shows the plan, asks, and does it; a saved plan is its own approval. Exits with 14 when a part
    could not be done; running it again goes on from there. Several shops are taken one after the
    other, up to the first that does not end well.
    """
    return _apply(console, plan_file, **asked)


@click.command("destroy")
@options.project
@options.planning
@options.reading
@options.locking
@approve
@options.json_apply
@options.json_into
@options.detail
@options.quiet
@click.pass_obj
def destroy(console: Console, /, **asked: Any) -> int:
    """Delete everything that shopform owns in the shop."""
    return _apply(console, None, destroy=True, expect_digest=None, **asked)


def _apply(
    console: Console,
    plan_file: Path | None,
    *,
    parallelism: int,
    max_calls: int | None,
    lock_timeout: float,
    auto_approve: bool,
    expect_digest: str | None,
    **asked: Any,
) -> int:
    from shopform.cli.applying import Source, carry_out

    if not plan_file and not auto_approve and not console.interactive:
        raise UsageError(
            "nobody is there to approve",
            hint="use `--auto-approve` where nobody can answer, or apply a saved plan",
        )
    if plan_file and asked.get("accept_rename"):
        raise UsageError("a saved plan says itself what is done", hint="leave the options out")
    one_only = {
        "PLAN_FILE": plan_file,
        "--expect-digest": expect_digest,
        "destroy": asked["destroy"],
    }
    accepted(console, asked, one_only)

    def carry(source: Source, done: Callable[[Outcome], None] = lambda _outcome: None) -> int:
        return carry_out(
            console,
            source,
            verb="destroy" if asked["destroy"] else "apply",
            parallelism=parallelism,
            max_calls=max_calls,
            lock_timeout=lock_timeout,
            auto_approve=auto_approve,
            expect_digest=expect_digest,
            done=done,
        )

    if sources := for_several(console, asked, one_only):
        from shopform.cli.several import apply_all

        return apply_all(console, sources, carry)
    return carry(_Saved(console, plan_file, asked) if plan_file else Fresh(console, asked))


def accepted(console: Console, asked: dict[str, Any], one_only: Mapping[str, object]) -> None:
    """Write the renames that are asked for into the files. Raises UsageError."""
    renames = asked.pop("accept_rename", ())
    if renames:
        from shopform.cli.renaming import accept

        accept(console, renames, asked, one_only)


def for_several(
    console: Console, asked: dict[str, Any], one_only: Mapping[str, object]
) -> "list[Fresh]":
    """Where plans come from if `--shop` means several shops; nothing if it means one.

    Raises ConfigError, and UsageError also for what is asked for of `one_only`.
    """
    from shopform.cli.project import open_workspaces

    texts = asked["variables"], asked["variable_files"]
    found = open_workspaces(console, asked["shop"], *texts, one_only)
    return [Fresh(console, dict(asked), workspace) for workspace in found]


class Fresh:
    """Plans from the files."""

    saved = False

    def __init__(
        self, console: Console, asked: dict[str, Any], workspace: "Workspace | None" = None
    ) -> None:
        from shopform.cli.project import open_workspace

        texts = asked.pop("shop"), asked.pop("variables"), asked.pop("variable_files")
        self.workspace = workspace or open_workspace(console, *texts)
        self.asked = {**asked, "allow_delete": dict(asked["allow_delete"])}

    def plan(self, connection: "Connection", prior: Prior) -> Plan:
        from shopform.cli.planner import read_and_plan

        return read_and_plan(self.workspace, connection, prior, **self.asked)


class _Saved:
    """Takes the plan from a file; what was asked for then cannot be asked for now."""

    saved = True

    def __init__(self, console: Console, plan_file: Path, asked: dict[str, Any]) -> None:
        from shopform.cli.project import open_settings, open_workspace
        from shopform.cli.saved import needs_files, read_plan

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
        from shopform.cli.saved import fit

        return fit(self._plan, self.workspace, prior)
