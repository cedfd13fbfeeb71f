"""Check that a plan read from a file fits the state, the project and itself. Pure.

Anyone who can write the file can also compute its digests. So the plan must be one that the planner
could have made: it does what it shows, changes only objects that the state owns, and sends files
and runs commands that the project declares.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from shopform.kinds import Kind
from shopform.kinds.field_types import FieldType, Unreadable
from shopform.kinds.field_types.images import Image
from shopform.model.canonical import canonical, identity_part, is_digest
from shopform.model.desired import Desired
from shopform.model.plan import TOUCHES, Action, Change, FieldChange, Op, Plan, Step
from shopform.model.prior import Entry, Prior
from shopform.model.shop import Shop
from shopform.model.values import Address, Ref, Secret, refs_in
from shopform.planning.checks.required_edges import (
    RequiredEdges,
    required_references,
    unrecorded_fields,
)
from shopform.planning.checks.saved_steps import is_complete, is_typed
from shopform.planning.removals import RELEASED, children, lifecycle_notes

_SHOWN_AS = {
    Op.CREATE: {Action.CREATE, Action.REPLACE},
    Op.DELETE: {Action.DELETE, Action.REPLACE},
    Op.UPDATE: {Action.UPDATE},
    Op.FORGET: {Action.FORGET, Action.UPDATE, Action.NO_OP},
}
_NEW = Entry(id=0)
_KEPT = Entry(id=0, protect=True, keep=True)
_LIFECYCLE = frozenset((*lifecycle_notes(_NEW, _KEPT), *lifecycle_notes(_KEPT, _NEW)))


def mismatches(plan: Plan, prior: Prior, desired: Desired, shop: Shop) -> Iterator[tuple[str, str]]:
    """Yield each address that does not fit, with the reason as a clause.

    `prior` is the state that the plan was made from. `desired` matters only to steps that deliver
    secrets or upload files.
    """
    check = _Check(plan, prior, desired, shop)
    seen: set[str] = set()
    for step in plan.steps:
        if step.key in seen or not step.key.startswith(f"{step.address}:"):
            yield step.address, f"has a step with the key `{step.key}` of another address"
        if not seen.issuperset(step.after):
            yield step.address, "waits for a step that does not come before it"
        seen.add(step.key)
        yield from ((step.address, what) for what in check.step(step))
    for change in plan.changes:
        yield from ((change.address, what) for what in check.change(change))
    edges = RequiredEdges(plan, check.changes, check.before, shop.hosts)
    for address, first in edges.missing():
        yield address, f"does not wait for `{first}`"
    for kind, names in plan.names.items():
        yield from ((kind, what) for what in _named(kind, names, shop))
    for address in set(plan.absent) - {intent.address for intent in prior.pending}:
        yield address, "is not a pending create of the state"
    touched = {s.address for s in plan.steps if s.op in TOUCHES and s.id}
    for address in sorted(touched ^ plan.basis.fingerprints.keys()):
        yield address, "has no fingerprint, or one too many"


def _same_identity(kind: Kind, entry: Entry) -> bool:
    """Return whether an identity agrees with the sent fields."""
    for name, part in zip(kind.identity, entry.identity, strict=False):
        sent = entry.sent.get(name, part)
        hidden = is_digest(part) and is_digest(sent)
        if not hidden and identity_part(kind.type(name), sent) != part:
            return False
    return len(entry.identity) == len(kind.identity)


def _named(name: str, names: Mapping[str, str], shop: Shop) -> Iterator[str]:
    given = shop.wire[name].fields if name in shop.wire else {}
    if name not in shop.catalogue:
        yield "is not a kind"
        return
    for ours, theirs in names.items():
        row = shop.catalogue[name].fields.get(ours)
        if row is None or theirs not in (row.wire, *row.aliases, given.get(ours)):
            yield f"cannot have the wire name `{theirs}` for `{ours}`"


@dataclass(slots=True)
class _Check:
    plan: Plan
    prior: Prior
    desired: Desired
    shop: Shop
    changes: Mapping[Address, Change] = field(init=False)
    steps: dict[Address, list[Step]] = field(default_factory=dict)
    before: dict[Address, Entry] = field(init=False)
    ids: dict[Address, int] = field(init=False)
    owners: dict[tuple[str, int], Address] = field(init=False)
    images: set[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.changes = {change.address: change for change in self.plan.changes}
        held = self.prior.resources
        self.before = {**{i.address: i.entry for i in self.prior.pending}, **held}
        self.ids = {address: entry.id for address, entry in held.items()}
        self.owners = self.prior.owners
        for step in self.plan.steps:
            self.steps.setdefault(step.address, []).append(step)
        self.ids |= self.plan.ids
        declared = (v for r in self.desired.resources.values() for v in r.fields.values())
        items = (item for value in declared if isinstance(value, tuple) for item in value)
        self.images = {(i.file, i.sha256) for i in items if isinstance(i, Image)}

    def step(self, step: Step) -> Iterator[str]:
        kind, names = self.plan.catalogue[step.kind], self.plan.names.get(step.kind, {})
        wrong = [n for n, v in step.fields.items() if not is_typed(kind, n, v)]
        wrong += [n for n in step.fields if n not in names]
        if wrong or not is_complete(kind, step):
            about = "".join(f", see `{name}`" for name in wrong)
            yield f"has an incomplete step `{step.op}`{about}"
            return
        yield from self._owned(step)
        yield from self._refers(step)
        yield from self._uploads_and_deliveries(step)
        yield from self._recorded(step, kind)
        yield from self._shown(step)

    def change(self, change: Change) -> Iterator[str]:
        """Yield what a change shows and no step does."""
        steps = [step for step in self.steps.get(change.address, ()) if not step.temporary]
        ops = {step.op for step in steps}
        wanted = {op for op, actions in _SHOWN_AS.items() if change.action in actions}
        if change.action is Action.NO_OP:
            wanted = set()
        elif change.action is Action.UPDATE:
            wanted = {Op.UPDATE}
        if not ops or not wanted <= ops:
            yield f"is shown as `{change.action}`, which no step does"
        if change.importing and not any(step.importing for step in steps):
            yield "is shown as imported, which no step does"
        moves = {step.previous for step in steps}
        if change.previous and Op.ADOPT not in ops and change.previous not in moves:
            yield "is shown as moved, which no step does"
        sent = {name for step in steps for name in step.fields}
        later = Op.CREATE in wanted or Op.UPDATE in wanted
        for shown in change.fields if later else ():
            cleared = shown.after is None and Op.CREATE in wanted and not shown.sensitive
            if shown.name not in sent and shown.reason != "released" and not cleared:
                yield f"shows `{shown.name}`, which no step sends"

    def _entry(self, step: Step) -> Entry | None:
        entry = self.before.get(step.previous or step.address)
        return entry if entry and entry.id in (step.id, 0) else None

    def _owned(self, step: Step) -> Iterator[str]:
        """Require that a step changes an object of its address, or adopts an unowned one."""
        left = (s.previous for s in self.steps[step.address] if step.temporary and s.previous)
        own = step.previous or next(left, step.address)
        if step.previous and step.previous not in self.before:
            yield f"moves from `{step.previous}`, which the state does not have"
        if step.op is Op.FORGET:
            if own not in self.before and not any(s.importing for s in self.steps[step.address]):
                yield "is removed from the state, which does not have it"
            return
        if step.id is None:
            return
        owner = self.owners.get((step.kind, step.id))
        if owner is None:
            takes = step.importing or step.op in (Op.IMPORT, Op.ADOPT)
            if not takes and all(intent.kind != step.kind for intent in self.prior.pending):
                yield f"is not {step.id} in the state"
            owner = self.owners[step.kind, step.id] = own
        if owner != own:
            yield f"is not {step.id}, which belongs to `{owner}`"
        entry = self._entry(step)
        if step.op is Op.DELETE and entry and entry.protect:
            yield "is protected"
        if step.op is Op.DELETE and not self._lists_children(step):
            yield "is deleted without reading its children first"

    def _lists_children(self, step: Step) -> bool:
        """Return whether a delete lists every kind of children that its object may have."""
        kind, change = self.plan.catalogue[step.kind], self.changes.get(step.address)
        shown = {part.name: part.before for part in change.fields} if change else {}
        wanted = children(self.plan.catalogue, kind, {**change.values, **shown} if change else {})
        return {*wanted} <= {*step.children}

    def _refers(self, step: Step) -> Iterator[str]:
        entry = step.entry or _NEW
        values = (step.parent, *step.fields.values(), *entry.sent.values(), *entry.identity)
        own = self.steps[step.address]
        after = {*step.after, *(key for s in own if s.op is Op.CREATE for key in s.after)}
        for target in dict.fromkeys(ref.address for ref in refs_in(values)):
            made = next((s for s in self.steps.get(target, ()) if s.op is Op.CREATE), None)
            if made is None and target not in self.ids:
                yield f"refers to `{target}`, which is neither in the state nor created"
            elif made and made.key not in after and step.op is not Op.DELETE:
                yield f"refers to `{target}` before it is created"

    def _uploads_and_deliveries(self, step: Step) -> Iterator[str]:
        """Require that files and deliveries are declared in the project."""
        for value in step.fields.values():
            parts = value if isinstance(value, tuple) else ()
            files = [p for p in parts if isinstance(p, Mapping) and "file" in p]
            for part in files:
                if (part["file"], part.get("sha256")) not in self.images:
                    yield f"uploads `{part['file']}`, which the project does not declare"
        resource = self.desired.resources.get(step.address)
        declared = resource.deliver if resource else None
        makes = step.op in (Op.CREATE, Op.ADOPT) and self.plan.catalogue[step.kind].generated
        if step.deliver != declared if makes else step.deliver not in (None, declared):
            yield "delivers its secret to a target that the project does not declare"

    def _recorded(self, step: Step, kind: Kind) -> Iterator[str]:
        """Require that the state records what is sent, and protection only as shown."""
        entry, change = step.entry, self.changes.get(step.address)
        if entry is None or step.op is Op.ADOPT:
            return
        held = (None if step.op is Op.CREATE or step.linking else self._entry(step)) or _NEW
        shown = _LIFECYCLE.intersection(change.notes if change else ())
        if shown != set(lifecycle_notes(held, entry)):
            yield "changes deletion settings that it does not show"
        for name in unrecorded_fields(kind, step, held, change):
            yield f"sends `{name}`, or sent it before, and would not record it"
        numbers = {(a.kind, self.ids.get(a, a)) for a in entry.depends_on}
        if not required_references(kind, step, self.ids, held) <= numbers:
            yield "would be recorded without its references"
        known = all(name in kind.fields for name in entry.sent)
        kept = all(n in held.stored and held.stored[n] == v for n, v in entry.stored.items())
        if not known or not kept or not _same_identity(kind, entry):
            yield "would be recorded as something else"
        for name, value in step.fields.items():
            sides = entry.sent.get(name), held.sent.get(name)
            if name in entry.sent and not self._same(kind.type(name), value, *sides):
                yield f"would be recorded with another `{name}` than is sent"

    def _same(self, type_: FieldType, value: object, sent: object, before: object) -> bool:
        if isinstance(type_, Unreadable):
            return type_.are_recorded(value, sent, before)
        if isinstance(value, Secret):
            return is_digest(sent)
        return self._known(type_, value) == self._known(type_, sent)

    def _known(self, type_: FieldType, value: object) -> object:
        """Return a value with the ids of the objects to which it refers, as far as known."""

        def number(_kind: str, given: object) -> object:
            if isinstance(given, Ref):
                return self.ids.get(given.address, given)
            return int(given[1:]) if isinstance(given, str) and given[:1] == "#" else given

        plain = value if isinstance(value, Ref) else canonical(type_, value, self.shop.hosts)
        return type_.with_links(plain, number)

    def _shown(self, step: Step) -> Iterator[str]:
        change = self.changes.get(step.address)
        if change is None or step.temporary or step.op is Op.EDIT:
            if change is None and step.op is not Op.EDIT:
                yield f"is not shown, and has a step `{step.op}`"
            return
        actions = _SHOWN_AS.get(step.op, set(Action))
        if step.linking:
            actions = _SHOWN_AS[Op.CREATE]
        if change.action not in actions or step.importing != change.importing:
            yield f"is shown as `{change.action}`, and has a step `{step.op}`"
        if step.op is Op.FORGET and change.action is Action.UPDATE and RELEASED not in change.notes:
            yield "is removed from the state, and does not show it"
        if step.id and change.id != step.id:
            yield f"is shown as {change.id}, and has a step for {step.id}"
        moved = step.previous if step.op in (Op.MOVE, Op.UPDATE, Op.IMPORT) else None
        if moved in self.prior.resources and change.previous != moved:
            yield f"is moved from `{moved}`, and does not show it"
        fields = {shown.name: shown for shown in change.fields}
        for name, value in step.fields.items():
            shown = fields.get(name, FieldChange(name=name))
            if not self._agrees(step, shown, value):
                yield f"sends another `{name}` than is shown"

    def _agrees(self, step: Step, shown: FieldChange, value: object) -> bool:
        kind, entry = self.plan.catalogue[step.kind], self._entry(step)
        type_ = kind.type(shown.name)
        if isinstance(value, Secret):
            return shown.sensitive
        if shown.sensitive:
            return entry is not None and is_digest(entry.sent.get(shown.name))
        after = shown.after
        if isinstance(type_, Unreadable) and isinstance(value, tuple):
            before = () if step.op is Op.CREATE else shown.before
            sent = [dict(part) for part in value if isinstance(part, Mapping)]
            return _sorted(sent) == _sorted(type_.expected(before, after))
        return self._known(type_, value) == self._known(type_, after)


def _sorted(items: list[dict[str, object]]) -> list[str]:
    return sorted(repr(sorted(item.items())) for item in items)
