"""Convert between the shop's JSON objects and fields. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shopform.errors import Nonsense
from shopform.kinds import Kind
from shopform.kinds.field_types import Seed
from shopform.kinds.field_types.number import id_in
from shopform.kit.text import backquoted
from shopform.model.columns import extra_names
from shopform.model.json_values import is_masked, is_removed, is_set
from shopform.model.live import LiveObject
from shopform.model.shop import Names, Shop, WireNames
from shopform.model.values import Secret, host_of

Item = dict[str, Any]


def names_of(shop: Shop, kind: Kind) -> Names:
    """Return the wire names in a shop, with those of its declared columns."""
    names = names_for(kind, shop.wire.get(kind.name))
    extra = extra_names((shop.columns or {}).get(kind.name, ()))
    return replace(names, fields={**names.fields, **extra}) if extra else names


def names_for(kind: Kind, overrides: WireNames | None = None) -> Names:
    """Return the wire names before any object of the shop was read."""
    own = overrides or WireNames()
    wire = kind.wire
    return Names(
        endpoint=own.endpoint or wire.endpoint.value,
        ids=(own.id,) if own.id else wire.id.value,
        list_key=own.list_key or wire.list_key.value,
        fields={ours: own.fields.get(ours, column.wire) for ours, column in kind.fields.items()},
        fixed=frozenset(own.fields),
    )


def with_columns(kind: Kind, names: Names, items: Iterable[Item]) -> Names:
    """Return the names with all columns of the objects that no field has."""
    named = {ours: names.fields[ours] for ours in names.fixed}
    known = {*kind.columns(named, names.ids), *names.fields.values()}
    found = set().union(*items) - known
    return replace(names, fields={**names.fields, **extra_names(found)})


def required(kind: Kind) -> frozenset[str]:
    return frozenset(name for name, row in kind.fields.items() if row.required)


def discover(kind: Kind, names: Names, items: Sequence[Item]) -> Names:
    """Find the undocumented wire names of a kind in existing objects.

    Fields that the shop does not have are left out. Raises `Nonsense` if a required one is missing.
    """
    wanted = kind.tentative - names.fixed
    if not wanted:
        return names
    seen: set[str] = set().union(*items)
    found = {ours: theirs for ours, theirs in names.fields.items() if ours not in wanted}
    taken = set(found.values()) | set(names.ids)
    for ours, column in kind.fields.items():
        if ours not in wanted:
            continue
        for theirs in (column.wire, *column.aliases):
            answers = (item.get(theirs) for item in items)
            if theirs in seen - taken and all(map(column.type.may_answer, answers)):
                found[ours] = theirs
                taken.add(theirs)
                break
    missing = sorted(required(kind) - set(found))
    if missing:
        raise Nonsense(
            f"cannot determine which key of `/{names.endpoint}` holds {backquoted(missing)}; "
            f"its objects have {backquoted(sorted(seen)) or 'none'}",
            hint=f"name them under `wire: {kind.name}: fields:` of this shop in the project file",
        )
    unused = tuple(sorted(seen - taken)) if wanted - found.keys() else ()
    fields = {ours: found[ours] for ours in names.fields if ours in found}
    return replace(names, fields=fields, unused=unused)


def reader(kind: Kind, names: Names) -> Callable[[Item, int | None], LiveObject | None]:
    """Return a function that converts one object of the shop to a `LiveObject`.

    It returns `None` for a removed object and for one of another parent than the requested one
    (the shop ignored the filter), and raises `Nonsense` for one without an id.
    """
    single, several = _columns(kind, names)
    parent = kind.wire.parent.value if kind.wire.parent else ""
    fixed, anchor = kind.fixed, kind.anchor
    hook = kind.from_wire

    def read(item: Item, parent_id: int | None) -> LiveObject | None:
        item = hook(item) if hook else item
        number = identify(names, item)
        if not number:
            seen = backquoted(item) or "none"
            raise Nonsense(
                f"an object of `/{names.endpoint}` has no id; its keys are {seen}",
                hint=f"name the key under `wire: {kind.name}: id:` of this shop",
            )
        owner = (id_in(item.get(parent)) or parent_id) if parent else parent_id
        if is_removed(item) or parent_id not in (None, owner):
            return None
        fields = {ours: item[theirs] for ours, theirs in single if theirs in item}
        for ours, candidates in several:
            for theirs in candidates:
                if theirs in item:
                    fields[ours] = item[theirs]
                    break
        if not fixed or not is_set(item.get(fixed)):
            return LiveObject(number, fields, owner)
        return LiveObject(number, fields, owner, True, host_of(str(item.get(anchor) or "")))

    return read


def _columns(
    kind: Kind, names: Names
) -> tuple[list[tuple[str, str]], list[tuple[str, tuple[str, ...]]]]:
    """Fields with the one name, or the several names, that they may have in responses."""
    single: list[tuple[str, str]] = []
    several: list[tuple[str, tuple[str, ...]]] = []
    for ours, theirs in names.fields.items():
        column = kind.fields[ours]
        if ours in kind.generated or isinstance(column.type, Seed):
            continue
        if column.aliases and theirs == column.wire and not column.tentative:
            several.append((ours, (theirs, *column.aliases)))
        else:
            single.append((ours, theirs))
    return single, several


def encode(kind: Kind, names: Names, fields: Mapping[str, object]) -> Item:
    """Return the body that sets these fields, in the forms that the shop takes.

    References must be ids. Fields without a wire name are left out.
    """
    body: Item = {}
    for ours, given in fields.items():
        if ours not in names.fields:
            continue
        row, value = kind.fields[ours], given.text if isinstance(given, Secret) else given
        sent = row.type.encode(value, row.empty)
        body[names.fields[ours]] = list(sent) if isinstance(sent, tuple) else sent
    return kind.to_wire(body) if kind.to_wire else body


def generated(kind: Kind, names: Names, answer: object) -> dict[str, str]:
    """Return the generated secrets of a response, by field; a mask in place of one is none.

    The object with them may be anywhere in the response, and have no id.
    """
    if not kind.generated or not isinstance(answer, dict | list):
        return {}
    found: dict[str, str] = {}
    for part in answer.values() if isinstance(answer, dict) else answer:
        found |= generated(kind, names, part)
    if isinstance(answer, dict):
        shown = {ours: answer.get(names.fields[ours]) for ours in kind.generated}
        given = {ours: text for ours, text in shown.items() if isinstance(text, str) and text}
        found |= {ours: text for ours, text in given.items() if not is_masked(text)}
    return found


def unwrap(kind: Kind, names: Names, body: object) -> Item | None:
    """Return the one object of a response: bare, under a key, or alone in a list.

    Returns `None` if there is none with an id. Raises `Nonsense` for several: a GET with an id
    that the shop does not accept as one returns the list (K-cap).
    """
    if isinstance(body, list):
        if len(body) > 1:
            raise Nonsense(f"`/{names.endpoint}` returned {len(body)} objects instead of one")
        return unwrap(kind, names, body[0]) if body else None
    if not isinstance(body, dict):
        return None
    if identify(names, body):
        return body
    if any(names.fields.get(ours) in body for ours in required(kind)):
        # The object itself, without its id: nested objects have ids of their own.
        return None
    inner = [v for key, v in body.items() if key != "paging" and isinstance(v, dict | list)]
    found = [item for v in inner if (item := unwrap(kind, names, v))]
    return found[0] if len(found) == 1 else None


def identify(names: Names, item: Item) -> int:
    for key in names.ids:
        number = id_in(item.get(key))
        if number:
            return number
    return 0
