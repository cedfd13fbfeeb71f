"""References between resources, declared and live. Pure."""

from shopform.kinds import Kind
from shopform.kinds.field_types import FieldType
from shopform.kinds.field_types.number import id_of
from shopform.model.desired import Resource
from shopform.model.live import LiveObject
from shopform.model.values import Address, Ref, refs_in


def links(kind: Kind, item: LiveObject) -> dict[str, tuple[str, int]]:
    """Return the fields of a live object that are references: (kind, id) by field.

    Its parent is under "".
    """
    found = {}
    for name, target in kind.refers.items():
        number = id_of(item.fields.get(name))
        if number:
            found[name] = (target, number)
    nesting = kind.nesting
    if nesting and item.parent_id is not None:
        found[""] = (nesting.kind, item.parent_id)
    return found


def identity_links(resource: Resource) -> dict[str, Address]:
    """Return the references in the identity of a declared resource, by field."""
    values = ((name, resource.fields.get(name)) for name in resource.kind.identity)
    return {name: value.address for name, value in values if isinstance(value, Ref)}


def every_link(kind: Kind, item: LiveObject) -> list[tuple[str, tuple[str, int]]]:
    """Return all references of a live object, also inside its values: a field, (kind, id)."""
    found = [*links(kind, item).items()]
    for name, type_ in kind.composed.items():
        found += [(name, each) for each in links_in(type_, type_.canonical(item.fields.get(name)))]
    return found


def links_in(type_: FieldType, value: object) -> list[tuple[str, int]]:
    """Return the ids in a canonical value, each with its kind."""
    found: list[tuple[str, int]] = []

    def note(target: str, number: object) -> object:
        if isinstance(number, int):
            found.append((target, number))
        return number

    type_.with_links(value, note)
    return found


def parent_links(kind: Kind, item: LiveObject) -> dict[str, tuple[str, int]]:
    """Return the links to an object's parent and to the targets of its identity, by field."""
    found = links(kind, item)
    return {name: found[name] for name in ("", *kind.identity) if name in found}


def depends_on(resource: Resource) -> tuple[Address, ...]:
    """Return the addresses of a resource's parent and references, without fields sent only once."""
    kept, once = resource.fields, resource.once
    if once:
        kept = {name: value for name, value in kept.items() if name not in once}
    found = {ref.address for ref in refs_in(kept)}
    if resource.parent:
        found.add(resource.parent)
    return tuple(sorted(found))
