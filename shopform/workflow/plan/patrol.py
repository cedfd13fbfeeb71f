"""Compare a part of the shop with the state: the lists that were not looked at for longest."""

from dataclasses import dataclass, field, replace

from shopform.diagnostics import Diagnostic, plural, warning
from shopform.errors import BudgetSpent
from shopform.model.columns import columns_of
from shopform.model.live import PAGE, Live
from shopform.model.plan import Plan
from shopform.model.prior import Prior
from shopform.model.snapshot import ListId
from shopform.model.values import Address
from shopform.planning.kinds_in_use import lists_to_read
from shopform.planning.planner import plan
from shopform.planning.preconditions import lists_above
from shopform.planning.scope import Options
from shopform.shop.absence import confirm_absence
from shopform.workflow.plan.changed_lists import SnapshotReader, coverage
from shopform.workflow.plan.refresh import Connection, reading
from shopform.workflow.records.kept_snapshot import empty_snapshot, keep_snapshot, kept_snapshot
from shopform.workflow.shop_identity import require_same_shop
from shopform.workflow.workspace import Workspace

PROBES = 3  # calls to look for objects that a list misses


def patrol(
    workspace: Workspace, connection: Connection, prior: Prior, options: Options, spend: int
) -> tuple[Plan, Plan]:
    """Return the drift in the lists that were not read for longest, and the plan that reverts it.

    At most `spend` calls are made. The ages of all lists are kept with the state, so that the next
    patrol continues where this one stopped.
    """
    shop, desired = workspace.shop, workspace.desired
    options = replace(options, daily_calls=connection.ledger.daily, refresh_only=True)
    kept = kept_snapshot(workspace) or empty_snapshot(workspace)
    known, _ = kept.without(kept.changed_since(prior)).opened(shop, desired)
    connection.client.read_columns(columns_of(desired, prior))
    round_ = _Round(SnapshotReader(connection.client, known), prior, spend)
    kinds, wanted = lists_to_read(options, desired, prior)
    with reading(workspace, connection):
        require_same_shop(connection.client, prior)
        while True:
            live, lists = round_.reader.snapshot.selected(kinds, wanted)
            if not round_.read_next(lists):
                break
        live = round_.confirmed(live)
    reader = round_.reader
    unread = {**reader.snapshot.unread, **dict.fromkeys(round_.failed, f"more than {spend} calls")}
    incomplete = {one for one in reader.fresh if live.kind(one[0]).problem}
    keep_snapshot(workspace, prior, replace(reader.snapshot.without(incomplete), unread=unread))
    live = replace(live, calls=connection.client.calls)
    looked = replace(options, calls_left=connection.ledger.left, only=round_.checked())
    reverting = replace(looked, refresh_only=False, fail_on=(), expect_no_changes=False)
    report, planned = (plan(desired, prior, live, shop, each) for each in (looked, reverting))
    notes = (*report.diagnostics, *round_.too_long(workspace, lists))
    return replace(report, coverage=coverage(reader, live, lists), diagnostics=notes), planned


@dataclass(slots=True)
class _Round:
    """One patrol, with `spend` calls. `failed` are kinds whose lists took more."""

    reader: SnapshotReader
    prior: Prior
    spend: int
    failed: set[str] = field(default_factory=set)

    def read_next(self, lists: list[ListId]) -> bool:
        """Read the oldest of these lists, as many as the calls suffice for; False for none."""
        known, due = self.reader.snapshot, list[ListId]()
        left = self.spend - self.reader.client.calls - min(PROBES, self.spend // 2)
        ages = {one: (one[0] in known.unread, known.read.get(one, 0), str(one)) for one in lists}
        for one in sorted(set(lists) - self.reader.fresh, key=ages.__getitem__):
            more = [each for each in self._with_parents(one) if each not in due]
            calls = sum(map(self._calls, more))
            # A list that was never read may be longer than expected: nothing is read with it.
            alone = not all(each in known.read for each in more)
            if calls <= left and not (alone and due) and not self.failed & {n for n, _ in more}:
                due += more
                left -= calls
                if alone:
                    break
        try:
            self.reader.read(due)
        except BudgetSpent:
            if self.reader.client.calls < self.spend:
                raise
            self.failed.add(min((one for one in due if one not in self.reader.fresh), key=str)[0])
            return False
        return bool(due)

    def _with_parents(self, one: ListId) -> list[ListId]:
        """Return a list that is not fresh, after those that show whether its parent exists."""
        kind, live = self.reader.client.shop.catalogue[one[0]], self.reader.snapshot.live
        above = [*lists_above(kind, one[1], live)]
        return [each for each in (*reversed(above), one) if each not in self.reader.fresh]

    def _calls(self, one: ListId) -> int:
        """Return the calls that a list takes, by its last reading or by the state."""
        (kind, parent), known = one, self.reader.snapshot
        if parent is not None:
            return 1
        if one in known.read:
            return known.live.kind(kind).calls(known.live.catalogue[kind])
        owned = sum(address.kind == kind for address in self.prior.resources)
        return max(1, -(-owned // PAGE))

    def checked(self) -> frozenset[Address]:
        """Return the owned objects in the lists that were read."""
        entries = self.prior.resources
        parents = {a: entries.get(e.parent) if e.parent else None for a, e in entries.items()}
        places = {a: (a.kind, parent.id if parent else None) for a, parent in parents.items()}
        return frozenset(a for a, place in places.items() if place in self.reader.fresh)

    def confirmed(self, live: Live) -> Live:
        """Return the shop with a problem for each list that misses an existing object.

        Without calls to look for them, lists that miss objects count as not read.
        """
        entries = self.prior.resources
        mine = replace(self.prior, resources={a: entries[a] for a in self.checked()})
        names = {name for name, _ in self.reader.fresh}
        read = replace(live, kinds={n: live.kinds[n] for n in live.kinds if n in names})
        try:
            found = confirm_absence(self.reader.client, read, mine)
        except BudgetSpent:
            if self.reader.client.calls < self.spend:
                raise
            missing = {a.kind for a, e in mine.resources.items() if not read.object(a.kind, e.id)}
            again = {one for one in self.reader.fresh if one[0] in missing}
            self.reader.snapshot = self.reader.snapshot.without(again)
            self.reader.fresh -= again
            return live
        return replace(live, kinds={**live.kinds, **found.kinds})

    def too_long(self, workspace: Workspace, lists: list[ListId]) -> list[Diagnostic]:
        """Return a warning for each list that takes more calls than there are."""
        room = self.spend - min(PROBES, self.spend // 2)
        found = self.failed | {one[0] for one in lists if self._calls(one) > room}
        return [
            warning(
                "not-checked",
                f"the list of {workspace.shop.catalogue[kind].section} takes more than"
                f" {plural(room, 'call')}, and was not read",
                hint="allow more with `--spend`",
            )
            for kind in sorted(found)
        ]
