"""The columns of a shop beyond the fields of its kinds, as far as a run needs them. Pure."""

from collections.abc import Iterator, Mapping

from shopform.kinds import EXTRA, is_extra
from shopform.model.desired import Desired
from shopform.model.prior import Prior
from shopform.model.values import Address


def columns_of(desired: Desired, prior: Prior) -> dict[str, frozenset[str]]:
    """Return the columns that are declared or that the state records, by kind."""
    found: dict[str, set[str]] = {}
    for address, fields in _recorded(desired, prior):
        for name in filter(is_extra, fields):
            found.setdefault(address.kind, set()).add(name.removeprefix(EXTRA))
    return {kind: frozenset(names) for kind, names in found.items()}


def _recorded(desired: Desired, prior: Prior) -> Iterator[tuple[Address, Mapping[str, object]]]:
    yield from ((address, each.fields) for address, each in desired.resources.items())
    yield from ((address, entry.sent) for address, entry in prior.resources.items())
    yield from ((intent.address, intent.entry.sent) for intent in prior.pending)
