"""Find the object of a create whose response was lost. Pure."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from operator import itemgetter
from typing import NamedTuple

from shopform.kinds import Kind
from shopform.model.canonical import (
    canonical,
    comparable,
    digest,
    identified,
    identity_part,
    is_digest,
    key_id,
)
from shopform.model.live import LiveObject
from shopform.model.name_similarity import cut, rewritten
from shopform.model.prior import Intent, Ranges

Identity = tuple[object, ...]


def ranges(numbers: Iterable[int]) -> Ranges:
    """Return ids as pairs of first and last, a few for 50,000 ids.

    The highest id would not be enough: no source says that ids only grow.
    """
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


def contains(before: Ranges, number: int) -> bool:
    at = bisect_left(before, number, key=itemgetter(1))
    return at < len(before) and before[at][0] <= number


class Recovered(NamedTuple):
    """The object or the `unclear` candidates; neither if it was never created."""

    id: int | None = None
    unclear: tuple[int, ...] = ()
    exact: bool = True


def recover(
    kind: Kind,
    intent: Intent,
    items: Collection[LiveObject],
    hosts: frozenset[str],
    rivals: Collection[Identity] = (),
) -> Recovered:
    """Find the object among the unmanaged `items` of the list that the create was sent to.

    It is the one with its identity, or else a new one that agrees in the other fields. Other new
    objects are unclear, since a second create could duplicate one. `rivals` are the identities of
    all pending creates of the list.
    """
    wanted = identified(kind, intent.identity)
    held = {item.id: _identity(kind, item, wanted, hosts) for item in items}
    fresh = [
        item
        for item in items
        if held[item.id][:-1] == wanted[:-1]
        and not (intent.before is not None and contains(intent.before, item.id))
    ]
    known = _is_known(kind, wanted)
    same = [item for item in fresh if known and held[item.id] == wanted]
    if len(same) > 1:
        agreeing = [item for item in same if _agrees(kind, intent, item, hosts)]
        same = agreeing if len(agreeing) == 1 else same
    if same:
        return Recovered(same[0].id) if len(same) == 1 else Recovered(None, _ids(same))
    if intent.before is None:
        unknown = fresh and not known
        return Recovered(None, _ids(fresh), exact=False) if unknown else Recovered()
    return _by_fields(kind, intent, fresh, held, hosts, rivals)


def _by_fields(
    kind: Kind,
    intent: Intent,
    fresh: Collection[LiveObject],
    held: Mapping[int, Identity],
    hosts: frozenset[str],
    rivals: Collection[Identity],
) -> Recovered:
    """Find the object among `fresh` ones with other identities; `held` has all identities."""
    wanted = identified(kind, intent.identity)
    longest = max((len(str(identity[-1])) for identity in held.values()), default=0)
    # One rival of each form: identities in the state may contain digests.
    shapes = {_form(rival): rival for rival in rivals if rival != wanted}.values()
    others = [
        item
        for item in fresh
        if not any(_is_rival(kind, item, shape, hosts, rivals) for shape in shapes)
    ]
    # Among several creates, or with an unknown identity, fields alone do not identify an object.
    known = _is_known(kind, wanted)
    distinctive = known and not shapes and _is_distinctive(kind, intent)
    fits = [
        item
        for item in others
        if _agrees(kind, intent, item, hosts)
        and (distinctive or _near(wanted, held[item.id], longest))
    ]
    if len(fits) == 1:
        return Recovered(fits[0].id, exact=False)
    return Recovered(None, _ids(fits or others), exact=False) if others else Recovered()


def stored_differently(
    kind: Kind, intent: Intent, item: LiveObject, hosts: frozenset[str]
) -> Mapping[str, object]:
    """Return the fields that differ from those that the create sent."""
    found = {}
    for name, sent in intent.entry.sent.items():
        if name in item.fields and not kind.type(name).unreadable:
            live = canonical(kind.type(name), item.fields[name], hosts)
            live = digest(kind, name, live, sent) if is_digest(sent) else live
            if live != sent:
                found[name] = live
    return found


def _ids(items: Iterable[LiveObject]) -> tuple[int, ...]:
    return tuple(sorted(item.id for item in items))


def _identity(
    kind: Kind, item: LiveObject, wanted: Identity, hosts: frozenset[str]
) -> tuple[object, ...]:
    """Return the live identity, with digests where `wanted` has them."""
    parts = []
    for name, mine in zip(kind.identity, wanted, strict=True):
        part = identity_part(kind.type(name), item.fields.get(name), hosts)
        parts.append(digest(kind, name, part, mine) if is_digest(mine) else part)
    return tuple(parts)


def _is_known(kind: Kind, identity: Identity) -> bool:
    """Return whether all digests of an identity can be compared."""
    return all(comparable(kind, part) for part in identity if is_digest(part))


def _form(identity: Identity) -> Identity:
    """Return which parts are digests, and the ids of their keys."""
    return tuple(key_id(part) if is_digest(part) else None for part in identity)


def _is_rival(
    kind: Kind,
    item: LiveObject,
    shape: Identity,
    hosts: frozenset[str],
    rivals: Collection[Identity],
) -> bool:
    """Return whether an object has the identity of a rival of this form, as far as is known."""
    return _is_known(kind, shape) and _identity(kind, item, shape, hosts) in rivals


def _near(wanted: Identity, held: Identity, longest: int) -> bool:
    """Return whether the shop may have rewritten or cut off the name."""
    declared, there = str(wanted[-1]), str(held[-1])
    if is_digest(wanted[-1]):
        return False
    return rewritten(declared, there) or cut(declared, there, longest)


def _others(kind: Kind, intent: Intent) -> Mapping[str, object]:
    """Return the comparable fields that were sent besides the identity."""
    return {
        name: value
        for name, value in intent.entry.sent.items()
        if name not in kind.identity and not kind.type(name).unreadable
    }


def _is_distinctive(kind: Kind, intent: Intent) -> bool:
    """Return whether any value was sent that is not the default."""
    defaults = kind.defaults
    return any(
        value and value != canonical(kind.type(name), defaults.get(name))
        for name, value in _others(kind, intent).items()
    )


def _agrees(kind: Kind, intent: Intent, item: LiveObject, hosts: frozenset[str]) -> bool:
    """Return whether all other fields are as sent, or as a shop may have rewritten them."""
    for name, sent in _others(kind, intent).items():
        if name not in item.fields:
            continue
        type_ = kind.type(name)
        live = canonical(type_, item.fields[name], hosts)
        if is_digest(sent):
            live = digest(kind, name, live, sent)
        if live == sent:
            continue
        strings = isinstance(live, str) and isinstance(sent, str) and not is_digest(sent)
        # The shop appends to a path that is taken (OBS M-prod).
        suffixed = strings and name == kind.path and str(live).startswith(str(sent))
        # A shop may add or remove spaces and line breaks between the tags of HTML.
        pair = [str(sent), str(live)]
        if type_.rich:
            pair = ["".join(text.split()) for text in pair]
        if not (suffixed or (strings and rewritten(*pair))):
            return False
    return True
