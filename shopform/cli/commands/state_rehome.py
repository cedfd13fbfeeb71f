"""`shopform state rehome`."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from shopform.cli import options
from shopform.errors import Refused, ShopError, StateError
from shopform.model.desired import Desired
from shopform.model.live import Live
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address, host_of
from shopform.terminal.console import Console

if TYPE_CHECKING:
    from shopform.planning.checks.shop_identity import Evidence
    from shopform.workflow.workspace import Workspace


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
    lock_timeout: float,
    auto_approve: bool,
    **asked: Any,
) -> int:
    """Give the state to the shop as it is now: another domain, front page or name in the files.

    Reads what is owned, and shows what fits. A state that fits is written with the shop's new
    address, and changes in nothing else. Where most of it does not fit it asks: what is missing
    is then removed from the state, and what has another identity is recognised by that.
    """
    from shopform.workflow.open_workspace import open_settings
    from shopform.workflow.refresh import connected
    from shopform.workflow.requests import ProjectRequest, ReadLimits
    from shopform.workflow.shop_identity import key_digest

    workspace = open_settings(console, options.taken(ProjectRequest, asked), with_token=True)
    if workspace.former:
        _move(console, workspace, lock_timeout)
    workspace.source = source or ""
    with workspace.store(anywhere=True).open("state rehome", lock_timeout) as session:
        prior = session.prior
        if not prior.lineage:
            raise StateError(
                f"`{workspace.shop.name}` has no state yet",
                hint="if the shop has one elsewhere, name it with `state:`",
            )
        with connected(workspace, options.taken(ReadLimits, asked)) as connection:
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


def _move(console: Console, workspace: "Workspace", lock_timeout: float) -> None:
    """Rename the state of a shop that was renamed, with its copies and its runs."""
    from shopform.files import reporting
    from shopform.state.open import open_store

    old, new = (workspace.directory / name for name in (workspace.former, workspace.shop.state))
    store = open_store(workspace.former, workspace.directory, host_of(workspace.shop.url))
    with store.open("state rehome", lock_timeout) as session, reporting(new):
        session.commit()
        new.parent.mkdir(parents=True, exist_ok=True)
        for path in sorted(old.parent.glob("*.from-*.json*")):
            to, begin, source = path.name.partition(".from-")
            to = new.stem if to == old.stem else to
            name, ending = source.partition(".json")[0], source[source.index(".json") :]
            name = workspace.shop.name if name == old.stem else name
            path.rename(path.with_name(f"{to}{begin}{name}{ending}"))
        for ending in (".journal", ""):
            if (found := old.with_name(old.name + ending)).exists():
                found.rename(new.with_name(new.name + ending))
        runs = workspace.data / "runs"
        if (runs / old.stem).is_dir() and not (runs / workspace.shop.name).exists():
            (runs / old.stem).rename(runs / workspace.shop.name)
    console.result(f"Moved {workspace.former} to {workspace.shop.state}.")


def _read(client: Any, prior: Prior) -> Live:
    from shopform.kinds import KINDS
    from shopform.planning.matching.match import interest
    from shopform.shop.absence import confirm_absence
    from shopform.shop.fetch import fetch

    kinds = {address.kind for address in prior.resources}
    kinds |= {kind.name for kind in KINDS if kind.fixed}
    live = fetch(client, kinds, wanted=interest(Desired(), prior), unread={})
    live = confirm_absence(client, live, prior)
    for name, read in live.kinds.items():
        if read.problem:
            raise ShopError(f"the list of {name} is not complete: {read.problem}", hint="run again")
    return live


def _compared(
    console: Console, workspace: "Workspace", prior: Prior, live: Live
) -> "tuple[Evidence, bool]":
    from shopform.planning.checks.shop_identity import fitting, gather, said

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
    from shopform.model.addresses import within
    from shopform.model.canonical import digest, is_digest
    from shopform.planning.matching.result import live_identity

    changed = {}
    for address in found.renamed:
        entry, kind = prior.resources[address], BY_NAME[address.kind]
        now = live_identity(kind, live.kinds[kind.name].objects[entry.id], live.hosts)
        parts = zip(kind.identity, entry.identity, now, strict=True)
        identity = tuple(
            digest(kind.name, name, new) if is_digest(old) else new for name, old, new in parts
        )
        changed[address] = replace(entry, identity=identity)
    dropped = [a for a in prior.resources if within(a, found.missing)]
    return changed, sorted(dropped)
