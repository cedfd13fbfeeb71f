"""`shopform state ...` and `shopform force-unlock`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import click

from shopform.cli import completions, options
from shopform.cli.commands.state_rehome import command as rehome
from shopform.cli.groups import Group
from shopform.diagnostics import did_you_mean
from shopform.errors import StateError
from shopform.model.prior import Entry, Intent, Prior
from shopform.model.values import Address
from shopform.state.store import Store
from shopform.terminal.console import Console


def _store(console: Console, shop: str | None, source: str | None = None) -> Store:
    from shopform.workflow.open_workspace import open_settings
    from shopform.workflow.requests import ProjectRequest

    workspace = open_settings(console, ProjectRequest(shop=shop))
    if source:
        workspace.source = open_settings(console, ProjectRequest(shop=source)).shop.name
    return workspace.store()


@click.group("state", cls=Group)
def group() -> None:
    """Look at the state, and mend it.

    None of these but `rehome` makes a call. `rm` makes shopform forget an object; it stays in the
    shop.
    """


group.add_command(rehome)


@group.command("list")
@options.here
@options.chosen_shop
@options.of_copies
@click.argument("addresses", nargs=-1, shell_complete=completions.owned)
@click.pass_obj
def list_(
    console: Console, /, shop: str | None, source: str | None, addresses: tuple[str, ...]
) -> None:
    """List the addresses in the state, or those in and below ADDRESSES.

    A create whose answer was lost is marked: the next apply looks whether the shop has it.
    """
    prior = _store(console, shop, source).read(mending=True)
    for address in _chosen(prior, addresses) if addresses else _sorted(_known(prior)):
        console.result(address if address in prior.resources else f"{address} (pending create)")


@group.command("show")
@options.here
@options.chosen_shop
@options.of_copies
@click.argument("address", shell_complete=completions.owned)
@click.pass_obj
def show(console: Console, /, shop: str | None, source: str | None, address: str) -> None:
    """Show what the state holds of ADDRESS, as JSON."""
    import json

    from shopform.state.format import entry_record

    prior = _store(console, shop, source).read(mending=True)
    pending = _pending(prior).get(Address(address))
    if pending and address not in prior.resources:
        record = {**entry_record(pending.entry), "pending": True, "parent_id": pending.parent_id}
        del record["id"]
    else:
        record = entry_record(_entry(prior, Address(address)))
    console.result(json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False))


@group.command("pull")
@options.here
@options.chosen_shop
@options.of_copies
@click.pass_obj
def pull(console: Console, /, shop: str | None, source: str | None) -> None:
    """Print the state as it is stored, as JSON."""
    from shopform.state.format import dumps

    console.result(dumps(_store(console, shop, source).read(mending=True)).decode())


@group.command("mv")
@options.here
@options.chosen_shop
@options.locking
@click.argument("source", shell_complete=completions.owned)
@click.argument("destination")
@click.pass_obj
def move(
    console: Console, /, shop: str | None, lock_timeout: float, source: str, destination: str
) -> None:
    """Give the object at SOURCE, and what is nested in it, the address DESTINATION."""
    from shopform.model.addresses import within
    from shopform.workflow.open_workspace import check_address

    before, after = check_address(source), check_address(destination)
    if before.kind != after.kind:
        raise StateError(f"`{before}` and `{after}` are not of one kind")
    with _store(console, shop).open("state mv", lock_timeout) as session:
        resources = session.prior.resources
        _entry(session.prior, before)
        moved = {
            address: Address.of(address.kind, *after.keys, *address.keys[len(before.keys) :])
            for address in resources
            if within(address, (before,))
        }
        taken = sorted(set(moved.values()) & (_known(session.prior) - set(moved)))
        if taken:
            raise StateError(f"`{taken[0]}` is in the state already")
        changed = {
            moved.get(address, address): _renamed(entry, moved)
            for address, entry in resources.items()
            if address in moved or _renamed(entry, moved) != entry
        }
        session.edit(changed, [address for address in moved if address not in changed])
    console.result(f"Moved {before} to {after}.")


def _renamed(entry: Entry, moved: dict[Address, Address]) -> Entry:
    parent = moved.get(entry.parent, entry.parent) if entry.parent else None
    depends_on = tuple(sorted(moved.get(address, address) for address in entry.depends_on))
    return replace(entry, parent=parent, depends_on=depends_on)


@group.command("rm")
@options.here
@options.chosen_shop
@options.of_copies
@options.locking
@click.argument("addresses", nargs=-1, required=True, shell_complete=completions.owned)
@click.pass_obj
def remove(
    console: Console,
    /,
    shop: str | None,
    source: str | None,
    lock_timeout: float,
    addresses: tuple[str, ...],
) -> None:
    """Forget ADDRESSES and what is nested in them; the objects stay in the shop.

    A pending create is no longer looked for either.
    """
    with _store(console, shop, source).open("state rm", lock_timeout, mending=True) as session:
        chosen = _chosen(session.prior, addresses)
        session.edit({}, chosen)
    for address in chosen:
        console.result(f"Forgot {address}.")


@group.command("protect")
@options.here
@options.chosen_shop
@options.locking
@click.argument("addresses", nargs=-1, required=True, shell_complete=completions.owned)
@click.pass_obj
def protect(
    console: Console, /, shop: str | None, lock_timeout: float, addresses: tuple[str, ...]
) -> None:
    """Never let ADDRESSES be destroyed. `lifecycle: {protect: true}` says the same in the files."""
    _set_protection(_store(console, shop), addresses, lock_timeout, wanted=True)
    console.result(f"Protected {', '.join(addresses)}.")


@group.command("unprotect")
@options.here
@options.chosen_shop
@options.locking
@click.argument("addresses", nargs=-1, required=True, shell_complete=completions.owned)
@click.pass_obj
def unprotect(
    console: Console, /, shop: str | None, lock_timeout: float, addresses: tuple[str, ...]
) -> None:
    """Let ADDRESSES be destroyed again; what the files protect is protected by the next apply."""
    _set_protection(_store(console, shop), addresses, lock_timeout, wanted=False)
    console.result(f"Unprotected {', '.join(addresses)}.")


@click.command("force-unlock")
@options.here
@options.chosen_shop
@options.of_copies
@click.argument("lock_id")
@click.pass_obj
def force_unlock(console: Console, /, shop: str | None, source: str | None, lock_id: str) -> None:
    """Take the lock away from a run that hangs.

    A run that crashed holds no lock. LOCK_ID is in the message that says the state is locked; a
    run that is alive after all will not write the state any more.
    """
    _store(console, shop, source).force_unlock(lock_id)
    console.result("The lock is gone.")


def _set_protection(
    store: Store, addresses: Iterable[str], lock_timeout: float, *, wanted: bool
) -> None:
    verb = "state protect" if wanted else "state unprotect"
    with store.open(verb, lock_timeout) as session:
        entries = {Address(a): _entry(session.prior, Address(a)) for a in addresses}
        session.edit({a: replace(entry, protect=wanted) for a, entry in entries.items()})


def _entry(prior: Prior, address: Address) -> Entry:
    entry = prior.resources.get(address)
    if entry is None and address in _pending(prior):
        raise StateError(
            f"`{address}` is a pending create: a run stopped before its answer came",
            hint="`shopform apply` looks whether the shop has it;"
            f" `shopform state rm {address}` forgets it",
        )
    if entry is None:
        raise StateError(
            f"`{address}` is not in the state",
            hint=did_you_mean(address, _known(prior), "`shopform state list` shows what is"),
        )
    return entry


def _pending(prior: Prior) -> Mapping[Address, Intent]:
    return {intent.address: intent for intent in prior.pending}


def _known(prior: Prior) -> set[Address]:
    """The addresses of entries and of pending creates."""
    return {*prior.resources, *_pending(prior)}


def _chosen(prior: Prior, addresses: Iterable[str]) -> list[Address]:
    from shopform.model.addresses import within
    from shopform.workflow.open_workspace import check_address

    found: set[Address] = set()
    for address in map(check_address, addresses):
        mine = {a for a in _known(prior) if within(a, (address,))}
        if not mine:
            _entry(prior, address)
        found |= mine
    return _sorted(found)


def _sorted(addresses: Iterable[Address]) -> list[Address]:
    from shopform.kinds import ORDER

    return sorted(addresses, key=lambda address: (ORDER[address.kind], address))
