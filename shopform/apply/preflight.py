"""Check that the shop did not change since a saved plan was made."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from shopform.apply.child_checks import ChildChecks, Lists, complete_list, step_error
from shopform.apply.step_context import StepContext
from shopform.diagnostics import Diagnostic, error
from shopform.errors import Absent, ShopChanged
from shopform.kinds import Kind
from shopform.kit.text import backquoted
from shopform.kit.url_paths import page_address, slashed
from shopform.model.canonical import canonical, digest, identified, is_digest
from shopform.model.live import Live, LiveKind
from shopform.model.plan import TOUCHES, WRITES, Op, Plan, Step
from shopform.model.redirect_graph import hop_of
from shopform.model.values import Address, Secret
from shopform.planning.checks.shop_identity import anchor_of, described
from shopform.planning.matching.result import live_identity
from shopform.planning.preconditions import (
    changes_route,
    existing_references,
    fingerprint,
    required_lists,
)


def check_unchanged(plan: Plan, context: StepContext) -> Lists:
    """Read every list that the plan depends on once, before the first write, and return them.

    Raises ShopChanged with an error for each object that was deleted or edited (in the fields that
    the plan declares or sends), for each deleted reference, for each object that has the identity
    of one to be created, and for each path that another object took.
    """
    current = _Preconditions(plan, context)
    found = _other_shop(plan, current.lists)
    existing = {step.address: step for step in current.steps if step.id is not None}
    for address, digests in plan.basis.fingerprints.items():
        found += _edited(existing[address], digests, current.lists, context)
    children = ChildChecks(plan, context.client, dict(current.lists))
    for step in current.steps:
        found += [*current.deleted(step), *current.taken(step), *current.rerouted(step)]
        try:
            children.check(step, counting=False)
        except ShopChanged as problem:
            found.append(step_error(problem, step))
    if found:
        raise ShopChanged(diagnostics=list(dict.fromkeys(found)))
    return current.lists


def _other_shop(plan: Plan, lists: Lists) -> list[Diagnostic]:
    """Return an error if the shop's fixed object changed: the key belongs to another shop."""
    was = plan.basis.anchor
    kinds = {kind: read for (kind, _), read in lists.items()}
    now = anchor_of(Live(catalogue=plan.catalogue, kinds=kinds))
    if not was or not now or (was.id, was.host) == (now.id, now.host):
        return []
    summary = (
        f"the fixed {was.kind} is {described(now)}, and was {described(was)} when the plan was made"
    )
    return [error("shop-changed", summary, hint="correct the key; or plan again")]


def _list(context: StepContext, kind: str, parent_id: int | None) -> LiveKind:
    try:
        return complete_list(context.client, context.plan, kind, parent_id)
    except Absent:  # the response for the children of a deleted object
        return LiveKind()


def _edited(
    step: Step, digests: Mapping[str, str], lists: Lists, context: StepContext
) -> list[Diagnostic]:
    item = lists[step.kind, context.parent_id(step)].objects.get(step.id or 0)
    if item is None:
        return [_changed(step.address, "was deleted in the shop")]
    now = fingerprint(context.catalogue[step.kind], item, context.hosts)
    about = digests.keys() | now.keys() if step.op is Op.DELETE else digests.keys()
    fields = sorted(name for name in about if digests.get(name) != now.get(name))
    if not fields:
        return []
    return [_changed(step.address, f"was edited in the shop: {backquoted(fields)}")]


