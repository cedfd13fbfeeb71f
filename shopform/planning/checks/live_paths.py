"""The paths of the shop before and after a plan, and the steps that change them. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from shopform.diagnostics import Span
from shopform.kinds import Catalogue, Kind
from shopform.kit.url_paths import page_address
from shopform.model.canonical import canonical
from shopform.model.plan import Op, Step
from shopform.model.redirect_graph import FRONT, Hop, Page, by_source, hop_of
from shopform.model.secrecy import is_secret
from shopform.model.slugs import root, wanted
from shopform.model.values import Address, Secret, refs_in
from shopform.planning.matching.match import span_of
from shopform.planning.plan_builder import PlanDraft


class Prediction(NamedTuple):
    """The path that a new object is likely to get, and the one its name would give.

    Both are empty if it is unknown what the shop does, `got` alone if a path is sent.
    """

    step: Step
    wanted: str
    got: str


class RouteChange(NamedTuple):
    """A step that changes a redirect, and the redirect before and after it."""

    step: Step
    before: Hop | None
    after: Hop | None


@dataclass(slots=True)
class Paths:
    """The paths of a shop, by their normalized form.

    `hops`, `table` and `pages` are those after the plan. `left` maps each path that a page or a
    redirect gives up to the path as written and the step. `released` and `assigned` are the steps
    that release a path, and that assign it to a page. `contested` are predicted paths that
    differ from the preferred one, with the page that has that. `queues` are steps whose order
    decides which of them gets a path, each with steps that come before them all.
    """

    hops: list[Hop] = field(default_factory=list)
    table: Mapping[str, Hop] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=lambda: {"": FRONT})
    left: dict[str, tuple[str, Step]] = field(default_factory=dict)
    assigned: dict[str, list[Step]] = field(default_factory=dict)
    released: dict[str, list[Step]] = field(default_factory=dict)
    route_changes: list[RouteChange] = field(default_factory=list)
    contested: list[tuple[Prediction, Page]] = field(default_factory=list)
    queues: list[tuple[list[Step], list[Step]]] = field(default_factory=list)

    @property
    def removed(self) -> dict[str, tuple[str, Step]]:
        """The paths that stop answering: each as written, with its step."""
        return {
            path: left
            for path, left in self.left.items()
            if path not in self.pages and path not in self.table
        }


class _Object(NamedTuple):
    """An object before and after the plan; None if it does not exist."""

    owner: Address | None
    id: int | None
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    step: Step | None


def paths_of(draft: PlanDraft) -> Paths:
    """Return the paths of a draft; its steps need no order yet."""
    found = Paths()
    for kind in draft.catalogue.kinds:
        if kind.path:
            _pages(draft, kind, found)
        if kind.route:
            _routes(draft, kind, found)
    found.table = by_source(found.hops)
    _predict(draft, found)
    return found


def _predict(draft: PlanDraft, found: Paths) -> None:
    """Add the paths that the shop is likely to choose, and queue the creates that compete for one.

    Without a queue, which of them gets the path would be random.
    """
    known: dict[str, list[Step]] = {}
    queues: dict[str, list[Step]] = {}
    for prediction in list(predictions(draft, found.pages)):
        kind, step = draft.catalogue[prediction.step.kind], prediction.step
        if not queues:
            known = _by_root(draft.catalogue, kind, found)
        queues.setdefault(root(kind, prediction.wanted), []).append(step)
        if not prediction.got:
            continue
        if prediction.got != prediction.wanted:
            found.contested.append((prediction, found.pages[page_address(prediction.wanted)]))
        path, span = page_address(prediction.got), span_of(draft.desired, step.address)
        found.pages[path] = Page(prediction.got, str(step.address), span, fresh=True, guessed=True)
        found.assigned.setdefault(path, []).append(step)
    found.queues = [(known.get(key, []), queue) for key, queue in queues.items()]


def _by_root(catalogue: Catalogue, kind: Kind, found: Paths) -> dict[str, list[Step]]:
    """Return the steps that give up or assign a known path, by the root of the path."""
    known: dict[str, list[Step]] = {}
    for steps in (found.released, found.assigned):
        for path, those in steps.items():
            pages = [step for step in those if catalogue[step.kind].path]
            known.setdefault(root(kind, path), []).extend(pages)
    return known


def path_of(draft: PlanDraft, kind: Kind, fields: Mapping[str, object] | None) -> str:
    """Return a page's path as written; empty for a secret, since messages show paths."""
    value = fields.get(kind.path) if fields else None
    if isinstance(value, Secret):
        return ""
    return str(canonical(kind.type(kind.path), value, draft.live.hosts))


