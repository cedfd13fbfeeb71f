"""`shopform plan`."""

from pathlib import Path
from typing import Any

import click

from shopform.cli import options, output_options
from shopform.errors import UsageError
from shopform.terminal.console import Console


@click.command("plan")
@options.projects
@options.planning
@options.renames
@options.reading
@options.gates
@options.flag("--destroy", help="Plan to destroy everything that shopform owns.")
@options.flag(
    "--refresh-only",
    help="Show only what was changed outside of shopform.",
)
@options.detailed
@output_options.format_
@output_options.json_stream
@output_options.json_into
@output_options.out("Save the plan for `apply`.")
@click.pass_obj
def command(
    console: Console,
    /,
    detailed_exitcode: bool,
    out: Path | None,
    accept_rename: tuple[tuple[str, str], ...],
    **asked: Any,
) -> int:
    """Show what would change in the shop.

    Reads the shop and changes nothing. Exits with 0 whether there are changes or not, unless
    --detailed-exitcode is given; with 11 when a guard, a policy rule or a gate (--fail-on,
    --expect-no-changes) refuses the plan. Several shops are planned in parallel.
    """
    from shopform.workflow.open_project import open_workspace, open_workspaces, several
    from shopform.workflow.plan.plan_sources import Fresh
    from shopform.workflow.run.propose_plan import propose

    limits = options.limits(asked)
    wanted = options.plan_options(asked, whole=bool(out) or console.form != "text")
    if wanted.refresh_only and (wanted.destroy or wanted.replace):
        raise UsageError("`--refresh-only` plans no changes", hint="remove the other options")
    reporter, loaded = options.opened(console, asked)
    one_only = {"--out": out, "--format html": console.form == "html"}
    loaded = options.renamed(loaded, accept_rename, one_only)
    if several(loaded, one_only):
        from shopform.terminal.several_shops import report_plans
        from shopform.workflow.run.multi_shop import plan_all

        sources = [Fresh(each, wanted) for each in open_workspaces(loaded)]
        return report_plans(reporter, plan_all(sources, limits, detailed=detailed_exitcode))
    source = Fresh(open_workspace(loaded, once=True), wanted)
    return reporter.proposed(propose(source, limits, out=out, detailed=detailed_exitcode))
