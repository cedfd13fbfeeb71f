"""`shopform apply` and `shopform destroy`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shopform.changes import Op, Plan, Step
from shopform.cli import options
from shopform.cli.console import Console
from shopform.errors import BudgetSpent, UsageError
from shopform.model import Prior
from shopform.render.stream import applied, applying

if TYPE_CHECKING:
    from shopform.cli.planner import Connection
    from shopform.cli.project import Workspace
    from shopform.shop.client import Client
    from shopform.state.store import Session

approve = options.option("--auto-approve", is_flag=True, help="Do not ask.")


@click.command("apply")
@options.project
@options.planning
@options.reading
@options.locking
@approve
@options.option("--destroy", is_flag=True, help="Destroy everything owned.")
@options.option("--expect-digest", metavar="DIGEST", help="Apply only if the plan has this digest.")
@options.json_apply
@options.json_into
@options.quiet
@click.argument("plan_file", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def command(console: Console, /, plan_file: Path | None, **asked: Any) -> int:
    """Change the shop to what the files say, or to what a saved plan says.

    Shows the plan, asks, and does it; a saved plan is its own approval. Exits with 14 when a part
    could not be done; running it again goes on from there.
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
    from shopform.cli.approved import expect
    from shopform.cli.exits import plan_exit
    from shopform.cli.planner import connected, show

    if not plan_file and not auto_approve and not console.interactive:
        raise UsageError(
            "nobody is there to approve",
            hint="use `--auto-approve` where nobody can answer, or apply a saved plan",
        )
    source = _Saved(console, plan_file, asked) if plan_file else _Fresh(console, asked)
    workspace = source.workspace
    verb = "destroy" if asked["destroy"] else "apply"
    with (
        workspace.store().open(verb, lock_timeout) as session,
        connected(workspace, parallelism=parallelism, max_calls=max_calls) as connection,
    ):
        plan = source.plan(connection, session.prior)
        show(console, plan)
        if plan.refused:
            return plan_exit(plan)
        if expect_digest:
            expect(plan, expect_digest, workspace.data)
        _affordable(plan, connection.client.calls, max_calls)
        asks = not plan.empty and not auto_approve and not plan_file
        if asks and not _approved(console, plan):
            console.note("Nothing was changed.")
            return 1
        return _do(console, workspace, plan, connection.client, session, saved=bool(plan_file))


class _Fresh:
    """Plans from the files, under the lock that the apply holds."""

    def __init__(self, console: Console, asked: dict[str, Any]) -> None:
        from shopform.cli.project import open_workspace

        shop, variables = asked.pop("shop"), asked.pop("variables")
        self.workspace = open_workspace(console, shop, variables, asked.pop("variable_files"))
        self.asked = {**asked, "allow_delete": dict(asked["allow_delete"])}

    def plan(self, connection: "Connection", prior: Prior) -> Plan:
        from shopform.cli.planner import read_and_plan

        return read_and_plan(self.workspace, connection, prior, **self.asked)


class _Saved:
    """Takes the plan from a file; what was asked for then cannot be asked for now."""

    def __init__(self, console: Console, plan_file: Path, asked: dict[str, Any]) -> None:
        from shopform.cli.project import open_settings, open_workspace
        from shopform.cli.saved import has_secrets, read_plan

        options = ("targets", "excludes", "replace", "allow_delete", "allow", "destroy")
        if any(asked[name] for name in options):
            raise UsageError("a saved plan says itself what is done", hint="leave the options out")
        self._plan = read_plan(console.directory / plan_file)
        if self._plan.refresh_only:
            raise UsageError(f"`{plan_file}` only tells what was changed in the shop")
        shop = asked["shop"] or self._plan.basis.shop
        if has_secrets(self._plan):
            texts = asked["variables"], asked["variable_files"]
            self.workspace = open_workspace(console, shop, *texts)
        else:
            self.workspace = open_settings(console, shop, with_token=True)

    def plan(self, _connection: "Connection", _prior: Prior) -> Plan:
        from shopform.cli.saved import fit

        return fit(self._plan, self.workspace)


def _do(
    console: Console,
    workspace: "Workspace",
    plan: Plan,
    client: "Client",
    session: "Session",
    *,
    saved: bool,
) -> int:
    from shopform.apply import apply
    from shopform.cli.exits import outcome_exit
    from shopform.cli.project import interruptible
    from shopform.render.text import render_outcome

    with interruptible() as interrupt, _progress(console, plan) as listener:
        outcome = apply(
            plan,
            client,
            session,
            directory=workspace.directory,
            parallelism=client.parallelism,
            listener=listener,
            interrupt=interrupt,
            saved=saved,
        )
    if not console.quiet:
        console.diagnostics(outcome.warnings)
    console.stream.tell(applied(plan, outcome))
    if console.quiet:
        console.diagnostics(failure.diagnostic for failure in outcome.failed)
    elif console.form != "stream":
        text = render_outcome(plan, outcome, color=console.color(), width=console.width)
        console.result(text)
    if outcome.stopped:
        console.diagnostics(outcome.stopped.diagnostics)
    return outcome_exit(outcome)


def _affordable(plan: Plan, spent: int, max_calls: int | None) -> None:
    """A limit given by hand is a promise: what cannot be finished is not begun."""
    needed = plan.calls.write + plan.calls.verify
    if max_calls is not None and spent + needed > max_calls:
        raise BudgetSpent(
            f"the plan needs {needed} more calls, and `--max-calls` leaves {max_calls - spent}",
            hint="allow more, or take a part with `--target`",
        )


def _approved(console: Console, plan: Plan) -> bool:
    what = "destroy everything shown above" if plan.destroy else "perform these actions"
    console.note(f"\nDo you want to {what}?")
    console.note(f"  shopform will do this to the live shop `{plan.basis.shop}`.")
    console.note("  Only 'yes' will be accepted to approve.\n")
    answer: str = click.prompt("  Enter a value", default="", show_default=False, err=True)
    return answer == "yes"


@contextmanager
def _progress(console: Console, plan: Plan) -> Iterator[Callable[[str, Step], None]]:
    """Tells how far an apply is: a bar where somebody looks, a line a step elsewhere."""
    from shopform.render.progress import progress

    with progress(console.watched, f"applying to {plan.basis.shop}") as bar:
        bar.total(len(plan.steps))

        def tell(event: str, step: Step) -> None:
            console.stream.tell([applying(event, step)])
            if event == "start":
                return
            bar.advance(step.address)
            if event == "failed":
                console.note(f"{step.address}: {step.op} failed")
            elif not console.watched and not console.quiet:
                console.note(f"{step.address}: {DONE[step.op]}")

        yield tell


DONE = {
    Op.CREATE: "created",
    Op.UPDATE: "updated",
    Op.DELETE: "destroyed",
    Op.IMPORT: "imported",
    Op.ADOPT: "taken over",
    Op.MOVE: "moved",
    Op.EDIT: "state edited",
    Op.FORGET: "forgotten",
}