def _objects(draft: PlanDraft, kind: Kind) -> Iterator[_Object]:
    route = kind.route
    shown = {kind.path, *((route.source, route.target) if route else ())}
    steps, touched = draft.graph.steps, {step.address for step in draft.graph.steps.values()}
    for number, item in draft.live.kind(kind.name).objects.items():
        owner = draft.matching.owners.get((kind.name, number))
        if owner and _secret(draft, owner, shown):
            continue
        delete = steps.get(f"{owner}:{Op.DELETE}") if owner in touched else None
        step = delete or (steps.get(f"{owner}:{Op.UPDATE}") if owner in touched else None)
        after = None if delete else {**item.fields, **step.fields} if step else item.fields
        yield _Object(owner, number, item.fields, after, step)
    for step in steps.values():
        if step.op is Op.CREATE and step.kind == kind.name:
            yield _Object(step.address, None, None, step.fields, step)


def _secret(draft: PlanDraft, owner: Address, names: Iterable[str]) -> bool:
    """Return whether a field is or was secret: messages show paths, so such objects are skipped."""
    resource, entry = draft.desired.resources.get(owner), draft.matching.entries.get(owner)
    return any(is_secret(name, resource, entry) for name in names)


def _pages(draft: PlanDraft, kind: Kind, found: Paths) -> None:
    for each in _objects(draft, kind):
        after = path_of(draft, kind, each.after)
        before = path_of(draft, kind, each.before) if each.step else after
        old, new = page_address(before), page_address(after)
        if after:
            label = str(each.owner or f"{kind.name} {each.id}")
            span = span_of(draft.desired, each.owner) if each.owner else None
            found.pages[new] = Page(after, label, span, fresh=each.step is not None and old != new)
        if each.step is None or old == new:
            continue
        if before:
            found.left[old] = before, each.step
            found.released.setdefault(old, []).append(each.step)
        if after:
            found.assigned.setdefault(new, []).append(each.step)


def _routes(draft: PlanDraft, kind: Kind, found: Paths) -> None:
    route, hosts = kind.route, draft.live.hosts
    ends = {route.source, route.target} if route else set()
    for each in _objects(draft, kind):
        known = draft.options.destroy or each.owner in draft.desired.resources
        declared = each.owner if known else None
        span = span_of(draft.desired, declared) if declared else None
        fresh = each.step is not None and not ends.isdisjoint(each.step.fields)
        after = hop_of(kind, each.after, hosts, declared, span, fresh) if each.after else None
        if after:
            found.hops.append(after)
        if each.step is None:
            continue
        before = hop_of(kind, each.before, hosts, declared, span) if each.before else None
        if fresh or after is None:
            found.route_changes.append(RouteChange(each.step, before, after))
        if before and before.start and (after is None or after.start != before.start):
            found.left[before.start] = before.source, each.step
            found.released.setdefault(before.start, []).append(each.step)


def predictions(draft: PlanDraft, known: Mapping[str, object]) -> Iterator[Prediction]:
    """Yield the paths of objects that are created without one, in the order of their creation.

    That is the order of their kinds and then of the files, each after the new objects it refers
    to. `known` are the paths that others will have.
    """
    taken = set(known)
    last: dict[str, str] = {}
    for step in _in_order(draft, _pathless(draft)):
        kind = draft.catalogue[step.kind]
        first = wanted(kind, step.fields)
        # What a shop does with an empty path is unknown: it may keep it.
        if not first or kind.path in step.fields:
            yield Prediction(step, first, "")
            continue
        path = last.get(first, first)
        while page_address(path) in taken and kind.slug:
            path += kind.slug.taken.value
        last[first] = path
        taken.add(page_address(path))
        yield Prediction(step, first, path)


def _pathless(draft: PlanDraft) -> dict[str, Step]:
    found: dict[str, Step] = {}
    for step in draft.graph.steps.values():
        kind = draft.catalogue[step.kind]
        if step.op is Op.CREATE and kind.slug and not step.fields.get(kind.path):
            found[step.key] = step
    return found


def _in_order(draft: PlanDraft, pathless: Mapping[str, Step]) -> Iterator[Step]:
    def place_of(step: Step) -> tuple[int, Span, Address]:
        span = span_of(draft.desired, step.address) or Span("", 0, 0)
        return draft.catalogue.order[step.kind], span, step.address

    left = sorted(pathless.values(), key=place_of, reverse=True)
    passed: set[str] = set()
    done: set[str] = set()
    while left:
        step = left[-1]
        if step.key not in passed:
            passed.add(step.key)
            refs = [ref.address for ref in refs_in(step.fields)]
            above = (draft.graph.steps.get(f"{ref}:{Op.CREATE}") for ref in refs)
            left += [each for each in above if each and each.key not in passed]
            continue
        left.pop()
        if step.key not in done and step.key in pathless:
            yield step
        done.add(step.key)
