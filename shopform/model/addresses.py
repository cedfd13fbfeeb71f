"""The parents of addresses, from the addresses alone. Pure."""

from collections.abc import Collection, Iterator

from shopform.kinds import BY_NAME, KINDS
from shopform.model.values import Address

CONTAINERS = frozenset(k.nesting.kind for k in KINDS if k.nesting)


def container_of(address: Address) -> Address | None:
    """Return the parent of an address."""
    kind = BY_NAME.get(address.kind)
    nesting = kind.nesting if kind else None
    return Address.of(nesting.kind, *address.keys[:-1]) if nesting else None


def upward(address: Address) -> Iterator[Address]:
    """Yield an address and all its parents, the innermost first."""
    at: Address | None = address
    while at is not None:
        yield at
        at = container_of(at)


def within(address: Address, names: Collection[Address]) -> bool:
    """Whether an address or one of its parents is in a collection."""
    return any(each in names for each in upward(address))
