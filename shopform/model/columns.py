"""The columns of a shop beyond the fields of its kinds, as far as a run needs them. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from shopform.kinds import EXTRA, Field, Kind, is_extra
from shopform.model.desired import Desired
from shopform.model.live import LiveObject
from shopform.model.prior import Prior
from shopform.model.shop import WireNames
from shopform.model.values import Address

Columns = dict[str, frozenset[str]]
ID: Final = re.compile(r"(^|_)ids?$")
"""The name of a column with ids, which mean nothing in another shop."""


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


def known_columns(kind: Kind, own: WireNames) -> dict[str, str]:
    """Return the columns that are known, with the fields that they are; "" if none can set one.

    `own` are the names of one shop.
    """
    known = kind.columns(own.fields, (own.id,) if own.id else kind.wire.id.value)
    return known | dict.fromkeys(kind.wire.unsent.value, "")


def columns_of_fields(kind: Kind, own: WireNames) -> dict[str, str]:
    """Return the columns that `extra` may name although they are fields, with those fields.

    A string, a number or a boolean sets such a field in full: no list, reference or secret.
    """
    known = known_columns(kind, own)
    return {column: name for column, name in known.items() if name and _is_plain(kind.fields[name])}


def _is_plain(row: Field) -> bool:
    type_ = row.type
    return not (row.generated or type_.listed or type_.targets or type_.unreadable)


def lost_keys(kind: Kind, item: LiveObject) -> Iterator[tuple[str, str]]:
    """Yield the fields with keys in their values that are lost when the field is written.

    Ids, and what the shop itself sets, are not among them.
    """
    for name, type_ in kind.composed.items():
        found = type_.unsent_keys(item.fields.get(name)) - kind.wire.computed.value
        yield from ((name, key) for key in sorted(found) if not ID.search(key))


def extra_names(columns: Iterable[str]) -> dict[str, str]:
    """Return the fields of columns beyond those of a kind, with their wire names."""
    return {f"{EXTRA}{name}": name for name in sorted(columns)}


def _recorded(desired: Desired, prior: Prior) -> Iterator[tuple[Address, Mapping[str, object]]]:
    yield from ((address, each.fields) for address, each in desired.resources.items())
    yield from ((address, entry.sent) for address, entry in prior.resources.items())
    yield from ((intent.address, intent.entry.sent) for intent in prior.pending)
