"""Rows of tables whose identity was corrected, and that keep their objects. Pure.

Where no column of its own makes the keys they are made from the identity, so that a corrected row
has another address.
"""

from collections.abc import Iterator, Mapping

from shopform.kinds import BY_NAME, Kind
from shopform.model.addresses import within
from shopform.model.canonical import canonical
from shopform.model.desired import Desired
from shopform.model.keys import is_row_key
from shopform.model.values import Address, Ref
from shopform.planning.checks.rename_pairs import CLOSE, PAIRS, closeness
from shopform.planning.matching.result import Matching

_Side = tuple[str, Address]  # what it is called, first, so that sides sort by that
_Alike = tuple[object, ...]


def corrected(desired: Desired, result: Matching) -> Iterator[tuple[Address, Address]]:
    """Pairs of an owned address that is no longer declared, and the row that it became.

    All fields but the identity must be the same, and the identities alike. On routes nothing hangs:
    whatever is paired, the shop ends as declared, so the likest are, and a single one needs no
    likeness. Products hang on other objects: only a single one with more than a name is paired, and
    never what has nothing but short texts, such as sizes.
    """
    gone, new = _gone(desired, result), _new(desired, result)
    for alike in sorted(gone.keys() & new.keys(), key=repr):
        before, after = sorted(gone[alike]), sorted(new[alike])
        kind, (*_, fields) = BY_NAME[before[0][1].kind], alike
        single = len(before) == len(after) == 1 and bool(fields)
        if kind.route and single:
            yield before[0][1], after[0][1]
        elif kind.route or (single and not (kind.nesting and kind.nesting.short)):
            yield from _likest(before, after)


def _gone(desired: Desired, result: Matching) -> dict[_Alike, list[_Side]]:
    found: dict[_Alike, list[_Side]] = {}
    removed = {each.address for each in desired.removed}
    for address, entry in result.entries.items():
        declared = address in desired.resources or address in desired.left_out
        name = BY_NAME[address.kind].identity[-1]
        if declared or not is_row_key(address.keys[-1], str(entry.sent.get(name))):
            continue
        item = result.live.object(address.kind, entry.id)
        if item and not within(address, removed):
            kind = BY_NAME[address.kind]
            same = _others(kind, entry.sent)
            side = str(entry.sent.get(kind.identity[-1], "")), address
            found.setdefault((kind.name, item.parent_id, same), []).append(side)
    return found


def _new(desired: Desired, result: Matching) -> dict[_Alike, list[_Side]]:
    found: dict[_Alike, list[_Side]] = {}
    for address in desired.rows:
        resource = desired.resources.get(address)
        if resource is None or address in result.ids or address in result.deleted_outside:
            continue
        kind = BY_NAME[address.kind]
        values: dict[str, object] = {}
        for name, value in resource.fields.items():
            held = result.ids.get(value.address) if isinstance(value, Ref) else value
            values[name] = canonical(kind.type(name), held, result.hosts)
        within = result.ids.get(resource.parent) if resource.parent else None
        same = _others(kind, values)
        side = str(values.get(kind.identity[-1], "")), address
        found.setdefault((kind.name, within, same), []).append(side)
    return found


def _others(kind: Kind, values: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    held = [(n, v) for n, v in values.items() if n not in kind.identity]
    return tuple(sorted((name, repr(value)) for name, value in held if value not in ("", None)))


def _likest(before: list[_Side], after: list[_Side]) -> Iterator[tuple[Address, Address]]:
    """The pairs that are alike; of very many only those at the same place in the alphabet."""
    few = len(before) * len(after) <= PAIRS
    pairs = [(b, a) for b in before for a in after] if few else zip(before, after, strict=False)
    ranked = sorted((-closeness(b[0], a[0]), b, a) for b, a in pairs)
    taken: set[Address] = set()
    for close, (_, old), (_, new) in ranked:
        if -close >= CLOSE and taken.isdisjoint((old, new)):
            taken |= {old, new}
            yield old, new
