"""Which fields are secrets, and entries that show none. Pure."""

from collections.abc import Collection
from dataclasses import replace

from shopform.kinds import BY_NAME
from shopform.model.canonical import digest, is_digest
from shopform.model.desired import Resource
from shopform.model.prior import Entry
from shopform.model.values import Address, Secret


def secrets_of(entry: Entry) -> set[str]:
    """The fields that the state knows as secrets."""
    held = (*entry.sent.items(), *entry.stored.items())
    return {name for name, memory in held if is_digest(memory)}


def secret_fields(resource: Resource | None, entry: Entry | None) -> set[str]:
    """The fields that are secrets, were or will be: no value of them is shown, old or new.

    This is the one rule for all that is shown, reported and recorded.
    """
    fields = resource.fields if resource else {}
    declared = {name for name, value in fields.items() if isinstance(value, Secret)}
    return declared | (secrets_of(entry) if entry else set())


def masked(address: Address, entry: Entry, names: Collection[str]) -> Entry:
    """The entry with nothing but digests of these fields."""

    def hidden(name: str, value: object) -> object:
        known = name not in names or is_digest(value)
        return value if known else digest(address.kind, name, value)

    parts = zip(BY_NAME[address.kind].identity, entry.identity, strict=True)
    return replace(
        entry,
        identity=tuple(hidden(*part) for part in parts),
        sent={name: hidden(name, value) for name, value in entry.sent.items()},
        stored={name: hidden(name, value) for name, value in entry.stored.items()},
    )
