"""`shopform drift`."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from shopform.cli import options, output_options
from shopform.diagnostics import plural
from shopform.errors import UsageError
from shopform.kinds import BY_NAME, Form
from shopform.model.plan import REDECLARED, Action, Change, FieldChange, Plan
from shopform.model.prior import Prior
from shopform.terminal.console import Console

if TYPE_CHECKING:
    from shopform.config.write.field_patches import Held
    from shopform.planning.scope import Options
    from shopform.workflow.refresh import Connection
    from shopform.workflow.workspace import Workspace

Found = tuple[str, int | None, str]


def _claimed(ctx: click.Context, _option: click.Parameter, name: str | None) -> str | None:
    if name and name != "-":
        from shopform.cli.output_files import PATCH, claim

        claim(ctx.obj, "--write", name, PATCH)
    return name


@click.command("drift")
@options.projects
@options.chosen_part
@options.reading
@output_options.format_
@options.option(
    "--write",
    metavar="FILE",
    callback=_claimed,
    help="Write a patch that puts it into the files; `-` is stdout.",
)
@click.pass_obj
def command(
    console: Console,
    /,
    write: str | None,
    **asked: Any,
) -> int:
    """Show what was changed in the shop since it was last applied.

    Compares everything that shopform owns with what it left there, and not with the files. Exits
    with 2 when the shop differs, with 0 when not. `git apply` takes what --write writes; fields
    that cannot be patched are told on stderr. Several shops are looked at side by side.
    """
    from shopform.planning.scope import Options
    from shopform.terminal.exit_codes import plan_exit
    from shopform.workflow.open_workspace import open_workspace, open_workspaces
    from shopform.workflow.refresh import connected, read_and_look, show
    from shopform.workflow.requests import ProjectRequest, ReadLimits

    if write == "-" and console.form not in ("text", "quiet"):
        raise UsageError("one of the two can go to stdout", hint="name a file behind `--write`")
    request, limits = options.taken(ProjectRequest, asked), options.taken(ReadLimits, asked)
    wanted = options.taken(Options, asked)
    one_only = {"--write": write, "--format html": console.form == "html"}
    if shops := open_workspaces(console, request, one_only):
        from shopform.workflow.multi_shop import plan_all

        looks = [_Look(each, wanted) for each in shops]
        return plan_all(console, looks, limits, detailed=True)
    workspace = open_workspace(console, request)
    prior = workspace.store().read()
    with connected(workspace, limits) as connection:
        looked, planned = read_and_look(workspace, connection, prior, wanted)
    if write != "-":
        show(console, looked)
    elif looked.diagnostics:
        console.diagnostics(looked.diagnostics)
    if write:
        _write(console, workspace, write, list(_held(workspace, looked, planned)))
    return plan_exit(looked, detailed=True)


class _Look:
    """What the shop holds otherwise than it was left."""

    saved = False

    def __init__(self, workspace: "Workspace", options: "Options") -> None:
        self.workspace = workspace
        self.options = options

    def plan(self, connection: "Connection", prior: Prior) -> Plan:
        from shopform.workflow.refresh import read_and_look

        return read_and_look(self.workspace, connection, prior, self.options)[0]


def _write(console: Console, workspace: "Workspace", write: str, held: "list[Held]") -> None:
    from shopform.config import load_project
    from shopform.config.write.field_patches import patch
    from shopform.files import reporting, typed
    from shopform.state.atomic_files import write_atomic

    made = patch(load_project(workspace.directory), workspace.shop.name, held)
    if write == "-" and made.text:
        console.result(made.text)
    elif write != "-":
        with reporting(console.directory / write, UsageError):
            write_atomic(typed(console.directory, write), made.text.encode())
        fields = plural(made.count, "field")
        console.note(f"\n{write}: a patch that sets {fields}.")
    console.diagnostics(made.left)


def _held(workspace: "Workspace", looked: Plan, planned: Plan) -> "Iterator[Held]":
    """What the files can be made to say, and why not where they cannot.

    `planned` knows which fields the files declare as they were sent, and under which address.
    """
    from shopform.config.write.field_patches import Held

    clean = _fields(planned.drift)
    changed = _fields(planned.changes)
    declared = workspace.desired.resources
    for change in looked.drift:
        if change.action is Action.DELETE:
            if change.address in declared:
                yield Held(address=change.address, why="it has been deleted in the shop")
            continue
        for field in change.fields:
            found = (change.kind, change.id, field.name)
            owner, mine = clean.get(found) or changed.get(found, (change, field))
            if owner.address not in declared or field.name not in declared[owner.address].fields:
                continue
            if found in clean or found in changed:
                form, why = BY_NAME[change.kind].form(field.name), ""
                if form is Form.IMAGES:
                    why = "the bytes of a picture cannot be read back"
                elif found not in clean or mine.reason == REDECLARED:
                    why = "the files have changed it too"
                elif field.sensitive:
                    why = "it is a secret"
                yield Held(address=owner.address, field=field.name, value=mine.after, why=why)


def _fields(changes: tuple[Change, ...]) -> Mapping[Found, tuple[Change, FieldChange]]:
    return {
        (change.kind, change.id, field.name): (change, field)
        for change in changes
        for field in change.fields
    }
