"""Add the edges between steps: references, released paths, deletions. Pure."""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from shopform.kinds import Kind
from shopform.kit.graphs import find_cycles
from shopform.kit.url_paths import page_address
from shopform.model.canonical import canonical
from shopform.model.live import LiveObject
from shopform.model.plan import Op, Step
from shopform.model.references import every_link, links
from shopform.model.secrecy import is_secret
from shopform.model.values import PLAIN, Address, Ref, refs_in
from shopform.planning.checks.live_paths import Paths, RouteChange
from shopform.planning.matching.match import span_of
from shopform.planning.ordering.probes import confirm_hidden, confirm_names
from shopform.planning.plan_builder import PlanDraft

_SENT = (Op.CREATE, Op.UPDATE)


def connect(draft: PlanDraft, paths: Paths) -> None:
    steps = list(draft.graph.steps.values())
    has_cycle = _refuse_cycles(steps, draft)
    for step in steps:
        if step.op in _SENT:
            _references(step, draft, has_cycle=has_cycle)
            _paths(step, draft)
            _identity(step, draft)
        if step.op is Op.CREATE and f"{step.address}:delete" in draft.graph.steps:
            # In a cycle only if others refer to what is replaced, which is refused.
            draft.graph.edge_soft(step.key, f"{step.address}:delete")
    _moves(steps, draft)
    _deletions(steps, draft)
    _parents(steps, draft)
    for known, queue in paths.queues:
        for earlier, later in (*((step, queue[0]) for step in known), *pairwise(queue)):
            draft.graph.edge_soft(later.key, earlier.key)
        draft.graph.queues.append({step.key for step in (*known, *queue)})
    _availability(draft, paths)
    confirm_names(draft)
    confirm_hidden(draft)


def _references(step: Step, draft: PlanDraft, *, has_cycle: bool) -> None:
    """References are created first; parents move before children that move below them."""
    fields = ((name, v) for name, v in step.fields.items() if type(v) not in PLAIN)
    refs = [(name, ref.address) for name, v in fields for ref in refs_in(v)]
    if step.parent:
        refs.append(("", step.parent.address))
    identity = draft.catalogue[step.kind].identity
    for name, target in refs:
        create = f"{target}:create"
        if create in draft.graph.steps:
            free = step.op is Op.CREATE and name not in identity and name != ""
            add = draft.graph.edge_link if free else draft.graph.edge
            add(step.key, create)
        if name in identity and not has_cycle:
            for key in _moves_above(name, target, draft):
                draft.graph.edge(step.key, key)


def _moves_above(name: str, target: Address, draft: PlanDraft) -> Iterator[str]:
    """Yield the nearest step that moves an ancestor: shops refuse a cycle in between."""
    kind, number = draft.catalogue[target.kind], draft.matching.ids.get(target)
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
    """Return the id of the parent once the plan is applied, or None if it does not exist yet."""
    step = _moving(draft, kind, name, number)
    if step:
        value = step.fields[name]
        return draft.matching.ids.get(value.address) if isinstance(value, Ref) else None
    item = draft.live.object(kind.name, number)
    return links(kind, item).get(name, (None, None))[1] if item else None


def _refuse_cycles(steps: list[Step], draft: PlanDraft) -> bool:
    """Refuse moves that form a cycle through unmanaged objects; return whether there is one."""
    moved: dict[tuple[str, str], list[int]] = {}
    for step in steps:
        kind = draft.catalogue[step.kind]
        for name in sorted(step.fields.keys() & set(kind.identity)):
            if kind.refers.get(name) == step.kind and step.id is not None:
                moved.setdefault((step.kind, name), []).append(step.id)
    found = False
    for (kind_name, name), numbers in moved.items():
        kind = draft.catalogue[kind_name]
        for cycle in find_cycles(numbers, partial(_above, draft, kind, name)):
            found = True
            _refuse_cycle(draft, kind, name, cycle)
    return found


def _refuse_cycle(draft: PlanDraft, kind: Kind, name: str, cycle: list[int]) -> None:
    owners = [draft.matching.owners.get((kind.name, number)) for number in cycle]
    moving = next(
        o for o, n in zip(owners, cycle, strict=True) if o and _moving(draft, kind, name, n)
    )
    shown = [f"`{o}`" if o else f"{kind.name} {n}" for o, n in zip(owners, cycle, strict=True)]
    draft.out.error(
        "reference-cycle",
        f"`{name}` forms a cycle: {' -> '.join([*shown, shown[0]])}",
        span=span_of(draft.desired, moving),
        address=moving,
        hint=f"declare `{name}` of one of the unmanaged objects; `{name}: null` is the root",
    )


