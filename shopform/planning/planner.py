"""The planner: Desired, Prior and Live in, one Plan out. Pure: no file, clock or socket."""

import hashlib
import json
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace

from shopform.diagnostics import Collector
from shopform.kinds import BY_NAME, KINDS, ORDER, Kind
from shopform.model.canonical import canonical
from shopform.model.desired import Desired
from shopform.model.live import PAGE, Live, LiveObject
from shopform.model.plan import TOUCHES, WRITES, Basis, Calls, Change, Op, Plan, Step
from shopform.model.prior import Prior, Ranges
from shopform.model.shop import Shop
from shopform.model.values import Address, Ref, Secret
from shopform.planning.checks import guards, unsettled_paths
from shopform.planning.checks.ci_gates import gated
from shopform.planning.checks.live_paths import paths_of
from shopform.planning.checks.shop_identity import anchor_of
from shopform.planning.compare import drift
from shopform.planning.matching.match import match
from shopform.planning.matching.recovered_creates import ranges
from shopform.planning.matching.result import NOTHING
from shopform.planning.ordering.cycle_breaking import Yielding
from shopform.planning.ordering.dependencies import connect
from shopform.planning.plan_builder import Draft
from shopform.planning.plan_digest import digest_of
from shopform.planning.scope import Known, Options, scope


def plan(desired: Desired, prior: Prior, live: Live, shop: Shop, options: Options) -> Plan:
    """What would change in the shop, in which order, and what it costs.

    The result is always a whole plan: what forbids applying it is in its diagnostics. Raises
    UsageError for targets and replacements that do not exist.
    """
    return finished(drafted(desired, prior, live, shop, options), options)


def finished(made: Plan, options: Options) -> Plan:
    """The plan with its digest, refused where it holds what the run was to stop at."""
    return gated(replace(made, digest=digest_of(made)), options)


def drafted(desired: Desired, prior: Prior, live: Live, shop: Shop, options: Options) -> Plan:
    """The plan before it is finished: that of deletes whose dependants are yet to be counted."""
    out = Collector()
    if options.refresh_only:
        return _looked(desired, prior, live, shop, options)
    moves = desired.moved
    if options.destroy:
        desired = Desired()
    matching = match(desired, prior, live, out)
    draft = Draft(desired, prior, live, matching, out, options, moves)
    draft.build()
    unsettled_paths.check(matching, desired, draft.scope, draft.graph.steps, out)
    paths = paths_of(draft)
    connect(draft, paths)
    steps = draft.graph.walk(Yielding(draft))
    guards.check(draft, paths, shop, options)
    changes = tuple(
        sorted(
            _explained(draft.changes, steps, shop.name), key=lambda c: (ORDER[c.kind], c.address)
        )
    )
    return Plan(
        basis=replace(
            _basis(prior, shop),
            source=options.source,
            fingerprints=_fingerprints(draft, steps),
            anchor=anchor_of(live),
        ),
        destroy=options.destroy,
        changes=changes,
        drift=tuple(sorted(draft.drift, key=lambda c: (ORDER[c.kind], c.address))),
        steps=steps,
        diagnostics=out.sorted(),
        calls=Calls(
            read=live.calls,
            write=sum(step.op in WRITES for step in steps),
            verify=_verify_calls(draft, steps),
            recheck=_recheck_calls(draft, steps),
            left=options.calls_left,
            daily=options.daily_calls,
        ),
        names={
            kind: live.kinds[kind].names
            for kind in sorted({s.kind for s in steps} & set(live.kinds))
        },
        absent=tuple(sorted(matching.absent)),
        listed=_listed(draft, steps),
        settled=draft.settled,
        unchanged=draft.unchanged,
        unmanaged=_unmanaged(draft),
    )


def _looked(desired: Desired, prior: Prior, live: Live, shop: Shop, options: Options) -> Plan:
    """What the shop holds otherwise than it was left, and nothing to do about it."""
    out = Collector()
    guards.complete(live, out)
    guards.part(options, out)
    known = Known(entries=prior.resources, moves=desired.moved)
    looked = scope(options, known)
    found = drift.look(desired, prior, live, looked)
    unsettled_paths.check(drift.owned(prior, live), desired, looked, {}, out)
    return Plan(
        basis=_basis(prior, shop),
        refresh_only=True,
        drift=tuple(sorted(found, key=lambda c: (ORDER[c.kind], c.address))),
        diagnostics=out.sorted(),
        calls=Calls(read=live.calls, left=options.calls_left, daily=options.daily_calls),
    )


def _basis(prior: Prior, shop: Shop) -> Basis:
    return Basis(
        shop=shop.name,
        url=shop.url,
        state=shop.state,
        wire=shop.wire,
        lineage=prior.lineage,
        serial=prior.serial,
    )


def _explained(changes: list[Change], steps: tuple[Step, ...], shop: str) -> Iterator[Change]:
    """Changes with what their steps do besides: nothing is done that no change shows."""
    notes: dict[Address, list[str]] = {}
    for step in steps:
        notes.setdefault(step.address, []).extend(_besides(step, shop))
    for change in changes:
        more = dict.fromkeys(notes.get(change.address, ()))
        yield replace(change, notes=(*change.notes, *more)) if more else change


