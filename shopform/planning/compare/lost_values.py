"""What would be lost with an object: everything readable in it, and what was edited since. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from shopform.kinds import KINDS, Kind
from shopform.kinds.field_types import Unreadable
from shopform.model.canonical import canonical, digest, is_digest
from shopform.model.live import Live, LiveObject
from shopform.model.prior import Entry
from shopform.model.references import links
from shopform.model.secrecy import secrets_of

EDITED = "edited"
UNKNOWN = object()


@dataclass(frozen=True, slots=True)
class Loss:
    """One field. `managed`: it was declared; `edited`: the shop's staff wrote it since."""

    name: str
    value: object
    managed: bool
    edited: bool
    secret: bool = False


def losses(kind: Kind, entry: Entry, item: LiveObject, hosts: frozenset[str]) -> list[Loss]:
    """Fields that hold something, the managed ones first; of others those that are no default."""
    managed = [_managed(kind, name, entry, item, hosts) for name in sorted(entry.sent)]
    return [*managed, *_beside(kind, entry, item, hosts)]


def written(kind: Kind, entry: Entry, item: LiveObject, hosts: frozenset[str]) -> list[str]:
    """The names of the fields that staff wrote into an object since."""
    return [f"`{loss.name}`" for loss in losses(kind, entry, item, hosts) if loss.edited]


def unmanaged_children(
    live: Live, owned: Collection[tuple[str, int]]
) -> dict[tuple[str, int], list[str]]:
    """What nobody owns, by kind and id of what it was put into."""
    found: dict[tuple[str, int], list[str]] = {}
    for kind in KINDS:
        inner = ("", *(n for n in kind.identity if n in kind.refers))
        read = live.kinds.get(kind.name)
        for child in read.objects.values() if read else ():
            if (kind.name, child.id) in owned:
                continue
            for name, target in links(kind, child).items():
                if name in inner:
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
        edited = (digest(kind.name, name, value) if is_digest(sent) else value) not in left
    return Loss(name, value, True, edited, secret)


def _beside(kind: Kind, entry: Entry, item: LiveObject, hosts: frozenset[str]) -> Iterator[Loss]:
    for name in kind.fields:
        if name in entry.sent or name not in item.fields or name in kind.generated:
            continue
        type_ = kind.type(name)
        value = canonical(type_, item.fields[name], hosts)
        # A reference or an image that was not set is none, whichever the kind.
        none = kind.defaults.get(name, None if name in kind.refers else UNKNOWN)
        if type_.unreadable:
            none = ()
        known = none is not UNKNOWN
        # Zero and false are what an object has that nobody set, where no default is known.
        if value == canonical(type_, none, hosts) if known else value in (None, "", (), 0):
            continue
        # What the shop makes by itself has no default, and is no edit; nor what was there before.
        edited = known and name not in entry.unclaimed
        yield Loss(name, value, False, edited, name in secrets_of(entry))
