"""Find the object that a create made whose response was lost. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from shopform.kinds import Kind
from shopform.model.canonical import canonical, digest, identified, is_digest, recognised
from shopform.model.live import LiveObject
from shopform.model.name_similarity import cut, rewritten
from shopform.model.prior import Intent, Ranges

Identity = tuple[object, ...]


def ranges(numbers: Iterable[int]) -> Ranges:
    """Return ids as first and last of each unbroken run, a few pairs for 50,000 ids.

    The highest id would not do: nothing says that ids only grow.
    """
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


def holds(before: Ranges, number: int) -> bool:
    low, high = 0, len(before)
    while low < high:
        middle = (low + high) // 2
        if before[middle][1] < number:
            low = middle + 1
        else:
            high = middle
    return low < len(before) and before[low][0] <= number


@dataclass(frozen=True, slots=True)
class Recovered:
    """The object, or the `unclear` candidates; neither: it was never created."""

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

    It is the one of its identity, or else a new one that agrees in the other fields. New objects
    that do not agree are unclear: a second create could duplicate one. `rivals` are the identities
    of other pending creates.
    """
    wanted = identified(kind, intent.identity)
    held = {item.id: _identity(kind, item, wanted, hosts) for item in items}
    fresh = [
        item
        for item in items
        if held[item.id][:-1] == wanted[:-1]
        and not (intent.before is not None and holds(intent.before, item.id))
    ]
    same = [item for item in fresh if held[item.id] == wanted]
    if len(same) > 1:
        agreeing = [item for item in same if _agrees(kind, intent, item, hosts)]
        same = agreeing if len(agreeing) == 1 else same
    if same:
        return Recovered(same[0].id) if len(same) == 1 else Recovered(None, _ids(same))
    if intent.before is None:
        return Recovered()
    return _by_fields(kind, intent, fresh, held, hosts, rivals)


def _by_fields(
    kind: Kind,
    intent: Intent,
    fresh: Collection[LiveObject],
    held: Mapping[int, Identity],
    hosts: frozenset[str],
    rivals: Collection[Identity],
) -> Recovered:
    """Recover among `fresh` objects of other identities; `held` are those of all objects."""
    wanted = identified(kind, intent.identity)
    longest = max((len(str(identity[-1])) for identity in held.values()), default=0)
    # One of each shape: the state may have digests in an identity.
    shapes = {tuple(map(is_digest, rival)): rival for rival in rivals if rival != wanted}.values()
    others = [
        item
        for item in fresh
        if not any(_identity(kind, item, shape, hosts) in rivals for shape in shapes)
    ]
    # Among several creates, fields alone do not identify an object.
    telling = not shapes and _telling(kind, intent)
    fits = [
        item
        for item in others
        if _agrees(kind, intent, item, hosts) and (telling or _near(wanted, held[item.id], longest))
    ]
    if len(fits) == 1:
        return Recovered(fits[0].id, exact=False)
    return Recovered(None, _ids(fits or others), exact=False) if others else Recovered()


def stored(
    kind: Kind, intent: Intent, item: LiveObject, hosts: frozenset[str]
) -> Mapping[str, object]:
    """Return the fields that the shop stored differently from what the create sent."""
    found = {}
    for name, sent in intent.entry.sent.items():
        if name in item.fields and not kind.type(name).unreadable:
            live = canonical(kind.type(name), item.fields[name], hosts)
            live = digest(kind.name, name, live) if is_digest(sent) else live
            if live != sent:
                found[name] = live
    return found


def _ids(items: Iterable[LiveObject]) -> tuple[int, ...]:
    return tuple(sorted(item.id for item in items))


def _identity(
    kind: Kind, item: LiveObject, wanted: Identity, hosts: frozenset[str]
) -> tuple[object, ...]:
    """The live identity, with digests where the state has digests."""
    parts = []
    for name, mine in zip(kind.identity, wanted, strict=True):
        part = recognised(kind.type(name), item.fields.get(name), hosts)
        parts.append(digest(kind.name, name, part) if is_digest(mine) else part)
    return tuple(parts)


def _near(wanted: Identity, held: Identity, longest: int) -> bool:
    declared, there = str(wanted[-1]), str(held[-1])
    if is_digest(wanted[-1]):
        return False
    return rewritten(declared, there) or cut(declared, there, longest)


def _others(kind: Kind, intent: Intent) -> Mapping[str, object]:
    """The comparable fields that were sent beside the identity."""
    return {
        name: value
        for name, value in intent.entry.sent.items()
        if name not in kind.identity and not kind.type(name).unreadable
    }


def _telling(kind: Kind, intent: Intent) -> bool:
    """Whether anything was sent that differs from the defaults."""
    defaults = kind.defaults
    return any(
        value and value != canonical(kind.type(name), defaults.get(name))
        for name, value in _others(kind, intent).items()
    )


def _agrees(kind: Kind, intent: Intent, item: LiveObject, hosts: frozenset[str]) -> bool:
    """Whether the object has all other fields as sent, or as a shop may have rewritten them."""
    for name, sent in _others(kind, intent).items():
        if name not in item.fields:
            continue
        type_ = kind.type(name)
        live = canonical(type_, item.fields[name], hosts)
        if is_digest(sent):
            live = digest(kind.name, name, live)
        if live == sent:
            continue
        texts = isinstance(live, str) and isinstance(sent, str) and not is_digest(sent)
        # The shop appends to a path that is taken (OBS M-prod).
        suffixed = texts and name == kind.path and str(live).startswith(str(sent))
        # A shop may add or remove blanks and line ends between tags of rich text.
        pair = [str(sent), str(live)]
        if type_.rich:
            pair = ["".join(text.split()) for text in pair]
        if not (suffixed or (texts and rewritten(*pair))):
            return False
    return True
