"""What the shop holds otherwise than the files say, told as the files would say it. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from shopform.describe.redaction import holds_password, is_nested, withhold
from shopform.diagnostics import Collector, Diagnostic, Severity
from shopform.kinds import BY_NAME, Form, Kind
from shopform.kit.graphs import find_cycles
from shopform.model.canonical import is_damaged
from shopform.model.declared import Place
from shopform.model.desired import Desired, Resource
from shopform.model.live import Live, LiveObject
from shopform.model.plan import FieldChange
from shopform.model.prior import Prior
from shopform.model.values import Address, Ref
from shopform.planning.compare.compare import Comparer
from shopform.planning.compare.undeclared_fields import beside
from shopform.planning.matching.match import match
from shopform.planning.matching.result import Matching, declared_identity, live_identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """A field of a declared object, and what the shop holds there: a canonical value, a Ref, or
    `#ID` for an object that nobody declares. `why` tells that no file can say so."""

    address: Address
    field: str
    value: object = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Differences:
    """Declared objects beside the shop's: `fields` that differ, `gone` ones that the shop has
    not, and the addresses of all others. `problems` are objects that cannot be told apart."""

    fields: tuple[Otherwise, ...]
    gone: tuple[Address, ...]
    known: dict[Place, Address]
    problems: tuple[Diagnostic, ...]


def compare(desired: Desired, prior: Prior, live: Live) -> Differences:
    """Every declared field that differs, and undeclared ones that got another value than their
    known default since the object is managed: what it had before is nobody's business.

    A field that the shop stored otherwise than it was sent, and holds so still, does not differ.
    """
    problems = Collector()
    matching = match(desired, prior, live, problems)
    shown, _ = withhold(live, prior)
    found: list[Otherwise] = []
    gone: list[Address] = []
    known: dict[Place, Address] = {}
    for address, resource in desired.resources.items():
        item = matching.object(address)
        if item:
            known[address.kind, item.id] = address
            found += _declared(matching, resource, item)
            visible = shown.kinds[address.kind].objects.get(item.id)
            found += _undeclared(matching, resource, visible) if visible else ()
        elif address.kind in live.kinds:
            gone.append(address)
    told = _fitting(desired, matching, found)
    unclear = {problem.address for problem in problems}
    lost = tuple(address for address in gone if address not in unclear)
    return Differences(tuple(told), lost, known, tuple(_softened(problems)))


def _softened(problems: Collector) -> Iterator[Diagnostic]:
    """What stops a plan does not stop the other objects from being written."""
    return (replace(problem, severity=Severity.WARNING) for problem in problems)


def _fitting(desired: Desired, matching: Matching, found: list[Otherwise]) -> Iterator[Otherwise]:
    """The same, but for what the files would refuse: one identity twice, references in a circle."""
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
        identity = each.field in BY_NAME[each.address.kind].identity
        why = each.why
        if identity and counts[identities[each.address]] > 1:
            why = why or "another would have the same name and place"
        if not identity and _circle(refers, each):
            why = why or "it would go round in a circle"
        yield replace(each, why=why, value=None if why else each.value)


def _identity(matching: Matching, resource: Resource) -> tuple[object, ...]:
    """As the shop has it; as the files have it where the shop has it not."""
    item, kind = matching.object(resource.address), BY_NAME[resource.address.kind]
    if item:
        return (kind.name, item.parent_id, live_identity(kind, item, matching.hosts))
    above = matching.ids.get(resource.parent) if resource.parent else None
    found = declared_identity(kind, resource, matching.ids, matching.hosts)
    return (kind.name, above, found or resource.address)


def _circle(refers: dict[tuple[str, Address], Address], each: Otherwise) -> bool:
    first = each.value.address if isinstance(each.value, Ref) else None

    def following(at: Address) -> Address | None:
        return first if at == each.address else refers.get((each.field, at))

    return any(each.address in circle for circle in find_cycles([each.address], following))


def _declared(matching: Matching, resource: Resource, item: LiveObject) -> Iterator[Otherwise]:
    kind, address = BY_NAME[resource.address.kind], resource.address
    entry = matching.entries.get(address)
    for change in Comparer(matching).update(kind, resource, item, entry).fields:
        if change.name in resource.fields and change.name in item.fields:
            why = _why(kind, change, item.fields[change.name])
            value = None if why else change.before
            yield Otherwise(address=address, field=change.name, value=value, why=why)


def _why(kind: Kind, change: FieldChange, raw: object) -> str:
    if change.sensitive:
        return "it is a secret"
    if kind.form(change.name) is Form.IMAGES:
        return "the bytes of a picture cannot be read back"
    if is_nested(kind, change.name, raw):
        return "the files have no word for what the shop holds"
    if is_damaged(raw):
        return "the text that the shop holds is damaged"
    return "what the shop holds has a password in it" if holds_password(change.before) else ""


def _undeclared(matching: Matching, resource: Resource, item: LiveObject) -> Iterator[Otherwise]:
    kind, entry = BY_NAME[resource.address.kind], matching.entries.get(resource.address)
    if entry is None:
        return
    for name, value in beside(kind, resource, item, matching.hosts).items():
        if name not in entry.unclaimed:
            shown = Comparer(matching).show(kind, name, value)
            yield Otherwise(address=resource.address, field=name, value=shown)
