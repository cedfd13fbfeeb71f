"""The state in memory while a run goes on, and the records that change it.

A record is JSON data. The same records give the same ledger, whether they are folded as they
are written or replayed from a journal that a stopped run left behind.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from shopform.model.plan import Op
from shopform.model.prior import Entry, Intent, Prior, Ranges
from shopform.model.values import Address
from shopform.state.format import (
    Document,
    address_of,
    as_object,
    entries_of,
    entry_of,
    entry_record,
    frozen,
    plain,
    take,
)

Listed = tuple[str, int | None]  # a list: its kind, and the id of the parent where it has one


@dataclass(slots=True)
class Ledger:
    """`base` and what was recorded since.

    `waiting` holds the creates without a result, with the key of their step. Whatever answers
    an address answers its create as well, so no command can leave one behind. The serial rises
    with every change of the resources and with every create that is begun, so that two readers
    who saw different things never hold the same serial: a saved plan must not pass for fresh
    after a run that stopped half-way.
    """

    base: Prior
    serial: int = field(init=False)
    resources: dict[Address, Entry] = field(init=False)
    waiting: dict[Address, tuple[str, Intent]] = field(default_factory=dict)
    listed: dict[Listed, Ranges | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.serial = self.base.serial
        self.resources = dict(self.base.resources)

    def prior(self) -> Prior:
        pending = tuple(intent for _, intent in self.waiting.values())
        return replace(
            self.base, serial=self.serial, resources=dict(self.resources), pending=pending
        )

    def settled(self) -> Prior:
        """The same as it is written: each waiting create raises the serial again on reading."""
        prior = self.prior()
        return replace(prior, serial=prior.serial - len(self.waiting))

    def waiting_records(self) -> list[Document]:
        """The intents of the waiting creates, as they were recorded."""
        listed: dict[Listed, Ranges | None] = {}
        records = []
        for address, (key, intent) in self.waiting.items():
            place = (intent.kind, intent.parent_id)
            known = listed.get(place) == intent.before
            records.append(intent_record(key, Op.CREATE, address, intent, listed=known))
            listed[place] = intent.before
        return records

    def knows(self, intent: Intent | None) -> bool:
        """Whether a record has said already what the list held before this create."""
        if intent is None:
            return False
        return self.listed.get((intent.kind, intent.parent_id)) == intent.before

    def rebase(self, base: Prior) -> None:
        """Count the serial from `base`, which holds all but the waiting creates."""
        self.base = base
        self.serial = base.serial + len(self.waiting)

    def fold(self, record: Document) -> None:
        """Add one record. Raises ValueError.

        Folding records again that `base` holds already ends in the same resources, since the
        last word on each address is the same.
        """
        if "intent" in record:
            self._intent(record)
        elif "result" in record:
            self._result(record)
        elif "failed" in record:
            self._settle(take(record, "failed", str))
        elif "resolved" in record:
            self.waiting.pop(address_of(record["resolved"]), None)
        elif "saved" not in record:
            raise ValueError("a record of an unknown sort")

    def _intent(self, record: Document) -> None:
        if "entry" not in record:
            return
        intent = _intent_of(record)
        place = (intent.kind, intent.parent_id)
        if "before" in record:
            self.listed[place] = intent.before
        intent = replace(intent, before=self.listed.get(place))
        self.waiting[intent.address] = (take(record, "intent", str), intent)
        self.serial += 1

    def _result(self, record: Document) -> None:
        made = entries_of(record.get("set", {}))
        self._settle(take(record, "result", str))
        for address, entry in made.items():
            self.waiting.pop(address, None)
            if self.resources.get(address) != entry:
                self.resources[address] = entry
                self.serial += 1
        for address in map(address_of, take(record, "drop", list, [])):
            self.waiting.pop(address, None)
            if self.resources.pop(address, None) is not None:
                self.serial += 1

    def _settle(self, key: str) -> None:
        for address in [a for a, (waiting, _) in self.waiting.items() if waiting == key]:
            del self.waiting[address]


def intent_record(
    key: str, op: Op, address: Address, intent: Intent | None, *, listed: bool = False
) -> Document:
    """`listed`: an earlier record has the ids of the list, which may be many."""
    record: Document = {"intent": key, "op": str(op), "address": address}
    if intent is not None:
        record |= {
            "kind": intent.kind,
            "parent_id": intent.parent_id,
            "identity": plain(intent.identity),
            "entry": entry_record(intent.entry),
        }
        if not listed:
            record["before"] = plain(intent.before)
    return record


def result_record(key: str, made: Mapping[Address, Entry], drop: Iterable[Address]) -> Document:
    record: Document = {"result": key}
    if made:
        record["set"] = {address: entry_record(entry) for address, entry in made.items()}
    gone = list(drop)
    if gone:
        record["drop"] = gone
    return record


def _intent_of(record: Document) -> Intent:
    parent_id = record.get("parent_id")
    return Intent(
        address=address_of(record.get("address")),
        kind=take(record, "kind", str),
        parent_id=None if parent_id is None else take(record, "parent_id", int),
        identity=tuple(frozen(item) for item in take(record, "identity", list, [])),
        entry=entry_of(as_object(record["entry"])),
        before=_ranges(record.get("before")),
    )


def _ranges(record: object) -> Ranges | None:
    if record is None:
        return None
    pairs = frozen(record)
    right = isinstance(pairs, tuple) and all(
        isinstance(pair, tuple) and [type(number) for number in pair] == [int, int]
        for pair in pairs
    )
    if not right:
        raise ValueError("`before` is no list of pairs of ids")
    return cast("Ranges", pairs)
