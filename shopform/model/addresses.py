"""The parents of addresses, from the addresses alone. Pure."""

from collections.abc import Collection, Iterator

from shopform.kinds import Catalogue
from shopform.model.values import Address


def container_of(catalogue: Catalogue, address: Address) -> Address | None:
    """Return the parent of an address."""
    kind = catalogue.get(address.kind)
    nesting = kind.nesting if kind else None
    return Address.of(nesting.kind, *address.keys[:-1]) if nesting else None


def upward(catalogue: Catalogue, address: Address) -> Iterator[Address]:
    """Yield an address and all its parents, the innermost first."""
    at: Address | None = address
    while at is not None:
        yield at
        at = container_of(catalogue, at)


def within(catalogue: Catalogue, address: Address, names: Collection[Address]) -> bool:
    """Whether an address or one of its parents is in a collection."""
    return any(each in names for each in upward(catalogue, address))
