"""Describe objects that one address could be by their differences. Pure."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shopform.kinds import Kind
from shopform.kit.text import join_first
from shopform.model.canonical import canonical
from shopform.model.desired import Resource
from shopform.model.live import LiveObject
from shopform.model.secrecy import secret_fields, secrets_of
from shopform.model.values import Ref, quoted

if TYPE_CHECKING:
    from shopform.planning.matching.result import Matching

FIELDS = 3
OBJECTS = 12
WIDTH = 40


def describe_candidates(
    kind: Kind, numbers: list[int], matching: "Matching", secret: set[str]
) -> str:
    """Return a line for each object: its id and up to three fields that differ among them.

    Fields in `secret`, and secret fields of an owner, are not shown.
    """
    items = [matching.live.kinds[kind.name].objects[number] for number in numbers]
    owners = [matching.owners.get((kind.name, number)) for number in numbers]
    hidden = secret.union(*(secrets_of(matching.entries[a]) for a in owners if a))
    names = [n for n in kind.fields if n not in hidden and _differs(kind, n, items)][:FIELDS]
    lines = [
        f"{item.id}: {shown or 'equal to the others in every field'}"
        for item in items
        for shown in (", ".join(_fields(kind, names, item, matching)),)
    ]
    return join_first(lines, OBJECTS, "\n")


def describe_differences(resource: Resource, numbers: list[int], matching: "Matching") -> str:
    """Return a line for each object: its id and up to three fields that differ from the files."""
    lines = []
    kind = resource.kind
    hidden = secret_fields(resource, matching.entries.get(resource.address))
    for number in numbers:
        item = matching.live.kinds[kind.name].objects[number]
        names = [
            name
            for name, value in resource.fields.items()
            if name not in hidden
            if not isinstance(value, Ref) and not kind.type(name).unreadable
            if name in item.fields
            if canonical(kind.type(name), item.fields.get(name), matching.hosts)
            != canonical(kind.type(name), value, matching.hosts)
        ]
        shown = ", ".join(_fields(kind, names[:FIELDS], item, matching))
        lines.append(f"{number}: {shown or 'equal in every declared field that can be shown'}")
    return join_first(lines, OBJECTS, "\n")


def _differs(kind: Kind, name: str, items: list[LiveObject]) -> bool:
    type_ = kind.type(name)
    if type_.unreadable or not any(name in item.fields for item in items):
        return False
    first, *others = (canonical(type_, item.fields.get(name)) for item in items)
    return any(other != first for other in others)


def _fields(kind: Kind, names: list[str], item: LiveObject, matching: "Matching") -> Iterator[str]:
    for name in names:
        value = canonical(kind.type(name), item.fields.get(name), matching.hosts)
        if name in kind.refers and isinstance(value, int):
            owner = matching.owners.get((kind.refers[name], value))
            yield f"`{name}` is {f'`{owner}`' if owner else f'#{value}'}"
        else:
            yield f"`{name}` is {quoted(value, WIDTH)}"
