"""Make a Plan from Desired, Prior and Live. Pure: no file, clock or socket."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from shopform.diagnostics import Collector
from shopform.kinds import Kind
from shopform.model.columns import columns_by_kind, extra_names
from shopform.model.desired import Desired
from shopform.model.live import Live
from shopform.model.lookups import resolved
from shopform.model.plan import WRITES, Basis, Calls, Change, Op, Plan, Step
from shopform.model.prior import Prior
from shopform.model.shop import Shop
from shopform.model.values import Address, Secret
from shopform.planning.call_costs import recheck_calls, verify_calls
from shopform.planning.checks import digest_keys, guards, unsettled_paths
from shopform.planning.checks.ci_gates import check_gates
from shopform.planning.checks.live_paths import paths_of
from shopform.planning.checks.shop_identity import anchor_of
from shopform.planning.compare import drift
from shopform.planning.matching.match import match
from shopform.planning.ordering.cycle_breaking import CycleBreaker
from shopform.planning.ordering.dependencies import connect
from shopform.planning.plan_builder import PlanDraft
from shopform.planning.plan_digest import digest_over, parts_of
from shopform.planning.preconditions import fingerprints, listed_ids
from shopform.planning.scope import Known, Options, scope


def plan(desired: Desired, prior: Prior, live: Live, shop: Shop, options: Options) -> Plan:
    """Return the changes to the shop, the steps in order, and the calls they need.

    The plan is complete even if errors in its diagnostics refuse it. Raises UsageError for
    unknown targets and replacements.
    """
    return finish(draft_plan(desired, prior, live, shop, options), options)


def finish(made: Plan, options: Options) -> Plan:
    """Return the plan with its digest, refused if `--fail-on` or similar options say so."""
    parts = parts_of(made)
    return check_gates(replace(made, parts=parts, digest=digest_over(parts)), options)


def draft_plan(desired: Desired, prior: Prior, live: Live, shop: Shop, options: Options) -> Plan:
    """Return the plan without its digest, before dependents of deleted objects are counted."""
    out = Collector()
    if options.refresh_only:
        return _drift_only(desired, prior, live, shop, options)
    moves, desired = desired.moved, resolved(desired, live, out)
    if options.destroy:
        desired = Desired(catalogue=desired.catalogue)
    matching = match(desired, prior, live, out)
    draft = PlanDraft(desired, prior, live, matching, out, options, moves)
    draft.build()
    unsettled_paths.check(matching, desired, draft.scope, draft.graph.steps, out)
    paths = paths_of(draft)
    connect(draft, paths)
    steps = draft.graph.walk(CycleBreaker(draft))
    guards.check(draft, paths, shop, options)
    return _assemble(draft, steps, shop)


def _assemble(draft: PlanDraft, steps: tuple[Step, ...], shop: Shop) -> Plan:
    live, options, order = draft.live, draft.options, draft.catalogue.order
    columns = columns_by_kind([(step.address, step.fields) for step in steps])
    changes = tuple(
        sorted(_explained(draft, steps, shop.name), key=lambda c: (order[c.kind], c.address))
    )
    return Plan(
        catalogue=draft.catalogue,
        basis=replace(
            _basis(draft.prior, shop),
            source=options.source,
            fingerprints=fingerprints(draft, steps),
            anchor=anchor_of(live),
        ),
        destroy=options.destroy,
        changes=changes,
        drift=tuple(sorted(draft.drift, key=lambda c: (order[c.kind], c.address))),
        steps=steps,
        diagnostics=draft.out.sorted(),
        calls=Calls(
            read=live.calls,
            write=sum(step.op in WRITES for step in steps),
            verify=verify_calls(draft, steps),
            recheck=recheck_calls(draft, steps),
            left=options.calls_left,
            daily=options.daily_calls,
        ),
        names={
            # A snapshot may lack the columns that are sent.
            kind: {**live.kinds[kind].names, **extra_names(columns.get(kind, ()))}
            for kind in sorted({s.kind for s in steps} & set(live.kinds))
        },
        absent=tuple(sorted(draft.matching.absent)),
        listed=listed_ids(draft, steps),
        settled=draft.settled,
        unchanged=draft.unchanged,
        unmanaged=_unmanaged(draft),
    )


def _drift_only(desired: Desired, prior: Prior, live: Live, shop: Shop, options: Options) -> Plan:
    out = Collector()
    guards.complete(live, out)
    digest_keys.check(prior, desired.catalogue, out, writes=False)
    guards.part(options, out)
    known = Known(catalogue=desired.catalogue, entries=prior.resources, moves=desired.moved)
    covered = scope(options, known)
    found = drift.detect(desired, prior, live, covered)
    unsettled_paths.check(drift.owned_objects(prior, live), desired, covered, {}, out)
    return Plan(
        catalogue=desired.catalogue,
        basis=_basis(prior, shop),
        refresh_only=True,
        drift=tuple(sorted(found, key=lambda c: (live.catalogue.order[c.kind], c.address))),
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


def _explained(draft: PlanDraft, steps: tuple[Step, ...], shop: str) -> Iterator[Change]:
    """Yield the changes with notes on side effects of their steps."""
    notes: dict[Address, list[str]] = {}
    for step in steps:
        notes.setdefault(step.address, []).extend(
            _side_effects(draft.catalogue[step.kind], step, shop)
        )
    for change in draft.changes:
        resource = draft.desired.resources.get(change.address)
        named = resource.notes if resource else ()
        more = dict.fromkeys((*named, *notes.get(change.address, ())))
        yield replace(change, notes=(*change.notes, *more)) if more else change


def _side_effects(kind: Kind, step: Step, shop: str) -> Iterator[str]:
    if step.temporary:
        yield f"is first moved to the temporary `{', '.join(map(str, step.fields.values()))}`"
    for name, value in step.fields.items():
        if isinstance(value, Secret) and value.source:
            yield f"`{name}` is set to `{value.source}`"
    generated = kind.generated
    if generated and step.op in (Op.CREATE, Op.ADOPT):
        kept, to = f"the file `secrets/{shop}.json`", step.deliver
        where = f"the file `{to.file}`" if to and to.file else kept
        if to and to.command:
            where = f"the command `{json.dumps(to.command)}`"
        yield f"its generated `{', '.join(generated)}` is written to {where}"


def wanted_counts(plan: Plan) -> tuple[tuple[str, int], ...]:
    """Return kind and id of deleted objects whose dependents can be counted, one call each."""
    return tuple(
        (step.kind, step.id)
        for step in plan.steps
        if step.op is Op.DELETE and step.id is not None and plan.catalogue[step.kind].counted
    )


def _unmanaged(draft: PlanDraft) -> Mapping[str, int]:
    owners, order = draft.matching.owners, draft.catalogue.order
    counts = {
        name: sum((name, number) not in owners for number in read.objects)
        for name, read in sorted(draft.live.kinds.items(), key=lambda item: order[item[0]])
    }
    return {kind: count for kind, count in counts.items() if count}
