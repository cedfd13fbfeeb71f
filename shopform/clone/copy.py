"""Declare the content of one shop for another. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from shopform.clone.text_rewriting import Rewriting
from shopform.diagnostics import Diagnostic, Severity, with_severity
from shopform.kinds import Catalogue
from shopform.kit.text import backquoted, trimmed
from shopform.model.canonical import canonical
from shopform.model.declared import Declared, Omission
from shopform.model.desired import Desired, Import, Resource
from shopform.model.live import Live, LiveObject
from shopform.model.prior import Prior
from shopform.model.redirect_graph import rooted
from shopform.model.references import depends_on
from shopform.model.values import Address, Ref, Value, refs_in
from shopform.planning.matching.result import Matching, declared_identity

ONE_SHOP: Final = "is specific to one shop"
LOCAL: Final = f"it {ONE_SHOP}"
Omitting = tuple[Address, str, str]  # what, why, and the field if it is only one


@dataclass(slots=True)
class Copy:
    """The resources of a copy, and what it omits.

    `fixed` are objects of which every shop has one: they map to those of the target, which keeps
    its own fields, and so the copy omits something of each. `users` are
    the resources that refer to an address.
    """

    catalogue: Catalogue
    resources: dict[Address, Resource]
    omissions: list[Omission]
    fixed: dict[Address, Omission] = field(default_factory=dict)
    imports: dict[Address, Import] = field(default_factory=dict)
    users: dict[Address, list[Address]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for address, resource in self.resources.items():
            for target in depends_on(resource):
                self.users.setdefault(target, []).append(address)

    def desired(self) -> Desired:
        return Desired(
            catalogue=self.catalogue,
            resources=self.resources,
            imports=tuple(self.imports.values()),
        )

    def omit(self, address: Address, why: str, name: str = "") -> None:
        """Omit an object and its children; or one field of it, if that is not required."""
        queue = [(address, why, name)]
        for each in queue:
            queue += self._omit(*each)

    def _omit(self, address: Address, why: str, name: str) -> Iterable[Omitting]:
        resource = self.resources.get(address)
        if resource is None:
            return
        kind = self.catalogue[address.kind]
        needed = not name or name in kind.identity
        if needed or kind.fields[name].required:
            del self.resources[address]
            self.imports.pop(address, None)
            self._record(resource, why.replace("it ", f"`{name}` ", 1) if name else why)
            for user in self.users.get(address, ()):
                yield from self._without(user, address)
        elif name in resource.fields:
            self.resources[address] = without_field(resource, name)
            self._record(resource, why, name)

    def _without(self, user: Address, target: Address) -> Iterable[Omitting]:
        resource = self.resources.get(user)
        if resource is None:
            return
        if resource.parent == target:
            yield user, "its parent is not copied", ""
            return
        for name, value in resource.fields.items():
            if Ref(target) in refs_in(value):
                yield user, "what it refers to is not copied", name

    def _record(self, resource: Resource, why: str, name: str = "") -> None:
        self.omissions.append(omission(resource, why, name))


def omission(resource: Resource, why: str, name: str = "") -> Omission:
    """Return what a copy omits: an object, or one field of it."""
    kind = resource.kind
    label = str(resource.fields.get(kind.identity[-1], ""))
    return Omission(kind=kind.name, id=resource.origin, label=label, why=why, field=name)


def without_field(resource: Resource, name: str) -> Resource:
    """Return the resource without a field, which is marked as not copied."""
    fields = {each: value for each, value in resource.fields.items() if each != name}
    ignore, uncopied = resource.ignore | {name}, resource.uncopied | {name}
    return replace(resource, fields=fields, ignore=ignore, uncopied=uncopied)


def make_copy(declared: Declared, live: Live, rewriting: Rewriting, prior: Prior) -> Copy:
    """Copy the declaration of a shop, with rewritten strings and without local values.

    A field that was copied before, as `prior` records, and is empty now is emptied in the copy.
    """
    resources = dict(declared.resources)
    places = {(a.kind, number): a for a, number in declared.ids.items()}
    for each in declared.omissions:
        address = places.get((each.kind, each.id))
        if address and each.field:
            resources[address] = without_field(resources[address], each.field)
    left = [
        replace(each, why=each.why.replace("not declared", "not copied"))
        for each in declared.omissions
    ]
    copy = Copy(declared.catalogue, resources, left)
    for address in list(resources):
        found = copy.resources.get(address)
        if found is None:
            continue
        if live.kinds[address.kind].objects[found.origin].fixed:
            copy.fixed[address] = omission(found, "every shop has one")
            # The target keeps its own fields; the object is only the parent of others.
            copy.resources[address] = replace(found, fields={}, keep=True)
        else:
            fields = {**found.fields, **_emptied_fields(found, prior, live)}
            _rewrite(copy, replace(found, fields=fields), rewriting)
    _omit_duplicates(copy)
    return copy


def _emptied_fields(resource: Resource, prior: Prior, live: Live) -> dict[str, Value]:
    """Fields that are empty now, and were not when they were copied."""
    address, entry = resource.address, prior.resources.get(resource.address)
    item = live.kinds[address.kind].objects[resource.origin]
    found: dict[str, Any] = {}
    for name in entry.sent if entry else ():
        type_ = resource.kind.type(name)
        if name in resource.fields or name in resource.ignore or name not in item.fields:
            continue
        if not type_.unreadable and not canonical(type_, item.fields[name], live.hosts):
            found[name] = canonical(type_, None)
    return found


def _rewrite(copy: Copy, resource: Resource, rewriting: Rewriting) -> None:
    address, kind = resource.address, resource.kind
    written = set(kind.fields) - set(kind.generated)
    needed = {name for name in written if kind.fields[name].required}
    if not needed <= resource.fields.keys():
        copy.omit(address, "a required field cannot be copied")
        return
    fields = dict(resource.fields)
    refused = {}
    for name, value in resource.fields.items():
        row = kind.fields[name]
        if row.required and row.type.is_blank(value):
            refused[name] = "it is empty"
        elif row.type.is_local(value):
            refused[name] = "it has an id of that shop, which cannot be mapped"
        elif name in kind.local and not value:
            del fields[name]
        elif name in kind.local and not rewriting.maps(str(value)):
            refused[name] = LOCAL
        elif row.type.textual and not row.known:
            new = _rewritten(value, rewriting)
            if name in needed and value and not new:
                refused[name] = "it would be empty"
            else:
                fields[name] = rooted(kind, name, new)
    copy.resources[address] = replace(resource, fields=fields)
    for name, why in refused.items():
        copy.omit(address, why, name)


def _rewritten(value: Value, rewriting: Rewriting) -> Value:
    if isinstance(value, str):
        return rewriting.text(value)
    if isinstance(value, tuple):
        return tuple(sorted({rewriting.text(item) for item in value if isinstance(item, str)}))
    return value


def _omit_duplicates(copy: Copy) -> None:
    """Omit objects that have the same identity or path after rewriting."""
    identities = Counter(_identity(resource) for resource in copy.resources.values())
    paths: set[Value] = set()
    for address, resource in list(copy.resources.items()):
        if identities[_identity(resource)] > 1 and address not in copy.fixed:
            names = backquoted(resource.kind.identity, " and ")
            copy.omit(address, f"another one would have the same {names}")
            continue
        name = resource.kind.path
        path = resource.fields.get(name)
        if path and path in paths:
            copy.omit(address, "another one would have it too", name)
        elif path:
            paths.add(path)


def _identity(resource: Resource) -> tuple[object, ...]:
    kind = resource.kind
    held = tuple(trimmed(resource.fields.get(name)) for name in kind.identity)
    return kind.name, resource.parent, held


def map_fixed_objects(copy: Copy, prior: Prior, live: Live) -> None:
    """Map objects of which every shop has one to those of the target."""
    for address in sorted(copy.fixed.keys() & copy.resources.keys()):
        objects = live.kind(address.kind).objects
        entry = prior.resources.get(address)
        number = next((item.id for item in objects.values() if item.fixed), None)
        if entry and entry.id in objects:
            copy.omissions.append(copy.fixed[address])
        elif number is None:
            copy.omit(address, "the other shop has none")
        else:
            copy.omissions.append(copy.fixed[address])
            copy.imports[address] = Import(address=address, id=number)


def drop_fixed_matches(copy: Copy, matching: Matching) -> bool:
    """Omit what would match a fixed object of the target; return whether there was any."""
    found = [
        address
        for address, resource in copy.resources.items()
        if address not in copy.fixed and any(item.fixed for item in _candidates(resource, matching))
    ]
    for address in found:
        copy.omit(address, "it would match an object that every shop has")
    return bool(found)


def _candidates(resource: Resource, matching: Matching) -> Iterable[LiveObject]:
    """Return the target's object of a resource, or those with its identity."""
    kind = resource.kind
    item = matching.object(resource.address)
    if item or not kind.fixed:
        return [item] if item else []
    identity = declared_identity(resource, matching.ids, matching.hosts)
    above = matching.ids.get(resource.parent) if resource.parent else None
    numbers = matching.index(kind).get((above, identity), []) if identity else []
    return [matching.live.kinds[kind.name].objects[number] for number in numbers]


