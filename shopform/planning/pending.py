"""Creates of a run that stopped, whose answers nobody saw. Pure."""

from dataclasses import replace
from typing import TYPE_CHECKING

from shopform.diagnostics import Collector
from shopform.kinds import BY_NAME, Kind
from shopform.model import Address, Desired, Intent, Prior
from shopform.planning.candidates import apart, secrets_of
from shopform.planning.moves import renamed
from shopform.planning.normalize import digest, is_digest

if TYPE_CHECKING:
    from shopform.planning.match import Matching


def adopt_pending(desired: Desired, prior: Prior, result: "Matching", out: Collector) -> None:
    """Find what a run was creating when it stopped: an unowned object of that identity."""
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
        if any(is_digest(part) for part in intent.identity):
            found = _by_digest(kind, intent.identity, intent.parent_id, result)
        else:
            found = result.index(kind).get((intent.parent_id, intent.identity), [])
        free = [n for n in found if (kind.name, n) not in result.owners]
        if len(free) > 1:
            _ambiguous(kind, intent, free, result, out)
        elif free:
            result.entries[address] = replace(intent.entry, id=free[0])
            result.owners[kind.name, free[0]] = address
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


def _ambiguous(
    kind: Kind, intent: Intent, free: list[int], result: "Matching", out: Collector
) -> None:
    parts = zip(kind.policy.identity, intent.identity, strict=False)
    secret = {name for name, part in parts if is_digest(part)}
    out.error(
        "identity-ambiguous",
        f"`{intent.address}` was being created when a run stopped, and several objects"
        f" could be it: ids {', '.join(map(str, free))}",
        detail=apart(kind, free, result, secret | secrets_of(intent.entry)),
        address=intent.address,
        hint=f"`shopform import {intent.address} ID` takes the right one; delete the"
        f" others in the shop; or `shopform state rm {intent.address}`",
    )


def _by_digest(
    kind: Kind, identity: tuple[object, ...], parent_id: int | None, result: "Matching"
) -> list[int]:
    found = []
    for (parent, held), numbers in result.index(kind).items():
        parts = [
            digest(kind.name, name, part) if is_digest(mine) else part
            for name, mine, part in zip(kind.policy.identity, identity, held, strict=True)
        ]
        if parent == parent_id and tuple(parts) == identity:
            found += numbers
    return found
