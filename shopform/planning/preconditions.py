"""The preconditions of a plan: fingerprints of the objects it changes, ids in lists. Pure."""

import json
from collections.abc import Container, Iterable, Iterator, Mapping

from shopform.kinds import Catalogue, Kind
from shopform.model.canonical import canonical, short_digest
from shopform.model.columns import lost_keys
from shopform.model.live import Live, LiveObject
from shopform.model.plan import TOUCHES, Op, Plan, Step
from shopform.model.prior import Prior, Ranges
from shopform.model.snapshot import ListId
from shopform.model.values import Address, refs_in
from shopform.planning.matching.recovered_creates import ranges
from shopform.planning.plan_builder import PlanDraft


def fingerprint(kind: Kind, item: LiveObject, hosts: frozenset[str]) -> Mapping[str, str]:
    """Return a digest of each readable field, to detect edits.

    Keys in its value that a write loses are part of it.
    """
    fields = {
        name: canonical(kind.type(name), value, hosts)
        for name, value in item.fields.items()
        if name in kind.fields
    }
    for name, key in lost_keys(kind, item):
        fields[name] = (fields[name], key)
    return {
        name: short_digest(kind, json.dumps(value, sort_keys=True, default=str))
        for name, value in sorted(fields.items())
    }


def fingerprints(draft: PlanDraft, steps: tuple[Step, ...]) -> Mapping[Address, Mapping[str, str]]:
    """Return the digests of the declared and sent fields of each object to change.

    A delete is approved for the object as it was shown, so all its fields count.
    """
    found: dict[Address, dict[str, str]] = {}
    for step in steps:
        kind = draft.catalogue[step.kind]
        item = draft.live.object(step.kind, step.id or 0)
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
    """Return the ids in each list that gets a new object, to detect objects created later."""
    kinds = {step.kind for step in steps if step.op is Op.CREATE}
    found: dict[tuple[str, int | None], list[int]] = {}
    for kind in kinds & set(draft.live.kinds):
        if not draft.catalogue[kind].nesting:
            found[kind, None] = []
        for item in draft.live.kinds[kind].objects.values():
            found.setdefault((kind, item.parent_id), []).append(item.id)
    return {place: ranges(numbers) for place, numbers in found.items()}


def existing_references(
    step: Step, ids: Container[Address], made: Container[Address]
) -> list[Address]:
    """Return the references of a step to objects that exist before the run."""
    values = () if step.op is Op.DELETE else (step.parent, *step.fields.values())
    found = dict.fromkeys(ref.address for ref in refs_in(values))
    return [each for each in found if each in ids and each not in made]


def required_lists(
    catalogue: Catalogue,
    steps: Iterable[Step],
    ids: Container[Address],
    parents: Mapping[Address, Address | None],
) -> set[tuple[str, Address | None]]:
    """Return the lists, by kind and parent, of what the steps change and refer to."""
    touching = [step for step in steps if step.op in TOUCHES]
    made = {step.address for step in touching if step.op is Op.CREATE}
    found: set[tuple[str, Address | None]] = set()
    for step in touching:
        above = step.parent.address if step.parent else None
        if above is None or above in ids:
            found.add((step.kind, above))
        found |= {(each.kind, parents.get(each)) for each in existing_references(step, ids, made)}
        for name in step.children:
            found.add((name, step.address if catalogue[name].nesting else None))
    kinds = ((step, catalogue[step.kind]) for step in touching)
    if any(changes_route(kind, step) or kind.path in step.fields for step, kind in kinds):
        pages = [address for address in parents if catalogue[address.kind].path]
        found |= {(page.kind, parents[page]) for page in pages}
    return found


def lists_behind(plan: Plan, prior: Prior, live: Live) -> set[ListId]:
    """Return the lists behind a plan: of what it changes, refers to, or shows as drift.

    They include the lists of parents and of pending creates, and those of all pages and redirects
    if a path changes.
    """
    ids = {address: entry.id for address, entry in prior.resources.items()}
    ids |= {step.address: step.id for step in plan.steps if step.id}
    parents = {address: entry.parent for address, entry in prior.resources.items()}
    parents |= {s.address: s.parent.address if s.parent else None for s in plan.steps}
    found = required_lists(plan.catalogue, plan.steps, ids, parents)
    found |= {(each.kind, parents.get(each.address)) for each in (*plan.changes, *plan.drift)}
    lists = {(kind, ids.get(above) if above else None) for kind, above in found}
    lists |= {(intent.kind, intent.parent_id) for intent in prior.pending}
    if any(_touches_paths(plan.catalogue[step.kind], step) for step in plan.steps):
        lists |= {(k.name, None) for k in plan.catalogue.kinds if k.path or k.route}
    for kind, number in tuple(lists):
        lists |= set(lists_above(plan.catalogue[kind], number, live))
    return lists


def lists_above(kind: Kind, parent_id: int | None, live: Live) -> Iterator[ListId]:
    """Yield the lists in which the parents of a list are."""
    while (nesting := kind.nesting) and parent_id:
        kind, parent = live.catalogue[nesting.kind], live.object(nesting.kind, parent_id)
        parent_id = parent.parent_id if parent else None
        yield kind.name, parent_id


def _touches_paths(kind: Kind, step: Step) -> bool:
    removes = step.op is Op.DELETE and bool(kind.path or kind.route)
    return removes or kind.path in step.fields or changes_route(kind, step)


def changes_route(kind: Kind, step: Step) -> bool:
    """Return whether a step creates a redirect or changes its source or target."""
    route = kind.route
    ends = {route.source, route.target} if route else set[str]()
    return not ends.isdisjoint(step.fields)