def without_defaults(desired: Desired, matching: Matching) -> Desired:
    """Drop fields with the default value that the target has too and that were never sent."""
    resources = {}
    for address, resource in desired.resources.items():
        kind, item = resource.kind, matching.object(address)
        entry = matching.entries.get(address)
        sent = entry.sent if entry and item else {}
        fields = dict(resource.fields)
        for name, default in kind.defaults.items():
            type_ = kind.type(name)
            own = canonical(type_, default, matching.hosts)
            held = item.fields.get(name, default) if item else default
            if name in fields and name not in sent and not isinstance(fields[name], Ref):
                both = (canonical(type_, each, matching.hosts) for each in (fields[name], held))
                if all(each == own for each in both):
                    del fields[name]
        resources[address] = replace(resource, fields=fields)
    return replace(desired, resources=resources)


def drop_ambiguous(copy: Copy, found: Iterable[Diagnostic]) -> bool:
    """Omit objects that are ambiguous in the target; return whether there was any."""
    before = len(copy.omissions)
    for each in found:
        address = Address(each.address)
        if each.code == "identity-ambiguous":
            copy.omit(address, "several objects of the other shop match it")
        elif each.code == "identity-near":
            copy.omit(address, "an object of the other shop is similar")
        elif each.code == "path-taken":
            name = copy.catalogue[address.kind].path
            copy.omit(address, "an object of the other shop has it", name)
    return len(copy.omissions) > before


def as_warnings(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Turn errors of redirects into warnings: faulty ones in the source do not prevent a copy."""
    return with_severity(found, Severity.WARNING, "route-")
