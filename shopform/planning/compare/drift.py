"""Drift: differences between the shop and the state, whatever the files declare. Pure."""

from collections.abc import Iterator, Mapping

from shopform.kinds import Kind
from shopform.kinds.field_types import Unreadable
from shopform.model.canonical import canonical, digest, is_digest
from shopform.model.desired import Desired, Resource
from shopform.model.live import Live, LiveObject
from shopform.model.plan import Action, Change, FieldChange
from shopform.model.prior import Entry, Prior
from shopform.model.secrecy import secret_fields, secrets_of
from shopform.model.slugs import appended
from shopform.model.values import Address, Secret
from shopform.planning.compare.compare import MISSING, Comparer
from shopform.planning.matching.result import Matching
from shopform.planning.scope import Scope

HIDDEN = Secret("", "")


def detect(desired: Desired, prior: Prior, live: Live, scope: Scope) -> Iterator[Change]:
    """Yield every owned object that was edited or deleted outside of shopform.

    Of the files only `ignore` counts: ignored fields are not compared.
    """
    matching = owned_objects(prior, live)
    compare = Comparer(matching)
    yield from deleted(desired, prior, live, scope, compare)
    for (kind, number), address in matching.owners.items():
        if scope.includes(address):
            item, entry = live.kinds[kind].objects[number], prior.resources[address]
            resource = desired.resources.get(address)
            change = edited(address, entry, item, resource, compare)
            if change.fields:
                yield change


def owned_objects(prior: Prior, live: Live) -> Matching:
    """Return the matching by the state alone."""
    matching = Matching(live, entries=dict(prior.resources))
    for address, entry in prior.resources.items():
        if entry.id in live.kind(address.kind).objects:
            matching.owners[address.kind, entry.id] = address
    return matching


def deleted(
    desired: Desired, prior: Prior, live: Live, scope: Scope, compare: Comparer
) -> Iterator[Change]:
    """Yield owned objects that are missing in a complete list."""
    for address, entry in prior.resources.items():
        read = live.kinds.get(address.kind)
        if read is None or read.problem or entry.id in read.objects or not scope.includes(address):
            continue
        kind = live.catalogue[address.kind]
        hidden = secret_fields(desired.resources.get(address), entry)
        held = {
            n: HIDDEN if n in hidden else _shown(kind, n, _recorded(entry, n), compare)
            for n in sorted(entry.sent)
        }
        fields = tuple(_field(name, value, None) for name, value in held.items())
        yield _change(address, entry, Action.DELETE, fields, {})


def edited(
    address: Address,
    entry: Entry,
    item: LiveObject,
    resource: Resource | None,
    compare: Comparer,
) -> Change:
    """Return the managed fields that differ from the state."""
    kind, hidden = compare.matching.catalogue[address.kind], secret_fields(resource, entry)
    ignored = resource.ignore if resource else frozenset()
    fields: list[FieldChange] = []
    same: dict[str, object] = {}
    for name in entry.sent:
        if name in ignored or name not in kind.fields:
            continue
        recorded, now = _recorded(entry, name), _live(kind, name, entry, item, compare)
        before = HIDDEN if name in hidden else _shown(kind, name, recorded, compare)
        # The sent value is not an edit either, even if the shop stored another at first.
        appended_to = name == kind.path and appended(kind, entry.sent[name], now)
        if now is MISSING or now in (recorded, entry.sent[name]) or appended_to:
            same[name] = before
        else:
            fields.append(_field(name, before, _shown(kind, name, now, compare)))
    return _change(address, entry, Action.UPDATE, tuple(fields), same)


def _recorded(entry: Entry, name: str) -> object:
    return entry.stored.get(name, entry.sent[name])


def _live(kind: Kind, name: str, entry: Entry, item: LiveObject, compare: Comparer) -> object:
    """Return the live value in the form of the state, or MISSING if lists lack the field."""
    raw = item.fields.get(name, MISSING)
    if raw is MISSING:
        return MISSING
    type_ = kind.type(name)
    if isinstance(type_, Unreadable):
        return type_.current(entry.sent[name], raw)
    value = canonical(type_, raw, compare.matching.hosts)
    secret = value != entry.sent[name] and name in secrets_of(entry)
    return digest(kind, name, value, _recorded(entry, name)) if secret else value


def _shown(kind: Kind, name: str, value: object, compare: Comparer) -> object:
    if is_digest(value):
        return HIDDEN
    type_ = kind.type(name)
    if isinstance(type_, Unreadable):
        return type_.recorded(value)
    return compare.show(kind, name, value)


def _field(name: str, before: object, after: object) -> FieldChange:
    if isinstance(before, Secret):
        return FieldChange(name=name, sensitive=True)
    return FieldChange(name=name, before=before, after=after)


def _change(
    address: Address,
    entry: Entry,
    action: Action,
    fields: tuple[FieldChange, ...],
    same: Mapping[str, object],
) -> Change:
    return Change(
        address=address,
        action=action,
        id=entry.id,
        fields=fields,
        unchanged=len(same),
        values=same,
    )
