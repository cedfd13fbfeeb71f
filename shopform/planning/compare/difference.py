"""The difference between a resource and its object, with the new state entry. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shopform.kinds import Kind
from shopform.model.canonical import (
    digest,
    recognised,
)
from shopform.model.desired import Resource
from shopform.model.live import LiveObject
from shopform.model.plan import FieldChange
from shopform.model.prior import Entry
from shopform.model.values import Secret, Value


@dataclass(slots=True)
class Difference:
    """The fields that change, the values to send, and the values to record in the state.

    `sent` may hold `Ref`s. `record` is set if the state changes though nothing is sent.
    """

    fields: list[FieldChange] = field(default_factory=list)
    send: dict[str, Value] = field(default_factory=dict)
    sent: dict[str, object] = field(default_factory=dict)
    stored: dict[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unchanged: int = 0
    record: bool = False


def without_unmanaged(
    result: Difference, resource: Resource, known: Mapping[str, object]
) -> Difference:
    """Return the difference without the fields that are managed only once."""
    for name in sorted(resource.once):
        if name in {*result.sent, *known}:
            result.notes.append(f"`{name}` is not managed from then on")
        result.sent.pop(name, None)
        result.stored.pop(name, None)
        result.record = result.record or name in known
    return result


def keep_recorded(result: Difference, entry: Entry | None, name: str) -> None:
    """Keep what the state records of a field."""
    if entry:
        result.sent[name] = entry.sent[name]
        if name in entry.stored:
            result.stored[name] = entry.stored[name]


def identity_of(
    kind: Kind,
    resource: Resource,
    difference: Difference,
    item: LiveObject | None,
    hosts: frozenset[str],
) -> tuple[object, ...]:
    """Return the identity to record in the state, secrets as digests.

    An unmanaged part is that of the shop, or the root for a new object.
    """
    parts: list[object] = []
    for name in kind.identity:
        type_, value = kind.type(name), resource.fields.get(name)
        if isinstance(value, Secret):
            parts.append(digest(kind.name, name, recognised(type_, value, hosts)))
        elif name in difference.sent:
            parts.append(recognised(type_, difference.sent[name], hosts))
        else:
            parts.append(recognised(type_, item.fields.get(name) if item else None, hosts))
    return tuple(parts)
