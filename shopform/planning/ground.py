"""What a plan rests on: objects as they were read, by digest, and lists. Pure."""

import hashlib
import json
from collections.abc import Container, Iterable, Mapping

from shopform.kinds import BY_NAME, Kind
from shopform.model.canonical import canonical
from shopform.model.live import LiveObject
from shopform.model.plan import TOUCHES, Op, Step
from shopform.model.prior import Ranges
from shopform.model.values import Address, Ref
from shopform.planning.matching.recovered_creates import ranges
from shopform.planning.matching.result import NOTHING
from shopform.planning.plan_builder import PlanDraft


def fingerprint(kind: Kind, item: LiveObject, hosts: frozenset[str]) -> Mapping[str, str]:
    """A digest of each readable field in canonical form; tells that somebody edited it."""
    fields = {
        name: canonical(kind.type(name), value, hosts)
        for name, value in item.fields.items()
        if name in kind.fields
    }
    return {name: _short_digest(value) for name, value in sorted(fields.items())}


def _short_digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def fingerprints(draft: PlanDraft, steps: tuple[Step, ...]) -> Mapping[Address, Mapping[str, str]]:
    """Of each object that a step touches: whatever else is edited in it does not concern the plan.

    What is deleted was approved as it was shown, so all of it counts there.
    """
    found: dict[Address, dict[str, str]] = {}
    for step in steps:
        kind = BY_NAME[step.kind]
        item = draft.live.kinds.get(step.kind, NOTHING).objects.get(step.id or 0)
        if item is None or step.op not in TOUCHES:
            continue
        resource = draft.desired.resources.get(step.address)
        names = {*kind.identity, *step.fields}
        names |= resource.fields.keys() - resource.ignore if resource else set()
        every = fingerprint(kind, item, draft.live.hosts)
        concerns = every if step.op is Op.DELETE else {n: every[n] for n in every if n in names}
        found.setdefault(step.address, {}).update(concerns)
    return dict(sorted(found.items()))


def listed_ids(
    draft: PlanDraft, steps: tuple[Step, ...]
) -> Mapping[tuple[str, int | None], Ranges]:
    """What each list held that something is created in, so that what comes later is known."""
    kinds = {step.kind for step in steps if step.op is Op.CREATE}
    found: dict[tuple[str, int | None], list[int]] = {}
    for kind in kinds & set(draft.live.kinds):
        if not BY_NAME[kind].nesting:
            found[kind, None] = []
        for item in draft.live.kinds[kind].objects.values():
            found.setdefault((kind, item.parent_id), []).append(item.id)
    return {place: ranges(numbers) for place, numbers in found.items()}


def referred(step: Step, ids: Container[Address], made: Container[Address]) -> list[Address]:
    """What a step refers to that is there before the plan is done."""
    values = () if step.op is Op.DELETE else (step.parent, *step.fields.values())
    found = dict.fromkeys(value.address for value in values if isinstance(value, Ref))
    return [each for each in found if each in ids and each not in made]


def rests_on(
    steps: Iterable[Step], ids: Container[Address], parents: Mapping[Address, Address | None]
) -> set[tuple[str, Address | None]]:
    """The lists, by kind and parent, that hold what the steps touch and what they refer to."""
    touching = [step for step in steps if step.op in TOUCHES]
    made = {step.address for step in touching if step.op is Op.CREATE}
    found: set[tuple[str, Address | None]] = set()
    for step in touching:
        above = step.parent.address if step.parent else None
        if above is None or above in ids:
            found.add((step.kind, above))
        found |= {(each.kind, parents.get(each)) for each in referred(step, ids, made)}
        for name in step.children:
            found.add((name, step.address if BY_NAME[name].nesting else None))
    if any(map(turns, touching)):
        pages = [address for address in parents if BY_NAME[address.kind].path]
        found |= {(page.kind, parents[page]) for page in pages}
    return found


def turns(step: Step) -> bool:
    """Whether a step makes a redirect, or changes where it begins or leads."""
    route = BY_NAME[step.kind].route
    ends = {route.source, route.target} if route else set[str]()
    return not ends.isdisjoint(step.fields)
