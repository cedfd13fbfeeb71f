"""The columns of a shop beyond the fields of its kinds, as far as a run needs them. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from shopform.kinds import EXTRA, is_extra
from shopform.model.desired import Desired
from shopform.model.prior import Prior
from shopform.model.values import Address

Columns = dict[str, frozenset[str]]


def columns_of(desired: Desired, prior: Prior) -> Columns:
    """Return the columns that are declared or that the state records, by kind."""
    return columns_by_kind([*_recorded(desired, prior)])


def columns_by_kind(held: Sequence[tuple[Address, Mapping[str, object]]]) -> Columns:
    """Return the columns among the fields of objects, by kind."""
    if not any(map(is_extra, set[str]().union(*(fields for _, fields in held)))):
        return {}
    found: dict[str, set[str]] = {}
    for address, fields in held:
        for name in filter(is_extra, fields):
            found.setdefault(address.kind, set()).add(name.removeprefix(EXTRA))
    return {kind: frozenset(names) for kind, names in found.items()}


def extra_names(columns: Iterable[str]) -> dict[str, str]:
    """Return the fields of columns beyond those of a kind, with their wire names."""
    return {f"{EXTRA}{name}": name for name in sorted(columns)}


def _recorded(desired: Desired, prior: Prior) -> Iterator[tuple[Address, Mapping[str, object]]]:
    yield from ((address, each.fields) for address, each in desired.resources.items())
    yield from ((address, entry.sent) for address, entry in prior.resources.items())
    yield from ((intent.address, intent.entry.sent) for intent in prior.pending)
