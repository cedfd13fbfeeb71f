"""Plan from a snapshot, without the shop."""

from collections.abc import Collection
from dataclasses import replace
from time import time

from shopform.diagnostics import error, plural, warning
from shopform.kit.text import rounded
from shopform.model.coverage import Coverage
from shopform.model.plan import Plan
from shopform.model.snapshot import ListId, Snapshot
from shopform.planning.checks import digest_keys
from shopform.planning.checks.removed_paths import UNREAD, path_kinds
from shopform.planning.kinds_in_use import lists_to_read
from shopform.planning.planner import draft_plan, finish, wanted_counts
from shopform.planning.scope import Options
from shopform.workflow.plan.refresh import with_unread
from shopform.workflow.records.timestamps import timestamp
from shopform.workflow.workspace import Workspace


def plan_offline(
    workspace: Workspace, snapshot: Snapshot, options: Options, *, max_age: float | None = None
) -> Plan:
    """Return the plan that the shop and its state would have given when the snapshot was taken.

    Values of secrets are those of that time, and products of deletes are not counted. It is refused
    if the snapshot is older than `max_age` seconds. Raises UsageError for the snapshot of another
    shop, and ShopError if a list is missing in it.
    """
    shop, prior = workspace.shop, snapshot.prior
    options = replace(options, daily_calls=shop.daily_calls)
    known, desired = snapshot.opened(shop, workspace.desired)
    kinds, wanted = lists_to_read(options, desired, prior)

    def drafted(names: Collection[str]) -> tuple[Plan, list[ListId]]:
        live, lists = known.selected(names, wanted)
        known.require(lists)
        return draft_plan(desired, prior, live, shop, options), lists

    result, lists = drafted(kinds)
    if any(each.code == UNREAD for each in result.diagnostics):
        paths = [kind.name for kind in path_kinds(shop.catalogue) if kind.name not in known.unread]
        result, lists = drafted([*kinds, *paths])
    if deleted := wanted_counts(result):
        what = " and ".join(sorted({shop.catalogue.dependents(kind) for kind, _ in deleted}))
        note = warning(
            "not-counted",
            f"the {what} of {plural(len(deleted), 'object')} to be destroyed are not counted",
            hint="plan without `--snapshot` to count them",
        )
        result = replace(result, diagnostics=(*result.diagnostics, note))
    # Its digests are compared with each other, which takes no key.
    kept = tuple(each for each in result.diagnostics if each.code != digest_keys.CODE)
    result = replace(result, diagnostics=kept)
    found = coverage_of(snapshot, lists, offline=True)
    return refuse_older(
        with_unread(workspace, finish(replace(result, coverage=found), options)), max_age
    )


def coverage_of(
    snapshot: Snapshot,
    unchecked: Collection[ListId],
    *,
    checked: int = 0,
    objects: int = 0,
    offline: bool = False,
) -> Coverage:
    """Return what a plan knows from these lists of a snapshot, with their age now."""
    times = [snapshot.read[one] for one in unchecked if one in snapshot.read]
    found = Coverage(
        never=len(unchecked) - len(times), checked=checked, objects=objects, offline=offline
    )
    if not times:
        return found
    taken = min(times)
    return replace(found, taken=timestamp(taken), age=max(0, int(time()) - taken))


def refuse_older(plan: Plan, max_age: float | None) -> Plan:
    """Refuse a plan if something that it did not check is older than `max_age` seconds."""
    found = plan.coverage
    if max_age is None or found is None or found.age <= max_age:
        return plan
    problem = error(
        "snapshot-old",
        f"the snapshot is {rounded(found.age)} old, and `--max-age` allows {rounded(max_age)}",
        hint="plan from the shop, or take another snapshot",
    )
    return replace(plan, diagnostics=(*plan.diagnostics, problem))
