"""`shopform doctor`."""

from pathlib import Path
from typing import Any

import click

from shopform.cli import options, output_options
from shopform.cli.param_types import File
from shopform.errors import UsageError
from shopform.terminal.console import Console


@click.command("doctor")
@options.project
@options.option(
    "--max-calls", type=click.IntRange(1), metavar="N", help="Stop after this many API calls."
)
@options.flag("--probe", help="Also make temporary objects, try the API with them, delete them.")
@options.approval
@options.locking
@options.flag(
    "--detailed-exitcode",
    help="Exit with 2 if the shop contradicts what shopform assumes, 0 if not.",
)
@options.flag(
    "--write",
    prefix="SHOPFORM_DOCTOR_",
    help="Write names that differ, or that nothing documents, to `wire` of the shop.",
)
@output_options.recording
@options.option(
    "--openapi",
    metavar="FILE|URL",
    type=File(),
    prefix="SHOPFORM_DOCTOR_",
    help="Compare with the vendor's OpenAPI document instead, without a key or an API call.",
)
@output_options.doctor_format
@click.pass_obj
def command(console: Console, /, openapi: str | None, **asked: Any) -> int:
    """Find out how the API of a shop behaves where its documentation leaves that open.

    Reads the shop in at most 20 calls and shows each question with its answer, what that is based
    on, and what shopform assumes. Values of objects are never shown. Exits with 0 whatever the
    answers are, unless --detailed-exitcode is given; with 16 if the key is refused, and with 18
    if no list can be read.

    --probe says what it will make and asks first. It makes hidden objects with unmistakable names
    in at most 60 calls, and deletes them. If it is interrupted, the next run of this command
    deletes what is left.

    --record keeps names, types and statuses without values, for `shopform sandbox --like`.

    --openapi shows which facts a document (OpenAPI 3 or Swagger 2, JSON or YAML) confirms or
    contradicts, and which endpoints no kind manages. With --write, a file in `kinds/` proposes a
    kind for each of those that can have one.
    """
    if openapi:
        from shopform.cli.commands.doctor_openapi import compare_with

        return compare_with(console, openapi, **asked)
    return _doctor(console, **asked)


def _doctor(
    console: Console,
    *,
    probe: bool,
    write: bool,
    record: Path | None,
    detailed_exitcode: bool,
    **asked: Any,
) -> int:
    from shopform.workflow.doctor.check_shop import check_shop, write_names, write_recording
    from shopform.workflow.open_project import open_settings
    from shopform.workflow.requests import Approval
    from shopform.workflow.run.exit_codes import CHANGES

    limits, approval = options.limits(asked), options.taken(Approval, asked)
    if probe and not approval.auto_approve and not console.interactive:
        raise UsageError(
            "approval is required, and there is no terminal to ask on",
            hint="pass `--auto-approve`",
        )
    reporter, loaded = options.opened(console, asked)
    workspace = open_settings(loaded, with_token=True)
    made = check_shop(workspace, limits, approval, probe=probe)
    if not made.approved:
        return 1
    if record:
        write_recording(workspace, made, record)
    reporter.checked(workspace.shop.name, made)
    if write:
        try:
            reporter.named(write_names(workspace, made))
        except UsageError as problem:
            console.report_problem(problem)  # the answers remain the result
            return problem.exit_code
    return CHANGES if detailed_exitcode and made.contradicts else 0
