"""Whether the shop is still as it was when a saved plan was made."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from shopform.apply.calls import Calls
from shopform.apply.children import Children, Lists, placed, whole_list
from shopform.changes import WRITES, Op, Plan, Step
from shopform.diagnostics import Diagnostic, error
from shopform.errors import ShopChanged
from shopform.kinds import BY_NAME
from shopform.model import Address, Live
from shopform.planning.match import live_identity
from shopform.planning.plan import fingerprint
from shopform.planning.same_shop import anchor_of, said


def recheck(plan: Plan, calls: Calls) -> Lists:
    """Read every list that will be written to once, before the first write.

    Raises ShopChanged with a message for each object that is gone, was edited, or has come into
    the place of one that is to be created; an edit names the fields.
    """
    steps = [step for step in plan.steps if step.op in WRITES]
    lists = _read(steps, calls)
    there = {step.address: step for step in steps if step.id is not None}
    found = _elsewhere(plan, lists)
    for address, digests in plan.basis.fingerprints.items():
        found += _edited(there[address], digests, lists, calls)
    free = _unowned(lists, calls)
    for step in steps:
        if step.op is Op.CREATE:
            found += _taken(step, free, calls)
    children = Children(plan, calls.client, dict(lists))
    for step in steps:
        try:
            children.check(step, counting=False)
        except ShopChanged as problem:
            found.append(placed(problem, step))
    if found:
        raise ShopChanged(diagnostics=found)
    return lists


def _elsewhere(plan: Plan, lists: Lists) -> list[Diagnostic]:
    """Whether the shop's fixed object is another one: then the key opens another shop."""
    was = plan.basis.anchor
    now = anchor_of(Live(kinds={kind: read for (kind, _), read in lists.items()}))
    if not was or not now or (was.id, was.host) == (now.id, now.host):
        return []
    summary = f"the fixed {was.kind} is {said(now)}, and was {said(was)} when the plan was made"
    return [error("shop-changed", summary, hint="correct the key; or plan again")]


def _read(steps: list[Step], calls: Calls) -> Lists:
    known = {(s.kind, _container(s, calls)) for s in steps if s.parent is None}
    known |= {
        (s.kind, _container(s, calls)) for s in steps if s.parent and s.parent.address in calls.ids
    }
    for step in steps:
        for name in step.children:
            known.add((name, step.id if BY_NAME[name].policy.nesting else None))
    wanted = sorted(known, key=str)
    with ThreadPoolExecutor(calls.client.parallelism) as pool:
        reads = pool.map(lambda one: whole_list(calls.client, calls.plan, *one), wanted)
        return dict(zip(wanted, reads, strict=True))


def _container(step: Step, calls: Calls) -> int | None:
    return calls.ids.get(step.parent.address) if step.parent else None


def _edited(step: Step, digests: Mapping[str, str], lists: Lists, calls: Calls) -> list[Diagnostic]:
    item = lists[step.kind, _container(step, calls)].objects.get(step.id or 0)
    if item is None:
        return [_told(step.address, "is gone from the shop")]
    now = fingerprint(BY_NAME[step.kind], item, calls.hosts)
    fields = sorted(n for n in digests.keys() | now.keys() if digests.get(n) != now.get(n))
    if not fields:
        return []
    return [_told(step.address, f"was edited in the shop: {', '.join(f'`{n}`' for n in fields)}")]


def _unowned(lists: Lists, calls: Calls) -> Mapping[tuple[object, ...], int]:
    """Objects that nobody owns, by kind, container and identity: the first of each."""
    owned = {(address.kind, number) for address, number in calls.ids.items()}
    free: dict[tuple[object, ...], int] = {}
    for (name, parent_id), read in lists.items():
        for item in read.objects.values():
            if (name, item.id) not in owned:
                identity = live_identity(BY_NAME[name], item, calls.hosts)
                free.setdefault((name, parent_id, identity), item.id)
    return free


def _taken(step: Step, free: Mapping[tuple[object, ...], int], calls: Calls) -> list[Diagnostic]:
    """Somebody may have made by hand what the plan is about to create."""
    identity = step.entry.identity if step.entry else ()
    number = free.get((step.kind, _container(step, calls), identity))
    return [] if number is None else [_told(step.address, f"is in the shop by now, as {number}")]


def _told(address: Address, what: str) -> Diagnostic:
    return error(
        "shop-changed",
        f"`{address}` {what} after the plan was made",
        address=address,
        hint="plan again, and have the new plan reviewed",
    )
