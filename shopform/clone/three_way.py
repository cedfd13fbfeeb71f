"""Merge the changes of a copied shop since the last copy, three-way. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from shopform.clone.copy import Copy, omission, without_field
from shopform.diagnostics import Collector, Diagnostic, Severity, error, with_severity
from shopform.kinds import Kind
from shopform.kit.graphs import reachable
from shopform.kit.text import backquoted
from shopform.model.canonical import canonical, is_digest
from shopform.model.declared import Omission
from shopform.model.desired import Desired, Resource
from shopform.model.live import Live, LiveObject
from shopform.model.plan import Plan
from shopform.model.prior import Entry, Prior
from shopform.model.secrecy import is_secret
from shopform.model.values import Address, Ref, Value, quoted, refs_in, with_refs
from shopform.planning.compare.compare import MISSING, Comparer
from shopform.planning.compare.drift import HIDDEN
from shopform.planning.matching.match import match
from shopform.planning.matching.result import Matching

LONGEST = 70
CONFLICT = "promote-conflict"


@dataclass(slots=True)
class Promotion:
    """The declaration, the addresses to plan, and the conflicts."""

    desired: Desired
    only: set[Address] = field(default_factory=set)
    conflicts: list[Diagnostic] = field(default_factory=list)
    omissions: list[Omission] = field(default_factory=list)


def promote(copy: Copy, prior: Prior, live: Live, *, source: str, target: str) -> Promotion:
    """Narrow a copy to what `source` changed since it was copied to `target`.

    The state of the copy is the common base. What only the target changed is kept, and what both
    changed differently is a conflict. Fields that are not carried over are ignored, so that the
    state keeps their base.
    """
    matching = match(copy.desired(), prior, live, Collector())
    return _Promoter(copy, prior, matching, source, target).promotion()


def unchanged_deletions(
    deleted: Collection[Address], prior: Prior, live: Live, *, source: str, target: str
) -> tuple[frozenset[Address], list[Diagnostic]]:
    """Return what `source` deleted and `target` did not change, and conflicts for the rest."""
    free, conflicts = set(deleted), []
    for address in sorted(deleted):
        entry, kind = prior.resources[address], live.catalogue[address.kind]
        item = live.object(address.kind, entry.id)
        fields = dict.fromkeys((*entry.sent, *kind.defaults)) if item else {}
        fields = {name: None for name in fields if not _has_no_base(entry, name)}
        changed = [name for name in fields if item and _edited(kind, name, item, entry, live.hosts)]
        if changed:
            free.discard(address)
            names = backquoted(changed)
            conflicts.append(
                error(
                    CONFLICT,
                    f"`{address}` was deleted in `{source}`, and `{target}` changed {names}",
                    address=address,
                    hint=f"delete it in `{target}` by hand, or remove it from the state:"
                    f" `shopform state rm --shop {target} --from {source} {address}`",
                )
            )
    return frozenset(free), conflicts


def _held(kind: Kind, name: str, item: LiveObject, hosts: frozenset[str]) -> object:
    if name not in item.fields:
        return MISSING
    return canonical(kind.type(name), item.fields[name], hosts)


def _edited(kind: Kind, name: str, item: LiveObject, entry: Entry, hosts: frozenset[str]) -> bool:
    return _held(kind, name, item, hosts) not in (MISSING, _stored(entry, kind, name))


def _has_no_base(entry: Entry, name: str) -> bool:
    """Whether a field was not copied with its object: its base is unknown."""
    return name in entry.unclaimed and name not in entry.sent


def _stored(entry: Entry, kind: Kind, name: str) -> object:
    """The target's value of a field after it was copied."""
    return entry.stored.get(name, _sent(entry, kind, name))


def _sent(entry: Entry, kind: Kind, name: str) -> object:
    """The copied value; if none was sent, the default or empty."""
    default = canonical(kind.type(name), kind.defaults.get(name))
    return entry.sent.get(name, default)


def conflicts_as_warnings(made: Plan) -> Plan:
    """Turn conflicts into warnings if the plan has anything else to do."""
    if made.empty:
        return made
    lowered = with_severity(made.diagnostics, Severity.WARNING, CONFLICT)
    return replace(made, diagnostics=lowered)


