"""Match table rows whose identity was corrected to their objects. Pure.

Without a key column, keys are made from the identity, so a corrected row has another address.
"""

from collections.abc import Iterator, Mapping

from shopform.kinds import Kind
from shopform.model.addresses import within
from shopform.model.canonical import canonical
from shopform.model.desired import Desired
from shopform.model.keys import is_row_key
from shopform.model.name_similarity import CLOSE, similarity
from shopform.model.values import Address, Ref
from shopform.planning.checks.rename_pairs import PAIRS
from shopform.planning.matching.result import Matching

_Row = tuple[str, Address]  # the name comes first, to sort by it
_Group = tuple[object, ...]


def corrected(desired: Desired, result: Matching) -> Iterator[tuple[Address, Address]]:
    """Yield pairs of an owned address that is no longer declared, and the row that it became.

    All fields but the identity must be equal. Redirects have no dependents, so the most similar
    sources are paired, and a single one whatever its source. Products refer to other objects, so
    these are paired only if there is a single candidate with a similar name and other fields, and
    never if their names are short, as those of sizes.
    """
    old, new = _old_rows(desired, result), _new_rows(desired, result)
    for group in sorted(old.keys() & new.keys(), key=repr):
        before, after = sorted(old[group]), sorted(new[group])
        kind, (*_, fields) = result.catalogue[before[0][1].kind], group
        single = len(before) == len(after) == 1 and bool(fields)
        if kind.route and single:
            yield before[0][1], after[0][1]
        elif kind.route or (single and not (kind.nesting and kind.nesting.short)):
            yield from _most_similar(before, after)


def _old_rows(desired: Desired, result: Matching) -> dict[_Group, list[_Row]]:
    found: dict[_Group, list[_Row]] = {}
    removed = {each.address for each in desired.removed}
    for address, entry in result.entries.items():
        declared = address in desired.resources or address in desired.skipped_rows
        kind = result.catalogue[address.kind]
        label = entry.sent.get(kind.identity[-1])
        if declared or not is_row_key(address.keys[-1], str(label)):
            continue
        item = result.live.object(address.kind, entry.id)
        if item and not within(result.catalogue, address, removed):
            same = _others(kind, entry.sent)
            row = str(entry.sent.get(kind.identity[-1], "")), address
            found.setdefault((kind.name, item.parent_id, same), []).append(row)
    return found


def _new_rows(desired: Desired, result: Matching) -> dict[_Group, list[_Row]]:
    found: dict[_Group, list[_Row]] = {}
    for address in desired.rows:
        resource = desired.resources.get(address)
        if resource is None or address in result.ids or address in result.deleted_outside:
            continue
        kind = resource.kind
        values: dict[str, object] = {}
        for name, value in resource.fields.items():
            held = result.ids.get(value.address) if isinstance(value, Ref) else value
            values[name] = canonical(kind.type(name), held, result.hosts)
        parent_id = result.ids.get(resource.parent) if resource.parent else None
        same = _others(kind, values)
        row = str(values.get(kind.identity[-1], "")), address
        found.setdefault((kind.name, parent_id, same), []).append(row)
    return found


def _others(kind: Kind, values: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    held = [(n, v) for n, v in values.items() if n not in kind.identity]
    return tuple(sorted((name, repr(value)) for name, value in held if value not in ("", None)))


def _most_similar(before: list[_Row], after: list[_Row]) -> Iterator[tuple[Address, Address]]:
    """Yield the pairs of similar names; of very many only those of the same rank by name."""
    few = len(before) * len(after) <= PAIRS
    pairs = [(b, a) for b in before for a in after] if few else zip(before, after, strict=False)
    ranked = sorted((-similarity(b[0], a[0]), b, a) for b, a in pairs)
    taken: set[Address] = set()
    for close, (_, old), (_, new) in ranked:
        if -close >= CLOSE and taken.isdisjoint((old, new)):
            taken |= {old, new}
            yield old, new