def _paths(step: Step, draft: PlanDraft) -> None:
    """A path is released before it is assigned: shops silently append `-x` otherwise."""
    kind = draft.catalogue[step.kind]
    name = kind.path
    if not name or name not in step.fields or step.address in draft.matching.ambiguous:
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
        who = f"`{owner}`, which does not declare it" if owner else "an unmanaged object"
        resource = draft.desired.resources[step.address]
        hidden = is_secret(name, resource, draft.matching.entries.get(step.address))
        shown = "a secret" if hidden else f"`{path}`"
        draft.out.error(
            "path-taken",
            f"`{name}` of `{step.address}` is {shown}, which {other.name} {holder} has: {who}",
            span=resource.span,
            address=step.address,
            hint="choose another path, or declare another one for that object",
        )


def _release(draft: PlanDraft, kind: Kind, number: int, *names: str) -> str | None:
    """Return the key of the step by which an object releases one of these fields."""
    owner = draft.matching.owners.get((kind.name, number))
    if owner is None:
        return None
    if f"{owner}:delete" in draft.graph.steps:
        return f"{owner}:delete"
    update = draft.graph.steps.get(f"{owner}:update")
    return update.key if update and any(name in update.fields for name in names) else None


def _identity(step: Step, draft: PlanDraft) -> None:
    kind = draft.catalogue[step.kind]
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


def _availability(draft: PlanDraft, paths: Paths) -> None:
    """Keep paths reachable: a redirect is created after its target, a path released after both.

    It is assumed that shops accept a redirect whose source is the path of a page, and a page at
    the source of a redirect: no source says otherwise (dossier 4.7).
    """
    graph = draft.graph
    new_routes: dict[str, list[RouteChange]] = {}
    old_routes: dict[str, list[RouteChange]] = {}
    for change in paths.route_changes:
        before, after = change.before, change.after
        for page in paths.assigned.get(after.end, ()) if after else ():
            graph.edge(change.step.key, page.key)
        if after and (before is None or before.start != after.start):
            new_routes.setdefault(after.start, []).append(change)
        if before and (after is None or after.end != before.end):
            old_routes.setdefault(before.end, []).append(change)
    for path, leaving in paths.released.items():
        for step in leaving:
            own = bool(draft.catalogue[step.kind].route)
            for change in (
                *(() if own else new_routes.get(path, ())),
                *old_routes.get(path, ()),
            ):
                if step.key not in graph.after[change.step.key]:
                    graph.edge_availability(step.key, change.step.key)
            for page in paths.assigned.get(path, ()) if own else ():
                graph.edge_availability(step.key, page.key)


def _moves(steps: list[Step], draft: PlanDraft) -> None:
    """An address is released before another object gets it, so that a run may stop in between."""
    leaving = {step.previous: step.key for step in steps if step.previous}
    for step in steps:
        if step.entry and step.address in leaving:
            draft.graph.edge_soft(step.key, leaving[step.address])


def _deletions(steps: list[Step], draft: PlanDraft) -> None:
    """An object is deleted after its dependents in the shop and in the state changed."""
    deletes = {s.address for s in steps if s.op is Op.DELETE}
    if not deletes:
        return
    for step in steps:
        if step.op not in (Op.UPDATE, Op.DELETE):
            continue
        needed, parents = set[Address](), set[Address]()
        kind = draft.catalogue[step.kind]
        item: LiveObject | None = draft.live.kinds[step.kind].objects.get(step.id or 0)
        for name, found in every_link(kind, item) if item else ():
            if owner := draft.matching.owners.get(found):
                needed.add(owner)
                if name in kind.identity:
                    parents.add(owner)
        entry = draft.matching.entries.get(step.address)
        if entry:
            needed |= {*entry.depends_on, *((entry.parent,) if entry.parent else ())}
        for address in (needed & deletes) - {step.address}:
            later = f"{address}:delete"
            if step.op is Op.UPDATE or (kind.nesting and address.kind == kind.nesting.kind):
                draft.graph.edge(later, step.key)
            else:
                draft.graph.edge_deletion(later, step.key, below=address in parents)


def _parents(steps: list[Step], draft: PlanDraft) -> None:
    """Children go before their parent stops accepting them, and come after it accepts them."""
    for step in steps:
        nesting = draft.catalogue[step.kind].nesting
        if not nesting or not nesting.only or not step.parent:
            continue
        update = draft.graph.steps.get(f"{step.parent.address}:update")
        if update is None or nesting.only[0] not in update.fields:
            continue
        if step.op is Op.DELETE:
            draft.graph.edge(update.key, step.key)
        elif step.op is Op.CREATE:
            draft.graph.edge(step.key, update.key)
