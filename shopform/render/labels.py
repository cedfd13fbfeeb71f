"""The names of objects that are shown with their addresses."""

from collections.abc import Mapping

from shopform.kinds import Kind
from shopform.model.canonical import is_digest
from shopform.model.plan import Action, Change, Plan
from shopform.model.prior import Entry

Held = Mapping[str, object]


def sides(change: Change) -> tuple[Held | None, Held | None]:
    """Return the values before and after a change; None where the object does not exist."""
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


def label_fields(kind: Kind) -> list[str]:
    """Return the fields that name an object: those of its identity.

    A code, such as an item number, comes after the other required fields.
    """
    own = [name for name in kind.identity if name not in kind.refers]
    if own and kind.type(own[-1]).coded:
        own = [row.name for row in kind.rows if row.required and row.name not in own] + own
    return own


def label(kind: Kind, held: Held) -> str:
    """Return the strings that name an object; "" if it has none."""
    found = [text for n in label_fields(kind) if isinstance(text := held.get(n), str)]
    if len(found) > 1 and kind.type(kind.identity[-1]).coded:
        return f"{', '.join(found[:-1])} ({found[-1]})"
    return ", ".join(found)


def label_of(kind: Kind, change: Change) -> str:
    """Return the name after a change, or else before it."""
    before, after = sides(change)
    return label(kind, after or {}) or label(kind, before or {})


def entry_label(kind: Kind, entry: Entry) -> str:
    """Return the name of an object as it was last sent; secret fields are left out."""
    return label(kind, {name: v for name, v in entry.sent.items() if not is_digest(v)})


def labels(plan: Plan) -> dict[str, str]:
    """Return the names of all objects with known fields, by address."""
    kinds = plan.catalogue
    settled = {a: label(kinds[a.kind], held.values) for a, held in plan.settled.items()}
    changed = {c.address: label_of(kinds[c.kind], c) for c in (*plan.drift, *plan.changes)}
    return {str(address): name for address, name in (settled | changed).items() if name}