@dataclass(slots=True)
class _Promoter:
    copy: Copy
    prior: Prior
    matching: Matching
    source: str
    target: str
    result: Promotion = field(init=False)

    def __post_init__(self) -> None:
        self.result = Promotion(self.copy.desired())

    def promotion(self) -> Promotion:
        resources = dict(self.copy.resources)
        lost = self._lost()
        for address, resource in self.copy.resources.items():
            if address in self.matching.deleted_outside:
                self._check_deleted(resource)
            elif address in lost:
                self._omit(resource, f"its parent was deleted in `{self.target}`")
            else:
                resources[address] = self._narrowed(self._without(resource, lost))
        self.result.desired = replace(self.copy.desired(), resources=resources)
        return self.result

    def _lost(self) -> set[Address]:
        """What the target deleted, and new objects that would be its children."""
        children: dict[Address, list[Address]] = {}
        for address, resource in self.copy.resources.items():
            held = map(resource.fields.get, resource.kind.identity)
            parents = {value.address for value in held if isinstance(value, Ref)}
            if address not in self.matching.ids:
                for parent in parents | ({resource.parent} if resource.parent else set()):
                    children.setdefault(parent, []).append(address)
        return reachable(self.matching.deleted_outside, children)

    def _check_deleted(self, resource: Resource) -> None:
        entry = self.prior.resources.get(resource.address)
        if entry is None:
            return
        changed = [
            name
            for name, value in resource.fields.items()
            if not _has_no_base(entry, name)
            and self._now(resource, name, value) != _sent(entry, resource.kind, name)
        ]
        if changed:
            names = backquoted(changed)
            self._conflict(
                resource.address,
                f"`{resource.address}` was deleted in `{self.target}`, and `{self.source}`"
                f" changed {names}",
            )

    def _without(self, resource: Resource, lost: Collection[Address]) -> Resource:
        """Omit references to objects that the target deleted."""
        for name, value in resource.fields.items():
            if any(ref.address in lost for ref in refs_in(value)):
                self._omit(
                    resource, f"the object it refers to was deleted in `{self.target}`", name
                )
                resource = without_field(resource, name)
        return resource

    def _narrowed(self, resource: Resource) -> Resource:
        address = resource.address
        item, entry = self.matching.object(address), self.matching.entries.get(address)
        if item is None:
            self.result.only.add(address)
            return resource
        kept = set()
        for name, value in resource.fields.items():
            if not self._carried(resource, name, value, item, entry):
                kept.add(name)
        other = entry is None or entry.origin != resource.origin
        fields = resource.fields.keys()
        if other or address in self.matching.moved or kept < fields:
            self.result.only.add(address)
        baseless = {name for name in kept if entry is None or _has_no_base(entry, name)}
        uncopied = resource.uncopied | baseless | set(entry.unclaimed if entry else ()) - fields
        return replace(resource, ignore=resource.ignore | kept, uncopied=uncopied)

    def _carried(
        self,
        resource: Resource,
        name: str,
        value: Value,
        item: LiveObject,
        entry: Entry | None,
    ) -> bool:
        """Return whether to carry the source's value over; report a conflict."""
        kind, now = resource.kind, self._now(resource, name, value)
        held = _held(kind, name, item, self.matching.hosts)
        if entry and _has_no_base(entry, name):
            own = held not in (now, MISSING, _sent(entry, kind, name))
            if own:
                why = f"it was not copied before, and `{self.target}` has its own"
                self._omit(resource, why, name)
            return not own
        if entry and now == _sent(entry, kind, name):
            return False
        if held in (now, MISSING) or (entry and held == _stored(entry, kind, name)):
            return True
        was = _sent(entry, kind, name) if entry else MISSING
        if is_secret(name, resource, entry):
            was = value = held = HIDDEN
        self._conflict(
            resource.address,
            f"`{name}` of `{resource.address}` was changed in both shops",
            f"when it was copied: {self._shown(kind, name, was)}\n"
            f"`{self.source}`: {self._shown(kind, name, value)}\n"
            f"`{self.target}`: {self._shown(kind, name, held)}",
        )
        return False

    def _now(self, resource: Resource, name: str, value: Value) -> object:
        """A value as the state would hold it."""

        def number(ref: Ref) -> object:
            lost = self.matching.deleted_outside.get(ref.address, ref)
            return self.matching.ids.get(ref.address, lost)

        type_, known = resource.kind.type(name), with_refs(value, number)
        return known if isinstance(known, Ref) else canonical(type_, known, self.matching.hosts)

    def _shown(self, kind: Kind, name: str, value: object) -> str:
        if value is MISSING:
            return "missing"
        if value is HIDDEN or is_digest(value):
            return "a secret"
        if kind.type(name).targets:
            value = Comparer(self.matching).show(kind, name, value)
        return quoted(value, LONGEST)

    def _conflict(self, address: Address, summary: str, detail: str = "") -> None:
        self.result.conflicts.append(
            error(
                CONFLICT,
                summary,
                detail=detail,
                address=address,
                hint=f"`shopform clone --from {self.source} --to {self.target} --target {address}`"
                f" copies that of `{self.source}`; or change it in `{self.source}`",
            )
        )

    def _omit(self, resource: Resource, why: str, name: str = "") -> None:
        self.result.omissions.append(omission(resource, why, name))
