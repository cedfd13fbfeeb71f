"""`shopform state rehome`."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from shopform.cli import options
from shopform.cli.console import Console
from shopform.errors import Refused, ShopError, StateError
from shopform.model import Address, Desired, Entry, Live, Prior, host_of

if TYPE_CHECKING:
    from shopform.cli.project import Workspace
    from shopform.planning.same_shop import Evidence


@click.command("rehome")
@options.project
@options.of_copies
@options.reading
@options.locking
@options.option("--auto-approve", is_flag=True, help="Do not ask, also where it does not fit.")
@click.pass_obj
def command(
    console: Console,
    /,
    source: str | None,
    parallelism: int,
    max_calls: int | None,
    lock_timeout: float,
    auto_approve: bool,
    **of_project: Any,
) -> int:
    """Give the state to the shop as it is now: another domain, another front page.

    Reads what is owned, and shows what fits. A state that fits is written with the shop's new
    address, and changes in nothing else. Where most of it does not fit it asks: what is missing
    is then removed from the state, and what has another identity is recognised by that.
    """
    from shopform.cli.planner import connected
    from shopform.cli.project import open_settings
    from shopform.cli.witness import key_digest

    workspace = open_settings(console, *of_project.values(), with_token=True)
    workspace.source = source or ""
    with workspace.store(anywhere=True).open("state rehome", lock_timeout) as session:
        prior = session.prior
        if not prior.lineage:
            raise StateError(
                f"`{workspace.shop.name}` has no state yet",
                hint="if the shop had another name in shopform.yaml, move its file under `state/`"
                " to the new name, or name it with `state:`",
            )
        with connected(workspace, parallelism=parallelism, max_calls=max_calls) as connection:
            live = _read(connection.client, prior)
        found, fits = _compared(console, workspace, prior, live)
        if not fits and not auto_approve:
            _ask(console, workspace)
        changed, dropped = ({}, []) if fits else _accepted(prior, live, found)
        key = key_digest(workspace.shop.token.text, session.lineage)
        session.recognise(host_of(workspace.shop.url), found.anchor, key, write=True)
        session.edit(changed, dropped)
    for address in dropped:
        console.result(f"Removed {address} from the state.")
    console.result(f"The state is of {host_of(workspace.shop.url)}.")
    return 0


def _read(client: Any, prior: Prior) -> Live:
    from shopform.kinds import KINDS
    from shopform.planning.match import interest
    from shopform.shop.absence import confirm_absence
    from shopform.shop.fetch import fetch

    kinds = {address.kind for address in prior.resources}
    kinds |= {kind.name for kind in KINDS if kind.policy.fixed}
    live = fetch(client, kinds, wanted=interest(Desired(), prior), unread={})
    live = confirm_absence(client, live, prior)
    for name, read in live.kinds.items():
        if read.problem:
            raise ShopError(f"the list of {name} is not complete: {read.problem}", hint="run again")
    return live


def _compared(
    console: Console, workspace: "Workspace", prior: Prior, live: Live
) -> "tuple[Evidence, bool]":
    from shopform.planning.same_shop import fitting, gather, said

    found = gather(Desired(), prior, live)
    was, now = prior.anchor, found.anchor
    console.result(
        f"{workspace.shop.name}: was at {prior.shop}, is at {host_of(workspace.shop.url)}"
    )
    if now:
        before = f", was {said(was)}" if was and was != now else ""
        console.result(f"fixed {now.kind}: {said(now)}{before}")
    number = len(found.fits) + found.differing
    console.result(f"{len(found.fits)} of {number} owned objects fit")
    for line in _differing(prior, found):
        console.result(f"  {line}")
    return found, fitting(prior, found)


def _differing(prior: Prior, found: "Evidence") -> Iterator[str]:
    for address in found.missing:
        yield f"{address}: {prior.resources[address].id} does not exist"
    for address in found.renamed:
        entry = prior.resources[address]
        yield f"{address}: {entry.id} has another identity"


def _ask(console: Console, workspace: "Workspace") -> None:
    if console.interactive:
        console.note("\nMost of the state does not fit this shop. Only 'yes' gives it to it.\n")
        if click.prompt("  Enter a value", default="", show_default=False, err=True) == "yes":
            return
    raise Refused(
        f"the state does not fit the shop `{workspace.shop.name}`, and was left as it is",
        hint="correct its `token` or `url`; if it is the same shop all the same, `--auto-approve`",
    )


def _accepted(
    prior: Prior, live: Live, found: "Evidence"
) -> tuple[dict[Address, Entry], list[Address]]:
    """What is left of the entries: recognised as they are now, or removed."""
    from shopform.kinds import BY_NAME
    from shopform.planning.match import inside, live_identity
    from shopform.planning.normalize import digest, is_digest

    changed = {}
    for address in found.renamed:
        entry, kind = prior.resources[address], BY_NAME[address.kind]
        now = live_identity(kind, live.kinds[kind.name].objects[entry.id], live.hosts)
        parts = zip(kind.policy.identity, entry.identity, now, strict=True)
        identity = tuple(
            digest(kind.name, name, new) if is_digest(old) else new for name, old, new in parts
        )
        changed[address] = replace(entry, identity=identity)
    dropped = [a for a in prior.resources if any(inside(a, lost) for lost in found.missing)]
    return changed, sorted(dropped)
