"""Find where a live shop differs from its files, in the terms of the files. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from shopform.describe.redaction import holds_password, is_nested, redact
from shopform.diagnostics import Collector, Diagnostic, Severity, with_severity
from shopform.kinds import Kind
from shopform.kit.graphs import find_cycles
from shopform.kit.text import backquoted, is_damaged
from shopform.model.declared import LiveField, Place
from shopform.model.desired import Desired, Resource
from shopform.model.live import Live, LiveObject
from shopform.model.plan import FieldChange
from shopform.model.prior import Prior
from shopform.model.values import Address, Ref
from shopform.planning.compare.compare import Comparer
from shopform.planning.compare.undeclared_fields import undeclared_values
from shopform.planning.matching.match import match
from shopform.planning.matching.result import Matching, declared_identity, live_identity


@dataclass(frozen=True, slots=True)
class Differences:
    """How declared objects differ from the shop.

    `fields` differ, `deleted` objects are not in the shop, `known` has the addresses of all others.
    `problems` are ambiguous objects.
    """

    fields: tuple[LiveField, ...]
    deleted: tuple[Address, ...]
    known: dict[Place, Address]
    problems: tuple[Diagnostic, ...]


def find_differences(desired: Desired, prior: Prior, live: Live) -> Differences:
    """Return every declared field that differs, and undeclared ones that were edited.

    An undeclared field counts as edited if its value is not the known default and was set after
    the object became managed. A field that the shop stored differently from what was sent, and
    has not changed since, does not differ.
    """
    problems = Collector()
    matching = match(desired, prior, live, problems)
    shown, _ = redact(live, prior)
    found: list[LiveField] = []
    deleted: list[Address] = []
    known: dict[Place, Address] = {}
    for address, resource in desired.resources.items():
        item = matching.object(address)
        if item:
            known[address.kind, item.id] = address
            found += _declared(matching, resource, item)
            visible = shown.object(address.kind, item.id)
            found += _undeclared(matching, resource, visible) if visible else ()
        elif address.kind in live.kinds:
            deleted.append(address)
    ambiguous = {problem.address for problem in problems}
    return Differences(
        fields=tuple(_checked(desired, matching, found)),
        deleted=tuple(address for address in deleted if address not in ambiguous),
        known=known,
        # Errors of a plan do not prevent writing the other objects.
        problems=with_severity(problems, Severity.WARNING),
    )


def _checked(desired: Desired, matching: Matching, found: list[LiveField]) -> Iterator[LiveField]:
    """Mark values that compiling would refuse: duplicate identities and cycles."""
    identities = {a: _identity(matching, r) for a, r in desired.resources.items()}
    counts = Counter(identities.values())
    refers = {
        (name, address): value.address
        for address, resource in desired.resources.items()
        for name, value in resource.fields.items()
        if isinstance(value, Ref)
    }
    refers |= {
        (each.field, each.address): each.value.address
        for each in found
        if isinstance(each.value, Ref)
    }
    for each in found:
        names = matching.catalogue[each.address.kind].identity
        identity = each.field in names
        why = each.why
        if identity and counts[identities[each.address]] > 1:
            why = why or f"another one would have the same {backquoted(names, ' and ')}"
        if not identity and _in_cycle(refers, each):
            why = why or "it would be part of a cycle"
        yield replace(each, why=why, value=None if why else each.value)


def _identity(matching: Matching, resource: Resource) -> tuple[object, ...]:
    """The identity in the shop, or the declared one if the object does not exist."""
    item, kind = matching.object(resource.address), resource.kind
    if item:
        return (kind.name, item.parent_id, live_identity(kind, item, matching.hosts))
    above = matching.ids.get(resource.parent) if resource.parent else None
    found = declared_identity(resource, matching.ids, matching.hosts)
    return (kind.name, above, found or resource.address)


def _in_cycle(refers: dict[tuple[str, Address], Address], each: LiveField) -> bool:
    first = each.value.address if isinstance(each.value, Ref) else None

    def following(at: Address) -> Address | None:
        return first if at == each.address else refers.get((each.field, at))

    return any(each.address in cycle for cycle in find_cycles([each.address], following))


def _declared(matching: Matching, resource: Resource, item: LiveObject) -> Iterator[LiveField]:
    kind, address = resource.kind, resource.address
    entry = matching.entries.get(address)
    for change in Comparer(matching).update(resource, item, entry).fields:
        if change.name in resource.fields and change.name in item.fields:
            why = _why(kind, change, item.fields[change.name])
            value = None if why else change.before
            yield LiveField(address=address, field=change.name, value=value, why=why)


def _why(kind: Kind, change: FieldChange, raw: object) -> str:
    if change.sensitive:
        return "it is a secret"
    if why := kind.type(change.name).unreadable:
        return why
    if is_nested(kind, change.name, raw):
        return "the value in the shop cannot be written in the files"
    if is_damaged(raw):
        return "the string in the shop is damaged"
    return "the value in the shop contains a password" if holds_password(change.before) else ""


def _undeclared(matching: Matching, resource: Resource, item: LiveObject) -> Iterator[LiveField]:
    kind, entry = resource.kind, matching.entries.get(resource.address)
    if entry is None:
        return
    for name, value in undeclared_values(resource, item, matching.hosts).items():
        if name not in entry.unclaimed and not kind.type(name).unreadable:
            shown = Comparer(matching).show(kind, name, value)
            yield LiveField(address=resource.address, field=name, value=shown)