def _besides(step: Step, shop: str) -> Iterator[str]:
    if step.temporary:
        yield f"steps aside first, to `{', '.join(map(str, step.fields.values()))}`"
    for name, value in step.fields.items():
        if isinstance(value, Secret) and value.source:
            yield f"`{name}` is set to `{value.source}`"
    generated = BY_NAME[step.kind].policy.generated
    if generated and step.op in (Op.CREATE, Op.ADOPT):
        kept, to = f"the file `secrets/{shop}.json`", step.deliver
        where = f"the file `{to.file}`" if to and to.file else kept
        if to and to.command:
            where = f"the command `{json.dumps(to.command)}`"
        yield f"its generated `{', '.join(generated)}` is written to {where}"


def wanted_counts(plan: Plan) -> tuple[tuple[str, int], ...]:
    """The deleted objects whose dependants can be counted, each at the price of one call."""
    return tuple(
        (step.kind, step.id)
        for step in plan.steps
        if step.op is Op.DELETE and step.id is not None and BY_NAME[step.kind].policy.counted_by
    )


def fingerprint(kind: Kind, item: LiveObject, hosts: frozenset[str]) -> Mapping[str, str]:
    """A digest of each readable field in canonical form; tells that somebody edited it."""
    fields = {
        name: canonical(kind.policy.form(name), value, hosts)
        for name, value in item.fields.items()
        if name in kind.wire.fields
    }
    return {name: _short_digest(value) for name, value in sorted(fields.items())}


def _short_digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _fingerprints(draft: Draft, steps: tuple[Step, ...]) -> Mapping[Address, Mapping[str, str]]:
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
        names = {*kind.policy.identity, *step.fields}
        names |= resource.fields.keys() - resource.ignore if resource else set()
        every = fingerprint(kind, item, draft.live.hosts)
        concerns = every if step.op is Op.DELETE else {n: every[n] for n in every if n in names}
        found.setdefault(step.address, {}).update(concerns)
    return dict(sorted(found.items()))


def _listed(draft: Draft, steps: tuple[Step, ...]) -> Mapping[tuple[str, int | None], Ranges]:
    """What each list held that something is created in, so that what comes later is known."""
    kinds = {step.kind for step in steps if step.op is Op.CREATE}
    found: dict[tuple[str, int | None], list[int]] = {}
    for kind in kinds & set(draft.live.kinds):
        if not BY_NAME[kind].policy.nesting:
            found[kind, None] = []
        for item in draft.live.kinds[kind].objects.values():
            found.setdefault((kind, item.parent_id), []).append(item.id)
    return {place: ranges(numbers) for place, numbers in found.items()}


def _verify_calls(draft: Draft, steps: tuple[Step, ...]) -> int:
    """Each touched list is read once after the last write; a confirmed create costs one more.

    What is deleted is looked into before: each count, and a list for each kind of children; one of
    many pages serves as many deletions.
    """
    writes = [step for step in steps if step.op in WRITES]
    inside = {(name, step.key) for step in writes for name in step.children}
    calls = sum(step.counted is not None for step in writes)
    for name, count in Counter(name for name, _ in inside).items():
        calls += count if BY_NAME[name].policy.nesting else _looks(draft, name, count)
    gone = {step.address for step in writes if step.op is Op.DELETE}
    calls += sum(step.confirm for step in writes)
    calls += sum(s.op is Op.ADOPT and bool(BY_NAME[s.kind].policy.generated) for s in steps)
    for kind in KINDS:
        mine = [step for step in writes if step.kind == kind.name]
        if kind.policy.nesting:
            calls += len({s.parent.address for s in mine if s.parent} - gone)
        elif mine:
            read = draft.live.kinds.get(kind.name, NOTHING)
            ops = [step.op for step in mine]
            calls += read.calls(ops.count(Op.CREATE) - ops.count(Op.DELETE))
    return calls


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
            found.add((name, step.address if BY_NAME[name].policy.nesting else None))
    if any(map(turns, touching)):
        pages = [address for address in parents if BY_NAME[address.kind].policy.path]
        found |= {(page.kind, parents[page]) for page in pages}
    return found


def turns(step: Step) -> bool:
    """Whether a step makes a redirect, or changes where it begins or leads."""
    route = BY_NAME[step.kind].policy.route
    ends = {route.source, route.target} if route else set[str]()
    return not ends.isdisjoint(step.fields)


def _recheck_calls(draft: Draft, steps: tuple[Step, ...]) -> int:
    """Each list that the plan rests on and is there is read once."""
    ids = draft.matching.ids.keys() | draft.matching.entries.keys()
    parents = {address: entry.parent for address, entry in draft.matching.entries.items()}
    parents |= {s.address: s.parent.address if s.parent else None for s in steps}
    found = rests_on(steps, ids, parents)
    return sum(1 if above else _pages(draft, name) for name, above in found)


def _looks(draft: Draft, kind: str, deletions: int) -> int:
    """What lists of a kind cost that are read before so many deletions of it."""
    read = draft.live.kinds.get(kind, NOTHING)
    if read.paged:
        return read.calls() * -(-deletions // read.calls())
    # A list without pages that is as long as a page is asked for another.
    size = len(read.objects)
    return deletions + size // PAGE - (size - deletions) // PAGE


def _pages(draft: Draft, kind: str) -> int:
    """What a list of what is there costs."""
    return draft.live.kinds.get(kind, NOTHING).calls()


def _unmanaged(draft: Draft) -> Mapping[str, int]:
    owners = draft.matching.owners
    counts = {
        name: sum((name, number) not in owners for number in read.objects)
        for name, read in sorted(draft.live.kinds.items(), key=lambda item: ORDER[item[0]])
    }
    return {kind: count for kind, count in counts.items() if count}
