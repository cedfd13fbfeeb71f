"""`shopform state ...` and `shopform force-unlock`."""

import json
from typing import TYPE_CHECKING

import click

from shopform.cli import completions, options
from shopform.cli.commands.state_rehome import command as rehome
from shopform.cli.groups import Group
from shopform.model.values import Address
from shopform.terminal.console import Console

if TYPE_CHECKING:
    from shopform.state.store import Store

chosen_state = options.stack(options.here, options.chosen_shop, options.of_copies)
own_state = options.stack(options.here, options.chosen_shop, options.locking)
addresses_ = click.argument("addresses", nargs=-1, required=True, shell_complete=completions.owned)


def _store(console: Console, shop: str | None, source: str | None = None) -> "Store":
    from shopform.terminal.reporter import Reporter
    from shopform.workflow.open_project import open_project
    from shopform.workflow.state_edits import open_state

    request = options.project_request(console, {"shop": shop})
    return open_state(open_project(request, Reporter(console)), source)


@click.group("state", cls=Group)
def group() -> None:
    """Inspect and edit the state.

    Only `rehome` makes API calls. `rm` removes an object from the state; it stays in the shop.
    """


group.add_command(rehome)


@group.command("list")
@chosen_state
@click.argument("addresses", nargs=-1, shell_complete=completions.owned)
@click.pass_obj
def list_(
    console: Console, /, shop: str | None, source: str | None, addresses: tuple[str, ...]
) -> None:
    """List the addresses in the state, or ADDRESSES and their children.

    Pending creates are marked; the next apply checks whether the shop has them.
    """
    from shopform.workflow.state_edits import listed

    prior = _store(console, shop, source).read(mending=True)
    for address in listed(prior, addresses):
        console.result(address if address in prior.resources else f"{address} (pending create)")


@group.command("show")
@chosen_state
@click.argument("address", shell_complete=completions.owned)
@click.pass_obj
def show(console: Console, /, shop: str | None, source: str | None, address: str) -> None:
    """Show the state entry of ADDRESS as JSON."""
    from shopform.workflow.state_edits import record_of

    record = record_of(_store(console, shop, source).read(mending=True), Address(address))
    console.result(json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False))


@group.command("pull")
@chosen_state
@click.pass_obj
def pull(console: Console, /, shop: str | None, source: str | None) -> None:
    """Print the stored state as JSON."""
    from shopform.state.format import dumps

    console.result(dumps(_store(console, shop, source).read(mending=True)).decode())


@group.command("mv")
@own_state
@click.argument("source", shell_complete=completions.owned)
@click.argument("destination")
@click.pass_obj
def move(
    console: Console, /, shop: str | None, lock_timeout: float, source: str, destination: str
) -> None:
    """Move SOURCE and its children to the address DESTINATION."""
    from shopform.workflow.open_project import check_address
    from shopform.workflow.state_edits import move

    before, after = check_address(source), check_address(destination)
    move(_store(console, shop), before, after, lock_timeout)
    console.result(f"Moved {before} to {after}.")


@group.command("rm")
@chosen_state
@options.locking
@addresses_
@click.pass_obj
def remove(
    console: Console,
    /,
    shop: str | None,
    source: str | None,
    lock_timeout: float,
    addresses: tuple[str, ...],
) -> None:
    """Remove ADDRESSES and their children from the state; the objects stay in the shop.

    Pending creates are removed too.
    """
    from shopform.workflow.state_edits import remove

    for address in remove(_store(console, shop, source), addresses, lock_timeout):
        console.result(f"Removed {address} from the state.")


@group.command("protect")
@own_state
@addresses_
@click.pass_obj
def protect(
    console: Console, /, shop: str | None, lock_timeout: float, addresses: tuple[str, ...]
) -> None:
    """Protect ADDRESSES from deletion, like `lifecycle: {protect: true}` in the files."""
    from shopform.workflow.state_edits import protect

    protect(_store(console, shop), addresses, lock_timeout, wanted=True)
    console.result(f"Protected {', '.join(addresses)}.")


@group.command("unprotect")
@own_state
@addresses_
@click.pass_obj
def unprotect(
    console: Console, /, shop: str | None, lock_timeout: float, addresses: tuple[str, ...]
) -> None:
    """Allow ADDRESSES to be destroyed; the next apply protects again what the files protect."""
    from shopform.workflow.state_edits import protect

    protect(_store(console, shop), addresses, lock_timeout, wanted=False)
    console.result(f"Unprotected {', '.join(addresses)}.")


@click.command("force-unlock")
@chosen_state
@click.argument("lock_id")
@click.pass_obj
def force_unlock(console: Console, /, shop: str | None, source: str | None, lock_id: str) -> None:
    """Release the lock of a run that hangs.

    A crashed run holds no lock. LOCK_ID is in the message that reports the lock. If the run is
    still alive, it can no longer write the state.
    """
    _store(console, shop, source).force_unlock(lock_id)
    console.result("Lock released.")
