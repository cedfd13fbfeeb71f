"""Whether owned objects that a list does not show are really gone."""

from collections.abc import Mapping
from dataclasses import replace

from shopform.errors import RequestRefused
from shopform.kinds import BY_NAME, Kind
from shopform.model.live import Live, LiveKind
from shopform.model.prior import Prior
from shopform.shop import write
from shopform.shop.client import Client


def confirm_absence(client: Client, live: Live, prior: Prior) -> Live:
    """The same Live, with a problem for every kind whose list left out an object that exists.

    A bare array has no total to hold it to, so a list that came back short or empty looks like
    objects deleted by hand, and they would all be created again. Up to three of those missing are
    asked for by id, one call each; where none is missing this costs nothing. Raises `Nonsense`
    for an answer that says neither.
    """
    kinds = dict(live.kinds)
    for name, numbers in _missing(live, prior).items():
        kind = BY_NAME[name]
        there = [n for n in _sample(numbers) if _exists(client, kind, kinds[name], n)]
        if there:
            kinds[name] = replace(kinds[name], problem=f"{there[0]} exists and is not in it")
    return replace(live, kinds=kinds, calls=client.calls)


def _missing(live: Live, prior: Prior) -> Mapping[str, list[int]]:
    """Owned ids by kind that complete lists do not show, but for what went with its container."""
    gone = {
        address
        for address, entry in prior.resources.items()
        if address.kind in live.kinds and entry.id not in live.kinds[address.kind].objects
    }
    missing: dict[str, list[int]] = {}
    for address in sorted(gone):
        entry = prior.resources[address]
        if entry.parent not in gone and not live.kinds[address.kind].problem:
            missing.setdefault(address.kind, []).append(entry.id)
    return missing


def _sample(numbers: list[int]) -> list[int]:
    ordered = sorted(numbers)
    return sorted({ordered[0], ordered[len(ordered) // 2], ordered[-1]})


def _exists(client: Client, kind: Kind, read: LiveKind, number: int) -> bool:
    try:
        return write.read(client, kind, read.names, number).object is not None
    except RequestRefused:
        return False
