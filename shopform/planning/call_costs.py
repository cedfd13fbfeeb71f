"""Count the calls of steps, and those that a plan needs besides its writes. Pure."""

from collections import Counter

from shopform.kinds import Catalogue
from shopform.model.live import PAGE
from shopform.model.plan import WRITES, Op, Plan, Step
from shopform.planning.plan_builder import PlanDraft
from shopform.planning.preconditions import required_lists


def verify_calls(draft: PlanDraft, steps: tuple[Step, ...]) -> int:
    """Return the calls to verify a plan: one per changed list, one per write that is read back.

    Each delete also needs a call to count the object's products, and the list of each kind of
    children; a list of several pages is read once for as many deletes.
    """
    writes = [step for step in steps if step.op in WRITES]
    children = {(name, step.key) for step in writes for name in step.children}
    calls = sum(step.counted is not None for step in writes)
    for name, count in Counter(name for name, _ in children).items():
        calls += count if draft.catalogue[name].nesting else _child_reads(draft, name, count)
    deleted = {step.address for step in writes if step.op is Op.DELETE}
    calls += sum(step.read_back for step in writes)
    calls += sum(s.op is Op.ADOPT and bool(draft.catalogue[s.kind].generated) for s in steps)
    by_kind: dict[str, list[Step]] = {}
    for step in writes:
        by_kind.setdefault(step.kind, []).append(step)
    for kind in draft.catalogue.kinds:
        mine = by_kind.get(kind.name, [])
        if kind.nesting:
            calls += len({s.parent.address for s in mine if s.parent} - deleted)
        elif mine:
            read = draft.live.kind(kind.name)
            ops = [step.op for step in mine]
            calls += read.calls(kind, ops.count(Op.CREATE) - ops.count(Op.DELETE))
    return calls


def step_calls(catalogue: Catalogue, step: Step) -> int:
    """Return the calls of a step itself; those that read lists of several pages count once."""
    if step.op in WRITES:
        return 1 + (step.counted is not None) + len(step.children) + step.read_back
    return int(step.op is Op.ADOPT and bool(catalogue[step.kind].generated))


def reserved_calls(plan: Plan) -> int:
    """Return the calls to verify a plan after its last step, or slightly more."""
    steps = sum(step_calls(plan.catalogue, step) for step in plan.steps)
    return max(0, plan.calls.write + plan.calls.verify - steps)


def recheck_calls(draft: PlanDraft, steps: tuple[Step, ...]) -> int:
    """Return the calls to check a saved plan: one per list that it depends on."""
    if not steps:
        return 0
    ids = draft.matching.ids.keys() | draft.matching.entries.keys()
    parents = {address: entry.parent for address, entry in draft.matching.entries.items()}
    parents |= {s.address: s.parent.address if s.parent else None for s in steps}
    found = required_lists(draft.catalogue, steps, ids, parents)
    return sum(1 if above else _list_calls(draft, name) for name, above in found)


def _list_calls(draft: PlanDraft, kind: str) -> int:
    return draft.live.kind(kind).calls(draft.catalogue[kind])


def _child_reads(draft: PlanDraft, kind: str, deletions: int) -> int:
    """Return the calls to read the lists of a kind before deletes of its parents."""
    read = draft.live.kind(kind)
    if read.paged:
        calls = _list_calls(draft, kind)
        return calls * -(-deletions // calls)
    # After a list without pages that is exactly a page long, another page is requested.
    size = len(read.objects)
    return deletions + size // PAGE - (size - deletions) // PAGE
