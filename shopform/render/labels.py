"""The names that people know objects by, which stand beside their addresses."""

from collections.abc import Mapping

from shopform.kinds import BY_NAME
from shopform.model.plan import Action, Change, Plan

Held = Mapping[str, object]


def sides(change: Change) -> tuple[Held | None, Held | None]:
    """What an object holds before and after; None where it is not there."""
    shown = [field for field in change.fields if not field.sensitive]
    old = {**change.values, **{field.name: field.before for field in shown}}
    new = {**change.values, **{field.name: field.after for field in shown}}
    match change.action:
        case Action.CREATE:
            return None, new
        case Action.DELETE:
            return old, None
        case Action.FORGET:
            return old, old
    return old, new


def label(kind: str, held: Held) -> str:
    """The strings by which an object of a kind is recognised; empty where there are none."""
    table = BY_NAME[kind]
    names = (held.get(name) for name in table.identity if name not in table.refers)
    return ", ".join(name for name in names if isinstance(name, str))


def label_of(change: Change) -> str:
    """The name after a change, or else before it."""
    before, after = sides(change)
    return label(change.kind, after or {}) or label(change.kind, before or {})


def labels(plan: Plan) -> dict[str, str]:
    """The names of all objects whose fields the plan holds, by address."""
    settled = {a: label(a.kind, held.values) for a, held in plan.settled.items()}
    changed = {c.address: label_of(c) for c in (*plan.drift, *plan.changes)}
    return {str(address): name for address, name in (settled | changed).items() if name}
