"""Read the shop and make a plan, for all commands that plan."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from time import time
from typing import NamedTuple

from shopform.diagnostics import warning
from shopform.errors import AccessRefused, ListMissing, ShopError, ShopformError
from shopform.kinds import Kind
from shopform.model.columns import columns_of
from shopform.model.desired import Desired
from shopform.model.live import Live, LiveKind, LiveObject
from shopform.model.lookups import looked_up
from shopform.model.plan import Plan
from shopform.model.prior import Prior
from shopform.model.snapshot import ListId, lists_of
from shopform.model.values import Address
from shopform.planning.checks.ci_gates import listed
from shopform.planning.checks.removed_paths import UNREAD, path_kinds
from shopform.planning.kinds_in_use import lists_to_read
from shopform.planning.planner import draft_plan, finish, plan, wanted_counts
from shopform.planning.removals import UNDECLARED
from shopform.planning.scope import Options
from shopform.shop.absence import confirm_absence
from shopform.shop.call_budget import CallCounter
from shopform.shop.client import Client
from shopform.shop.fetch import fetch, with_counts, with_lookups
from shopform.workflow.records.key_rights import KeyRights
from shopform.workflow.records.key_use import KeyUse
from shopform.workflow.records.shared_calls import shared_calls
from shopform.workflow.requests import ReadLimits
from shopform.workflow.shop_identity import require_same_shop
from shopform.workflow.workspace import Workspace

NO_LIMITS = ReadLimits()


class Seen(NamedTuple):
    """A shop as it was read, with the children of `wanted` parents.

    `when` is the time when the reading began, in seconds since the epoch.
    """

    live: Live
    wanted: Callable[[Kind, LiveObject], bool]
    when: int

    @property
    def lists(self) -> Mapping[ListId, LiveKind]:
        """The lists that were read."""
        return {one: self.live.kinds[one[0]] for one in lists_of(self.live, self.wanted)}


@dataclass(slots=True)
class Connection:
    """A client for one shop with its ledger; `watch` gets the path of every call.

    `rights` are those of its key, and `seen` is what a plan read.
    """

    client: Client
    ledger: CallCounter
    rights: KeyRights
    limits: ReadLimits = NO_LIMITS
    watch: Callable[[str], None] = lambda _path: None
    seen: Seen | None = None


@contextmanager
def connected(
    workspace: Workspace, limits: ReadLimits, *, writing: bool = False
) -> Iterator[Connection]:
    """Connect to the workspace's shop, with every call recorded in the ledger.

    If the ledger cannot be written, raises StateError if `writing`, and warns otherwise.
    """
    shop, observer = workspace.shop, workspace.observer

    def warn(problem: ShopformError) -> None:
        observer.warn(problem.diagnostics)

    def answered(method: str, path: str, status: int) -> None:
        rights.watch(method, path, status)
        connection.watch(path)

    rights, use = KeyRights(workspace), KeyUse(shop)
    ledger = CallCounter(
        workspace.data,
        shop.token.text,
        shop.daily_calls,
        unwritable=None if writing else warn,
        shared=shared_calls(workspace, warn),
    )
    with (
        closing(ledger),
        closing(rights),
        Client(
            shop,
            ledger=ledger,
            max_calls=min(filter(None, (limits.max_calls, limits.spend)), default=None),
            parallelism=limits.parallelism,
            on_call=answered,
        ) as client,
    ):
        observer.warn(use.warnings())
        connection = Connection(client, ledger, rights, limits)
        yield connection
        if rights.accepted:
            use.renew()


def read_and_plan(
    workspace: Workspace, connection: Connection, prior: Prior, options: Options
) -> Plan:
    """Read the kinds that matter and make a plan; each delete needs a call to count dependents."""
    options = replace(options, daily_calls=connection.ledger.daily)
    with reading(workspace, connection):
        live = _read(options, connection, workspace.desired, prior)
        result = _planned(workspace, connection, prior, live, workspace.desired, options)
    return with_unread(workspace, result)


def with_unread(workspace: Workspace, result: Plan) -> Plan:
    """Warn of each unread file that declares an address to be deleted."""
    deleted = [change.address for change in result.changes if change.reason == UNDECLARED]
    read = set(workspace.loaded.project.sources)
    if not deleted or not read:
        return result
    from shopform.config.read.unread_files import declared_unread

    notes = [
        warning(
            "file-unread",
            f"`{name}` is not read, but declares {listed(found)}, which would be destroyed",
            hint="rename it to end in `.yaml`, or list its folder under `include:`",
        )
        for name, found in declared_unread(
            workspace.shop.catalogue, workspace.directory, read, deleted
        )
    ]
    return replace(result, diagnostics=(*result.diagnostics, *notes))


def read_then_declare(
    workspace: Workspace,
    connection: Connection,
    prior: Prior,
    declare: Callable[[Live], tuple[Desired, frozenset[Address]]],
    *,
    near: Desired,
    within: frozenset[Address],
    options: Options,
    seen: Callable[[Live], Live] = lambda live: live,
) -> Plan:
    """Make a plan from declarations that depend on the live shop.

    `near` and `within` are the declarations and addresses that may be part of it, which decide what
    to read. `seen` adds known facts to the live shop.
    """
    options = replace(options, daily_calls=connection.ledger.daily)
    with reading(workspace, connection):
        live = seen(_read(replace(options, only=within), connection, near, prior))
        desired, only = declare(live)
        about = replace(options, only=only)
        return _planned(workspace, connection, prior, live, desired, about)


def _planned(
    workspace: Workspace,
    connection: Connection,
    prior: Prior,
    live: Live,
    desired: Desired,
    options: Options,
) -> Plan:
    """Plan, and plan again if dependents of deletes or further pages and redirects must be read."""
    left = _left(options, connection.ledger)
    result = draft_plan(desired, prior, live, workspace.shop, left)
    wanted, unread = wanted_counts(result), any(d.code == UNREAD for d in result.diagnostics)
    if wanted or unread:
        live = with_counts(connection.client, live, wanted)
        live = _with_paths(connection.client, live) if unread else live
        left = _left(options, connection.ledger)
        result = draft_plan(desired, prior, live, workspace.shop, left)
    return finish(result, left)


def _with_paths(client: Client, live: Live) -> Live:
    """Add the unread kinds of pages and redirects that the key may read; the shop may lack some."""
    kinds = dict(live.kinds)
    for kind in path_kinds(live.catalogue):
        if kind.name not in kinds:
            try:
                kinds |= fetch(client, [kind.name], unread={}).kinds
            except ListMissing:
                kinds[kind.name] = LiveKind()
            except (AccessRefused, ShopError):
                continue
    whole = {name: read for name, read in kinds.items() if name in live.kinds or not read.problem}
    return replace(live, kinds=whole, calls=client.calls)


def detect_drift(
    workspace: Workspace, connection: Connection, prior: Prior, options: Options
) -> tuple[Plan, Plan]:
    """Return the drift, and the plan that would revert it.

    Only owned kinds are read, so the plan is valid only for owned objects.
    """
    daily = connection.ledger.daily
    options = replace(options, daily_calls=daily, refresh_only=True)
    with reading(workspace, connection):
        live = _read(options, connection, workspace.desired, prior)
    if connection.seen:
        # Imported late: plans, which this module makes too, keep no snapshot.
        from shopform.workflow.records.kept_snapshot import keep_lists, kept_snapshot

        part = options.targets or options.excludes
        base = kept_snapshot(workspace) if part else None
        keep_lists(workspace, prior, base, [(connection.seen.lists, connection.seen.when)])
    left = _left(options, connection.ledger)
    found = [
        plan(workspace.desired, prior, live, workspace.shop, each)
        for each in (left, replace(left, refresh_only=False, fail_on=(), expect_no_changes=False))
    ]
    return found[0], found[1]


@contextmanager
def reading(workspace: Workspace, connection: Connection) -> Iterator[None]:
    """Report the progress of reading a shop while the block runs."""
    with workspace.observer.reading(workspace.shop.name) as connection.watch:
        yield
    connection.watch = lambda _path: None


def _read(options: Options, connection: Connection, desired: Desired, prior: Prior) -> Live:
    client, now = connection.client, int(time())
    client.read_columns(columns_of(desired, prior))
    kinds, wanted = lists_to_read(options, desired, prior)
    connection.rights.warn(options, desired, prior)
    live = confirm_absence(client, fetch(client, kinds, wanted=wanted), prior)
    require_same_shop(client, prior, live, desired)
    connection.seen = Seen(live, wanted, now)
    return with_lookups(client, live, () if options.refresh_only else looked_up(desired))


def _left(options: Options, ledger: CallCounter) -> Options:
    return replace(options, calls_left=ledger.left)
