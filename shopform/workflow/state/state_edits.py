"""Read and edit the state of a shop, without calls."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace

from shopform import files
from shopform.diagnostics import did_you_mean
from shopform.errors import StaleState, StateError, UsageError
from shopform.kinds import Catalogue
from shopform.kit.documents import Document, write
from shopform.model.addresses import within
from shopform.model.canonical import is_digest
from shopform.model.prior import Entry, Intent, Prior
from shopform.model.values import Address, Secret
from shopform.state.format import dumps, loads
from shopform.workflow.open_project import check_address, open_settings
from shopform.workflow.workspace import LoadedProject


class StateEdits:
    """The state of the requested shop, or that of copies from `source`.

    Edits are written before a method returns. Raises StateError for an unusable state, and for
    addresses that it does not have.
    """

    def __init__(self, loaded: LoadedProject, source: str | None = None) -> None:
        workspace = open_settings(loaded)
        if source:
            workspace.source = open_settings(loaded, source).shop.name
        self.store = workspace.store()
        self.directory = workspace.directory
        self.catalogue = workspace.shop.catalogue

    def listed(self, addresses: Collection[str]) -> list[tuple[Address, bool]]:
        """Return the addresses, or those at and below some, and whether each is pending."""
        prior = self.store.read(repair=True)
        return [(a, a not in prior.resources) for a in _chosen(self.catalogue, prior, addresses)]

    def record(self, text: str) -> str:
        prior, address = self.store.read(repair=True), Address(text)
        pending = _pending(prior).get(address)
        held = prior.resources.get(address)
        record: Document = write(
            Entry, pending.entry if pending and not held else _entry(prior, address)
        )
        if pending and not held:
            record |= {"pending": True, "parent_id": pending.parent_id}
            del record["id"]
        return json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False)

    def stored(self) -> str:
        return dumps(self.store.read(repair=True)).decode()

    def read(self, file: str) -> bytes:
        """Return the content of a file to push. Raises UsageError."""
        with files.reporting(self.directory / file, UsageError):
            return files.read_typed(self.directory, file)

    def push(self, data: bytes, place: str, lock_timeout: float, replaces: str | None) -> int:
        """Replace the state by the document `data` of `place`; return its serial, 0 if it is equal.

        `replaces` is the lineage of a state that may be newer, or of another lineage. Raises
        StaleState if the state may not be replaced.
        """
        pushed = loads(data, place)
        with self.store.open("state push", lock_timeout, repair=True) as session:
            self._require_successor(pushed, place, session.prior, replaces)
            return session.prior.serial if session.replace(pushed, place) else 0

    def lock(self) -> Document:
        """Return the lock as a document, without keys that the store does not know."""
        held = self.store.held()
        if held is None:
            return {"path": self.store.describe(), "locked": False}
        times = {"renewed": held.renewed, "expires": held.expires}
        known = {name: at.isoformat(timespec="seconds") for name, at in times.items() if at}
        found = {name: value for name, value in asdict(held.holder).items() if value}
        return {**found, "locked": True, **known, "release": held.release}

    def _require_successor(
        self, pushed: Prior, place: str, held: Prior, replaces: str | None
    ) -> None:
        """Raise StaleState if a state would undo what others did since, or is unrelated."""
        state, force = self.store.describe(), f"`--force --lineage {held.lineage}`"
        if replaces and held.lineage and replaces != held.lineage:
            raise StaleState(
                f"`--lineage {replaces}` does not name the lineage of `{state}`",
                hint="`shopform state pull` shows the state that would be replaced",
            )
        if replaces or not held.serial:  # only a journal, of creates that failed
            return
        if pushed.lineage != held.lineage:
            raise StaleState(
                f"`{place}` has the lineage `{pushed.lineage}`, and `{state}` has `{held.lineage}`",
                hint=f"they are unrelated; to replace the stored state anyway: {force}",
            )
        if pushed.serial < held.serial:
            raise StaleState(
                f"`{place}` has serial {pushed.serial}, and `{state}` has {held.serial}",
                hint="it changed since: pull it again and repeat your edit; to lose what changed: "
                f"{force}",
            )

    def masked(self) -> Prior:
        """Return the state with a `Secret` for each digest of one."""
        prior = self.store.read(repair=True)

        def without_digests(entry: Entry) -> Entry:
            sent = {n: Secret("", "") if is_digest(v) else v for n, v in entry.sent.items()}
            return replace(entry, sent=sent)

        return replace(prior, resources={a: without_digests(e) for a, e in prior.resources.items()})

    def move(self, source: str, destination: str, lock_timeout: float) -> None:
        """Give an object and its children another address."""
        before, after = (check_address(self.catalogue, text) for text in (source, destination))
        if before.kind != after.kind:
            raise StateError(f"`{before}` and `{after}` are not of one kind")
        with self.store.open("state mv", lock_timeout) as session:
            resources = session.prior.resources
            _entry(session.prior, before)
            moved = {
                address: Address.of(address.kind, *after.keys, *address.keys[len(before.keys) :])
                for address in resources
                if within(self.catalogue, address, (before,))
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

    def remove(self, addresses: Collection[str], lock_timeout: float) -> list[Address]:
        """Remove addresses with their children, and return those that were removed."""
        with self.store.open("state rm", lock_timeout, repair=True) as session:
            chosen = _chosen(self.catalogue, session.prior, addresses)
            session.edit({}, chosen)
        return chosen

    def protect(self, addresses: Collection[str], lock_timeout: float, *, wanted: bool) -> None:
        """Protect objects from being destroyed, or end that protection."""
        verb = "state protect" if wanted else "state unprotect"
        with self.store.open(verb, lock_timeout) as session:
            entries = {Address(a): _entry(session.prior, Address(a)) for a in addresses}
            session.edit({a: replace(entry, protect=wanted) for a, entry in entries.items()})


def _renamed(entry: Entry, moved: Mapping[Address, Address]) -> Entry:
    parent = moved.get(entry.parent, entry.parent) if entry.parent else None
    depends_on = tuple(sorted(moved.get(address, address) for address in entry.depends_on))
    return replace(entry, parent=parent, depends_on=depends_on)


def _chosen(catalogue: Catalogue, prior: Prior, addresses: Collection[str]) -> list[Address]:
    """Return all addresses, or those at and below some, parents first."""
    known = _known(prior)
    found: set[Address] = set() if addresses else known
    for text in addresses:
        # It may have a kind that the project no longer declares.
        address = Address(text) if text in known else check_address(catalogue, text)
        mine = {a for a in known if within(catalogue, a, (address,))}
        if not mine:
            _entry(prior, address)
        found |= mine
    last = len(catalogue)
    return sorted(found, key=lambda address: (catalogue.order.get(address.kind, last), address))


def _entry(prior: Prior, address: Address) -> Entry:
    entry = prior.resources.get(address)
    if entry is None and address in _pending(prior):
        raise StateError(
            f"`{address}` is a pending create: a run was interrupted before the response arrived",
            hint="`shopform apply` checks whether the shop has it;"
            f" `shopform state rm {address}` drops it",
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
    return {*prior.resources, *_pending(prior)}
