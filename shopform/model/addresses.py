"""Addresses and what contains what, by their names alone. Pure."""

from collections.abc import Collection, Iterator

from shopform.kinds import BY_NAME, KINDS
from shopform.model.values import Address

CONTAINERS = frozenset(k.nesting.kind for k in KINDS if k.nesting)


def container_of(address: Address) -> Address | None:
    """The parent of an address, by its name."""
    kind = BY_NAME.get(address.kind)
    nesting = kind.nesting if kind else None
    return Address.of(nesting.kind, *address.keys[:-1]) if nesting else None


def upward(address: Address) -> Iterator[Address]:
    """An address and all its parents by name, from the inside out."""
    at: Address | None = address
    while at is not None:
        yield at
        at = container_of(at)


def within(address: Address, names: Collection[Address]) -> bool:
    """Whether an address is one of these, or below one."""
    return any(each in names for each in upward(address))
