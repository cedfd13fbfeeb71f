"""`shopform import`."""

from typing import Any

import click

from shopform.cli import completions, options
from shopform.cli.param_types import object_id
from shopform.errors import UsageError
from shopform.terminal.console import Console


@click.command("import")
@options.project
@options.reading
@options.locking
@options.flag("--generate", help="Write the block of ADDRESS if it is missing.")
@options.option(
    "--into", metavar="FILE", help="File for the block; by default the one with its section."
)
@click.argument("address", shell_complete=completions.addresses)
@click.argument("number", metavar="ID", type=object_id)
@click.pass_obj
def command(
    console: Console,
    /,
    address: str,
    **asked: Any,
) -> None:
    """Import an existing object by its id, without changing it.

    The state records the object ID under ADDRESS, which must be declared; fields that differ show
    up in the next plan. With --generate a missing block is written as the object is now. `imports:`
    in the files does the same in the next apply, in every checkout.
    """
    from shopform.workflow.open_project import check_address, open_workspace
    from shopform.workflow.requests import ImportRequest
    from shopform.workflow.state.import_object import import_object

    if asked["into"] and not asked["generate"]:
        raise UsageError("`--into` needs `--generate`", hint="add `--generate`")
    limits, (_, loaded) = options.limits(asked), options.opened(console, asked)
    wanted = check_address(loaded.project.catalogue, address)
    request = options.taken(ImportRequest, asked, address=wanted)
    made = import_object(open_workspace(loaded), request, limits)
    if made.written:
        console.result(f"Wrote {address} to {made.written}.")
    console.diagnostics(made.warnings)
    if made.differing is None:
        console.result(f"{address} is in the state already, as {request.number}.")
    else:
        console.result(f"Imported {address} (id {request.number}).{_differing(made.differing)}")


def _differing(count: int) -> str:
    if not count:
        return ""
    them = "field differs from the files; the next plan changes it"
    if count > 1:
        them = "fields differ from the files; the next plan changes them"
    return f" {count} {them}."
