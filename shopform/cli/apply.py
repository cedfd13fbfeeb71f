"""`shopform apply` and `shopform destroy`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from shopform.changes import Op, Plan, Step
from shopform.cli import options
from shopform.cli.console import Console
from shopform.errors import BudgetSpent, UsageError

approve = options.option("--auto-approve", is_flag=True, help="Do not ask.")


@click.command("apply")
@options.project
@options.planning
@options.reading
@options.locking
@approve
@options.option("--destroy", is_flag=True, help="Destroy everything owned.")
@click.pass_obj
def command(console: Console, /, **asked: Any) -> int:
    """Change the shop to what the files say.

    Shows the plan, asks, and does it. Exits with 14 when a part could not be done; running it
    again goes on from there.
    """
    return _apply(console, **asked)


@click.command("destroy")
@options.project
@options.planning
@options.reading
@options.locking
@approve
@click.pass_obj
def destroy(console: Console, /, **asked: Any) -> int:
    """Delete everything that shopform owns in the shop."""
    return _apply(console, destroy=True, **asked)


def _apply(
    console: Console,
    *,
    shop: str | None,
    variables: tuple[tuple[str, str], ...],
    variable_files: tuple[str, ...],
    parallelism: int,
    max_calls: int | None,
    lock_timeout: float,
    auto_approve: bool,
    allow_delete: tuple[tuple[str, int], ...],
    **asked: Any,
) -> int:
    from shopform.apply import apply
    from shopform.cli.exits import outcome_exit, plan_exit
    from shopform.cli.planner import connected, read_and_plan, show
    from shopform.cli.project import interruptible, open_workspace
    from shopform.render.text import render_outcome

    if not auto_approve and not console.interactive:
        raise UsageError(
            "nobody is there to approve", hint="use `--auto-approve` where nobody can answer"
        )
    workspace = open_workspace(console, shop, variables, variable_files)
    verb = "destroy" if asked["destroy"] else "apply"
    with (
        workspace.store().open(verb, lock_timeout) as session,
        connected(workspace, parallelism=parallelism, max_calls=max_calls) as connection,
    ):
        plan = read_and_plan(
            workspace, connection, session.prior, allow_delete=dict(allow_delete), **asked
        )
        show(console, plan)
        if plan.refused:
            return plan_exit(plan)
        _affordable(plan, connection.client.calls, max_calls)
        if not plan.empty and not auto_approve and not _approved(console, plan):
            console.note("Nothing was changed.")
            return 1
        with interruptible() as interrupt, _progress(console, plan) as listener:
            outcome = apply(
                plan,
                connection.client,
                session,
                directory=workspace.directory,
                parallelism=parallelism,
                listener=listener,
                interrupt=interrupt,
            )
    console.diagnostics(outcome.warnings)
    console.result(render_outcome(plan, outcome, color=console.color(), width=console.width))
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
            if event == "start":
                return
            bar.advance(step.address)
            if event == "failed":
                console.note(f"{step.address}: {step.op} failed")
            elif not console.watched:
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
