"""Count the calls that a plan needs beside its writes. Pure."""

from collections import Counter

from shopform.kinds import BY_NAME, KINDS
from shopform.model.live import PAGE
from shopform.model.plan import WRITES, Op, Step
from shopform.planning.plan_builder import PlanDraft
from shopform.planning.preconditions import required_lists


def verify_calls(draft: PlanDraft, steps: tuple[Step, ...]) -> int:
    """Return the calls to verify a plan: one per changed list, one per confirmed create.

    Before a delete its products are counted and the list of each kind of children is read; a list
    of several pages serves as many deletes.
    """
    writes = [step for step in steps if step.op in WRITES]
    inside = {(name, step.key) for step in writes for name in step.children}
    calls = sum(step.counted is not None for step in writes)
    for name, count in Counter(name for name, _ in inside).items():
        calls += count if BY_NAME[name].nesting else _looks(draft, name, count)
    gone = {step.address for step in writes if step.op is Op.DELETE}
    calls += sum(step.confirm for step in writes)
    calls += sum(s.op is Op.ADOPT and bool(BY_NAME[s.kind].generated) for s in steps)
    for kind in KINDS:
        mine = [step for step in writes if step.kind == kind.name]
        if kind.nesting:
            calls += len({s.parent.address for s in mine if s.parent} - gone)
        elif mine:
            read = draft.live.kind(kind.name)
            ops = [step.op for step in mine]
            calls += read.calls(ops.count(Op.CREATE) - ops.count(Op.DELETE))
    return calls


def recheck_calls(draft: PlanDraft, steps: tuple[Step, ...]) -> int:
    """Return the calls to check a saved plan: one per list that it depends on."""
    ids = draft.matching.ids.keys() | draft.matching.entries.keys()
    parents = {address: entry.parent for address, entry in draft.matching.entries.items()}
    parents |= {s.address: s.parent.address if s.parent else None for s in steps}
    found = required_lists(steps, ids, parents)
    return sum(1 if above else draft.live.kind(name).calls() for name, above in found)


def _looks(draft: PlanDraft, kind: str, deletions: int) -> int:
    """Return the calls for the lists of a kind that are read before its deletes."""
    read = draft.live.kind(kind)
    if read.paged:
        return read.calls() * -(-deletions // read.calls())
    # A list without pages that is as long as a page is asked for another.
    size = len(read.objects)
    return deletions + size // PAGE - (size - deletions) // PAGE
