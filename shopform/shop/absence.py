"""Confirm that managed objects that are missing from a list were deleted."""

from collections.abc import Mapping
from dataclasses import replace

from shopform.errors import RequestRefused
from shopform.kinds import Kind
from shopform.model.live import Live, LiveKind
from shopform.model.prior import Prior
from shopform.shop.client import Client


def confirm_absence(client: Client, live: Live, prior: Prior) -> Live:
    """Return the shop with a problem for every kind whose list misses an existing object.

    A bare array has no total to check, so a short or empty list looks like objects deleted by
    hand, which would all be created again. Up to three of the missing ones are read by id, one
    call each. Raises `Nonsense` for a response that is neither.
    """
    kinds = dict(live.kinds)
    for name, numbers in _missing(live, prior).items():
        kind = live.catalogue[name]
        existing = [n for n in _sample(numbers) if _exists(client, kind, kinds[name], n)]
        if existing:
            kinds[name] = replace(kinds[name], problem=f"{existing[0]} exists and is not in it")
    return replace(live, kinds=kinds, calls=client.calls)


def _missing(live: Live, prior: Prior) -> Mapping[str, list[int]]:
    """Return managed ids that complete lists miss, by kind, except children of missing parents."""
    deleted = {
        address
        for address, entry in prior.resources.items()
        if address.kind in live.kinds and entry.id not in live.kinds[address.kind].objects
    }
    missing: dict[str, list[int]] = {}
    for address in sorted(deleted):
        entry = prior.resources[address]
        if entry.parent not in deleted and not live.kinds[address.kind].problem:
            missing.setdefault(address.kind, []).append(entry.id)
    return missing


def _sample(numbers: list[int]) -> list[int]:
    ordered = sorted(numbers)
    return sorted({ordered[0], ordered[len(ordered) // 2], ordered[-1]})


def _exists(client: Client, kind: Kind, read: LiveKind, number: int) -> bool:
    from shopform.shop import write

    try:
        return write.read(client, kind, read.names, number).object is not None
    except RequestRefused:
        return False
