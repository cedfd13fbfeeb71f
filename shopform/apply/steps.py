"""What is done for each kind of step: intent to disk, the call, the result to disk."""

from shopform.apply.creates import adopt, create
from shopform.apply.step_context import StepContext
from shopform.errors import Absent, OutcomeUnknown, RequestRefused, ShopChanged
from shopform.kinds import BY_NAME, Kind
from shopform.kinds.field_types import Unreadable
from shopform.model.plan import Op, Step
from shopform.shop import write


def do(calls: StepContext, step: Step) -> None:
    """Do one step. Raises ShopformError when it did not succeed."""
    kind = BY_NAME[step.kind]
    match step.op:
        case Op.CREATE:
            create(calls, step, kind)
        case Op.UPDATE:
            _update(calls, step, kind)
        case Op.DELETE:
            _delete(calls, step, kind)
        case Op.ADOPT:
            adopt(calls, step, kind)
        case Op.IMPORT | Op.MOVE | Op.EDIT:
            calls.keep(step.key, step.address, calls.resolved(step), step.previous)
        case Op.FORGET:
            calls.drop(step)


def _update(calls: StepContext, step: Step, kind: Kind) -> None:
    calls.session.intend(step.key, step.op, step.address)
    number = step.id or calls.ids[step.address]
    fields, secret = calls.fields(step, kind), bool(calls.secrets(step))
    try:
        try:
            write.update(calls.client, kind, calls.names(kind), number, fields, secret=secret)
        except OutcomeUnknown:
            _update_again(calls, step, kind, number, fields)
    except Absent:
        calls.session.failed(step.key)
        raise ShopChanged(
            f"it was deleted outside of shopform (id {number})", hint="plan again"
        ) from None
    except RequestRefused:
        calls.session.failed(step.key)
        raise
    if step.entry is None:
        calls.session.result(step.key)
    else:
        calls.keep(step.key, step.address, calls.resolved(step, number), step.previous)


def _update_again(
    calls: StepContext, step: Step, kind: Kind, number: int, fields: dict[str, object]
) -> None:
    """Send an update whose answer was lost again, without the pictures that arrived."""
    found = write.read(calls.client, kind, calls.names(kind), number).object
    for name, value in step.fields.items():
        type_ = kind.type(name)
        if isinstance(type_, Unreadable):
            records = step.entry.sent[name] if step.entry else ()
            live = found.fields.get(name) if found else None
            fields[name] = [calls.operation(op) for op in type_.pending(value, records, live)]
    secret = bool(calls.secrets(step))
    write.update(calls.client, kind, calls.names(kind), number, fields, secret=secret)


def _delete(calls: StepContext, step: Step, kind: Kind) -> None:
    calls.children.check(step)
    calls.session.intend(step.key, step.op, step.address)
    try:
        with calls.gates.write(kind.name):
            write.delete(calls.client, kind, step.id or 0, secret=bool(calls.secrets(step)))
    except RequestRefused:
        calls.session.failed(step.key)
        raise
    calls.drop(step)
