"""Edges and memory that every plan has, whatever it was made from. Pure.

A saved plan is held to them: who can write the file can leave them out. An edge that may be dropped
to break a circle is not among them.
"""

from collections.abc import Iterator, Mapping, Sequence

from shopform.kinds import BY_NAME
from shopform.kit.url_paths import page_address
from shopform.model.canonical import canonical
from shopform.model.live import LiveObject
from shopform.model.plan import Change, Op, Step
from shopform.model.prior import Entry
from shopform.model.redirect_graph import hop_of
from shopform.model.values import Address, Ref
from shopform.planning.preconditions import changes_route, fingerprint

_SENT = (Op.CREATE, Op.UPDATE)
Fingerprints = Mapping[Address, Mapping[str, str]]


def unordered(
    steps: Sequence[Step],
    changes: Mapping[Address, Change],
    entries: Mapping[Address, Entry],
    fingerprints: Fingerprints,
    hosts: frozenset[str],
) -> Iterator[tuple[Address, Address]]:
    """Each step that does not wait for another that must come first: both by their addresses."""
    order = _Order(steps, changes, entries, fingerprints, hosts)
    for step in steps:
        for earlier, later in (
            *order.alone(step),
            *order.deleted(step),
            *order.paths(step),
            *order.contained(step),
        ):
            if earlier.key not in later.after:
                yield later.address, earlier.address


class _Order:
    """Pairs of steps, the first of which comes before the second."""

    def __init__(
        self,
        steps: Sequence[Step],
        changes: Mapping[Address, Change],
        entries: Mapping[Address, Entry],
        fingerprints: Fingerprints,
        hosts: frozenset[str],
    ) -> None:
        self.changes, self.entries, self.hosts = changes, entries, hosts
        self.steps = {step.key: step for step in steps}
        self.leaves: dict[str, list[Step]] = {}
        self.comes: dict[str, list[Step]] = {}
        for step in steps:
            name = BY_NAME[step.kind].path
            moves = step.op in _SENT and name in step.fields
            held = fingerprints.get(step.address, {}).get(name)
            if step.temporary or not name or not (moves or step.op is Op.DELETE):
                continue
            if held and step.op is not Op.CREATE:
                self.leaves.setdefault(held, []).append(step)
            path = self._path(step, step.fields.get(name))
            if path and path != self._path(step, self._shown(step, name)):
                self.comes.setdefault(path, []).append(step)

    def _shown(self, step: Step, name: str) -> object:
        change = self.changes.get(step.address) if step.op is Op.UPDATE else None
        field = next((f for f in change.fields if f.name == name), None) if change else None
        return step.fields[name] if field and field.sensitive else field and field.before

    def _path(self, step: Step, value: object) -> str:
        kind = BY_NAME[step.kind]
        text = value if isinstance(value, str) else None
        return page_address(str(canonical(kind.type(kind.path), text, self.hosts)))

    def alone(self, step: Step) -> Iterator[tuple[Step, Step]]:
        """Of the steps of one address."""
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

    def deleted(self, step: Step) -> Iterator[tuple[Step, Step]]:
        """What depended on an object lets go of it, or is deleted, before the object is."""
        entry = self.entries.get(step.previous or step.address)
        if entry is None or step.temporary or step.op not in (Op.UPDATE, Op.DELETE):
            return
        for address in {*entry.depends_on, entry.parent} - {None, step.address}:
            later = self.steps.get(f"{address}:delete")
            if later:
                yield step, later

    def paths(self, step: Step) -> Iterator[tuple[Step, Step]]:
        """A path is left before it is taken, and taken before a redirect leads to it."""
        kind = BY_NAME[step.kind]
        if step.temporary or step.op not in _SENT:
            return
        name = kind.path
        value = step.fields.get(name)
        if self._path(step, value):
            held = fingerprint(kind, LiveObject(0, {name: value}), self.hosts)[name]
            for earlier in self.leaves.get(held, ()):
                aside = self.steps.get(f"{earlier.address}:temporary")
                path = BY_NAME[earlier.kind].path
                released = aside and aside.key in step.after and path in aside.fields
                if earlier.address != step.address and not released:
                    yield earlier, step
        hop = hop_of(kind, step.entry.sent, self.hosts, None, None) if step.entry else None
        for earlier in self.comes.get(hop.end, ()) if hop and changes_route(step) else ():
            yield earlier, step

    def contained(self, step: Step) -> Iterator[tuple[Step, Step]]:
        """What may hold nothing from now on is emptied first; what may from now on, filled after"""
        nesting = BY_NAME[step.kind].nesting
        update = self.steps.get(f"{step.parent.address}:update") if step.parent else None
        if not nesting or not nesting.only or not update or nesting.only[0] not in update.fields:
            return
        if step.op in (Op.CREATE, Op.DELETE):
            yield (update, step) if step.op is Op.CREATE else (step, update)


def forgotten(step: Step, held: Entry, change: Change | None) -> Iterator[str]:
    """What a step sends, or the state has of its object, that would not be remembered unsaid."""
    entry, kind = step.entry, BY_NAME[step.kind]
    if entry is None:
        return
    said = {f.name for f in change.fields if f.reason == "reset"} if change else set[str]()
    notes = change.notes if change else ()
    for name in held.sent.keys() | step.fields.keys():
        noted = any(note.startswith(f"`{name}` ") for note in notes)
        quiet = bool(kind.type(name).unreadable) and name not in step.fields
        quiet |= step.fields.get(name, held.sent.get(name)) is None and name in kind.refers
        if name not in entry.sent and name not in said and not noted and not quiet:
            yield name


def refers(step: Step, ids: Mapping[Address, int], held: Entry) -> set[object]:
    """What an entry must depend on, by kind and id, or by address where it is still to be made."""
    entry = step.entry or held
    kind = BY_NAME[step.kind]
    wanted = {v.address for v in (step.parent, *step.fields.values()) if isinstance(v, Ref)}
    sent = entry.sent.items()
    wanted |= {v.address for _, v in sent if isinstance(v, Ref)}
    known = {
        (a.kind, ids[a])
        for a in held.depends_on
        if a in ids and (a.kind, ids[a]) in ((kind.refers.get(n), v) for n, v in sent)
    }
    return {(a.kind, ids.get(a, a)) for a in wanted} | known
