"""Creates of a run that stopped, whose answers nobody saw. Pure."""

from dataclasses import replace
from typing import TYPE_CHECKING

from shopform.diagnostics import Collector
from shopform.kinds import BY_NAME, Kind
from shopform.model import Address, Desired, Import, Intent, LiveKind, Prior
from shopform.planning.candidates import apart, secrets_of
from shopform.planning.moves import renamed
from shopform.planning.normalize import is_digest, trimmed
from shopform.planning.recovering import Recovered, recover, stored

if TYPE_CHECKING:
    from shopform.planning.match import Matching


def adopt_pending(desired: Desired, prior: Prior, result: "Matching", out: Collector) -> None:
    """Find what a run was creating when it stopped: an unowned object of that identity."""
    answers = {each.address: each for each in desired.imports}
    for intent in prior.pending:
        kind = BY_NAME[intent.kind]
        address = _home(intent.address, desired, result)
        if address in result.entries:
            out.warning(
                "pending-create",
                f"`{intent.address}` was being created when a run stopped, and"
                f" `{address}` is another object by now",
                address=intent.address,
                hint=f"see whether the shop has it, then `shopform state rm {intent.address}`",
            )
            continue
        found = _recovered(kind, intent, answers.get(address), prior, result)
        if found.unclear:
            _unclear(kind, intent, found, result, out)
        elif found.id is not None:
            item = result.live[kind.name].objects[found.id]
            held = {} if found.exact else stored(kind, intent, item, result.hosts)
            result.entries[address] = replace(intent.entry, id=found.id, stored=held)
            result.owners[kind.name, found.id] = address
            result.adopted[address] = intent.address
        elif kind.name in result.live and not result.live[kind.name].problem:
            result.absent.append(intent.address)
            if address not in desired.resources:
                out.warning(
                    "pending-create",
                    f"`{intent.address}` was being created when a run stopped, and is not in the"
                    " shop",
                    address=intent.address,
                    hint="the next apply forgets it;"
                    f" `shopform state rm {intent.address}` does so now",
                )


def _home(begun: Address, desired: Desired, result: "Matching") -> Address:
    """The address of a pending create after moves; one that is declared again needs the old."""
    found = renamed(begun, desired.moved)
    return begun if begun in desired.resources or found in result.entries else found


def _recovered(
    kind: Kind, intent: Intent, answer: Import | None, prior: Prior, result: "Matching"
) -> Recovered:
    """By its id or without some where `imports` says so; else as the list tells."""
    without = answer.without if answer else frozenset()
    free = [
        item
        for item in result.live.get(kind.name, LiveKind()).objects.values()
        if item.parent_id == intent.parent_id
        and (kind.name, item.id) not in result.owners
        and item.id not in without
    ]
    if answer and any(item.id == answer.id for item in free):
        return Recovered(answer.id)
    rivals = {
        tuple(map(trimmed, each.identity))
        for each in prior.pending
        if (each.kind, each.parent_id) == (kind.name, intent.parent_id)
        and each.address != intent.address
    }
    return recover(kind, intent, free, result.hosts, rivals)


def _unclear(
    kind: Kind, intent: Intent, found: Recovered, result: "Matching", out: Collector
) -> None:
    parts = zip(kind.policy.identity, intent.identity, strict=False)
    secret = {name for name, part in parts if is_digest(part)}
    ids = ", ".join(map(str, found.unclear))
    several = f"several objects could be it: ids {ids}"
    new = f"the shop has what it had not before, and could be it: {kind.name} {ids}"
    out.error(
        "identity-ambiguous" if found.exact else "identity-near",
        f"`{intent.address}` was being created when a run stopped, and"
        f" {several if found.exact else new}",
        detail=apart(kind, list(found.unclear), result, secret | secrets_of(intent.entry)),
        address=intent.address,
        hint=f"`shopform import {intent.address} ID` takes the right one; if none is it:"
        f" `{{address: {intent.address}, not: [{ids}]}}` under `imports:`, or"
        f" `shopform state rm {intent.address}`",
    )