class _Preconditions:
    """The current lists that a plan depends on."""

    def __init__(self, plan: Plan, context: StepContext) -> None:
        self.context = context
        self.steps = [step for step in plan.steps if step.op in TOUCHES]
        self.made = {step.address for step in self.steps if step.op is Op.CREATE}
        self.parents = {address: entry.parent for address, entry in context.entries.items()}
        self.parents |= {s.address: s.parent.address if s.parent else None for s in self.steps}
        self.lists = self._read()
        self.free = self._unmanaged()
        self.paths = self._paths()
        self.pages = self._pages()

    def _read(self) -> Lists:
        ids = self.context.ids
        found = required_lists(self.context.catalogue, self.steps, ids, self.parents)
        deleting = {step.address: step.id for step in self.steps if step.op is Op.DELETE}
        wanted = sorted(
            {
                (kind, deleting.get(above, ids.get(above)) if above else None)
                for kind, above in found
            },
            key=str,
        )
        with ThreadPoolExecutor(self.context.client.parallelism) as pool:
            reads = pool.map(lambda one: _list(self.context, *one), wanted)
            return dict(zip(wanted, reads, strict=True))

    def _parent_id(self, address: Address) -> int | None:
        parent = self.parents.get(address)
        return self.context.ids.get(parent) if parent else None

    def deleted(self, step: Step) -> Iterator[Diagnostic]:
        for target in existing_references(step, self.context.ids, self.made):
            if (
                self.context.ids[target]
                not in self.lists[target.kind, self._parent_id(target)].objects
            ):
                what = f"refers to `{target}`, which was deleted in the shop"
                yield _changed(step.address, what)

    def taken(self, step: Step) -> Iterator[Diagnostic]:
        """Report objects that have the identity or the path of one to be created."""
        kind = self.context.catalogue[step.kind]
        identity = step.entry.identity if step.entry else ()
        renamed = step.op is Op.UPDATE and not step.fields.keys().isdisjoint(kind.identity)
        if step.op is Op.CREATE or renamed:
            held = self.free.get((step.kind, self.context.parent_id(step)), {})
            number = held.get(identified(kind, identity))
            if number is not None:
                yield _changed(step.address, f"is in the shop by now, as {number}")
        path = kind.path
        if step.op in WRITES and not step.temporary and step.fields.get(path):
            value = step.fields[path]
            shown = (
                "a path that is a secret" if isinstance(value, Secret) else f"the path `{value}`"
            )
            for holder, number in self.paths.get(_path(kind, value, self.context), ()):
                if (holder, number) != (step.kind, step.id):
                    yield _changed(step.address, f"takes {shown}, which {holder} {number} has")

    def rerouted(self, step: Step) -> Iterator[Diagnostic]:
        """Report pages that appeared at the source, or left the target, of a redirect."""
        if (
            not changes_route(self.context.catalogue[step.kind], step)
            or step.temporary
            or step.entry is None
        ):
            return
        hop = hop_of(
            self.context.catalogue[step.kind],
            step.entry.sent,
            self.context.hosts,
            step.address,
            None,
        )
        if hop is None or is_digest(hop.source) or is_digest(hop.target):
            return
        for kind, number in self.paths.get(hop.start, ())[:1] if hop.start else ():
            what = f"begins at `{slashed(hop.source)}`, where {kind} {number} is by now"
            yield _changed(step.address, what)
        page = self.pages.get(hop.end)
        if page and (page.kind, self.context.ids[page]) not in self.paths.get(hop.end, ()):
            yield _changed(step.address, f"leads to `{slashed(hop.target)}`, which `{page}` left")

    def _pages(self) -> dict[str, Address]:
        """Managed pages that no step changes, by their path in the state."""
        changed = {step.address for step in self.steps}
        found: dict[str, Address] = {}
        for address, entry in self.context.entries.items():
            name = self.context.catalogue[address.kind].path
            path = entry.stored.get(name, entry.sent.get(name))
            if path and address not in changed and not is_digest(path):
                found[page_address(str(path))] = address
        return found

    def _unmanaged(self) -> dict[tuple[str, int | None], dict[tuple[object, ...], int]]:
        """The first unmanaged object of each identity, by list.

        Each is listed under its strings and under their digests, as a plan has secrets.
        """
        owned = {(address.kind, number) for address, number in self.context.ids.items()}
        free: dict[tuple[str, int | None], dict[tuple[object, ...], int]] = {}
        for (name, parent_id), read in self.lists.items():
            kind, held = self.context.catalogue[name], free.setdefault((name, parent_id), {})
            for item in read.objects.values():
                if (name, item.id) not in owned:
                    identity = live_identity(kind, item, self.context.hosts)
                    named = zip(kind.identity, identity, strict=True)
                    secret = tuple(
                        digest(kind, n, part) if isinstance(part, str) else part
                        for n, part in named
                    )
                    for each in (identity, secret):
                        held.setdefault(each, item.id)
        return free

    def _paths(self) -> dict[str, list[tuple[str, int]]]:
        """The objects that have each path and keep it."""
        leaving = {
            (step.kind, step.id)
            for step in self.steps
            if step.op is Op.DELETE or self.context.catalogue[step.kind].path in step.fields
        }
        found: dict[str, list[tuple[str, int]]] = {}
        for (name, _), read in self.lists.items():
            kind = self.context.catalogue[name]
            for item in read.objects.values() if kind.path else ():
                if (name, item.id) not in leaving:
                    path = _path(kind, item.fields.get(kind.path), self.context)
                    found.setdefault(path, []).append((name, item.id))
        return found


def _path(kind: Kind, value: object, context: StepContext) -> str:
    return page_address(str(canonical(kind.type(kind.path), value, context.hosts)))


def _changed(address: Address, what: str) -> Diagnostic:
    return error(
        "shop-changed",
        f"`{address}` {what}",
        address=address,
        hint="the shop changed after the plan was made: plan again, and have the new plan reviewed",
    )
