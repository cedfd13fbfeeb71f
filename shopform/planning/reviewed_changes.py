"""What is left of a reviewed plan after a part of it was applied. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from shopform.kinds import Kind
from shopform.model.plan import Action, Change, Op, Plan, Step
from shopform.model.prior import Entry
from shopform.model.values import Address, with_refs
from shopform.planning.plan_digest import parts_of


def reviewed_parts(
    plan: Plan, reviewed: Plan, ids: Mapping[Address, int]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return digests by address of a plan, and of the same changes in a reviewed plan.

    They are equal if the plan only continues the reviewed one. So they do not cover what applying
    a part changes in the rest: steps that need not be waited for, creates that are pending or were
    finished, and the `ids` in the state.
    """
    done = _finished_creates(plan, reviewed)
    known = {**ids, **plan.ids}
    about = {
        change.address
        for change in plan.changes
        if change.address not in done or change.action is not Action.NO_OP
    }
    keys = {step.key for step in plan.steps if step.op is not Op.ADOPT or step.address not in done}

    def left(whole: Plan) -> dict[str, str]:
        changes = tuple(_known(change) for change in whole.changes if change.address in about)
        steps = tuple(
            _left(plan.catalogue[step.kind], step, keys, known)
            for step in whole.steps
            if step.key in keys
        )
        names = {kind: found for kind, found in whole.names.items() if kind in plan.names}
        return parts_of(replace(whole, changes=changes, steps=steps, names=names, absent=()))

    return left(plan), left(reviewed)


def _finished_creates(plan: Plan, reviewed: Plan) -> frozenset[Address]:
    """Return the addresses of reviewed creates that an interrupted run made.

    The plan records them in the state, and delivers their secrets to where it was reviewed.
    """
    creates = {step.address: step.deliver for step in reviewed.steps if step.op is Op.CREATE}
    return frozenset(
        step.address
        for step in plan.steps
        if step.op is Op.ADOPT and creates.get(step.address, ...) == step.deliver
    )


def _known(change: Change) -> Change:
    return replace(change, fields=tuple(each._replace(unknown=False) for each in change.fields))


def _left(kind: Kind, step: Step, keys: set[str], ids: Mapping[Address, int]) -> Step:
    after = tuple(key for key in step.after if key in keys)
    entry = step.entry and _entry(kind, step.entry, ids)
    return replace(step, after=after, entry=entry)


def _entry(kind: Kind, entry: Entry, ids: Mapping[Address, int]) -> Entry:
    def known(value: object) -> object:
        return with_refs(value, lambda ref: ids.get(ref.address, ref))

    return replace(
        entry,
        identity=tuple(map(known, entry.identity)),
        # A value with several references is in the order of their ids.
        sent={n: kind.type(n).with_links(known(v), lambda _, x: x) for n, v in entry.sent.items()},
    )
