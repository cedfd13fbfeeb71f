"""The state in memory during a run, and the records that change it.

Records give the same ledger when they are written and when the journal of a stopped run is
replayed: each is decoded from its line before it is folded.
"""

from dataclasses import dataclass, field, replace

from shopform.model.plan import Op
from shopform.model.prior import Entry, Intent, Prior, Ranges
from shopform.model.values import Address
from shopform.state.records import (
    Creating,
    CreatingFirst,
    Failed,
    Intended,
    Record,
    Resolved,
    Result,
    intended,
)

Listed = tuple[str, int | None]  # a list: its kind, and the id of its parent, if any


@dataclass(slots=True)
class Ledger:
    """`base` and the records since.

    `waiting` are the pending creates, with the key of their step; `begun` are the addresses of
    other steps without a result, by key. A record for an address also
    resolves its pending create, so that no command can leave one behind. The serial rises with
    every change of resources and with every create, so that different contents never have the
    same serial: a saved plan must be stale after a run that stopped half-way.
    """

    base: Prior
    serial: int = field(init=False)
    resources: dict[Address, Entry] = field(init=False)
    waiting: dict[Address, tuple[str, Intent]] = field(default_factory=dict)
    begun: dict[str, Address] = field(default_factory=dict)
    listed: dict[Listed, Ranges | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.serial = self.base.serial
        self.resources = dict(self.base.resources)

    def prior(self) -> Prior:
        pending = tuple(intent for _, intent in self.waiting.values())
        return replace(
            self.base,
            serial=self.serial,
            resources=dict(self.resources),
            pending=pending,
            begun=frozenset(self.begun.values()),
        )

    def settled(self) -> Prior:
        """The state as it is written; reading the pending creates raises the serial again."""
        prior = self.prior()
        serial = prior.serial - len(self.waiting)
        return replace(prior, serial=serial, pending=(), begun=frozenset())

    def waiting_records(self) -> list[Intended]:
        """The records of the pending creates."""
        listed: dict[Listed, Ranges | None] = {}
        records = []
        for address, (key, intent) in self.waiting.items():
            place = (intent.kind, intent.parent_id)
            known = listed.get(place) == intent.before
            records.append(intended(key, Op.CREATE, address, intent, same=known))
            listed[place] = intent.before
        return records

    def knows(self, intent: Intent | None) -> bool:
        """Whether an earlier record has the ids in the list before this create."""
        if intent is None:
            return False
        return self.listed.get((intent.kind, intent.parent_id)) == intent.before

    def rebase(self, base: Prior) -> None:
        """Count the serial from `base`, which contains everything but the pending creates."""
        self.base = base
        self.serial = base.serial + len(self.waiting)
        self.begun.clear()

    def fold(self, record: Record) -> None:
        """Add one record.

        Folding records that `base` already contains gives the same resources, since the last
        record of each address is the same.
        """
        if isinstance(record, Creating):
            self._begin(record)
        elif isinstance(record, Intended):
            self.begun[record.intent] = record.address
        elif isinstance(record, Result):
            self._finish(record)
        elif isinstance(record, Failed):
            self._settle(record.failed)
        elif isinstance(record, Resolved):
            self.waiting.pop(record.resolved, None)

    def _begin(self, record: Creating) -> None:
        place = (record.kind, record.parent_id)
        if isinstance(record, CreatingFirst):
            self.listed[place] = record.before
        intent = Intent(
            address=record.address,
            kind=record.kind,
            parent_id=record.parent_id,
            identity=record.identity,
            entry=record.entry,
            before=self.listed.get(place),
        )
        waiting = (record.intent, intent)
        if self.waiting.get(intent.address) != waiting:  # a commit may write it down once more
            self.waiting[intent.address] = waiting
            self.serial += 1

    def _finish(self, record: Result) -> None:
        self._settle(record.result)
        for address, entry in record.set.items():
            self.waiting.pop(address, None)
            if self.resources.get(address) != entry:
                self.resources[address] = entry
                self.serial += 1
        for address in record.drop:
            self.waiting.pop(address, None)
            if self.resources.pop(address, None) is not None:
                self.serial += 1

    def _settle(self, key: str) -> None:
        self.begun.pop(key, None)
        for address in [a for a, (waiting, _) in self.waiting.items() if waiting == key]:
            del self.waiting[address]
