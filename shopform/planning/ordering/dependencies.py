"""What must happen before what: references, hand-overs, deletions. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise

from shopform.kinds import BY_NAME, Kind
from shopform.kit.graphs import find_cycles
from shopform.kit.url_paths import page_address
from shopform.model.canonical import canonical
from shopform.model.live import LiveObject
from shopform.model.plan import Op, Step
from shopform.model.references import links
from shopform.model.secrecy import secret_fields
from shopform.model.values import Address, Ref
from shopform.planning.checks.live_paths import Paths, Turn
from shopform.planning.matching.match import span_of
from shopform.planning.plan_builder import PlanDraft

_SENT = (Op.CREATE, Op.UPDATE)


def connect(draft: PlanDraft, paths: Paths) -> None:
    """Add every edge to the draft's graph."""
    steps = list(draft.graph.steps.values())
    circular = _circles(steps, draft)
    for step in steps:
        if step.op in _SENT:
            _references(step, draft, circular=circular)
            _paths(step, draft)
            _identity(step, draft)
        if step.op is Op.CREATE and f"{step.address}:delete" in draft.graph.steps:
            draft.graph.edge(step.key, f"{step.address}:delete")
    _moves(steps, draft)
    _deletions(steps, draft)
    _containers(steps, draft)
    for known, queue in paths.queues:
        for earlier, later in (*((step, queue[0]) for step in known), *pairwise(queue)):
            draft.graph.edge_soft(later.key, earlier.key)
        draft.graph.queues.append({step.key for step in (*known, *queue)})
    _visitors(draft, paths)
    _probes(draft)


def _references(step: Step, draft: PlanDraft, *, circular: bool) -> None:
    """After the creation of what is referred to, and top-down when a branch is turned over."""
    refs = {name: v.address for name, v in step.fields.items() if isinstance(v, Ref)}
    if step.parent:
        refs[""] = step.parent.address
    identity = BY_NAME[step.kind].identity
    for name, target in refs.items():
        create = f"{target}:create"
        if create in draft.graph.steps:
            free = step.op is Op.CREATE and name not in identity and name != ""
            add = draft.graph.edge_link if free else draft.graph.edge
            add(step.key, create)
        if name in identity and not circular:
            for key in _moves_above(name, target, draft):
                draft.graph.edge(step.key, key)


def _moves_above(name: str, target: Address, draft: PlanDraft) -> Iterator[str]:
    """The nearest step that moves one of the ancestors: a shop refuses a circle on the way."""
    kind, number = BY_NAME[target.kind], draft.matching.ids.get(target)
    passed: set[int] = set()
    while number is not None and number not in passed:
        passed.add(number)
        step = _moving(draft, kind, name, number)
        if step:
            yield step.key
            return
        number = _above(draft, kind, name, number)


def _moving(draft: PlanDraft, kind: Kind, name: str, number: int) -> Step | None:
    step = draft.graph.steps.get(f"{draft.matching.owners.get((kind.name, number))}:update")
    return step if step and name in step.fields else None


def _above(draft: PlanDraft, kind: Kind, name: str, number: int) -> int | None:
    """The id of what an object is in when the plan is done, as far as that exists already."""
    step = _moving(draft, kind, name, number)
    if step:
        value = step.fields[name]
        return draft.matching.ids.get(value.address) if isinstance(value, Ref) else None
    item = draft.live.object(kind.name, number)
    return links(kind, item).get(name, (None, None))[1] if item else None


def _circles(steps: list[Step], draft: PlanDraft) -> bool:
    """Refuse moves below an object that stays, unmanaged, below what moves; whether there are."""
    moved: dict[tuple[str, str], list[int]] = {}
    for step in steps:
        kind = BY_NAME[step.kind]
        for name in sorted(step.fields.keys() & set(kind.identity)):
            if kind.refers.get(name) == step.kind and step.id is not None:
                moved.setdefault((step.kind, name), []).append(step.id)
    found = False
    for (kind_name, name), numbers in moved.items():
        kind = BY_NAME[kind_name]
        for circle in find_cycles(numbers, partial(_above, draft, kind, name)):
            found = True
            _refuse_circle(draft, kind, name, circle)
    return found


def _refuse_circle(draft: PlanDraft, kind: Kind, name: str, circle: list[int]) -> None:
    owners = [draft.matching.owners.get((kind.name, number)) for number in circle]
    moving = next(
        o for o, n in zip(owners, circle, strict=True) if o and _moving(draft, kind, name, n)
    )
    shown = [f"`{o}`" if o else f"{kind.name} {n}" for o, n in zip(owners, circle, strict=True)]
    draft.out.error(
        "reference-cycle",
        f"`{name}` forms a cycle: {' -> '.join([*shown, shown[0]])}",
        span=span_of(draft.desired, moving),
        address=moving,
        hint=f"declare `{name}` of one that stays in place; `{name}: null` is the root",
    )


