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
@options.from_snapshot
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
    --expect-no-changes, --max-age) refuses the plan. Several shops are planned in parallel.
    --snapshot plans from a file, without a key and without an API call; such a plan is not applied.
    --refresh=changed starts from the snapshot of the last apply or drift run, or from that file.
    """
    from shopform.workflow.open_project import open_workspace, open_workspaces, several
    from shopform.workflow.plan.plan_sources import source_of
    from shopform.workflow.run.propose_plan import propose, propose_offline

    limits, known = options.limits(asked), options.snapshot_use(asked)
    if asked["refresh_only"] and (asked["destroy"] or asked["replace"] or known.changed):
        raise UsageError("`--refresh-only` plans no changes", hint="remove the other options")
    reporter, loaded = options.opened(console, asked)
    whole = bool(out) or console.form != "text"
    wanted = options.plan_options(asked, loaded.project.catalogue, whole=whole)
    one_only = {"--out": out, "--format html": console.form == "html", "--snapshot": known.snapshot}
    loaded = options.renamed(loaded, accept_rename, one_only)
    if several(loaded, one_only):
        from shopform.terminal.several_shops import report_plans
        from shopform.workflow.run.multi_shop import plan_all

        sources = [source_of(each, wanted, known) for each in open_workspaces(loaded)]
        return report_plans(reporter, plan_all(sources, limits, detailed=detailed_exitcode))
    if known.offline:
        made = propose_offline(loaded, known, wanted, out=out, detailed=detailed_exitcode)
        return reporter.proposed(made)
    source = source_of(open_workspace(loaded, once=True), wanted, known)
    return reporter.proposed(propose(source, limits, out=out, detailed=detailed_exitcode))
