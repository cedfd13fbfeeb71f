"""`shopform state ...` and `shopform force-unlock`."""

import json
from time import sleep
from typing import TYPE_CHECKING

import click

from shopform.cli import completions, options
from shopform.cli.commands.state_rehome import command as rehome
from shopform.cli.groups import Group
from shopform.cli.param_types import File
from shopform.errors import UsageError
from shopform.terminal.console import Console

if TYPE_CHECKING:
    from shopform.workflow.state.state_edits import StateEdits

chosen_state = options.stack(options.here, options.chosen_shop, options.of_copies)
own_state = options.stack(options.here, options.chosen_shop, options.locking)
addresses_ = click.argument("addresses", nargs=-1, required=True, shell_complete=completions.owned)


def _state(console: Console, shop: str | None, source: str | None = None) -> "StateEdits":
    from shopform.workflow.state.state_edits import StateEdits

    return StateEdits(options.opened(console, {"shop": shop})[1], source)


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
    for address, pending in _state(console, shop, source).listed(addresses):
        console.result(f"{address} (pending create)" if pending else address)


@group.command("show")
@chosen_state
@click.argument("address", shell_complete=completions.owned)
@click.pass_obj
def show(console: Console, /, shop: str | None, source: str | None, address: str) -> None:
    """Show the state entry of ADDRESS as JSON."""
    console.result(_state(console, shop, source).record(address))


@group.command("pull")
@chosen_state
@click.pass_obj
def pull(console: Console, /, shop: str | None, source: str | None) -> None:
    """Print the state as JSON, with the results of a run that was interrupted.

    Pending creates are not part of it.
    """
    console.result(_state(console, shop, source).stored())


@group.command("push")
@chosen_state
@options.locking
@options.flag("--force", help="Replace a state that is newer or unrelated, with --lineage.")
@options.option("--lineage", metavar="ID", help="With --force: the lineage of the replaced state.")
@click.argument("file", type=File())
@click.pass_obj
def push(
    console: Console,
    /,
    shop: str | None,
    source: str | None,
    lock_timeout: float,
    force: bool,
    lineage: str | None,
    file: str,
) -> None:
    """Replace the state by FILE, which `state pull` printed; `-` is stdin.

    Refused with exit code 12 if the state changed since, or is of another lineage. Pending creates
    are kept.
    """
    if force != bool(lineage):
        raise UsageError(
            "`--force` and `--lineage` belong together",
            hint="`shopform state pull` shows the lineage of the state that would be replaced",
        )
    state = _state(console, shop, source)
    data = console.read_stdin() if file == "-" else state.read(file)
    serial = state.push(data, file, lock_timeout, lineage)
    console.result(f"Pushed serial {serial}." if serial else "The state has this content already.")


@group.command("migrate")
@own_state
@click.argument("location", type=File())
@click.pass_obj
def migrate(console: Console, /, shop: str | None, lock_timeout: float, location: str) -> None:
    """Copy the state and what is kept with it to LOCATION, a path or an address.

    Records of runs, reviewed plans and the states of copies from other shops go along. The old
    state is kept and names the new location, so runs that use it are refused. An interrupted
    migration can be repeated.
    """
    from shopform.workflow.state.migrate_state import migrate

    loaded = options.opened(console, {"shop": shop})[1]
    for each in migrate(loaded, location, lock_timeout):
        counts = f"{each.resources} resources, {each.pending} pending creates"
        console.result(f"Migrated {each.source} to {each.target} ({counts}).")
    console.result(f"Set `state: {location}` in the project's settings, on every branch.")


@group.command("mv")
@own_state
@click.argument("source", shell_complete=completions.owned)
@click.argument("destination")
@click.pass_obj
def move(
    console: Console, /, shop: str | None, lock_timeout: float, source: str, destination: str
) -> None:
    """Move SOURCE and its children to the address DESTINATION."""
    _state(console, shop).move(source, destination, lock_timeout)
    console.result(f"Moved {source} to {destination}.")


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
    for address in _state(console, shop, source).remove(addresses, lock_timeout):
        console.result(f"Removed {address} from the state.")


@group.command("protect")
@own_state
@addresses_
@click.pass_obj
def protect(
    console: Console, /, shop: str | None, lock_timeout: float, addresses: tuple[str, ...]
) -> None:
    """Protect ADDRESSES from deletion, like `lifecycle: {protect: true}` in the files."""
    _state(console, shop).protect(addresses, lock_timeout, wanted=True)
    console.result(f"Protected {', '.join(addresses)}.")


@group.command("unprotect")
@own_state
@addresses_
@click.pass_obj
def unprotect(
    console: Console, /, shop: str | None, lock_timeout: float, addresses: tuple[str, ...]
) -> None:
    """Allow ADDRESSES to be destroyed; the next apply protects again what the files protect."""
    _state(console, shop).protect(addresses, lock_timeout, wanted=False)
    console.result(f"Unprotected {', '.join(addresses)}.")


@group.command("unlock-info")
@chosen_state
@options.flag("--json", help="Print it as JSON.", **options.to_console("form", "json"))
@click.pass_obj
def unlock_info(console: Console, /, shop: str | None, source: str | None) -> None:
    """Show who holds the lock, since when, and how to release it.

    Exits with 0 whether it is held or not. On a server of the http protocol it takes a free lock
    for an instant, since that is the only way to ask.
    """
    found = _state(console, shop, source).lock()
    if console.form == "json":
        console.result(json.dumps(found, indent=2, ensure_ascii=False))
    elif not found["locked"]:
        console.result(f"{found['path']} is not locked.")
    else:
        names = [name for name in found if name not in ("locked", "release")]
        lines = [f"  {name.capitalize() + ':':<11}{found[name]}" for name in names]
        console.result("\n".join([f"{found['path']} is locked.", *lines, "", found["release"]]))


@click.command("force-unlock")
@chosen_state
@click.argument("lock_id")
@click.pass_obj
def force_unlock(console: Console, /, shop: str | None, source: str | None, lock_id: str) -> None:
    """Release the lock of a run that hangs.

    LOCK_ID is in the message that reports the lock. If the run is still alive, it can no longer
    write the state, and makes no further change to the shop. With a remote state it may trust its
    lock for a while, and this command waits for as long.
    """

    def pause(seconds: float) -> None:
        console.info(f"waiting {seconds:.0f} s, until the run can send nothing more if it is alive")
        sleep(seconds)

    _state(console, shop, source).store.force_unlock(lock_id, pause)
    console.result("Lock released.")
