"""Find unmanaged objects that may be the one to create, under a rewritten name. Pure."""

from collections.abc import Iterator, Mapping

from shopform.kinds import Kind
from shopform.model.canonical import canonical
from shopform.model.desired import Resource
from shopform.model.name_similarity import alike, bones, cut, rewritten, skeleton
from shopform.model.plan import Action
from shopform.model.values import Ref, Secret
from shopform.planning.matching.ambiguity import describe_differences
from shopform.planning.matching.match import span_of
from shopform.planning.matching.result import by_id_only, declared_identity, live_identity
from shopform.planning.plan_builder import PlanDraft

CODE = "identity-near"
FEW = 20  # similar names that are compared more closely
Place = tuple[object, ...]  # the parent's id, and the identity without its last part


def check(draft: PlanDraft) -> None:
    """Refuse creates while a similar unmanaged object of the same parent exists.

    One that several objects could be is refused already. In an undo this is a warning, since no
    file could name the intended object.
    """
    undoing = draft.options.only is not None and not draft.options.source
    others = {each.address: each.without for each in draft.desired.imports}
    indexes: dict[str, _Index] = {}
    for change in draft.changes:
        if change.action is not Action.CREATE or change.address in draft.matching.ambiguous:
            continue
        kind, resource = draft.catalogue[change.kind], draft.desired.resources[change.address]
        index = indexes.get(kind.name) or indexes.setdefault(kind.name, _Index(draft, kind))
        found = sorted(index.similar(resource) - others.get(change.address, frozenset()))
        if found:
            _report(draft, resource, found, undoing=undoing)


def _report(draft: PlanDraft, resource: Resource, found: list[int], *, undoing: bool) -> None:
    address, ids = resource.address, ", ".join(map(str, found))
    add = draft.out.warning if undoing else draft.out.error
    add(
        CODE,
        f"`{address}` would be created, but the shop has a similar object: {address.kind} {ids}",
        detail=describe_differences(resource, found, draft.matching),
        span=span_of(draft.desired, address),
        address=address,
        hint=f"to adopt it: `shopform import {address} {found[0]}`; to create another one:"
        f" `{{address: {address}, not: [{ids}]}}` under `imports:`",
    )


class _Index:
    """The unmanaged objects of one kind, by name and other fields."""

    def __init__(self, draft: PlanDraft, kind: Kind) -> None:
        self.draft = draft
        self.kind = kind
        matching = draft.matching
        self.labels: dict[int, str] = {}
        self.places: dict[int, Place] = {}
        self.known: dict[tuple[Place, str], list[int]] = {}
        self.holders: dict[tuple[str, object], list[int]] = {}
        self.longest = 0
        for item in draft.live.kind(kind.name).objects.values():
            identity = live_identity(kind, item, matching.hosts)
            label = str(identity[-1])
            self.longest = max(self.longest, len(label))
            for name, value in self._distinctive(item.fields):
                self.holders.setdefault((name, value), []).append(item.id)
            if (kind.name, item.id) in matching.owners:
                continue
            at = self.places[item.id] = (item.parent_id, *identity[:-1])
            self.labels[item.id] = label
            for mark in {skeleton(label), label.casefold(), *bones(label)}:
                self.known.setdefault((at, mark), []).append(item.id)

    def similar(self, resource: Resource) -> set[int]:
        matching = self.draft.matching
        above = matching.ids.get(resource.parent) if resource.parent else None
        identity = declared_identity(resource, matching.ids, matching.hosts)
        if not self.labels or identity is None or (resource.parent and above is None):
            return set()
        at, label = (above, *identity[:-1]), str(identity[-1])
        marks = {skeleton(label), *bones(label)}
        found = {n for mark in marks for n in self.known.get((at, mark), ())[:FEW]}
        same = {n for n in found if self.labels[n] == label}
        near = {n for n in found - same if rewritten(label, self.labels[n])}
        objects = self.draft.live.kind(self.kind.name).objects
        near |= {n for n in same if by_id_only(resource, objects[n], matching.hosts)}
        starts = {
            text[:length].strip()
            for text in (skeleton(label), label.casefold())
            for length in (self.longest, self.longest - 1)
        }
        for start in starts:
            for n in self.known.get((at, start), ())[:FEW]:
                near |= {n} if cut(label, self.labels[n], self.longest) else set()
        return near | set(self._sharing_a_value(resource, at, label))

    def _sharing_a_value(self, resource: Resource, at: Place, label: str) -> Iterator[int]:
        """Return objects of a similar name that share a unique string with the resource."""
        if self.kind.route or self.kind.type(self.kind.identity[-1]).coded:
            return  # many redirects share a target, and many items a name
        for key in self._distinctive(resource.fields):
            held: list[int] = self.holders.get(key, [])
            alone = len(held) == 1 and self.places.get(held[0]) == at
            if alone and alike(label, self.labels[held[0]]):
                yield held[0]

    def _distinctive(self, fields: Mapping[str, object]) -> Iterator[tuple[str, object]]:
        """Yield strings that few objects share: no identity, reference, secret or default."""
        kind = self.kind
        for name, value in fields.items():
            type_ = kind.type(name)
            if name in kind.identity or isinstance(value, Ref | Secret):
                continue
            if not (type_.textual or type_.allowed) or type_.listed or name not in kind.fields:
                continue
            held = canonical(type_, value, self.draft.matching.hosts)
            if held and held != kind.defaults.get(name):
                yield name, held
