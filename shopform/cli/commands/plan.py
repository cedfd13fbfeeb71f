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
@options.option("--destroy", is_flag=True, help="Plan to destroy everything owned.")
@options.option(
    "--refresh-only",
    is_flag=True,
    help="Show what was changed in the shop, and nothing about the files.",
)
@options.option(
    "--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes, 0 when not."
)
@output_options.format_
@output_options.json_stream
@output_options.json_into
@output_options.out("Save the plan, to apply it.")
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
    --detailed-exitcode is given; with 11 when a guard, a rule or a gate (--fail-on,
    --expect-no-changes) refuses what is shown. Several shops are planned side by side.
    """
    from shopform.workflow.open_workspace import open_workspace
    from shopform.workflow.plan_sources import Fresh, accepted, for_several
    from shopform.workflow.requests import ProjectRequest, ReadLimits
    from shopform.workflow.run_plan import propose

    request, limits = options.taken(ProjectRequest, asked), options.taken(ReadLimits, asked)
    wanted = options.plan_options(console, asked, out)
    if wanted.refresh_only and (wanted.destroy or wanted.replace):
        raise UsageError("`--refresh-only` leaves the shop as it is", hint="leave out the others")
    one_only = {"--out": out, "--format html": console.form == "html"}
    accepted(console, accept_rename, request, one_only)
    if sources := for_several(console, request, wanted, one_only):
        from shopform.workflow.multi_shop import plan_all

        return plan_all(console, sources, limits, detailed=detailed_exitcode)
    source = Fresh(open_workspace(console, request), wanted)
    return propose(console, source, limits, out=out, detailed=detailed_exitcode)
