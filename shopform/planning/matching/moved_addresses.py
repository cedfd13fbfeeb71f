"""Apply the entries under `moved:` to the addresses in the state. Pure."""

from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING

from shopform.diagnostics import Collector
from shopform.kinds import Catalogue
from shopform.kit.graphs import find_cycles
from shopform.kit.text import backquoted
from shopform.model.addresses import container_of, within
from shopform.model.desired import Desired, Moved
from shopform.model.values import Address

if TYPE_CHECKING:
    from shopform.planning.matching.result import Matching


def apply_moves(desired: Desired, result: "Matching", out: Collector) -> None:
    """Give entries of the state, and their children, the addresses that `moved:` declares."""
    children: dict[Address | None, list[Address]] = {}
    for address in result.entries if desired.moved else ():
        children.setdefault(container_of(result.catalogue, address), []).append(address)
    for move in _inner_first(desired, result.entries):
        found = [move.before]
        for address in found:
            rest = address.keys[len(move.before.keys) :]
            new = Address.of(address.kind, *move.after.keys, *rest)
            if address in result.entries and new in result.entries:
                _blocked(move, address, new, desired, result, out)
                continue
            found += (each for each in children.get(address, ()) if each not in found)
            if address not in result.entries:
                continue
            result.entries[new] = result.entries.pop(address)
            first = result.moved.pop(address, address)
            if first != new:
                result.moved[new] = first
            children.setdefault(container_of(result.catalogue, new), []).append(new)
    _refuse_cycles(desired, result, out)


def renamed(catalogue: Catalogue, address: Address, moved: Iterable[Moved]) -> Address:
    """Return the address after `moved` entries for it or one of its parents."""
    for move in moved:
        above: Address | None = address
        while above is not None and above != move.before:
            above = container_of(catalogue, above)
        if above is not None:
            rest = address.keys[len(above.keys) :]
            address = Address.of(address.kind, *move.after.keys, *rest)
    return address


def _blocked(
    move: Moved,
    address: Address,
    new: Address,
    desired: Desired,
    result: "Matching",
    out: Collector,
) -> None:
    """Report a move to an address that has an object; an error if the old one would be deleted."""
    removed = {each.address for each in desired.removed}
    spared = result.entries[address].keep or address in desired.resources
    if spared or within(result.catalogue, address, removed):
        out.warning(
            "move-blocked",
            f"`{address}` cannot move to `{new}`, which the state has already",
            span=move.span,
            hint="remove the `moved` entry, or remove one with `shopform state rm`",
        )
        return
    out.error(
        "move-blocked",
        f"`{address}` cannot move to `{new}`, which the state has already, and would be destroyed",
        span=move.span,
        address=address,
        hint=f"`shopform state rm {new}` lets it move; `{{address: {address}}}` under `removed:`"
        " destroys it",
    )


def _inner_first(desired: Desired, entries: Container[Address]) -> Iterator[Moved]:
    """Yield moves in the order of the files, those of children before that of their parent.

    The parent would otherwise move them along under their old keys.
    """
    inner: dict[Address, list[Moved]] = {}
    for move in desired.moved:
        above = container_of(desired.catalogue, move.before)
        while above is not None:
            inner.setdefault(above, []).append(move)
            above = container_of(desired.catalogue, above)
    done: set[Address] = set()
    for move in desired.moved:
        own = [each for each in inner.get(move.before, ()) if each.before in entries]
        for each in (*sorted(own, key=lambda each: -len(each.before.keys)), move):
            if each.before not in done:
                done.add(each.before)
                yield each


def _refuse_cycles(desired: Desired, result: "Matching", out: Collector) -> None:
    """Refuse addresses that change places: an interrupted run would mix them up."""
    spans = {move.after: move.span for move in desired.moved}
    for cycle in find_cycles(sorted(result.moved), result.moved.get):
        out.error(
            "move-circle",
            f"{backquoted(sorted(cycle), ' and ')} swap addresses",
            span=next((spans[each] for each in cycle if each in spans), None),
            address=cycle[0],
            hint="move one of them to a new address first, and apply that",
        )
