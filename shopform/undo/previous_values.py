"""Determine the values before a run, from its record and the present shop. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shopform.diagnostics import plural
from shopform.kinds.field_types import Seed, Unreadable
from shopform.model.canonical import canonical, comparable, digest, is_digest
from shopform.model.desired import Resource
from shopform.model.live import Live, LiveObject
from shopform.model.plan import Action, Change, FieldChange
from shopform.model.prior import Entry
from shopform.model.redirect_graph import rooted
from shopform.model.values import Address, Ref, Secret, Value, refs_in, with_refs
from shopform.planning.compare.compare import MISSING
from shopform.planning.compare.lost_values import UNKNOWN, unset_value

NOT_RECORDED = "it is a secret, and secrets are not recorded"
NOT_MANAGED = "it was not managed"
NO_TARGET = "the object it referred to was deleted"
SET_ONCE = "it is set only when an object is created"
NOT_SHOWN = "the shop does not return its value"


class NotRestorable(Exception):
    """Why a value cannot be restored."""


@dataclass(frozen=True, slots=True)
class PreviousValues:
    """The values before one run.

    `owners` are addresses by kind and id and `ids` the reverse, of the record and of the state;
    `previous` gives the address before the run; `files` are image files by the SHA-256 of their
    bytes.
    """

    live: Live
    owners: Mapping[tuple[str, int], Address]
    ids: Mapping[Address, int]
    previous: Callable[[Address], Address]
    files: Mapping[str, str]

    def restored(
        self,
        kind: str,
        before: Entry,
        planned: Entry,
        change: Change | None,
        item: LiveObject | None,
    ) -> tuple[dict[str, Value], dict[str, str]]:
        """Return the previous values of all fields that a run changed, and why some are lost.

        `before` is the entry that the run found, `planned` the one that it was to write.
        """
        replaced = change is not None and change.action is Action.REPLACE
        found: dict[str, Value] = {}
        lost: dict[str, str] = self._undeclared(kind, before, change) if item is None else {}
        changes = self._changes(before, change)
        names = {n for n in before.sent if n not in planned.sent} | changes.keys()
        if replaced:
            names |= {name for name in before.sent if self.differ(name, before, planned)}
        for name in sorted(names):
            # The values of a new object are not those of the object that it replaced.
            known = None if replaced else item
            try:
                value = self.value(kind, name, before, changes.get(name), known)
                found[name] = rooted(self.live.catalogue[kind], name, value)
            except NotRestorable as reason:
                lost[name] = str(reason)
            type_ = self.live.catalogue[kind].type(name)
            if isinstance(type_, Unreadable):
                records: Any = before.sent.get(name, ())
                missing = len(records) - len(self._restorable(type_, records, name, item))
                if missing:
                    lost[name] = f"no file has the bytes of {plural(missing, 'image')}"
        return found, lost

    def differ(self, name: str, one: Entry, other: Entry) -> bool:
        """Return whether two entries of an object have different values of a field."""
        a, b = (self._comparable(entry.sent.get(name, MISSING)) for entry in (one, other))
        return a != b

    def value(
        self,
        kind: str,
        name: str,
        entry: Entry,
        change: FieldChange | None = None,
        item: LiveObject | None = None,
    ) -> Any:
        """Return the value of a field before the run. Raises NotRestorable.

        `change` is what the run did to the field, `entry` the state before it, and `item` the
        object as it is now.
        """
        table, sent = self.live.catalogue[kind], entry.sent.get(name, MISSING)
        type_ = table.type(name)
        if isinstance(type_, Unreadable):
            return self._restorable(type_, sent, name, item)
        if isinstance(type_, Seed):
            raise NotRestorable(SET_ONCE)
        if change is None:
            return self._unchanged_value(kind, name, entry, item)
        if is_digest(sent) or (change.sensitive and sent is MISSING):
            raise NotRestorable(NOT_RECORDED)
        if type_.targets:
            return type_.with_links(change.before, self._reference)
        # Null is the canonical form of some unset values, and of a field that was not shown.
        unset = item is not None and name in item.fields and type_.canonical(None) is None
        if (unset or change.before is not None) and not change.sensitive:
            return sent if change.before == entry.stored.get(name, sent) else change.before
        if sent is MISSING:
            raise NotRestorable(NOT_SHOWN)
        return sent

    def with_addresses(self, kind: str, name: str, value: object) -> Any:
        """Return a value of the state as files declare it: references by address."""

        def reference(target: str, given: Any) -> object:
            if isinstance(given, Ref):
                return Ref(self.previous(given.address))
            owner = self.owners.get((target, given))
            return Ref(owner) if owner else given

        return self.live.catalogue[kind].type(name).with_links(value, reference)

    def instead(self, value: Value, but: Ref, kind: str, name: str, entry: Entry | None) -> Any:
        """Return the value of a field in an entry; `value` if there is none without `but`."""
        if entry is None or name not in entry.sent:
            return value
        found = self.with_addresses(kind, name, entry.sent[name])
        return value if but in refs_in(found) else found

    def unchanged(self, address: Address, entry: Entry) -> Resource:
        """Declare an object as it is: it can be matched and referred to, no field is compared."""
        kind = self.live.catalogue[address.kind]
        names = {*kind.refers, *kind.composed, *kind.identity} & entry.sent.keys()
        shown = [name for name in sorted(names) if not is_digest(entry.sent[name])]
        return Resource(
            address=address,
            kind=kind,
            fields={n: self.with_addresses(address.kind, n, entry.sent[n]) for n in shown},
            parent=self.previous(entry.parent) if entry.parent else None,
            protect=entry.protect,
            keep=entry.keep,
            origin=entry.origin,
            uncopied=frozenset(entry.unclaimed if entry.origin else ()),
            ignore=frozenset({*kind.fields, *entry.sent}),
        )

    def edited(self, kind: str, name: str, entry: Entry, item: LiveObject | None) -> bool:
        """Return whether the shop holds another value than the state expects."""
        type_, sent = self.live.catalogue[kind].type(name), entry.sent.get(name, MISSING)
        if item is None or name not in item.fields or type_.unreadable or is_digest(sent):
            return False
        held = canonical(type_, item.fields[name], self.live.hosts)
        return sent is not MISSING and held not in (sent, entry.stored.get(name, sent))

    def _undeclared(self, kind: str, before: Entry, change: Change | None) -> dict[str, str]:
        """Values of a deleted object that were not managed, and that no shop chooses by itself."""
        if change is None or change.action is not Action.DELETE:
            return {}
        table = self.live.catalogue[kind]
        # An unmanaged parent is set again.
        lost = {field.name for field in change.fields} - {*before.sent, *table.identity}
        return {n: NOT_MANAGED for n in lost if unset_value(table, n) is not UNKNOWN}

    @staticmethod
    def _changes(before: Entry, change: Change | None) -> dict[str, FieldChange]:
        if change is None or change.action is Action.REPLACE:
            return {}
        managed = before.sent.keys() if change.action is Action.DELETE else None
        return {f.name: f for f in change.fields if managed is None or f.name in managed}

    def _comparable(self, value: object) -> object:
        """A value for comparison: references by id, images without ids."""
        if any(refs_in(value)):
            known = with_refs(value, lambda ref: self.ids.get(self.previous(ref.address)))
            flat = isinstance(known, tuple) and all(isinstance(n, int | None) for n in known)
            value = tuple(sorted(known, key=lambda n: n or 0)) if flat else known
        if isinstance(value, tuple) and all(isinstance(part, Mapping) for part in value):
            return [{n: p for n, p in part.items() if n != "id"} for part in value]
        return value

    def _unchanged_value(self, kind: str, name: str, entry: Entry, item: LiveObject | None) -> Any:
        """The value in the shop, or the sent value if the shop's value came from it."""
        table, sent = self.live.catalogue[kind], entry.sent[name]
        type_ = table.type(name)
        raw = item.fields.get(name, MISSING) if item else MISSING
        left = entry.stored.get(name, sent)
        now = left if raw is MISSING else canonical(type_, raw, self.live.hosts)
        if is_digest(sent):
            known = raw is not MISSING and comparable(table, sent)
            if not known or digest(table, name, now, sent) != sent:
                raise NotRestorable(NOT_RECORDED)
            return Secret("", str(now))
        found = now if type_.targets or now != left else sent
        return type_.with_links(found, self._reference)

    def _reference(self, target: str, shown: object) -> Value:
        """Read a reference of the plan: an address, `#ID`, or an id."""
        if isinstance(shown, Ref):
            return Ref(self.previous(shown.address))
        if not shown:
            return None
        number = int(str(shown).removeprefix("#"))
        if (target, number) in self.owners:
            return Ref(self.owners[target, number])
        if self.live.object(target, number) is None:
            raise NotRestorable(NO_TARGET)
        return number

    def _restorable(
        self, type_: Unreadable, records: object, name: str, item: LiveObject | None
    ) -> tuple[object, ...]:
        return type_.restorable(records, item.fields.get(name) if item else None, self.files)
