"""Migrate the state of a shop, and the documents kept with it, to another location.

The new location is used once the old state says where it is. That is written last, so that an
interrupted migration can be repeated.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from shopform.config import shop_names, unusable_state
from shopform.errors import Locked, StateError, UsageError
from shopform.model.prior import Intent, Prior
from shopform.model.values import Address
from shopform.state.ownership import migrated
from shopform.state.session import Session
from shopform.state.store import Store
from shopform.workflow.open_project import open_settings
from shopform.workflow.workspace import LoadedProject, Workspace

OPERATION = "state migrate"
# What is kept with a state, and in which folder of a project with another state.
SHELVES: Mapping[str, str] = {"runs": "", "plans": "plans", "snapshot": "", "calls": ""}


@dataclass(frozen=True, slots=True)
class Migrated:
    """A state that is at `target` now, with the numbers of its resources and pending creates."""

    source: str
    target: str
    resources: int
    pending: int


def migrate(loaded: LoadedProject, location: str, lock_timeout: float) -> list[Migrated]:
    """Migrate the state of the requested shop and those of its copies, in this order.

    Raises UsageError without a state or for a location that cannot have one, and StateError if
    another state or a newer one is there.
    """
    own = open_settings(loaded)
    if "://" not in location:
        location = posixpath.normpath(location)
    target = _at(own, location)
    if wrong := unusable_state(location):
        raise UsageError(f"the state cannot be {wrong}: `{location}`")
    if own.store(migrated=True).describe() == target.store(migrated=True).describe():
        raise UsageError(f"`{location}` is where the state is", hint="give another location")
    if own.store(migrated=True).read() == Prior():
        raise UsageError(f"there is no state at `{own.location}`", hint=f"set `state: {location}`")
    with own.store(migrated=True).open(OPERATION, lock_timeout) as session:
        copies = [_migrate_copy(copy, location, lock_timeout) for copy in _copies(own)]
        _copy_documents(own, target)
        return [_move(own, session, location, lock_timeout), *copies]


def _copies(own: Workspace) -> Iterator[Workspace]:
    """Yield the workspaces of the shops that were copied to this one."""
    for name in shop_names(own.loaded.project):
        copy = replace(own, source=name)
        if name != own.shop.name and copy.store(migrated=True).read() != Prior():
            yield copy


def _migrate_copy(workspace: Workspace, location: str, lock_timeout: float) -> Migrated:
    with workspace.store(migrated=True).open(OPERATION, lock_timeout) as session:
        return _move(workspace, session, location, lock_timeout)


def _at(workspace: Workspace, location: str) -> Workspace:
    return replace(workspace, shop=replace(workspace.shop, state=location))


def _move(workspace: Workspace, session: Session, location: str, lock_timeout: float) -> Migrated:
    """Copy a state and compare the copy; then mark the state as migrated."""
    prior, target = session.prior, _at(workspace, location)
    there = prior.migrated_to
    if there and there != target.location:
        raise migrated(workspace.location, there)
    if not there:
        store = target.store(migrated=True, lineage=session.lineage)
        with _opened(store, target.location, lock_timeout) as copy:
            _require_older(copy.prior, prior, store.describe())
            copy.copy(session, workspace.location)
        if not _same(store.read(repair=True), prior):
            raise StateError(
                f"the copy at `{store.describe()}` differs from the state",
                hint="the state is unchanged; run the command again",
            )
        session.replace(replace(prior, migrated_to=target.location), workspace.location)
    return Migrated(workspace.location, target.location, len(prior.resources), len(prior.pending))


def _opened(store: Store, location: str, lock_timeout: float) -> Session:
    try:
        return store.open(OPERATION, lock_timeout)
    except Locked as problem:
        held = problem.diagnostics[0]
        raise Locked(
            held.summary, hint=f"{held.hint}, with `state: {location}` in the settings"
        ) from problem


def _require_older(found: Prior, prior: Prior, place: str) -> None:
    if found.lineage not in ("", prior.lineage):
        raise StateError(
            f"another state is at `{place}`: its lineage is `{found.lineage}`, and that of the"
            f" state to migrate is `{prior.lineage}`",
            hint="give another location",
        )
    if found.serial > prior.serial and not found.migrated_to:
        raise StateError(
            f"the state at `{place}` is newer: its serial is {found.serial}, and that of the state"
            f" to migrate is {prior.serial}",
            hint="a run used the new location already: make it the shop's `state`",
        )


def _same(copy: Prior, prior: Prior) -> bool:
    def pending(of: Prior) -> Mapping[Address, Intent]:
        return {intent.address: intent for intent in of.pending}

    content = replace(copy, serial=prior.serial, pending=prior.pending)
    return content == prior and pending(copy) == pending(prior)


def _copy_documents(own: Workspace, target: Workspace) -> None:
    """Copy what is kept with the state, except what was copied before."""
    for name, folder in SHELVES.items():
        if name == "calls" and not (own.shop.in_object_store and target.shop.in_object_store):
            continue  # this machine counts its calls itself
        source, copy = own.shelf(name, folder), target.shelf(name, folder)
        if source.place() == copy.place():
            continue
        times, written = copy.names(), source.names()
        newer = (each for each in written if times.get(each, -1.0) < written[each])
        read = ((each, source.read(each)) for each in newer)
        copy.add((each, data, written[each]) for each, data in read if data is not None)
