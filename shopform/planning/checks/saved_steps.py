"""Check the form of steps that were read from a file. Pure."""

from shopform.kinds import Kind
from shopform.model.plan import Op, Step
from shopform.model.values import Ref, Secret, with_refs


def is_complete(kind: Kind, step: Step) -> bool:
    """Return whether a step has exactly the parts that its operation requires."""
    entry = step.entry
    parent = step.parent.address if step.parent else None
    if step.op in (Op.DELETE, Op.FORGET):
        return entry is None and not step.fields and (step.id is None) is (step.op is Op.FORGET)
    if step.temporary:
        own = {kind.path, *kind.identity}
        marked = all(n in own and str(step.id) in str(v) for n, v in step.fields.items())
        sends = step.id is not None and bool(step.fields)
        return step.op is Op.UPDATE and entry is None and sends and marked
    if entry is None or (entry.parent != parent and step.op is not Op.ADOPT):
        return False
    if (parent.kind if parent else None) != (kind.nesting.kind if kind.nesting else None):
        return False
    if step.op is Op.CREATE or step.linking:
        return step.id is None and entry.id == 0 and step.previous is None
    sends = bool(step.fields) is (step.op is Op.UPDATE)
    return step.id is not None and entry.id == step.id and sends


def is_typed(kind: Kind, name: str, value: object) -> bool:
    """Return whether a step may send this value of a field."""
    type_ = kind.type(name)
    if name not in kind.fields or name in kind.generated:
        return False
    if isinstance(value, Ref):
        return bool(type_.refers)
    if isinstance(value, Secret):
        return not (type_.refers or type_.listed)
    plain = with_refs(value, lambda _: 1)
    return (value is None and not type_.unreadable) or type_.is_sendable(plain)
