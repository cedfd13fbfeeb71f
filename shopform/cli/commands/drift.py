"""`shopform drift`."""

from typing import Any

import click

from shopform.cli import options, output_options
from shopform.diagnostics import plural
from shopform.errors import UsageError
from shopform.terminal.console import Console


@click.command("drift")
@options.projects
@options.chosen_part
@options.reading
@options.spend
@output_options.format_
@output_options.patch
@click.pass_obj
def command(
    console: Console,
    /,
    write: str | None,
    **asked: Any,
) -> int:
    """Show what was changed in the shop outside of shopform.

    Compares everything that shopform owns with what it last applied, not with the files. Exits
    with 2 if the shop differs, otherwise with 0. --write produces a patch for `git apply`; fields
    that cannot be patched are listed on stderr. Several shops are compared in parallel.
    --spend looks at the lists that were not read for longest, and says what was not checked.
    """
    from shopform.workflow.open_project import open_workspace, open_workspaces, several
    from shopform.workflow.plan.plan_sources import Look
    from shopform.workflow.run.drift_patch import find_drift

    if write == "-" and console.form not in ("text", "quiet"):
        raise UsageError("only one of the two can go to stdout", hint="give `--write` a file")
    limits, (reporter, loaded) = options.limits(asked), options.opened(console, asked)
    wanted = options.plan_options(asked, loaded.project.catalogue)
    if several(loaded, {"--write": write, "--format html": console.form == "html"}):
        from shopform.terminal.several_shops import report_plans
        from shopform.workflow.run.multi_shop import plan_all

        looks = [Look(each, wanted) for each in open_workspaces(loaded)]
        return report_plans(reporter, plan_all(looks, limits, detailed=True))
    result, made = find_drift(open_workspace(loaded), limits, wanted, write)
    if write != "-":
        reporter.proposed(result)
    else:
        console.diagnostics(result.plan.diagnostics)
    if made:
        if write != "-":
            console.note(f"\n{write}: a patch that sets {plural(made.count, 'field')}.")
        elif made.text:
            console.result(made.text)
        console.diagnostics(made.left)
    return result.exit_code
