"""Values as they were before a run, from what was recorded of it and what is there now. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shopform.diagnostics import plural
from shopform.kinds import BY_NAME, Form
from shopform.model.canonical import canonical, digest, is_digest
from shopform.model.desired import Resource
from shopform.model.live import Live, LiveObject
from shopform.model.plan import Action, Change, FieldChange
from shopform.model.prior import Entry
from shopform.model.redirect_graph import rooted
from shopform.model.values import Address, Image, Ref, Secret, Value
from shopform.planning.compare import images
from shopform.planning.compare.compare import MISSING
from shopform.planning.matching.result import NOTHING

UNSAID = "it is a secret, and secrets are not recorded"
GONE = "what it pointed at is gone"
UNSEEN = "the shop does not show what it held"


class Lost(Exception):
    """Why a value cannot come back."""


@dataclass(frozen=True, slots=True)
class Before:
    """Tells the values of one run's fields.

    `owners` are addresses by kind and id, now and then; `ids` is the same the other way round;
    `home` tells the address that something has once all has moved back; `pictures` are files by
    the SHA-256 of their bytes.
    """

    live: Live
    owners: Mapping[tuple[str, int], Address]
    ids: Mapping[Address, int]
    home: Callable[[Address], Address]
    pictures: Mapping[str, str]

    def changed(
        self,
        kind: str,
        before: Entry,
        left: Entry,
        change: Change | None,
        item: LiveObject | None,
    ) -> tuple[dict[str, Value], dict[str, str]]:
        """The fields that a run changed, or let go of, as they were; and why some cannot be.

        `left` is the memory that the run was to leave.
        """
        replaced = change is not None and change.action is Action.REPLACE
        then = {f.name: f for f in change.fields} if change and not replaced else {}
        if change and change.action is Action.DELETE:
            then = {name: field for name, field in then.items() if name in before.sent}
        names = {n for n in before.sent if n not in left.sent} | then.keys()
        if replaced:
            names |= {name for name in before.sent if self.differ(name, before, left)}
        found: dict[str, Value] = {}
        lost: dict[str, str] = {}
        for name in sorted(names):
            # What a new object holds says nothing of the one that was there.
            known = None if replaced else item
            try:
                value = self.of(kind, name, before, then.get(name), known)
                found[name] = rooted(BY_NAME[kind], name, value)
            except Lost as reason:
                lost[name] = str(reason)
            if BY_NAME[kind].policy.form(name) is Form.IMAGES:
                short = self._lost_pictures(before, name, item)
                if short:
                    pictures = plural(short, "picture")
                    lost[name] = f"no file here is {pictures} of it"
        return found, lost

    def differ(self, name: str, one: Entry, other: Entry) -> bool:
        """Whether two memories of an object say something else of a field."""
        held = [self._plain(entry.sent.get(name, MISSING)) for entry in (one, other)]
        return held[0] != held[1]

    def of(
        self,
        kind: str,
        name: str,
        entry: Entry,
        then: FieldChange | None = None,
        item: LiveObject | None = None,
    ) -> Any:
        """What puts a field back: `then` is what the run did to it, if anything, `entry` the
        memory before and `item` the object as it is. Raises Lost."""
        policy, sent = BY_NAME[kind].policy, entry.sent.get(name, MISSING)
        if policy.form(name) is Form.IMAGES:
            return self._images(sent, name, item)
        if then is None:
            return self._as_it_is(kind, name, entry, item)
        if is_digest(sent) or (then.sensitive and sent is MISSING):
            raise Lost(UNSAID)
        if name in policy.refers:
            return self._reference(policy.refers[name], then.before)
        if then.before is None or then.sensitive:
            if sent is MISSING:
                raise Lost(UNSEEN)
            return sent
        return sent if then.before == entry.stored.get(name, sent) else then.before

    def linked(self, kind: str, name: str, value: object) -> Any:
        """A value of the memory as files would have it: references by address."""
        target = BY_NAME[kind].policy.refers.get(name)
        if isinstance(value, Ref):
            return Ref(self.home(value.address))
        if target and isinstance(value, int) and (target, value) in self.owners:
            return Ref(self.owners[target, value])
        return value

    def still(self, address: Address, entry: Entry) -> Resource:
        """An object as it is: enough of it to be recognised and referred to, nothing compared."""
        kind = BY_NAME[address.kind]
        names = {*kind.policy.refers, *kind.policy.identity} & entry.sent.keys()
        shown = [name for name in sorted(names) if not is_digest(entry.sent[name])]
        return Resource(
            address=address,
            fields={n: self.linked(address.kind, n, entry.sent[n]) for n in shown},
            parent=self.home(entry.parent) if entry.parent else None,
            protect=entry.protect,
            keep=entry.keep,
            origin=entry.origin,
            uncopied=frozenset(entry.unclaimed if entry.origin else ()),
            ignore=frozenset({*kind.fields, *entry.sent}),
        )

    def _plain(self, value: object) -> object:
        """A value to be compared: references by id, pictures without theirs."""
        if isinstance(value, Ref):
            return self.ids.get(self.home(value.address))
        if isinstance(value, tuple) and all(isinstance(part, Mapping) for part in value):
            return [{n: p for n, p in part.items() if n != "id"} for part in value]
        return value

    def edited(self, kind: str, name: str, entry: Entry, item: LiveObject | None) -> bool:
        """Whether the shop holds something else than was left there."""
        form, sent = BY_NAME[kind].policy.form(name), entry.sent.get(name, MISSING)
        if item is None or name not in item.fields or form is Form.IMAGES or is_digest(sent):
            return False
        held = canonical(form, item.fields[name], self.live.hosts)
        return sent is not MISSING and held not in (sent, entry.stored.get(name, sent))

    def _lost_pictures(self, entry: Entry, name: str, item: LiveObject | None) -> int:
        """How many of them are neither in the shop nor in a file."""
        records: Any = entry.sent.get(name, ())
        there = self._images(records, name, item)
        return len(records) - len(there)

    def _as_it_is(self, kind: str, name: str, entry: Entry, item: LiveObject | None) -> Any:
        """The run left the shop's value alone: what was sent, if that is why it is there."""
        policy, sent = BY_NAME[kind].policy, entry.sent[name]
        raw = item.fields.get(name, MISSING) if item else MISSING
        left = entry.stored.get(name, sent)
        now = left if raw is MISSING else canonical(policy.form(name), raw, self.live.hosts)
        if is_digest(sent):
            if raw is MISSING or digest(kind, name, now) != sent:
                raise Lost(UNSAID)
            return Secret("", str(now))
        if name in policy.refers:
            return self._reference(policy.refers[name], now)
        return sent if now == left else now

    def _reference(self, target: str, shown: object) -> Value:
        """A reference as it was shown: an address, `#ID`, or an id."""
        if isinstance(shown, Ref):
            return Ref(self.home(shown.address))
        number = int(str(shown).removeprefix("#")) if shown else None
        if number is None:
            return None
        if (target, number) in self.owners:
            return Ref(self.owners[target, number])
        if number not in self.live.kinds.get(target, NOTHING).objects:
            raise Lost(GONE)
        return number

    def _images(self, records: object, name: str, item: LiveObject | None) -> tuple[Image, ...]:
        """Those that the shop still holds, or that a file has the bytes of."""
        held = {one["id"] for one in images.shown(item.fields.get(name))} if item else set()
        known = records if isinstance(records, tuple) else ()
        return tuple(
            Image(
                file=self.pictures.get(record["sha256"], ""),
                sha256=record["sha256"],
                description=record["description"],
                weight=record["weight"],
            )
            for record in known
            if record["sha256"] in self.pictures or (record["id"] and record["id"] in held)
        )
