"""The values that are lost when an object is deleted, with edits by staff. Pure."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from shopform.kinds import Kind
from shopform.kinds.field_types import Unreadable
from shopform.model.canonical import canonical, digest, is_digest
from shopform.model.live import Live, LiveObject
from shopform.model.prior import Entry
from shopform.model.references import parent_links
from shopform.model.secrecy import secrets_of

EDITED = "edited"
UNKNOWN = object()


class Loss(NamedTuple):
    """One field; `managed` if it is in the state, `edited` if staff changed it since."""

    name: str
    value: object
    managed: bool
    edited: bool
    secret: bool = False


def losses(kind: Kind, entry: Entry, item: LiveObject, hosts: frozenset[str]) -> list[Loss]:
    """Return all managed fields, then the others with a value that is not the default."""
    managed = [_managed(kind, name, entry, item, hosts) for name in sorted(entry.sent)]
    return [*managed, *_undeclared(kind, entry, item, hosts)]


def edited_fields(kind: Kind, entry: Entry, item: LiveObject, hosts: frozenset[str]) -> list[str]:
    """Return the names, in backticks, of the fields that staff changed."""
    return [f"`{loss.name}`" for loss in losses(kind, entry, item, hosts) if loss.edited]


def unset_value(kind: Kind, name: str) -> object:
    """Return the value of a field that was never set; UNKNOWN if the shop chooses it."""
    if kind.type(name).unreadable:
        return ()
    # An unset reference is null, unless the shop chooses.
    unset = None if name in kind.refers and not kind.fields[name].chosen else UNKNOWN
    return kind.defaults.get(name, unset)


def unmanaged_children(
    live: Live, owned: Collection[tuple[str, int]]
) -> dict[tuple[str, int], list[str]]:
    """Return unowned objects by kind and id of their parent."""
    found: dict[tuple[str, int], list[str]] = {}
    for kind in live.catalogue.kinds:
        read = live.kinds.get(kind.name)
        for child in read.objects.values() if read else ():
            if (kind.name, child.id) in owned:
                continue
            for target in parent_links(kind, child).values():
                found.setdefault(target, []).append(f"{kind.name} {child.id}")
    return found


def _managed(kind: Kind, name: str, entry: Entry, item: LiveObject, hosts: frozenset[str]) -> Loss:
    sent, type_ = entry.sent[name], kind.type(name)
    value = canonical(type_, item.fields.get(name), hosts)
    secret = name in secrets_of(entry)
    if name not in item.fields:
        edited = False
    elif isinstance(type_, Unreadable):
        edited = type_.has_more(sent, item.fields[name])
    else:
        left = (sent, entry.stored.get(name, sent))
        edited = (digest(kind, name, value, sent) if is_digest(sent) else value) not in left
    return Loss(name, value, True, edited, secret)


def _undeclared(
    kind: Kind, entry: Entry, item: LiveObject, hosts: frozenset[str]
) -> Iterator[Loss]:
    for name in kind.fields:
        if name in entry.sent or name not in item.fields or name in kind.generated:
            continue
        type_ = kind.type(name)
        value = canonical(type_, item.fields[name], hosts)
        none = unset_value(kind, name)
        known = none is not UNKNOWN
        # Where no default is known, empty, zero and false count as unset.
        if value == canonical(type_, none, hosts) if known else value in (None, "", (), 0):
            continue
        # Values without a default are the shop's own, and no edits; nor are those before an import.
        edited = known and name not in entry.unclaimed
        yield Loss(name, value, False, edited, name in secrets_of(entry))
