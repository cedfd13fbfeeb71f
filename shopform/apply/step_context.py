"""Data shared by the steps of a run: ids for references, and the recording of results."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

from shopform import files
from shopform.apply.child_checks import ChildChecks
from shopform.apply.list_locks import ListLocks
from shopform.diagnostics import Diagnostic
from shopform.errors import ShopformError
from shopform.kinds import Catalogue, Kind
from shopform.kinds.field_types import FieldType, Seed, Unreadable
from shopform.kit.text import backquoted
from shopform.model.live import LiveKind, LiveObject
from shopform.model.plan import Op, Plan, Step
from shopform.model.prior import Entry, Intent, Ranges
from shopform.model.secrecy import secrets_of
from shopform.model.values import Address, refs_in, with_refs
from shopform.shop.client import Client
from shopform.state.session import Session


@dataclass(slots=True)
class StepContext:
    """Shared by the threads of a run.

    `entries` is the state as the run changes it, `kept` the addresses written to it; `ids` are
    those of all objects that references can name, imports included. `claimed` are the objects
    made by creates of this run, by their response or by a lookup under the lock `claiming`. `reads`
    are the lists that were read after the last write. `shown` are the fields, by kind, of the first
    object of a kind whose names are assumed.
    """

    plan: Plan
    client: Client
    session: Session
    directory: Path
    entries: dict[Address, Entry] = field(default_factory=dict)
    ids: dict[Address, int] = field(default_factory=dict)
    kept: set[Address] = field(default_factory=set)
    hosts: frozenset[str] = frozenset()
    warnings: list[Diagnostic] = field(default_factory=list)
    listed: Mapping[tuple[str, int | None], Ranges] = field(default_factory=dict)
    sending: dict[Address, Intent] = field(default_factory=dict)
    claimed: set[tuple[str, int]] = field(default_factory=set)
    claiming: Lock = field(default_factory=Lock)
    reads: dict[tuple[str, int | None], LiveKind] = field(default_factory=dict)
    shown: dict[str, frozenset[str]] = field(default_factory=dict)
    locks: ListLocks = field(default_factory=ListLocks)
    made: frozenset[Address] = frozenset()
    children: ChildChecks = field(init=False)

    def __post_init__(self) -> None:
        self.entries.update(self.session.prior.resources)
        self.ids.update((address, entry.id) for address, entry in self.entries.items())
        self.ids.update(self.plan.ids)
        self.hosts = self.client.shop.hosts
        self.listed = self.plan.listed
        self.made = frozenset(step.address for step in self.plan.steps if step.op is Op.CREATE)
        self.children = ChildChecks(self.plan, self.client, locks=self.locks)

    @property
    def catalogue(self) -> Catalogue:
        return self.plan.catalogue

    def secrets(self, step: Step) -> set[str]:
        """Return the fields that are or were secret, whose values must not be shown."""
        before = self.session.prior.resources.get(step.previous or step.address)
        return set().union(*(secrets_of(entry) for entry in (before, step.entry) if entry))

    def parent_id(self, step: Step) -> int | None:
        return self.ids.get(step.parent.address) if step.parent else None

    def before(self, step: Step) -> Ranges | None:
        """Return the ids that the step's list held before this run; none in a new parent."""
        new = step.parent is not None and step.parent.address in self.made
        return () if new else self.listed.get((step.kind, self.parent_id(step)))

    def intent(self, step: Step) -> Intent:
        """Return what it takes to look up the object that a step creates."""
        entry = self.resolved(step)
        return Intent(
            address=step.address,
            kind=step.kind,
            parent_id=self.parent_id(step),
            identity=entry.identity,
            entry=entry,
            before=self.before(step),
        )

    def names(self, kind: Kind) -> Mapping[str, str]:
        return self.plan.names.get(kind.name, {})

    def keep(
        self, key: str, address: Address, entry: Entry, previous: Address | None = None
    ) -> None:
        """Record a result; the journal has it before the next intent."""
        left = self._left(previous)
        self.session.result(key, {address: entry}, left)
        for old in left:
            self.entries.pop(old, None)
        self.kept.add(address)
        self.entries[address] = entry
        self.ids[address] = entry.id

    def resolved(self, step: Step, number: int | None = None) -> Entry:
        """Return the entry for the state, with ids in place of references."""
        entry = step.entry
        assert entry is not None  # noqa: S101  every step that keeps an entry carries one
        held = (*entry.sent.values(), *entry.identity)
        if number in (None, entry.id) and not any(refs_in(held)):
            return entry
        kind, now = self.catalogue[step.kind], self.entries.get(step.address, entry)
        return replace(
            entry,
            id=number if number is not None else entry.id,
            sent={
                name: self._recorded(kind.type(name), value, now.sent.get(name, value))
                for name, value in entry.sent.items()
            },
            identity=tuple(self._plain(value) for value in entry.identity),
        )

    def learned(self, step: Step, entry: Entry, item: LiveObject | None) -> Entry:
        """Return an entry with the ids of sent parts that the response shows."""
        kind, shown = self.catalogue[step.kind], item.fields if item else {}
        sent = {
            name: type_.learn(entry.sent[name], shown[name])
            for name in step.fields.keys() & entry.sent.keys() & shown.keys()
            if isinstance(type_ := kind.type(name), Unreadable)
        }
        return replace(entry, sent={**entry.sent, **sent}) if sent else entry

    def _recorded(self, type_: FieldType, value: object, now: object) -> object:
        """Return a value of an entry; what is set once is as the run recorded it since."""
        if isinstance(type_, Seed):
            return now
        return type_.canonical(self._plain(value)) if any(refs_in(value)) else value

    def _plain(self, value: object) -> object:
        return with_refs(value, lambda ref: self.ids[ref.address])

    def assumed(self, kind: Kind) -> frozenset[str]:
        """Return the fields whose names neither documentation nor the project file confirms."""
        given = self.client.shop.wire.get(kind.name)
        return kind.tentative - given.fields.keys() if given else kind.tentative

    def fields(self, step: Step, kind: Kind) -> dict[str, object]:
        """Return what is sent: references as ids, images as bytes.

        Raises ShopformError for a field whose name is assumed and that the first object lacks.
        """
        shown = self.shown.get(kind.name)
        if shown is not None and (lost := self.assumed(kind) & step.fields.keys() - shown):
            raise ShopformError(
                f"the {kind.name} made first has no key for {backquoted(sorted(lost))}",
                hint="plan again: fields without a key are reported and not sent, unless"
                f" `wire: {kind.name}: fields:` of this shop names them",
            )
        fields: dict[str, object] = {}
        for name, value in step.fields.items():
            if kind.type(name).unreadable and isinstance(value, tuple):
                fields[name] = [self.operation(op) for op in value if isinstance(op, Mapping)]
            else:
                fields[name] = self._plain(value)
        return fields

    def operation(self, operation: Mapping[str, object]) -> dict[str, object]:
        """Return an image operation for the request: the file's bytes in base64 (dossier 4.6)."""
        if "file" not in operation:
            return dict(operation)
        with files.reporting(self.directory / str(operation["file"]), ShopformError):
            data = files.read(files.inside(self.directory, str(operation["file"])))
        if hashlib.sha256(data).hexdigest() != operation["sha256"]:
            raise ShopformError(
                f"`{operation['file']}` changed after the plan was made", hint="plan again"
            )
        return {
            "data": base64.b64encode(data).decode(),
            "description": operation["description"],
            "weight": operation["weight"],
        }

    def _left(self, previous: Address | None) -> list[Address]:
        """Return the previous address, unless another object got it in this run."""
        return [previous] if previous and previous not in self.kept else []

    def drop(self, step: Step) -> None:
        removed = [step.address, *self._left(step.previous)]
        self.session.result(step.key, {}, removed)
        for address in removed:
            self.entries.pop(address, None)
