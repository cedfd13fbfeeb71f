"""Determine which fields are secret, and mask them in entries. Pure."""

from collections.abc import Collection
from dataclasses import replace

from shopform.kinds import Kind
from shopform.model.canonical import digest, is_digest
from shopform.model.desired import Resource
from shopform.model.prior import Entry
from shopform.model.values import Secret


def secrets_of(entry: Entry) -> set[str]:
    """Return the fields that the state records as secrets."""
    held = (*entry.sent.items(), *entry.stored.items())
    return {name for name, memory in held if is_digest(memory)}


def is_secret(name: str, resource: Resource | None, entry: Entry | None) -> bool:
    """Return whether a field is one of the `secret_fields`."""
    if resource and isinstance(resource.fields.get(name), Secret):
        return True
    return entry is not None and any(
        is_digest(held.get(name)) for held in (entry.sent, entry.stored)
    )


def secret_fields(resource: Resource | None, entry: Entry | None) -> set[str]:
    """Return the fields that are, were or will be secret: neither value may be shown.

    All outputs and records use this rule.
    """
    fields = resource.fields if resource else {}
    declared = {name for name, value in fields.items() if isinstance(value, Secret)}
    return declared | (secrets_of(entry) if entry else set())


def masked(kind: Kind, entry: Entry, names: Collection[str]) -> Entry:
    """Return the entry with digests in place of the values of these fields."""

    def hidden(name: str, value: object) -> object:
        known = name not in names or is_digest(value)
        return value if known else digest(kind, name, value)

    parts = zip(kind.identity, entry.identity, strict=True)
    return replace(
        entry,
        identity=tuple(hidden(*part) for part in parts),
        sent={name: hidden(name, value) for name, value in entry.sent.items()},
        stored={name: hidden(name, value) for name, value in entry.stored.items()},
    )
