"""Compare a declared resource with the state and with the shop. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from shopform.kinds import Kind
from shopform.kinds.field_types import PATH, FieldType, Seed, Unreadable
from shopform.kinds.field_types.number import id_of
from shopform.kit.url_paths import page_address
from shopform.model.canonical import canonical, comparable, digest, identity_part, is_digest
from shopform.model.desired import Resource
from shopform.model.live import LiveObject
from shopform.model.plan import FieldChange
from shopform.model.prior import Entry
from shopform.model.redirect_graph import rooted
from shopform.model.references import links
from shopform.model.secrecy import is_secret, secret_fields
from shopform.model.slugs import appended
from shopform.model.values import Address, Ref, Secret, Value, with_refs
from shopform.planning.compare.difference import Difference
from shopform.planning.matching.result import Matching

MISSING = object()


@dataclass(slots=True)
class Comparer:
    """Compares resources of one shop.

    `replaced` are addresses whose object will be replaced. `declared` are the resources, which
    show the objects that give up their paths.
    """

    matching: Matching
    replaced: frozenset[Address] = frozenset()
    declared: Mapping[Address, Resource] = field(default_factory=dict)

    def create(self, resource: Resource) -> Difference:
        """Return all declared fields, for an object that does not exist."""
        result, kind = Difference(), resource.kind
        for name, value in resource.fields.items():
            type_ = kind.type(name)
            if isinstance(type_, Unreadable):
                operations = type_.compare(value, (), ())
                result.send[name] = tuple(operations.send)
                result.sent[name] = tuple(operations.records)
            elif isinstance(type_, Seed):
                result.seed(Entry(id=0, sent={name: None}), name, value)
            else:
                result.send[name] = value
                result.sent[name] = self.recorded(kind, name, value)
            if value is not None and name not in result.seeds:
                result.fields.append(self.change(kind, name, None, value))
        for name in kind.identity:
            # An undeclared parent is the root, and is not managed.
            result.send.setdefault(name, None)
        return result.without_unmanaged(resource, {})

    def update(self, resource: Resource, item: LiveObject, entry: Entry | None) -> Difference:
        """Compare declared fields with the state and the shop, three-way."""
        return _Update(self, resource.kind, resource, item, entry).difference()

    def show(self, kind: Kind, name: str, value: object) -> object:
        """Return a canonical value for display.

        References are addresses; the source and target of redirects begin with a slash.
        """
        return rooted(kind, name, kind.type(name).with_links(value, self._shown_link))

    def _shown_link(self, target: str, given: object) -> object:
        number = id_of(given) if not isinstance(given, Ref) else None
        owner = self.matching.owners.get((target, number)) if number else None
        return Ref(owner) if owner else f"#{number}" if number else given

    def settled(
        self, resource: Resource, item: LiveObject, but: Collection[str] = ()
    ) -> dict[str, object]:
        """Return the shop's values of the declared fields, except `but`, for display.

        The parent is included even if it is not declared.
        """
        kind = resource.kind
        found: dict[str, object] = {
            name: self.show(kind, name, number)
            for name, (_, number) in links(kind, item).items()
            if name in kind.identity and name not in resource.fields
        }
        secret = secret_fields(resource, self.matching.entries.get(resource.address))
        for name, value in resource.fields.items():
            if name in but:
                continue
            type_ = kind.type(name)
            raw = item.fields.get(name, value)
            if name in secret:
                found[name] = Secret(value.source if isinstance(value, Secret) else "", "")
            elif isinstance(type_, Unreadable):
                found[name] = type_.declared(value)
            elif isinstance(raw, Ref):
                found[name] = raw
            else:
                found[name] = self.show(kind, name, canonical(type_, raw, self.matching.hosts))
        return found

    def holder(self, kind: Kind, path: str, but: int) -> tuple[Kind, int] | None:
        """Return another object, of any kind, that has this path and does not give it up."""
        wanted = page_address(path)
        for held_by, number in self.matching.pages().get(wanted, ()):
            owner = self.matching.owners.get((held_by.name, number))
            resource = self.declared.get(owner) if owner else None
            entry = self.matching.entries.get(owner) if owner else None
            own = resource.fields.get(held_by.path, path) if resource else path
            leaves = page_address(str(canonical(PATH, own, self.matching.hosts))) != wanted
            deleted = resource is None and entry is not None and not entry.keep
            same = (held_by.name, number) == (kind.name, but)
            if not same and not leaves and not (deleted and self.declared):
                return held_by, number
        return None

    def resolve(self, value: Ref) -> int | None:
        """Return the id of a reference; None if the object is still to be created."""
        return None if value.address in self.replaced else self.matching.ids.get(value.address)

    def recorded(self, kind: Kind, name: str, value: object) -> object:
        """Return what the state records of a declared value, references as ids."""
        type_, hosts = kind.type(name), self.matching.live.hosts
        if isinstance(value, Secret):
            return digest(kind, name, canonical(type_, value, hosts))
        known = with_refs(value, lambda ref: self.resolve(ref) or ref)
        return known if isinstance(known, Ref) else type_.canonical(known, hosts)

    def change(
        self,
        kind: Kind,
        name: str,
        before: object,
        after: object,
        *,
        reason: str = "",
        secret: bool = False,
    ) -> FieldChange:
        """Return a field change for display: canonical, references as addresses, secrets masked."""
        if secret or isinstance(after, Secret) or is_digest(before) or is_digest(after):
            return FieldChange(name=name, sensitive=True, reason=reason)
        unknown, type_ = False, kind.type(name)
        if isinstance(type_, Unreadable):
            shown: object = type_.declared(after)
        elif isinstance(after, Ref):
            shown, unknown = after, self.resolve(after) is None
        elif after is None:
            shown = None
        else:
            shown = self.show(kind, name, type_.canonical(after, self.matching.live.hosts))
        return FieldChange(
            name=name,
            before=None if before is None else self.show(kind, name, before),
            after=shown,
            unknown=unknown,
            reason=reason,
        )


@dataclass(slots=True)
class _Update:
    """The comparison of one resource with its object, and with the entry of the state."""

    compare: Comparer
    kind: Kind
    resource: Resource
    item: LiveObject
    entry: Entry | None
    result: Difference = field(default_factory=Difference)

    def difference(self) -> Difference:
        resource, result, entry, type_of = self.resource, self.result, self.entry, self.kind.type
        known: Mapping[str, object] = entry.sent if entry else {}
        for name, value in resource.fields.items():
            if name in resource.ignore:
                if name in known:
                    result.keep_recorded(entry, name)
                continue
            type_ = type_of(name)
            if isinstance(type_, Unreadable):
                self._unreadable(type_, name, value)
            elif isinstance(type_, Seed):
                result.seed(entry, name, value)
            else:
                self._field(type_, name, value)
        for name in known:
            if name not in resource.fields:
                if name in resource.ignore:
                    result.keep_recorded(entry, name)
                else:
                    self._undeclared(name)
        return result.without_unmanaged(resource, known)

    def _field(self, type_: FieldType, name: str, value: Value) -> None:
        kind, entry, result, compare = self.kind, self.entry, self.result, self.compare
        raw = self.item.fields.get(name, MISSING)
        live: object = None
        if type(raw) is type(value) and raw == value:  # most fields; no secret, no reference
            live = result.sent[name] = type_.canonical(raw, compare.matching.live.hosts)
            equal = self._equal(name, value, live, live)
        elif raw is MISSING:
            # The list lacks the field: only the state knows whether it is up to date.
            recorded = result.sent[name] = compare.recorded(kind, name, value)
            equal = self._as_before(name, value) if entry else not recorded
            if entry and equal and recorded != entry.sent[name]:
                result.record = True
        else:
            result.sent[name] = compare.recorded(kind, name, value)
            held = live = canonical(type_, raw, compare.matching.live.hosts)
            if isinstance(value, Secret):
                live = digest(kind, name, held)
            equal = self._equal(name, value, held, live)
        if equal:
            result.unchanged += 1
            return
        secret = is_secret(name, self.resource, entry)
        result.send[name] = value
        result.fields.append(self.compare.change(kind, name, live, value, secret=secret))

    def _equal(self, name: str, value: Value, held: object, live: object) -> bool:
        """Return whether a field needs no update; `live` is `held`, or its digest for secrets."""
        entry, result = self.entry, self.result
        recorded = result.sent[name]
        before = entry.sent.get(name, MISSING) if entry else MISSING
        if live == recorded:
            if entry and (before != recorded or name in entry.stored):
                # Equal without having been sent, or no longer stored differently.
                result.record = True
            return True
        kind, hosts = self.kind, self.compare.matching.hosts
        type_ = kind.type(name)
        if entry is None:
            found = name in kind.identity
            if found and identity_part(type_, held) == identity_part(type_, value, hosts):
                result.stored[name] = live
                return True
            return False
        left = entry.stored.get(name, before)
        now = digest(kind, name, held, left) if is_digest(left) else held
        if name in entry.stored and left == now and self._as_before(name, value):
            result.stored[name] = digest(kind, name, held) if is_digest(left) else left
            result.record = result.record or before != recorded
            return True
        # The shop changed the path because another object had the one that was sent. This is no
        # edit, and the path is sent again once it is free.
        refused = name == kind.path and recorded == before and appended(kind, before, live)
        return refused and self.compare.holder(kind, str(before), self.item.id) is not None

    def _as_before(self, name: str, value: Value) -> bool:
        """Return whether a value is known to be the one that the state records as sent."""
        sent, kind = self.entry.sent.get(name, MISSING) if self.entry else MISSING, self.kind
        if not (isinstance(value, Secret) and is_digest(sent)):
            return self.result.sent[name] == sent
        plain = canonical(kind.type(name), value, self.compare.matching.hosts)
        return comparable(kind, sent, plain) and digest(kind, name, plain, sent) == sent

    def _unreadable(self, type_: Unreadable, name: str, value: object, reason: str = "") -> None:
        """Compare an unreadable value with its records in the state."""
        entry, result, held = self.entry, self.result, self.item.fields.get(name)
        known = entry.sent.get(name) if entry else None
        if held is None:
            held = known
        elif not held and name not in self.compare.matching.live.kind(self.kind.name).shown:
            held = type_.untraced(known, ())
        operations = type_.compare(value, known, held)
        result.sent[name] = tuple(operations.records)
        if not operations.send:
            result.unchanged += 1
            result.record = result.record or (entry is not None and known != result.sent[name])
            return
        result.send[name] = tuple(operations.send)
        before, after = type_.shown(held), type_.foreseen(operations, held)
        result.fields.append(self.compare.change(self.kind, name, before, after, reason=reason))

    def _undeclared(self, name: str) -> None:
        """Reset a field that is no longer declared to the default, or release it."""
        kind, entry, result, hosts = self.kind, self.entry, self.result, self.compare.matching.hosts
        result.record = True
        type_ = kind.type(name)
        if isinstance(type_, Unreadable):
            self._unreadable(type_, name, (), reason="reset")
            del result.sent[name]
            return
        live = canonical(type_, self.item.fields.get(name, entry and entry.sent[name]), hosts)
        secret = is_secret(name, None, entry)
        if name in kind.refers and entry and entry.sent[name] is None and live is None:
            return
        if name not in kind.defaults:
            result.notes.append(f"`{name}` is no longer declared and stays as it is")
            return
        default: Any = kind.defaults[name]
        if canonical(type_, default, hosts) == live:
            result.notes.append(f"`{name}` is no longer declared and has the shop's default")
            return
        result.send[name] = default
        change = self.compare.change(kind, name, live, default, reason="reset", secret=secret)
        result.fields.append(change)
