"""The snapshot that is kept with the state, brought up to date by runs that read the shop."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from shopform.describe.redaction import declared_secrets, hide_secrets
from shopform.errors import ShopformError, StateError
from shopform.model.live import Live, LiveKind
from shopform.model.prior import Prior
from shopform.model.snapshot import ListId, Snapshot, joined
from shopform.workflow.records.snapshot_file import decoded, encoded
from shopform.workflow.workspace import Workspace

NAME = "snapshot.json"
Lists = Mapping[ListId, LiveKind]


def snapshot_of(
    workspace: Workspace,
    live: Live,
    prior: Prior,
    read: Mapping[ListId, int],
    unread: Mapping[str, str],
) -> Snapshot:
    """Return what was read as a snapshot, without secrets."""
    shop, desired = workspace.shop, workspace.desired
    return Snapshot(
        shop=shop.name,
        url=shop.url,
        wire=shop.wire,
        live=hide_secrets(live, prior, desired, shop.token.text),
        prior=prior,
        read=read,
        unread=unread,
        secrets=declared_secrets(desired, shop.hosts),
    )


def kept_snapshot(workspace: Workspace) -> Snapshot | None:
    """Return the snapshot that is kept with the state, or None.

    One that cannot be read or is damaged is reported, and is as good as none; so is that of the
    shop at another URL.
    """
    shop = workspace.shop
    try:
        shelf = workspace.shelf("snapshot")
        data = shelf.read(NAME)
        if data is None:
            return None
        found = decoded(data, f"`{shelf.place(NAME)}`", shop.catalogue)
    except ShopformError as problem:
        # Their hint is for a file; runs that read the shop keep another one.
        workspace.observer.warn([replace(each, hint="") for each in problem.diagnostics])
        return None
    same = (found.shop, found.url, dict(found.wire)) == (shop.name, shop.url, dict(shop.wire))
    return found if same else None


def empty_snapshot(workspace: Workspace) -> Snapshot:
    """Return a snapshot of the shop without any list."""
    nothing = Live(catalogue=workspace.shop.catalogue)
    return snapshot_of(workspace, nothing, Prior(), {}, {})


def keep_lists(
    workspace: Workspace,
    prior: Prior,
    base: Snapshot | None,
    reads: Iterable[tuple[Lists, int]],
    stale: Collection[ListId] = (),
) -> None:
    """Keep a snapshot with the state: `base` with these lists, and without those that are stale.

    `reads` are lists with the time when they were read, the older ones first. `prior` is the state
    now: other lists with objects that it records otherwise than `base` are stale too. Warns if the
    snapshot cannot be written, since what was done is valid anyway.
    """
    found = base.without(base.changed_since(prior)) if base else empty_snapshot(workspace)
    for lists, when in reads:
        by_kind: dict[str, dict[int | None, LiveKind]] = {}
        for (kind, parent), read in lists.items():
            if not read.problem:
                by_kind.setdefault(kind, {})[parent] = read
        for kind, each in by_kind.items():
            # Several lists may be one value.
            values = {id(read): read for read in each.values()}
            found = found.with_lists(kind, each.keys(), joined(values.values()), when)
    found = found.without(stale)
    keep_snapshot(workspace, prior, found)


def keep_snapshot(workspace: Workspace, prior: Prior, found: Snapshot) -> None:
    """Keep a snapshot with the state, which is `prior` now. Warns if it cannot be written."""
    kept = snapshot_of(workspace, found.live, prior, found.read, found.unread)
    try:
        workspace.shelf("snapshot").write(NAME, encoded(kept))
    except StateError as problem:
        workspace.observer.warn(problem.diagnostics)
