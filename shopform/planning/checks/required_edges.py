"""Edges, references and state fields that every plan must have. Pure.

Saved plans are checked against them, since a manipulated file may lack them. Edges that may be
dropped to break a cycle are not among them.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

from shopform.kinds import Kind
from shopform.kit.graphs import reachable
from shopform.kit.url_paths import page_address
from shopform.model.canonical import canonical
from shopform.model.live import LiveObject
from shopform.model.plan import Change, Op, Plan, Step
from shopform.model.prior import Entry
from shopform.model.redirect_graph import hop_of
from shopform.model.references import links_in
from shopform.model.values import Address, refs_in
from shopform.planning.preconditions import changes_route, fingerprint

_SENT = (Op.CREATE, Op.UPDATE)


class RequiredEdges:
    """Yields pairs of steps, of which the first must come before the second."""

    def __init__(
        self,
        plan: Plan,
        changes: Mapping[Address, Change],
        entries: Mapping[Address, Entry],
        hosts: frozenset[str],
    ) -> None:
        self.catalogue = plan.catalogue
        self.changes, self.entries, self.hosts = changes, entries, hosts
        self.steps = {step.key: step for step in plan.steps}
        self.after = {step.key: frozenset(step.after) for step in plan.steps}
        self.released: dict[str, list[Step]] = {}
        self.assigned: dict[str, list[Step]] = {}
        for step in plan.steps:
            name = self.catalogue[step.kind].path
            moves = step.op in _SENT and name in step.fields
            held = plan.basis.fingerprints.get(step.address, {}).get(name)
            if step.temporary or not name or not (moves or step.op is Op.DELETE):
                continue
            if held and step.op is not Op.CREATE:
                self.released.setdefault(held, []).append(step)
            path = self._path(step, step.fields.get(name))
            if path and path != self._path(step, self._shown(step, name)):
                self.assigned.setdefault(path, []).append(step)

    def missing(self) -> Iterator[tuple[Address, Address]]:
        """Yield the addresses of each step that lacks an edge, and of the step before it."""
        for step in self.steps.values():
            for earlier, later in (
                *self._of_address(step),
                *self._before_delete(step),
                *self._paths(step),
                *self._of_children(step),
            ):
                if earlier.key not in self.after[later.key]:
                    yield later.address, earlier.address

    def _shown(self, step: Step, name: str) -> object:
        change = self.changes.get(step.address) if step.op is Op.UPDATE else None
        field = next((f for f in change.fields if f.name == name), None) if change else None
        return step.fields[name] if field and field.sensitive else field and field.before

    def _path(self, step: Step, value: object) -> str:
        kind = self.catalogue[step.kind]
        text = value if isinstance(value, str) else None
        return page_address(str(canonical(kind.type(kind.path), text, self.hosts)))

    def _of_address(self, step: Step) -> Iterator[tuple[Step, Step]]:
        before = {
            Op.CREATE: ("delete",),
            Op.UPDATE: ("create",) if step.linking else ("adopt", "temporary"),
            Op.DELETE: ("temporary",),
            Op.FORGET: ("update",),
        }
        for name in () if step.temporary else before.get(step.op, ()):
            earlier = self.steps.get(f"{step.address}:{name}")
            if earlier:
                yield earlier, step

    def _before_delete(self, step: Step) -> Iterator[tuple[Step, Step]]:
        """Dependents of an object are updated or deleted before the object is deleted.

        Of several that refer to each other, one is deleted first.
        """
        entry = self.entries.get(step.previous or step.address)
        if entry is None or step.temporary or step.op not in (Op.UPDATE, Op.DELETE):
            return
        for address in {*entry.depends_on, entry.parent} - {None, step.address}:
            later = self.steps.get(f"{address}:delete")
            if later and (step.key in self.after[later.key] or not self._refer_back(step, later)):
                yield step, later

    def _refer_back(self, step: Step, later: Step) -> bool:
        """Whether an object that is deleted refers to the one of `step`, through others too."""
        nesting = self.catalogue[step.kind].nesting
        if step.op is not Op.DELETE or (nesting and later.kind == nesting.kind):
            return False
        return step.address in reachable([later.address], self._deleted)

    @cached_property
    def _deleted(self) -> dict[Address, tuple[Address, ...]]:
        """What the deleted objects refer to."""
        deletes = {each.address for each in self.steps.values() if each.op is Op.DELETE}
        return {a: self.entries[a].depends_on for a in deletes & self.entries.keys()}

    def _paths(self, step: Step) -> Iterator[tuple[Step, Step]]:
        """A path is released before it is assigned, and assigned before a redirect leads to it."""
        kind = self.catalogue[step.kind]
        if step.temporary or step.op not in _SENT:
            return
        name = kind.path
        value = step.fields.get(name)
        if self._path(step, value):
            held = fingerprint(kind, LiveObject(0, {name: value}), self.hosts)[name]
            for earlier in self.released.get(held, ()):
                aside = self.steps.get(f"{earlier.address}:temporary")
                path = self.catalogue[earlier.kind].path
                released = aside and aside.key in step.after and path in aside.fields
                if earlier.address != step.address and not released:
                    yield earlier, step
        hop = hop_of(kind, step.entry.sent, self.hosts, None, None) if step.entry else None
        for earlier in self.assigned.get(hop.end, ()) if hop and changes_route(kind, step) else ():
            yield earlier, step

    def _of_children(self, step: Step) -> Iterator[tuple[Step, Step]]:
        """Children go before their parent stops accepting them, and come after it accepts them."""
        nesting = self.catalogue[step.kind].nesting
        update = self.steps.get(f"{step.parent.address}:update") if step.parent else None
        if not nesting or not nesting.only or not update or nesting.only[0] not in update.fields:
            return
        if step.op in (Op.CREATE, Op.DELETE):
            yield (update, step) if step.op is Op.CREATE else (step, update)


def unrecorded_fields(kind: Kind, step: Step, held: Entry, change: Change | None) -> Iterator[str]:
    """Yield fields that a step sends or the state has, and that it would silently not record."""
    entry = step.entry
    if entry is None:
        return
    reset = {f.name for f in change.fields if f.reason == "reset"} if change else set[str]()
    notes = change.notes if change else ()
    for name in held.sent.keys() | step.fields.keys():
        noted = any(note.startswith(f"`{name}` ") for note in notes)
        quiet = bool(kind.type(name).unreadable) and name not in step.fields
        quiet |= step.fields.get(name, held.sent.get(name)) is None and name in kind.refers
        if name not in entry.sent and name not in reset and not noted and not quiet:
            yield name


def required_references(
    kind: Kind, step: Step, ids: Mapping[Address, int], held: Entry
) -> set[object]:
    """Return what an entry must depend on: kind and id, or kind and address before creation."""
    entry = step.entry or held
    values = (step.parent, *step.fields.values(), *entry.sent.values())
    wanted = {ref.address for ref in refs_in(values)}
    sent = {link for n, v in entry.sent.items() for link in links_in(kind.type(n), v)}
    known = {(a.kind, ids[a]) for a in held.depends_on if a in ids and (a.kind, ids[a]) in sent}
    return {(a.kind, ids.get(a, a)) for a in wanted} | known
