"""`shopform apply` and `shopform destroy`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from shopform.cli import options, output_options
from shopform.cli.param_types import File
from shopform.errors import UsageError
from shopform.model.plan import Outcome
from shopform.terminal.console import Console

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
@output_options.json_apply
@output_options.json_into
@output_options.detail
@output_options.quiet
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
@output_options.json_apply
@output_options.json_into
@output_options.detail
@output_options.quiet
@click.pass_obj
def destroy(console: Console, /, **asked: Any) -> int:
    """Delete everything that shopform owns in the shop."""
    return _apply(console, None, destroy=True, **asked)


def _apply(
    console: Console,
    plan_file: Path | None,
    *,
    accept_rename: tuple[tuple[str, str], ...] = (),
    **asked: Any,
) -> int:
    from shopform.planning.scope import Options
    from shopform.workflow.open_workspace import open_workspace
    from shopform.workflow.plan_sources import Fresh, Saved, accepted, for_several
    from shopform.workflow.requests import Approval, ProjectRequest, ReadLimits
    from shopform.workflow.run_plan import PlanSource, carry_out

    request, limits = options.taken(ProjectRequest, asked), options.taken(ReadLimits, asked)
    approval, wanted = options.taken(Approval, asked), options.taken(Options, asked)
    if not plan_file and not approval.auto_approve and not console.interactive:
        raise UsageError(
            "nobody is there to approve",
            hint="use `--auto-approve` where nobody can answer, or apply a saved plan",
        )
    if plan_file and accept_rename:
        raise UsageError("a saved plan says itself what is done", hint="leave the options out")
    one_only = {
        "PLAN_FILE": plan_file,
        "--expect-digest": approval.expect_digest,
        "destroy": wanted.destroy,
    }
    accepted(console, accept_rename, request, one_only)
    verb = "destroy" if wanted.destroy else "apply"

    def carry(source: PlanSource, done: Callable[[Outcome], None] = lambda _outcome: None) -> int:
        return carry_out(console, source, limits, approval, verb=verb, done=done)

    if sources := for_several(console, request, wanted, one_only):
        from shopform.workflow.multi_shop import apply_all

        return apply_all(console, sources, carry)
    if plan_file:
        return carry(Saved(console, plan_file, request, wanted))
    return carry(Fresh(open_workspace(console, request), wanted))
