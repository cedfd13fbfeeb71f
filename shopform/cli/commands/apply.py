"""`shopform apply` and `shopform destroy`."""

from functools import partial
from pathlib import Path
from typing import Any

import click

from shopform.cli import options, output_options
from shopform.cli.param_types import File
from shopform.errors import UsageError
from shopform.terminal.console import Console


@click.command("apply")
@options.projects
@options.planning
@options.renames
@options.reading
@options.locking
@options.approval
@options.flag("--destroy", help="Destroy everything that shopform owns.")
@options.option("--expect-digest", metavar="DIGEST", help="Apply only if the plan has this digest.")
@output_options.json_apply
@output_options.json_into
@output_options.detail
@output_options.quiet
@click.argument("plan_file", required=False, type=File(path_type=Path))
@click.pass_obj
def command(console: Console, /, plan_file: Path | None, **asked: Any) -> int:
    """Make the shop match the files, or carry out a saved plan.

    Shows the plan, asks for approval and carries it out; a saved plan counts as approved. Exits
    with 14 if only a part was applied; run it again to continue. Several shops are applied one
    after the other, up to the first that fails.
    """
    return _apply(console, plan_file, **asked)


@click.command("destroy")
@options.project
@options.planning
@options.reading
@options.locking
@options.approval
@output_options.json_apply
@output_options.json_into
@output_options.detail
@output_options.quiet
@click.pass_obj
def destroy(console: Console, /, **asked: Any) -> int:
    """Destroy everything that shopform owns in the shop."""
    return _apply(console, None, destroy=True, **asked)


def _apply(
    console: Console,
    plan_file: Path | None,
    *,
    accept_rename: tuple[tuple[str, str], ...] = (),
    **asked: Any,
) -> int:
    from shopform.terminal.reporter import Reporter
    from shopform.workflow.open_project import open_workspace, open_workspaces, several
    from shopform.workflow.plan.plan_sources import Fresh
    from shopform.workflow.plan.saved_plan import Saved
    from shopform.workflow.requests import Approval
    from shopform.workflow.run.run_plan import carry_out

    limits, approval = options.limits(asked), options.taken(Approval, asked)
    verb = "destroy" if asked["destroy"] else "apply"
    carry = partial(carry_out, limits=limits, approval=approval, verb=verb)
    if plan_file:
        if accept_rename:
            raise UsageError("a saved plan allows no planning options", hint="remove the options")
        reporter = Reporter(console)
        request = options.project_request(console, asked)
        wanted = options.plan_options(asked, request.catalogue)
        return reporter.applied(carry(Saved(request, reporter, plan_file, wanted)))
    if not approval.auto_approve and not console.interactive:
        raise UsageError(
            "approval is required, and there is no terminal to ask on",
            hint="pass `--auto-approve`, or apply a saved plan",
        )
    reporter, loaded = options.opened(console, asked)
    wanted = options.plan_options(asked, loaded.project.catalogue)
    one_only = {"--expect-digest": approval.expect_digest, "destroy": wanted.destroy}
    loaded = options.renamed(loaded, accept_rename, one_only)
    if several(loaded, one_only):
        from shopform.terminal.several_shops import report_runs
        from shopform.workflow.run.multi_shop import apply_all

        sources = [Fresh(each, wanted) for each in open_workspaces(loaded)]
        return report_runs(reporter, apply_all(sources, carry))
    return reporter.applied(carry(Fresh(open_workspace(loaded, once=True), wanted)))
