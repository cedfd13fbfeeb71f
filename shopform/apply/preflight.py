"""Whether the shop is still as it was when a saved plan was made."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from shopform.apply.child_checks import Children, Lists, placed, whole_list
from shopform.apply.step_context import StepContext
from shopform.diagnostics import Diagnostic, error
from shopform.errors import Absent, ShopChanged
from shopform.kinds import BY_NAME, Kind
from shopform.kit.url_paths import page_address, slashed
from shopform.model.canonical import canonical, digest, identified, is_digest
from shopform.model.live import Live, LiveKind
from shopform.model.plan import TOUCHES, WRITES, Op, Plan, Step
from shopform.model.redirect_graph import hop_of
from shopform.model.values import Address, Secret
from shopform.planning.checks.shop_identity import anchor_of, said
from shopform.planning.ground import fingerprint, referred, rests_on, turns
from shopform.planning.matching.result import live_identity


def recheck(plan: Plan, calls: StepContext) -> Lists:
    """Read every list that the plan rests on once, before the first write; returns them.

    Raises ShopChanged with a message for each object that is gone, was edited (with the fields that
    the plan declares or sends), is referred to and gone, or has come into the place of one that is
    to be created; and for each path that another object has taken.
    """
    ground = _Ground(plan, calls)
    found = _elsewhere(plan, ground.lists)
    there = {step.address: step for step in ground.steps if step.id is not None}
    for address, digests in plan.basis.fingerprints.items():
        found += _edited(there[address], digests, ground.lists, calls)
    children = Children(plan, calls.client, dict(ground.lists))
    for step in ground.steps:
        found += [*ground.lost(step), *ground.taken(step), *ground.led(step)]
        try:
            children.check(step, counting=False)
        except ShopChanged as problem:
            found.append(placed(problem, step))
    if found:
        raise ShopChanged(diagnostics=list(dict.fromkeys(found)))
    return ground.lists


def _elsewhere(plan: Plan, lists: Lists) -> list[Diagnostic]:
    """Whether the shop's fixed object is another one: then the key opens another shop."""
    was = plan.basis.anchor
    now = anchor_of(Live(kinds={kind: read for (kind, _), read in lists.items()}))
    if not was or not now or (was.id, was.host) == (now.id, now.host):
        return []
    summary = f"the fixed {was.kind} is {said(now)}, and was {said(was)} when the plan was made"
    return [error("shop-changed", summary, hint="correct the key; or plan again")]


def _list(calls: StepContext, kind: str, parent_id: int | None) -> LiveKind:
    try:
        return whole_list(calls.client, calls.plan, kind, parent_id)
    except Absent:  # so says a shop of the children of an object that is gone
        return LiveKind()


def _container(step: Step, calls: StepContext) -> int | None:
    return calls.ids.get(step.parent.address) if step.parent else None


def _edited(
    step: Step, digests: Mapping[str, str], lists: Lists, calls: StepContext
) -> list[Diagnostic]:
    item = lists[step.kind, _container(step, calls)].objects.get(step.id or 0)
    if item is None:
        return [_told(step.address, "was deleted in the shop")]
    now = fingerprint(BY_NAME[step.kind], item, calls.hosts)
    about = digests.keys() | now.keys() if step.op is Op.DELETE else digests.keys()
    fields = sorted(name for name in about if digests.get(name) != now.get(name))
    if not fields:
        return []
    return [_told(step.address, f"was edited in the shop: {', '.join(f'`{n}`' for n in fields)}")]


