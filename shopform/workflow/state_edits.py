"""Looks at the state of a shop, and edits it; none of it makes a call."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from shopform.diagnostics import did_you_mean
from shopform.errors import StateError
from shopform.kinds import ORDER
from shopform.kit.documents import Document, write
from shopform.model.addresses import within
from shopform.model.prior import Entry, Intent, Prior
from shopform.model.values import Address
from shopform.state.store import Store
from shopform.workflow.open_project import check_address, open_settings
from shopform.workflow.workspace import LoadedProject


def open_state(loaded: LoadedProject, source: str | None = None) -> Store:
    """The state of the requested shop, or what it remembers of copies from `source`."""
    workspace = open_settings(loaded)
    if source:
        workspace.source = open_settings(loaded, source).shop.name
    return workspace.store()


def listed(prior: Prior, addresses: Iterable[str]) -> list[Address]:
    """The addresses in the state, those of pending creates too; or those in and below some.

    Containers come before what they contain. Raises StateError for an address without any.
    """
    known = {*prior.resources, *_pending(prior)}
    found: set[Address] = set() if addresses else known
    for address in map(check_address, addresses):
        mine = {a for a in known if within(a, (address,))}
        if not mine:
            _entry(prior, address)
        found |= mine
    return sorted(found, key=lambda address: (ORDER[address.kind], address))


def record_of(prior: Prior, address: Address) -> Mapping[str, Any]:
    """What the state holds of an address, as it is stored. Raises StateError for nothing."""
    pending = _pending(prior).get(address)
    held = prior.resources.get(address)
    record: Document = write(
        Entry, pending.entry if pending and not held else _entry(prior, address)
    )
    if pending and not held:
        record |= {"pending": True, "parent_id": pending.parent_id}
        del record["id"]
    return record


def move(store: Store, before: Address, after: Address, lock_timeout: float) -> None:
    """Give an object, and what is nested in it, another address. Raises StateError."""
    if before.kind != after.kind:
        raise StateError(f"`{before}` and `{after}` are not of one kind")
    with store.open("state mv", lock_timeout) as session:
        resources = session.prior.resources
        _entry(session.prior, before)
        moved = {
            address: Address.of(address.kind, *after.keys, *address.keys[len(before.keys) :])
            for address in resources
            if within(address, (before,))
        }
        known = {*resources, *_pending(session.prior)}
        taken = sorted(set(moved.values()) & (known - set(moved)))
        if taken:
            raise StateError(f"`{taken[0]}` is in the state already")
        changed = {
            moved.get(address, address): _renamed(entry, moved)
            for address, entry in resources.items()
            if address in moved or _renamed(entry, moved) != entry
        }
        session.edit(changed, [address for address in moved if address not in changed])


def _renamed(entry: Entry, moved: dict[Address, Address]) -> Entry:
    parent = moved.get(entry.parent, entry.parent) if entry.parent else None
    depends_on = tuple(sorted(moved.get(address, address) for address in entry.depends_on))
    return replace(entry, parent=parent, depends_on=depends_on)


def remove(store: Store, addresses: Iterable[str], lock_timeout: float) -> list[Address]:
    """Remove addresses and what is nested in them from the state; returns those that were."""
    with store.open("state rm", lock_timeout, mending=True) as session:
        chosen = listed(session.prior, addresses)
        session.edit({}, chosen)
    return chosen


def protect(store: Store, addresses: Iterable[str], lock_timeout: float, *, wanted: bool) -> None:
    """Protect objects from being destroyed, or protect them no more."""
    verb = "state protect" if wanted else "state unprotect"
    with store.open(verb, lock_timeout) as session:
        entries = {Address(a): _entry(session.prior, Address(a)) for a in addresses}
        session.edit({a: replace(entry, protect=wanted) for a, entry in entries.items()})


def _entry(prior: Prior, address: Address) -> Entry:
    entry = prior.resources.get(address)
    if entry is None and address in _pending(prior):
        raise StateError(
            f"`{address}` is a pending create: a run was interrupted before the response arrived",
            hint="`shopform apply` looks whether the shop has it;"
            f" `shopform state rm {address}` forgets it",
        )
    if entry is None:
        known = {*prior.resources, *_pending(prior)}
        raise StateError(
            f"`{address}` is not in the state",
            hint=did_you_mean(address, known, "`shopform state list` shows what is"),
        )
    return entry


def _pending(prior: Prior) -> Mapping[Address, Intent]:
    return {intent.address: intent for intent in prior.pending}
