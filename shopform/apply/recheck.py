"""Whether the shop is still as it was when a saved plan was made."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from shopform.apply.calls import Calls
from shopform.changes import WRITES, Op, Plan, Step
from shopform.diagnostics import Diagnostic, error
from shopform.errors import ShopChanged
from shopform.kinds import BY_NAME
from shopform.model import Address, LiveKind
from shopform.planning.match import live_identity
from shopform.planning.plan import fingerprint
from shopform.shop import fetch

Lists = Mapping[tuple[str, int | None], LiveKind]


def recheck(plan: Plan, calls: Calls) -> None:
    """Read every list that will be written to once, before the first write.

    Raises ShopChanged with a message for each object that is gone, was edited, or has come into
    the place of one that is to be created; an edit names the fields.
    """
    steps = [step for step in plan.steps if step.op in WRITES]
    lists = _read(steps, calls)
    found: list[Diagnostic] = []
    for address, digests in plan.basis.fingerprints.items():
        found += _edited(address, digests, steps, lists, calls)
    for step in steps:
        if step.op is Op.CREATE:
            found += _taken(step, lists, calls)
    if found:
        raise ShopChanged(diagnostics=found)


def _read(steps: list[Step], calls: Calls) -> Lists:
    known = {(s.kind, _container(s, calls)) for s in steps if s.parent is None}
    known |= {
        (s.kind, _container(s, calls)) for s in steps if s.parent and s.parent.address in calls.ids
    }
    wanted = sorted(known, key=str)
    with ThreadPoolExecutor(calls.client.parallelism) as pool:
        reads = pool.map(lambda one: _list(calls, *one), wanted)
        return dict(zip(wanted, reads, strict=True))


def _list(calls: Calls, kind: str, parent_id: int | None) -> LiveKind:
    read = fetch.list_one(
        calls.client, BY_NAME[kind], calls.plan.names.get(kind), parent_id=parent_id
    )
    if read.problem:
        raise ShopChanged(
            f"the shop's list of {BY_NAME[kind].section} is not complete: {read.problem}",
            hint="run again",
        )
    return read


def _container(step: Step, calls: Calls) -> int | None:
    return calls.ids.get(step.parent.address) if step.parent else None


def _edited(
    address: Address,
    digests: Mapping[str, str],
    steps: list[Step],
    lists: Lists,
    calls: Calls,
) -> list[Diagnostic]:
    step = next(s for s in steps if s.address == address and s.id is not None)
    item = lists[step.kind, _container(step, calls)].objects.get(step.id or 0)
    if item is None:
        return [_told(address, "is gone from the shop")]
    now = fingerprint(BY_NAME[step.kind], item, calls.hosts)
    fields = sorted(n for n in digests.keys() | now.keys() if digests.get(n) != now.get(n))
    if not fields:
        return []
    return [_told(address, f"was edited in the shop: {', '.join(f'`{n}`' for n in fields)}")]


def _taken(step: Step, lists: Lists, calls: Calls) -> list[Diagnostic]:
    """Somebody may have made by hand what the plan is about to create."""
    read = lists.get((step.kind, _container(step, calls)))
    identity = step.entry.identity if step.entry else ()
    owned = {number for address, number in calls.ids.items() if address.kind == step.kind}
    kind = BY_NAME[step.kind]
    for item in read.objects.values() if read else ():
        if item.id not in owned and live_identity(kind, item, calls.hosts) == identity:
            return [_told(step.address, f"is in the shop by now, as {item.id}")]
    return []


def _told(address: Address, what: str) -> Diagnostic:
    return error(
        "shop-changed",
        f"`{address}` {what} after the plan was made",
        address=address,
        hint="plan again, and have the new plan reviewed",
    )
