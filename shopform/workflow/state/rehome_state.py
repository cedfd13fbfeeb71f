"""Assign a state to a shop that changed its host, key or name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from shopform.errors import Refused, StateError
from shopform.files import make_directory, move, reporting
from shopform.model.addresses import within
from shopform.model.canonical import digest, is_digest
from shopform.model.desired import Desired
from shopform.model.live import Live
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address, host_of
from shopform.planning.checks.shop_identity import Evidence, can_rehome, collect_evidence, described
from shopform.planning.matching.match import relevant_parents
from shopform.planning.matching.result import live_identity
from shopform.shop.absence import confirm_absence
from shopform.shop.client import Client
from shopform.shop.fetch import fetch
from shopform.state.open import open_store
from shopform.state.ownership import Expected
from shopform.workflow.plan.refresh import connected
from shopform.workflow.read_shop import require_complete
from shopform.workflow.requests import ReadLimits
from shopform.workflow.shop_identity import record_shop, require_same_endpoints
from shopform.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a state fits a shop.

    `hosts` are the recorded and current host. `anchors` describe the recorded and current object
    of `kind`, of which each shop has one; "" if unknown. `differing` has a line for each of the
    `owned` objects that does not match.
    """

    hosts: tuple[str, str]
    kind: str
    anchors: tuple[str, str]
    fits: bool
    fitting: int
    owned: int
    differing: tuple[str, ...]


def rehome(
    workspace: Workspace,
    limits: ReadLimits,
    lock_timeout: float,
    confirm: Callable[[Comparison], bool],
) -> tuple[Comparison, list[Address]]:
    """Assign the state to the current shop; return the comparison and the removed addresses.

    `confirm` decides whether a state that does not fit is assigned anyway; if not, Refused is
    raised and nothing is written.
    """
    with workspace.store(anywhere=True).open("state rehome", lock_timeout) as session:
        prior = session.prior
        if not prior.lineage:
            raise StateError(
                f"`{workspace.shop.name}` has no state yet",
                hint="if it is in another file, set `state:` of the shop",
            )
        require_same_endpoints(prior, workspace.shop)
        with connected(workspace, limits) as connection:
            live = _read(connection.client, prior)
        found = collect_evidence(Desired(catalogue=workspace.shop.catalogue), prior, live)
        fits = can_rehome(prior, found)
        owned = len(found.fits) + found.differing
        lines = tuple(_differing(prior, found))
        hosts = prior.shop, host_of(workspace.shop.url)
        was, now = (described(each) if each else "" for each in (prior.anchor, found.anchor))
        kind = found.anchor.kind if found.anchor else ""
        compared = Comparison(hosts, kind, (was, now), fits, len(found.fits), owned, lines)
        if not confirm(compared) and not fits:
            raise Refused(
                f"the state does not match the shop `{workspace.shop.name}`, and was not changed",
                hint="correct its `token` or `url`; if it is the same shop anyway,"
                " `--auto-approve`",
            )
        changed, dropped = ({}, []) if fits else _accepted(prior, live, found)
        record_shop(session, workspace.shop, found.anchor, write=True)
        session.edit(changed, dropped)
    return compared, dropped


def move_state(workspace: Workspace, lock_timeout: float) -> None:
    """Rename the state of a renamed shop, with the states of copies and the records of runs."""
    old, new = (workspace.directory / name for name in (workspace.former, workspace.shop.state))
    expected = Expected(shop=host_of(workspace.shop.url), catalogue=workspace.shop.catalogue)
    store = open_store(workspace.former, workspace.directory, expected)
    with store.open("state rehome", lock_timeout) as session, reporting(new):
        session.commit()
        make_directory(new.parent)
        for path in sorted(old.parent.glob("*.from-*.json*")):
            to, begin, source = path.name.partition(".from-")
            to = new.stem if to == old.stem else to
            name, ending = source.partition(".json")[0], source[source.index(".json") :]
            name = workspace.shop.name if name == old.stem else name
            move(path, path.with_name(f"{to}{begin}{name}{ending}"))
        for ending in (".journal", ""):
            if (found := old.with_name(old.name + ending)).exists():
                move(found, new.with_name(new.name + ending))
        runs = workspace.data / "runs"
        if (runs / old.stem).is_dir() and not (runs / workspace.shop.name).exists():
            move(runs / old.stem, runs / workspace.shop.name)


def _read(client: Client, prior: Prior) -> Live:
    catalogue = client.shop.catalogue
    nothing = Desired(catalogue=catalogue)
    kinds = {address.kind for address in prior.resources}
    kinds |= {kind.name for kind in catalogue.kinds if kind.fixed}
    live = fetch(client, kinds, wanted=relevant_parents(nothing, prior), unread={})
    live = confirm_absence(client, live, prior)
    require_complete(live)
    return live


def _differing(prior: Prior, found: Evidence) -> Iterator[str]:
    for address in found.missing:
        yield f"{address}: {prior.resources[address].id} does not exist"
    for address in found.renamed:
        entry = prior.resources[address]
        yield f"{address}: {entry.id} has another identity"


def _accepted(
    prior: Prior, live: Live, found: Evidence
) -> tuple[dict[Address, Entry], list[Address]]:
    """Return entries with their current identities, and the addresses to remove."""
    changed = {}
    for address in found.renamed:
        entry, kind = prior.resources[address], live.catalogue[address.kind]
        now = live_identity(kind, live.kinds[kind.name].objects[entry.id], live.hosts)
        parts = zip(kind.identity, entry.identity, now, strict=True)
        identity = tuple(
            digest(kind, name, new) if is_digest(old) else new for name, old, new in parts
        )
        changed[address] = replace(entry, identity=identity)
    dropped = [a for a in prior.resources if within(live.catalogue, a, found.missing)]
    return changed, sorted(dropped)