def _paths(step: Step, draft: PlanDraft) -> None:
    """A path is free only after its holder let go: a shop appends `-x` otherwise, silently."""
    kind = BY_NAME[step.kind]
    name = kind.path
    if not name or name not in step.fields:
        return
    path = str(canonical(kind.type(name), step.fields[name], draft.live.hosts))
    for other, holder in draft.matching.pages().get(page_address(path), ()):
        if (other.name, holder) == (step.kind, step.id) or not path:
            continue
        release = _release(draft, other, holder, other.path)
        if release:
            draft.graph.edge_handover(step.key, release)
            continue
        owner = draft.matching.owners.get((other.name, holder))
        who = f"`{owner}`, where it is not declared" if owner else "an unmanaged object"
        resource = draft.desired.resources[step.address]
        hidden = name in secret_fields(resource, draft.matching.entries.get(step.address))
        shown = "a secret" if hidden else f"`{path}`"
        draft.out.error(
            "path-taken",
            f"`{name}` of `{step.address}` is {shown}, which {other.name} {holder} has: {who}",
            span=resource.span,
            address=step.address,
            hint="choose another, or declare the holder with another",
        )


def _release(draft: PlanDraft, kind: Kind, number: int, *names: str) -> str | None:
    """The step by which an object gives up one of these fields, if there is one."""
    owner = draft.matching.owners.get((kind.name, number))
    if owner is None:
        return None
    if f"{owner}:delete" in draft.graph.steps:
        return f"{owner}:delete"
    update = draft.graph.steps.get(f"{owner}:update")
    return update.key if update and any(name in update.fields for name in names) else None


def _identity(step: Step, draft: PlanDraft) -> None:
    kind = BY_NAME[step.kind]
    names = kind.identity
    if step.op is Op.UPDATE and not any(name in step.fields for name in names):
        return
    parent_id = draft.matching.ids.get(step.parent.address) if step.parent else None
    identity = step.entry.identity if step.entry else ()
    for holder in draft.matching.index(kind).get((parent_id, identity), []):
        release = None if holder == step.id else _release(draft, kind, holder, *names)
        if release and names[-1] in draft.graph.steps[release].fields:
            draft.graph.edge_name(step.key, release)
        elif release:
            draft.graph.edge_soft(step.key, release)


def _visitors(draft: PlanDraft, paths: Paths) -> None:
    """Make before break: a redirect waits for the page that it leads to, and what answers at a
    path leaves it only when what visitors find instead is there.

    That a shop takes a redirect from the path of a page, or a page at the source of a redirect,
    is assumed: no source says otherwise (dossier 4.7).
    """
    graph = draft.graph
    caught: dict[str, list[Turn]] = {}
    turned_away: dict[str, list[Turn]] = {}
    for turn in paths.turns:
        before, after = turn.before, turn.after
        for page in paths.comes.get(after.end, ()) if after else ():
            graph.edge(turn.step.key, page.key)
        if after and (before is None or before.start != after.start):
            caught.setdefault(after.start, []).append(turn)
        if before and (after is None or after.end != before.end):
            turned_away.setdefault(before.end, []).append(turn)
    for path, leaving in paths.leaves.items():
        for step in leaving:
            own = bool(BY_NAME[step.kind].route)
            for turn in (*(() if own else caught.get(path, ())), *turned_away.get(path, ())):
                if step.key not in graph.after[turn.step.key]:
                    graph.edge_visitors(step.key, turn.step.key)
            for page in paths.comes.get(path, ()) if own else ():
                graph.edge_visitors(step.key, page.key)


def _moves(steps: list[Step], draft: PlanDraft) -> None:
    """An address is left before another object takes it, so that a run may stop in between."""
    leaving = {step.previous: step.key for step in steps if step.previous}
    for step in steps:
        if step.entry and step.address in leaving:
            draft.graph.edge_soft(step.key, leaving[step.address])


def _probes(draft: PlanDraft) -> None:
    """Where field names are only assumed, one create is sent and read back before all others:
    one that waits for nothing, if there is one, so that nothing else can keep all of them back."""
    graph = draft.graph
    for kind in {step.kind for step in graph.steps.values() if step.confirm}:
        writes = [s for s in graph.steps.values() if s.kind == kind and s.op in _SENT]
        creates = [step for step in writes if step.op is Op.CREATE]
        probe = min(creates, key=lambda step: (bool(graph.after[step.key]), step.key))
        for step in creates:
            graph.steps[step.key] = replace(step, confirm=step.key == probe.key)
        for step in writes:
            graph.edge(step.key, probe.key)


def _deletions(steps: list[Step], draft: PlanDraft) -> None:
    """After everything that depended on the object, according to the shop and to the state."""
    deletes = {s.address for s in steps if s.op is Op.DELETE}
    if not deletes:
        return
    for step in steps:
        if step.op not in (Op.UPDATE, Op.DELETE):
            continue
        needed: set[Address] = set()
        item: LiveObject | None = draft.live.kinds[step.kind].objects.get(step.id or 0)
        for found in links(BY_NAME[step.kind], item).values() if item else ():
            owner = draft.matching.owners.get(found)
            needed |= {owner} if owner else set()
        entry = draft.matching.entries.get(step.address)
        if entry:
            needed |= {*entry.depends_on, *((entry.parent,) if entry.parent else ())}
        for address in needed & deletes:
            if address != step.address:
                draft.graph.edge(f"{address}:delete", step.key)


def _containers(steps: list[Step], draft: PlanDraft) -> None:
    """What may hold nothing from now on is emptied first; what may from now on is filled after."""
    for step in steps:
        nesting = BY_NAME[step.kind].nesting
        if not nesting or not nesting.only or not step.parent:
            continue
        update = draft.graph.steps.get(f"{step.parent.address}:update")
        if update is None or nesting.only[0] not in update.fields:
            continue
        if step.op is Op.DELETE:
            draft.graph.edge(update.key, step.key)
        elif step.op is Op.CREATE:
            draft.graph.edge(step.key, update.key)
