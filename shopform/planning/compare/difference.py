"""The difference between a resource and its object, with the new state entry. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shopform.model.canonical import (
    digest,
    identity_part,
)
from shopform.model.desired import Resource
from shopform.model.plan import FieldChange
from shopform.model.prior import Entry
from shopform.model.values import Secret, Value


@dataclass(slots=True)
class Difference:
    """The fields that change, the values to send, and the values to record in the state.

    `sent` may hold `Ref`s. `seeds` are sent once, after the create. `record` is set if the state
    changes though nothing is sent.
    """

    fields: list[FieldChange] = field(default_factory=list)
    send: dict[str, Value] = field(default_factory=dict)
    seeds: dict[str, Value] = field(default_factory=dict)
    sent: dict[str, object] = field(default_factory=dict)
    stored: dict[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unchanged: int = 0
    record: bool = False

    def without_unmanaged(self, resource: Resource, known: Mapping[str, object]) -> "Difference":
        """Return it without the fields that are managed only once."""
        for name in sorted(resource.once) if resource.once else ():
            if name in {*self.sent, *known}:
                self.notes.append(f"`{name}` is not managed from then on")
            self.sent.pop(name, None)
            self.stored.pop(name, None)
            self.record = self.record or name in known
        return self

    def seed(self, entry: Entry | None, name: str, value: Value) -> None:
        """Add a value that is set once, if it is still to be sent; see apply/seeds.py."""
        if entry is None or name not in entry.sent:
            return
        if name in entry.stored:
            self.sent[name], self.record = entry.sent[name], True
            self.notes.append(
                f"`{name}` may not be set: a run stopped while it was sent, and it is not sent"
                " again"
            )
        elif entry.sent[name] is not None:
            self.keep_recorded(entry, name)
        elif value is not None:
            self.seeds[name], self.sent[name] = value, None
            self.fields.append(FieldChange(name=name, after=value))

    def keep_recorded(self, entry: Entry | None, name: str) -> None:
        if entry:
            self.sent[name] = entry.sent[name]
            if name in entry.stored:
                self.stored[name] = entry.stored[name]


def identity_of(
    resource: Resource, values: Mapping[str, object], hosts: frozenset[str]
) -> tuple[object, ...]:
    """Return the identity of an object with these values; a declared secret as its digest."""
    kind = resource.kind
    held = ((n, identity_part(kind.type(n), values.get(n), hosts)) for n in kind.identity)
    return tuple(
        digest(kind, name, value) if isinstance(resource.fields.get(name), Secret) else value
        for name, value in held
    )
