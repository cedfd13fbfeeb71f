"""`shopform state rehome`."""

from typing import TYPE_CHECKING, Any

import click

from shopform.cli import options
from shopform.terminal.console import Console

if TYPE_CHECKING:
    from shopform.workflow.state.rehome_state import Comparison


@click.command("rehome")
@options.project
@options.of_copies
@options.reading
@options.locking
@options.flag(
    "--auto-approve",
    help="Skip the interactive approval, even if most of it does not match.",
)
@click.pass_obj
def command(
    console: Console,
    /,
    source: str | None,
    lock_timeout: float,
    auto_approve: bool,
    **asked: Any,
) -> int:
    """Bind the state to a shop whose domain, front page or name in the files changed.

    Reads the owned objects and shows which match. A state that matches is written with the shop's
    new address and is otherwise unchanged. If most of it does not match it asks for approval:
    missing objects are then removed from the state, and changed identities are recorded.
    """
    from shopform.workflow.open_project import open_settings
    from shopform.workflow.state.rehome_state import move_state, rehome

    limits, (_, loaded) = options.limits(asked), options.opened(console, asked)
    workspace = open_settings(loaded, with_token=True)
    if workspace.former and not workspace.shop.remote:
        move_state(workspace, lock_timeout)
        console.result(f"Moved {workspace.former} to {workspace.shop.state}.")
    workspace.source = source or ""

    def confirm(compared: "Comparison") -> bool:
        _show(console, workspace.shop.name, compared)
        return compared.fits or auto_approve or _approved(console)

    compared, removed = rehome(workspace, limits, lock_timeout, confirm)
    for address in removed:
        console.result(f"Removed {address} from the state.")
    console.result(f"The state is of {compared.hosts[1]}.")
    return 0


def _show(console: Console, shop: str, compared: "Comparison") -> None:
    console.result(f"{shop}: was at {compared.hosts[0]}, is at {compared.hosts[1]}")
    was, now = compared.anchors
    if now:
        before = f", was {was}" if was and was != now else ""
        console.result(f"fixed {compared.kind}: {now}{before}")
    console.result(f"{compared.fitting} of {compared.owned} owned objects match")
    for line in compared.differing:
        console.result(f"  {line}")


def _approved(console: Console) -> bool:
    if not console.interactive:
        return False
    console.note(
        "\nMost of the state does not match this shop. Only 'yes' will bind the state to it.\n"
    )
    return console.ask("  Enter a value") == "yes"
