"""References between resources, declared and live. Pure."""

from shopform.kinds import Kind
from shopform.kinds.field_types.number import id_of
from shopform.model.desired import Resource
from shopform.model.live import LiveObject
from shopform.model.values import Address, Ref


def links(kind: Kind, item: LiveObject) -> dict[str, tuple[str, int]]:
    """Return the references of a live object: (kind, id) by field, its parent under ""."""
    found = {}
    for name, target in kind.refers.items():
        number = id_of(item.fields.get(name))
        if number:
            found[name] = (target, number)
    nesting = kind.nesting
    if nesting and item.parent_id is not None:
        found[""] = (nesting.kind, item.parent_id)
    return found


def parent_links(kind: Kind, item: LiveObject) -> dict[str, tuple[str, int]]:
    """Return the links to an object's parent and to the targets of its identity, by field."""
    found = links(kind, item)
    return {name: found[name] for name in ("", *kind.identity) if name in found}


def depends_on(resource: Resource) -> tuple[Address, ...]:
    """Return the addresses of a resource's parent and references, without fields sent only once."""
    found = {
        value.address
        for name, value in resource.fields.items()
        if isinstance(value, Ref) and name not in resource.once
    }
    if resource.parent:
        found.add(resource.parent)
    return tuple(sorted(found))
