"""`shopform clone` and `shopform promote`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shopform.cli import options, output_options
from shopform.cli.param_types import File, key_value, named_kinds
from shopform.errors import UsageError
from shopform.terminal.console import Console

if TYPE_CHECKING:
    from shopform.workflow.workspace import LoadedProject

between = options.stack(
    options.here,
    options.option(
        "--from", "source", metavar="SHOP", required=True, help="The shop to copy from."
    ),
    options.option("--to", "target", metavar="SHOP", required=True, help="The shop to change."),
    options.kinds,
    options.chosen_part,
    options.option(
        "--rewrite",
        metavar="OLD=NEW",
        multiple=True,
        type=key_value,
        help="Replace OLD by NEW in strings; takes precedence over `rewrite:` of the shop.",
    ),
    options.flag("--delete", help="Delete copied objects that were deleted in the source shop."),
    options.flag(
        "--allow-loss", help="Copy objects too that the other shop cannot hide as the source does."
    ),
    options.permissions,
    options.variables,
    options.detailed,
    options.approval,
    output_options.out("Save the plan for `apply` and change nothing."),
    options.reading,
    options.locking,
    output_options.format_,
)


@click.command("clone")
@between
@options.option(
    "--write",
    metavar="DIR",
    type=File(path_type=Path),
    help="Write the copy as YAML instead, without contacting the target shop.",
)
@click.pass_obj
def command(console: Console, /, write: Path | None, **asked: Any) -> int:
    """Copy the configuration of one shop to another.

    Shows the plan and asks for approval. Nothing is deleted without --delete. Without a terminal,
    nothing is changed unless --auto-approve is given. Run it again to continue after an
    interruption.
    """
    if write is None:
        return _copy(console, "clone", **asked)
    if asked["out"] or asked["auto_approve"] or asked["delete"]:
        raise UsageError(
            "`--write` writes files and makes no plan", hint="remove the other options"
        )
    return _write(console, write, **asked)


@click.command("promote")
@between
@click.pass_obj
def promote(console: Console, /, **asked: Any) -> int:
    """Copy what changed in a shop since the last clone or promote.

    What only the other shop changed is kept. A field that both shops changed is a conflict: it is
    skipped, everything else is copied, and the run exits with 14, or with 11 if there was nothing
    else to do.
    """
    return _copy(console, "promote", **asked)


def _copy(
    console: Console, verb: str, *, out: Path | None, detailed_exitcode: bool, **asked: Any
) -> int:
    from shopform.cli.offer import check_approval, offer
    from shopform.workflow.plan.clone_shop import CloneSource, CopyRequest
    from shopform.workflow.requests import Approval

    limits, approval = options.limits(asked), options.taken(Approval, asked)
    check_approval(console, approval)
    reporter, loaded = options.opened(console, asked)
    chosen = _kinds(loaded, asked)
    request = options.taken(CopyRequest, asked, kinds=chosen, three_way=verb == "promote")
    whole = bool(out) or console.form != "text"
    wanted = options.plan_options(asked, loaded.project.catalogue, whole=whole)
    copying = CloneSource(loaded, request, wanted)
    left, detailed = copying.read(limits, more=True), detailed_exitcode
    made = offer(reporter, copying, left, approval, verb=verb, out=out, detailed=detailed)
    return made.exit_code


def _write(console: Console, folder: Path, **asked: Any) -> int:
    from shopform.workflow.files.declared_files import write_declared
    from shopform.workflow.plan.clone_shop import CloneSource, CopyRequest

    limits = options.limits(asked)
    reporter, loaded = options.opened(console, asked)
    request = options.taken(CopyRequest, asked, kinds=_kinds(loaded, asked))
    wanted = options.plan_options(asked, loaded.project.catalogue)
    copying = CloneSource(loaded, request, wanted, with_key=False)
    copying.read(limits, more=False)
    declared, unread = copying.files()
    shop = copying.workspace.shop
    about = f"`{shop.name}`, {shop.url}, a copy of `{copying.scope.source}`"
    hint = "give an empty folder"
    made = write_declared(copying.workspace, declared, unread, folder, about=about, hint=hint)
    reporter.declared(made, folder)
    return 0


def _kinds(loaded: "LoadedProject", asked: dict[str, Any]) -> frozenset[str]:
    return named_kinds(loaded.project.catalogue, asked.pop("kinds"))
