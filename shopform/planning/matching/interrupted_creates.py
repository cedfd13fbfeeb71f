"""Match creates of an interrupted run, whose outcome is unknown, to live objects. Pure."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from shopform.diagnostics import Collector
from shopform.kinds import Kind
from shopform.model.canonical import identified, is_digest
from shopform.model.desired import Desired, Import
from shopform.model.live import LiveObject
from shopform.model.prior import Intent, Prior, Ranges
from shopform.model.secrecy import secrets_of
from shopform.model.values import Address
from shopform.planning.matching.ambiguity import describe_candidates
from shopform.planning.matching.moved_addresses import renamed
from shopform.planning.matching.recovered_creates import (
    Recovered,
    contains,
    recover,
    stored_differently,
)

if TYPE_CHECKING:
    from shopform.planning.matching.result import Matching

Place = tuple[str, int | None]


def adopt_pending(desired: Desired, prior: Prior, result: "Matching", out: Collector) -> None:
    """Adopt the unowned object of each pending create, or report that it is unclear or missing."""
    answers = {each.address: each for each in desired.imports}
    lists = _Lists(prior, result)
    for intent in prior.pending:
        kind = result.catalogue[intent.kind]
        address = _current_address(intent.address, desired, result)
        if address in result.entries:
            out.warning(
                "pending-create",
                f"`{intent.address}` was being created when a run was interrupted, and"
                f" `{address}` is another object now",
                address=intent.address,
                hint="check whether the shop has it, then run"
                f" `shopform state rm {intent.address}`",
            )
            continue
        found = lists.recovered(kind, intent, answers.get(address))
        if found.unclear:
            _unclear(kind, intent, found, result, out)
        elif found.id is not None:
            item = result.live.kinds[kind.name].objects[found.id]
            held = {} if found.exact else stored_differently(kind, intent, item, result.hosts)
            result.entries[address] = replace(intent.entry, id=found.id, stored=held)
            result.owners[kind.name, found.id] = address
            result.adopted[address] = intent.address
        elif kind.name in result.live.kinds and not result.live.kinds[kind.name].problem:
            result.absent.append(intent.address)
            if address not in desired.resources:
                out.warning(
                    "pending-create",
                    f"`{intent.address}` was being created when a run was interrupted, and is"
                    " not in the shop",
                    address=intent.address,
                    hint="the next apply drops it;"
                    f" `shopform state rm {intent.address}` does so now",
                )


def _current_address(address: Address, desired: Desired, result: "Matching") -> Address:
    """Return the address of a pending create after moves, unless the old one is declared again."""
    found = renamed(desired.catalogue, address, desired.moved)
    return address if address in desired.resources or found in result.entries else found


@dataclass(slots=True)
class _Lists:
    """The unowned objects of each list with pending creates, indexed once for all of these."""

    prior: Prior
    result: "Matching"
    free: dict[Place, dict[int, LiveObject]] = field(default_factory=dict)
    known: dict[Place, dict[object, list[LiveObject]]] = field(default_factory=dict)
    fresh: dict[tuple[Place, Ranges | None], list[LiveObject]] = field(default_factory=dict)
    rivals: dict[Place, set[tuple[object, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for intent in self.prior.pending:
            place = (intent.kind, intent.parent_id)
            self.free.setdefault(place, {})
            self.known.setdefault(place, {})
            mine = identified(self.result.catalogue[intent.kind], intent.identity)
            self.rivals.setdefault(place, set()).add(mine)
        for name in {name for name, _ in self.free}:
            objects = self.result.live.kind(name).objects
            for (parent_id, identity), numbers in self.result.index(
                self.result.catalogue[name]
            ).items():
                place = (name, parent_id)
                free = [n for n in numbers if (name, n) not in self.result.owners]
                if place in self.free and free:
                    self.free[place] |= {number: objects[number] for number in free}
                    self.known[place][identity] = [objects[number] for number in free]

    def recovered(self, kind: Kind, intent: Intent, answer: Import | None) -> Recovered:
        """Find the object of a create; an entry under `imports` decides unclear cases."""
        place, owners = (kind.name, intent.parent_id), self.result.owners
        named = answer.id if answer and (kind.name, answer.id) not in owners else 0
        without = answer.without if answer else frozenset()
        same = self.known[place].get(identified(kind, intent.identity), [])
        for items in (same, self._fresh(place, intent)):
            free = [i for i in items if i.id not in without and (kind.name, i.id) not in owners]
            found = recover(kind, intent, free, self.result.hosts, self.rivals[place])
            if found != Recovered():
                sure = found.exact and found.id is not None
                return found if sure or named not in self.free[place] else Recovered(named)
        return Recovered()

    def _fresh(self, place: Place, intent: Intent) -> list[LiveObject]:
        """Return the objects made since the create; all of them if its identity is secret."""
        if any(map(is_digest, intent.identity)):
            return list(self.free[place].values())
        if intent.before is None:
            return []
        key = (place, intent.before)
        if key not in self.fresh:
            mine = self.rivals[place]
            rival = {i.id for identity in mine for i in self.known[place].get(identity, ())}
            self.fresh[key] = [
                item
                for item in self.free[place].values()
                if item.id not in rival and not contains(intent.before, item.id)
            ]
        return self.fresh[key]


def _unclear(
    kind: Kind, intent: Intent, found: Recovered, result: "Matching", out: Collector
) -> None:
    parts = zip(kind.identity, intent.identity, strict=False)
    secret = {name for name, part in parts if is_digest(part)}
    ids = ", ".join(map(str, found.unclear))
    several = f"several objects could be it: ids {ids}"
    new = f"the shop has new objects that could be it: {kind.name} {ids}"
    out.error(
        "identity-ambiguous" if found.exact else "identity-near",
        f"`{intent.address}` was being created when a run was interrupted, and"
        f" {several if found.exact else new}",
        detail=describe_candidates(
            kind, list(found.unclear), result, secret | secrets_of(intent.entry)
        ),
        address=intent.address,
        hint=f"`shopform import {intent.address} ID` adopts the right one; if it is none of them:"
        f" `{{address: {intent.address}, not: [{ids}]}}` under `imports:`, or"
        f" `shopform state rm {intent.address}`",
    )
