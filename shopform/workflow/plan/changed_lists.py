"""Plan from a snapshot, and read only the lists that the plan depends on."""

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from time import time

from shopform.kinds import Kind
from shopform.model.columns import columns_of
from shopform.model.coverage import Coverage
from shopform.model.live import Live, LiveObject
from shopform.model.lookups import looked_up
from shopform.model.plan import Plan
from shopform.model.prior import Prior
from shopform.model.snapshot import ListId, Snapshot, joined
from shopform.planning.checks.removed_paths import UNREAD, path_kinds
from shopform.planning.kinds_in_use import lists_to_read
from shopform.planning.planner import draft_plan, finish, wanted_counts
from shopform.planning.preconditions import lists_behind
from shopform.planning.scope import Options
from shopform.shop.absence import confirm_absence
from shopform.shop.client import Client
from shopform.shop.fetch import list_one, with_counts, with_lookups
from shopform.workflow.plan.from_snapshot import coverage_of, refuse_older
from shopform.workflow.plan.refresh import Connection, reading, with_unread
from shopform.workflow.shop_identity import require_same_shop
from shopform.workflow.workspace import Workspace


@dataclass(slots=True)
class SnapshotReader:
    """A snapshot whose lists are read again on request; `fresh` are those that were."""

    client: Client
    snapshot: Snapshot
    fresh: set[ListId] = field(default_factory=set)

    def read(self, lists: Iterable[ListId]) -> None:
        """Read lists again, those of parents first; without those of deleted parents."""
        wanted = set(lists) - self.fresh
        for kind in self.client.shop.catalogue.kinds:
            above, live = kind.nesting, self.snapshot.live
            mine = [
                p
                for n, p in wanted
                if n == kind.name and (not above or live.object(above.kind, p or 0))
            ]
            if mine:
                self._read(kind, sorted(mine, key=str))

    def _read(self, kind: Kind, parents: list[int | None]) -> None:
        known, now = self.snapshot.live.kind(kind.name), int(time())
        names = known.names if kind.nesting and not known.assumed else None
        with ThreadPoolExecutor(self.client.parallelism) as pool:
            reads = pool.map(lambda one: list_one(self.client, kind, names, parent_id=one), parents)
            found = joined(reads)
        self.snapshot = self.snapshot.with_lists(kind.name, set(parents), found, now)
        self.fresh |= {(kind.name, parent) for parent in parents}

    def selected(
        self, kinds: Collection[str], wanted: Callable[[Kind, LiveObject], bool]
    ) -> tuple[Live, list[ListId]]:
        """Return the shop as a read of these kinds would, and its lists; reads missing ones."""
        while True:
            live, lists = self.snapshot.selected(kinds, wanted)
            missing = [one for one in lists if one not in self.snapshot.read]
            if not missing:
                return replace(live, calls=self.client.calls), lists
            self.read(missing)

    def seen(self) -> Live:
        """Return the kinds that were read whole, which show whose key it is."""
        live, names = self.snapshot.live, {name for name, parent in self.fresh if parent is None}
        return replace(live, kinds={name: live.kinds[name] for name in live.kinds if name in names})


class Changed:
    """Plans from the files and a snapshot; reads what changed in either, or in the state, since.

    The plan is refused if a list that is not read is older than `max_age` seconds.
    """

    saved = False

    def __init__(
        self, workspace: Workspace, options: Options, snapshot: Snapshot, max_age: float | None
    ) -> None:
        self.workspace = workspace
        self.options = options
        self._snapshot = snapshot
        self._max_age = max_age

    def plan(self, connection: Connection, prior: Prior) -> Plan:
        workspace, client = self.workspace, connection.client
        known, _ = self._snapshot.opened(workspace.shop, workspace.desired)
        client.read_columns(columns_of(workspace.desired, prior))
        reader = SnapshotReader(client, known)
        with reading(workspace, connection):
            result = self._planned(reader, connection, prior)
            require_same_shop(client, prior, reader.seen(), workspace.desired)
        return with_unread(workspace, refuse_older(result, self._max_age))

    def _planned(self, reader: SnapshotReader, connection: Connection, prior: Prior) -> Plan:
        client, desired, shop = connection.client, self.workspace.desired, self.workspace.shop
        options = replace(self.options, daily_calls=connection.ledger.daily)
        kinds, wanted = lists_to_read(options, desired, prior)
        connection.rights.warn(options, desired, prior)
        _, lists = reader.selected(kinds, wanted)
        reader.read(set(lists) & reader.snapshot.changed_since(prior))
        names = with_lookups(client, Live(catalogue=shop.catalogue), looked_up(desired)).lookups
        while True:
            live, lists = reader.selected(kinds, wanted)
            live = replace(live, lookups=names)
            result = draft_plan(desired, prior, live, shop, options)
            if any(note.code == UNREAD for note in result.diagnostics):
                paths = {kind.name for kind in path_kinds(shop.catalogue)}
                if more := sorted(paths - {*kinds, *reader.snapshot.unread}):
                    kinds = [*kinds, *more]
                    continue
            behind = (lists_behind(result, prior, live) & set(lists)) - reader.fresh
            if not behind:
                break
            reader.read(behind)
        live = with_counts(client, confirm_absence(client, live, prior), wanted_counts(result))
        left = replace(options, calls_left=connection.ledger.left)
        result = finish(draft_plan(desired, prior, live, shop, left), left)
        return replace(result, coverage=coverage(reader, live, lists))


def coverage(reader: SnapshotReader, live: Live, lists: list[ListId]) -> Coverage:
    places = [
        (name, item.parent_id)
        for name, read in live.kinds.items()
        for item in read.objects.values()
    ]
    checked = sum(place in reader.fresh for place in places)
    unchecked = [one for one in lists if one not in reader.fresh]
    return coverage_of(reader.snapshot, unchecked, checked=checked, objects=len(places))
