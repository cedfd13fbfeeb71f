"""Run one step: record the intent, make the call, record the result."""

from dataclasses import replace

from shopform.apply.creates import adopt, create
from shopform.apply.read_back import read_back
from shopform.apply.seeds import set_once
from shopform.apply.step_context import StepContext
from shopform.errors import Absent, OutcomeUnknown, RequestRefused, ShopChanged
from shopform.kinds import Kind
from shopform.kinds.field_types import Seed, Unreadable
from shopform.model.plan import Op, Step
from shopform.shop import write
from shopform.shop.write import WriteResult


def run_step(context: StepContext, step: Step) -> None:
    """Run one step. Raises ShopformError if it did not succeed."""
    kind = context.catalogue[step.kind]
    match step.op:
        case Op.CREATE:
            create(context, step, kind)
        case Op.UPDATE if any(isinstance(kind.type(name), Seed) for name in step.fields):
            set_once(context, step, kind)
        case Op.UPDATE:
            _update(context, step, kind)
        case Op.DELETE:
            _delete(context, step, kind)
        case Op.ADOPT:
            adopt(context, step, kind)
        case Op.IMPORT | Op.MOVE | Op.EDIT:
            context.keep(step.key, step.address, context.resolved(step), step.previous)
        case Op.FORGET:
            context.drop(step)


def _update(context: StepContext, step: Step, kind: Kind) -> None:
    context.session.intend(step.key, step.op, step.address)
    number = step.id or context.ids[step.address]
    fields, secret = context.fields(step, kind), bool(context.secrets(step))
    try:
        try:
            written = write.update(
                context.client, kind, context.names(kind), number, fields, secret=secret
            )
        except OutcomeUnknown:
            written = _update_again(context, step, kind, number, fields)
    except Absent:
        context.session.failed(step.key)
        raise ShopChanged(
            f"it was deleted outside of shopform (id {number})", hint="plan again"
        ) from None
    except RequestRefused:
        context.session.failed(step.key)
        raise
    if step.entry is None:
        context.session.result(step.key)
    else:
        entry = context.learned(step, context.resolved(step, number), written.object)
        context.keep(step.key, step.address, entry, step.previous)
    read_back(context, step, kind, number, fields)


def _update_again(
    context: StepContext, step: Step, kind: Kind, number: int, fields: dict[str, object]
) -> WriteResult:
    """Resend an update whose response was lost, without the images that arrived.

    Raises OutcomeUnknown if the shop does not show which did.
    """
    found = write.read(context.client, kind, context.names(kind), number).object
    for name, value in step.fields.items():
        type_ = kind.type(name)
        if isinstance(type_, Unreadable):
            records = step.entry.sent[name] if step.entry else ()
            live = found.fields.get(name) if found else None
            if live is None and type_.adds(value):
                if entry := context.entries.get(step.address):
                    unclear = replace(entry, stored={**entry.stored, name: None})
                    context.keep(step.key, step.address, unclear)
                raise OutcomeUnknown(f"the response was lost, and the shop does not show `{name}`")
            fields[name] = [context.operation(op) for op in type_.pending(value, records, live)]
    secret = bool(context.secrets(step))
    return write.update(context.client, kind, context.names(kind), number, fields, secret=secret)


def _delete(context: StepContext, step: Step, kind: Kind) -> None:
    context.children.check(step)
    context.session.intend(step.key, step.op, step.address)
    try:
        with context.locks.write(kind.name):
            write.delete(context.client, kind, step.id or 0, secret=bool(context.secrets(step)))
    except RequestRefused:
        context.session.failed(step.key)
        raise
    context.drop(step)
