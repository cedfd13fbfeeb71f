"""The paths of the shop before and after a plan, and the steps that change them. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from shopform.kinds import BY_NAME, KINDS, Kind
from shopform.kit.url_paths import page_address
from shopform.model.canonical import canonical
from shopform.model.plan import Op, Step
from shopform.model.redirect_graph import FRONT, Hop, Page, by_source, hop_of
from shopform.model.secrecy import secret_fields
from shopform.model.slugs import root
from shopform.model.values import Address, Secret
from shopform.planning.checks.predicted_paths import Guess, guesses
from shopform.planning.matching.match import span_of
from shopform.planning.plan_builder import PlanDraft


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that changes a redirect, with its source and target before and after."""

    step: Step
    before: Hop | None
    after: Hop | None


@dataclass(slots=True)
class Paths:
    """Folded paths.

    `hops` and `pages` are those after the plan. `left` are the paths that a step takes from a page
    or a redirect, with that step; others may get them. `comes` are the steps that give a page a
    path.
    """

    hops: list[Hop] = field(default_factory=list)
    table: Mapping[str, Hop] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=lambda: {"": FRONT})
    left: dict[str, tuple[str, Step]] = field(default_factory=dict)
    comes: dict[str, list[Step]] = field(default_factory=dict)
    leaves: dict[str, list[Step]] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    contested: list[tuple[Guess, Page]] = field(default_factory=list)
    queues: list[tuple[list[Step], list[Step]]] = field(default_factory=list)

    @property
    def ceased(self) -> dict[str, tuple[str, Step]]:
        """The paths that cease to answer, as they are written, each with its step."""
        return {
            path: left
            for path, left in self.left.items()
            if path not in self.pages and path not in self.table
        }


@dataclass(frozen=True, slots=True)
class _Object:
    """An object before and after the plan; None if it does not exist."""

    owner: Address | None
    id: int | None
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    step: Step | None


def paths_of(draft: PlanDraft) -> Paths:
    """Return the paths of a draft with steps that are not ordered yet."""
    found = Paths()
    for kind in KINDS:
        if kind.path:
            _pages(draft, kind, found)
        if kind.route:
            _routes(draft, kind, found)
    found.table = by_source(found.hops)
    _guess(draft, found)
    return found


def _guess(draft: PlanDraft, found: Paths) -> None:
    """Add the paths that the shop is likely to make, and put those that may want one in a queue:
    else chance would say which of them gets it."""
    known: dict[str, list[Step]] = {}
    queues: dict[str, list[Step]] = {}
    for guess in list(guesses(draft, found.pages)):
        kind, step = BY_NAME[guess.step.kind], guess.step
        if not queues:
            known = _by_root(kind, found)
        queues.setdefault(root(kind, guess.wanted), []).append(step)
        if not guess.got:
            continue
        if guess.got != guess.wanted:
            found.contested.append((guess, found.pages[page_address(guess.wanted)]))
        path, span = page_address(guess.got), span_of(draft.desired, step.address)
        found.pages[path] = Page(guess.got, str(step.address), span, fresh=True, guessed=True)
        found.comes.setdefault(path, []).append(step)
    found.queues = [(known.get(key, []), queue) for key, queue in queues.items()]


def _by_root(kind: Kind, found: Paths) -> dict[str, list[Step]]:
    """Steps by which a page leaves a known path or comes to one, by what guesses would want."""
    known: dict[str, list[Step]] = {}
    for steps in (found.leaves, found.comes):
        for path, those in steps.items():
            pages = [step for step in those if BY_NAME[step.kind].path]
            known.setdefault(root(kind, path), []).extend(pages)
    return known


def path_of(draft: PlanDraft, kind: Kind, fields: Mapping[str, object] | None) -> str:
    """Return a page's path as it is written; empty for a secret, since messages show it."""
    value = fields.get(kind.path) if fields else None
    if isinstance(value, Secret):
        return ""
    return str(canonical(kind.type(kind.path), value, draft.live.hosts))


def _objects(draft: PlanDraft, kind: Kind) -> Iterator[_Object]:
    route = kind.route
    shown = {kind.path, *((route.source, route.target) if route else ())}
    for number, item in draft.live.kind(kind.name).objects.items():
        owner = draft.matching.owners.get((kind.name, number))
        if owner and not shown.isdisjoint(_secret(draft, owner)):
            continue
        delete = draft.graph.steps.get(f"{owner}:{Op.DELETE}") if owner else None
        step = delete or (draft.graph.steps.get(f"{owner}:{Op.UPDATE}") if owner else None)
        after = None if delete else {**item.fields, **step.fields} if step else item.fields
        yield _Object(owner, number, item.fields, after, step)
    for step in draft.graph.steps.values():
        if step.op is Op.CREATE and step.kind == kind.name:
            yield _Object(step.address, None, None, step.fields, step)


def _secret(draft: PlanDraft, owner: Address) -> set[str]:
    """Return the fields that are or were secret; messages show paths, so these are skipped."""
    return secret_fields(draft.desired.resources.get(owner), draft.matching.entries.get(owner))


def _pages(draft: PlanDraft, kind: Kind, found: Paths) -> None:
    for each in _objects(draft, kind):
        before, after = (path_of(draft, kind, fields) for fields in (each.before, each.after))
        old, new = page_address(before), page_address(after)
        if after:
            whose = str(each.owner or f"{kind.name} {each.id}")
            span = span_of(draft.desired, each.owner) if each.owner else None
            found.pages[new] = Page(after, whose, span, fresh=each.step is not None and old != new)
        if each.step is None or old == new:
            continue
        if before:
            found.left[old] = before, each.step
            found.leaves.setdefault(old, []).append(each.step)
        if after:
            found.comes.setdefault(new, []).append(each.step)


def _routes(draft: PlanDraft, kind: Kind, found: Paths) -> None:
    route, hosts = kind.route, draft.live.hosts
    ends = {route.source, route.target} if route else set()
    for each in _objects(draft, kind):
        known = draft.options.destroy or each.owner in draft.desired.resources
        declared = each.owner if known else None
        span = span_of(draft.desired, declared) if declared else None
        fresh = each.step is not None and not ends.isdisjoint(each.step.fields)
        before = hop_of(kind, each.before, hosts, declared, span) if each.before else None
        after = hop_of(kind, each.after, hosts, declared, span, fresh) if each.after else None
        if after:
            found.hops.append(after)
        if each.step is None:
            continue
        if fresh or after is None:
            found.turns.append(Turn(each.step, before, after))
        if before and before.start and (after is None or after.start != before.start):
            found.left[before.start] = before.source, each.step
            found.leaves.setdefault(before.start, []).append(each.step)