class _Ground:
    """The lists that a plan rests on, and who holds what in them."""

    def __init__(self, plan: Plan, calls: StepContext) -> None:
        self.calls = calls
        self.steps = [step for step in plan.steps if step.op in TOUCHES]
        self.made = {step.address for step in self.steps if step.op is Op.CREATE}
        self.parents = {address: entry.parent for address, entry in calls.entries.items()}
        self.parents |= {s.address: s.parent.address if s.parent else None for s in self.steps}
        self.lists = self._read()
        self.free = self._unowned()
        self.paths = self._paths()
        self.pages = self._pages()

    def _read(self) -> Lists:
        ids = self.calls.ids
        found = rests_on(self.steps, ids, self.parents)
        going = {step.address: step.id for step in self.steps if step.op is Op.DELETE}
        wanted = sorted(
            {(kind, going.get(above, ids.get(above)) if above else None) for kind, above in found},
            key=str,
        )
        with ThreadPoolExecutor(self.calls.client.parallelism) as pool:
            reads = pool.map(lambda one: _list(self.calls, *one), wanted)
            return dict(zip(wanted, reads, strict=True))

    def _home(self, address: Address) -> int | None:
        parent = self.parents.get(address)
        return self.calls.ids.get(parent) if parent else None

    def lost(self, step: Step) -> Iterator[Diagnostic]:
        for target in referred(step, self.calls.ids, self.made):
            if self.calls.ids[target] not in self.lists[target.kind, self._home(target)].objects:
                what = f"refers to `{target}`, which was deleted in the shop"
                yield _told(step.address, what)

    def taken(self, step: Step) -> Iterator[Diagnostic]:
        """Others may have made by hand what the plan is about to create, or taken its path."""
        kind = BY_NAME[step.kind]
        identity = step.entry.identity if step.entry else ()
        renamed = step.op is Op.UPDATE and not step.fields.keys().isdisjoint(kind.identity)
        if step.op is Op.CREATE or renamed:
            held = self.free.get((step.kind, _container(step, self.calls)), {})
            number = held.get(identified(kind, identity))
            if number is not None:
                yield _told(step.address, f"is in the shop by now, as {number},")
        path = kind.path
        if step.op in WRITES and not step.temporary and step.fields.get(path):
            value = step.fields[path]
            shown = (
                "a path that is a secret" if isinstance(value, Secret) else f"the path `{value}`"
            )
            for number in self.paths.get((step.kind, _path(kind, value, self.calls)), ()):
                if number != step.id:
                    yield _told(step.address, f"takes {shown}, which {step.kind} {number} took")

    def led(self, step: Step) -> Iterator[Diagnostic]:
        """Staff may have put a page where a redirect begins, or taken it from where it leads."""
        if not turns(step) or step.temporary or step.entry is None:
            return
        hop = hop_of(BY_NAME[step.kind], step.entry.sent, self.calls.hosts, step.address, None)
        if hop is None or is_digest(hop.source) or is_digest(hop.target):
            return
        for (kind, path), numbers in self.paths.items():
            if path == hop.start and path:
                what = f"begins at `{slashed(hop.source)}`, where {kind} {numbers[0]} is by now,"
                yield _told(step.address, what)
        page = self.pages.get(hop.end)
        if page and self.calls.ids[page] not in self.paths.get((page.kind, hop.end), ()):
            yield _told(step.address, f"leads to `{slashed(hop.target)}`, which `{page}` left")

    def _pages(self) -> dict[str, Address]:
        """The owned pages that no step changes, by the path that the state has for them."""
        changed = {step.address for step in self.steps}
        found: dict[str, Address] = {}
        for address, entry in self.calls.entries.items():
            name = BY_NAME[address.kind].path
            path = entry.stored.get(name, entry.sent.get(name))
            if path and address not in changed and not is_digest(path):
                found[page_address(str(path))] = address
        return found

    def _unowned(self) -> dict[tuple[str, int | None], dict[tuple[object, ...], int]]:
        """Objects that have no owner, by list and identity: the first of each.

        Each stands under its texts and under their digests, by which a plan knows secrets.
        """
        owned = {(address.kind, number) for address, number in self.calls.ids.items()}
        free: dict[tuple[str, int | None], dict[tuple[object, ...], int]] = {}
        for (name, parent_id), read in self.lists.items():
            kind, held = BY_NAME[name], free.setdefault((name, parent_id), {})
            for item in read.objects.values():
                if (name, item.id) not in owned:
                    identity = live_identity(kind, item, self.calls.hosts)
                    named = zip(kind.identity, identity, strict=True)
                    secret = tuple(
                        digest(name, n, part) if isinstance(part, str) else part
                        for n, part in named
                    )
                    for each in (identity, secret):
                        held.setdefault(each, item.id)
        return free

    def _paths(self) -> dict[tuple[str, str], list[int]]:
        """Who holds each path and keeps it."""
        leaving = {
            (step.kind, step.id)
            for step in self.steps
            if step.op is Op.DELETE or BY_NAME[step.kind].path in step.fields
        }
        found: dict[tuple[str, str], list[int]] = {}
        for (name, _), read in self.lists.items():
            kind = BY_NAME[name]
            for item in read.objects.values() if kind.path else ():
                if (name, item.id) not in leaving:
                    path = _path(kind, item.fields.get(kind.path), self.calls)
                    found.setdefault((name, path), []).append(item.id)
        return found


def _path(kind: Kind, value: object, calls: StepContext) -> str:
    return page_address(str(canonical(kind.type(kind.path), value, calls.hosts)))


def _told(address: Address, what: str) -> Diagnostic:
    return error(
        "shop-changed",
        f"`{address}` {what} after the plan was made",
        address=address,
        hint="plan again, and have the new plan reviewed",
    )
