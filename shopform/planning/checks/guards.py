"""Refuse dangerous plans: too many deletes, protection, incomplete reads, dead paths. Pure."""

from collections import Counter

from shopform.diagnostics import Collector
from shopform.kinds import Kind
from shopform.kinds.field_types import Unreadable
from shopform.kit.graphs import reversed_edges
from shopform.kit.text import backquoted
from shopform.model.columns import lost_keys
from shopform.model.live import Live
from shopform.model.plan import Action, Change, Op, Step
from shopform.model.prior import Entry
from shopform.model.references import every_link
from shopform.model.shop import DeleteLimits, Shop
from shopform.model.values import Address
from shopform.planning.checks import digest_keys, policy_rules, removed_paths, route_proofs
from shopform.planning.checks.live_paths import Paths
from shopform.planning.matching.match import span_of
from shopform.planning.plan_builder import PlanDraft
from shopform.planning.scope import Options

# Deleting all of fewer objects than this is routine.
FEW = 3


def check(draft: PlanDraft, paths: Paths, shop: Shop, options: Options) -> None:
    """Add an error for each reason to refuse the plan, and warnings for other risks."""
    complete(draft.live, draft.out)
    digest_keys.check(draft.prior, draft.catalogue, draft.out, writes=True)
    _protected(draft)
    _children(draft)
    _fixed(draft)
    _counts(draft, options)
    if not options.destroy:
        _limits(draft, shop.rules.deletes, options)
        route_proofs.check(draft, paths)
    _replacements(draft)
    _lost_keys(draft)
    _unseen(draft)
    removed_paths.check(draft, paths, shop.rules.url_changes, options)
    _renamed(draft)
    _near(draft)
    policy_rules.check(draft, shop, options)
    part(options, draft.out)


def _renamed(draft: PlanDraft) -> None:
    """Look for renames, only in plans that delete something."""
    if any(each.step.op is Op.DELETE for each in draft.removals.values()):
        from shopform.planning.checks import rename_detection

        rename_detection.check(draft)


def _lost_keys(draft: PlanDraft) -> None:
    """Warn of keys in values of the shop that are lost when a field is written as a whole."""
    for step in draft.graph.steps.values():
        item = draft.live.object(step.kind, step.id) if step.op is Op.UPDATE and step.id else None
        found = [*lost_keys(draft.catalogue[step.kind], item)] if item else []
        for name in sorted({name for name, _ in found} & step.fields.keys()):
            draft.out.warning(
                "keys-lost",
                f"`{name}` of `{step.address}` has other keys in the shop, which are lost:"
                f" {backquoted([key for each, key in found if each == name])}",
                span=span_of(draft.desired, step.address),
                address=step.address,
                hint="set them again in the shop; or leave the field to it, by `lifecycle:"
                f" {{ignore: [{name}]}}`",
            )


def _unseen(draft: PlanDraft) -> None:
    """Refuse to change parts that the shop does not show: it could only add them again."""
    for step in draft.graph.steps.values():
        old = draft.matching.entries.get(step.address)
        if step.entry is None or step.op is Op.CREATE:
            continue
        resource = draft.desired.resources.get(step.address)
        names = {*step.fields, *(old.sent if old else ())} - (resource.once if resource else set())
        for name in sorted(names):
            type_ = draft.catalogue[step.kind].type(name)
            if isinstance(type_, Unreadable) and _adds_again(draft, type_, step, name, old):
                draft.out.error(
                    "parts-not-shown",
                    f"the shop does not show the `{name}` of `{step.address}`, which could be there"
                    " twice after this plan",
                    span=span_of(draft.desired, step.address),
                    address=step.address,
                    hint="change them in the shop, and leave the field to it by `lifecycle:"
                    f" {{ignore: [{name}]}}`",
                )


def _adds_again(
    draft: PlanDraft, type_: Unreadable, step: Step, name: str, old: Entry | None
) -> bool:
    """Whether a step would leave or add parts of which no object shows which there are."""
    live = draft.live.kind(step.kind)
    if old and step.entry and type_.untraced(old.sent.get(name), step.entry.sent.get(name)):
        return name not in live.shown
    unclear = old is None or name in old.stored or step.address in draft.prior.begun
    adds = unclear and type_.adds(step.fields.get(name))
    return adds and all(item.fields.get(name) is None for item in live.objects.values())


def _near(draft: PlanDraft) -> None:
    """Look for similar unmanaged objects, only where something is created."""
    kinds = {c.kind for c in draft.changes if c.action is Action.CREATE}
    owners = draft.matching.owners
    if any((k, n) not in owners for k in kinds for n in draft.live.kind(k).objects):
        from shopform.planning.checks import near_names

        near_names.check(draft)


def part(options: Options, out: Collector) -> None:
    """Warn that targets or exclusions limit the plan."""
    if options.targets or options.excludes:
        out.warning(
            "targeting",
            "this plan covers a part of the project only",
            hint="plan again without `--target` and `--exclude` before you rely on it",
        )


def _deleted(draft: PlanDraft) -> list[Change]:
    return [c for c in draft.changes if c.action in (Action.DELETE, Action.REPLACE)]


def complete(live: Live, out: Collector) -> None:
    """Refuse a plan that depends on an incomplete list."""
    for kind in live.catalogue.kinds:
        read = live.kind(kind.name)
        if read.problem:
            out.error(
                "read-incomplete",
                f"the shop's list of {kind.section} is not complete: {read.problem}",
                hint="run again; nothing is created or deleted by an incomplete list",
            )


def _protected(draft: PlanDraft) -> None:
    for change in _deleted(draft):
        entry = draft.matching.entries.get(change.address)
        resource = draft.desired.resources.get(change.address)
        if (entry and entry.protect) or (resource and resource.protect):
            draft.out.error(
                "protected",
                f"`{change.address}` is protected and would be destroyed",
                span=span_of(draft.desired, change.address),
                address=change.address,
                hint=f"`shopform state unprotect {change.address}` lifts the protection",
            )


def _children(draft: PlanDraft) -> None:
    """Refuse deletes of objects with remaining children; warn of remaining references."""
    deleted = {(c.kind, c.id): c for c in _deleted(draft)}
    if not deleted:
        return
    for kind in draft.catalogue.kinds:
        for item in draft.live.kind(kind.name).objects.values():
            if (kind.name, item.id) in deleted:
                continue
            for name, target in every_link(kind, item):
                change = deleted.get(target)
                if not change or _moves_away(draft, kind, item.id, name):
                    continue
                if not name or name in kind.identity:
                    _child(draft, kind, item.id, change)
                else:
                    _reference(draft, kind, item.id, name, change)


def _moves_away(draft: PlanDraft, kind: Kind, number: int, name: str) -> bool:
    owner = draft.matching.owners.get((kind.name, number))
    step = draft.graph.steps.get(f"{owner}:update") if owner else None
    return step is not None and name in step.fields


def _label(draft: PlanDraft, kind: Kind, number: int) -> str:
    owner = draft.matching.owners.get((kind.name, number))
    return f"`{owner}`" if owner else f"the unmanaged {kind.name} {number}"


def _reference(draft: PlanDraft, kind: Kind, number: int, name: str, change: Change) -> None:
    draft.out.warning(
        "still-referred",
        f"`{change.address}` would be destroyed, and {_label(draft, kind, number)} still has it as"
        f" `{name}`",
        address=change.address,
        hint="change that reference first",
    )


def _child(draft: PlanDraft, kind: Kind, number: int, change: Change) -> None:
    draft.out.error(
        "has-children",
        f"`{change.address}` would be destroyed, and {_label(draft, kind, number)} is a child of"
        " it",
        address=change.address,
        hint=f"move or delete it first, or declare it; or keep `{change.address}`",
    )


def _fixed(draft: PlanDraft) -> None:
    for change in _deleted(draft):
        item = draft.live.kinds[change.kind].objects.get(change.id or 0)
        if item and item.fixed:
            draft.out.error(
                "fixed",
                f"`{change.address}` is required by the shop and would be destroyed",
                address=change.address,
                hint="only remove it from the state: `removed: [{address: ..., destroy: false}]`",
            )


def _counts(draft: PlanDraft, options: Options) -> None:
    """Refuse deletes of objects whose dependents cannot be counted, unless a number is allowed."""
    for change in _deleted(draft):
        unknown = draft.live.counts.get((change.kind, change.id or 0), 0) is None
        if unknown and change.kind not in options.allow_delete:
            what = draft.catalogue.dependents(change.kind)
            draft.out.error(
                "count-unknown",
                f"the {what} of `{change.address}` cannot be counted",
                address=change.address,
                hint=f"let the key read {what}; if it may, the shop reports no number of them:"
                f" pass `--allow-delete {change.kind}=1`",
            )


def _limits(draft: PlanDraft, limits: DeleteLimits, options: Options) -> None:
    """Refuse many deletes, by share and number, and deletes of all of a kind or most of the shop.

    The second does not hold for an undo, which names the run whose objects it deletes.
    """
    deletes = Counter(c.kind for c in draft.changes if c.action is Action.DELETE)
    if not deletes:
        return
    owned, existing = Counter[str](), Counter[str]()
    for address, entry in draft.matching.entries.items():
        owned[address.kind] += 1
        existing[address.kind] += entry.id in draft.live.kind(address.kind).objects
    rest = {k: n for k, n in deletes.items() if n > options.allow_delete.get(k, -1)}
    found: list[tuple[str, dict[str, int], str]] = []
    for kind, count in rest.items():
        section = draft.catalogue[kind].section
        if owned[kind] >= limits.floor and count > limits.share * owned[kind]:
            share = f"more than {limits.share:.0%}"
            found.append((f"{count} of {owned[kind]} {section}", {kind: count}, share))
        elif count == existing[kind] >= FEW and not options.by_name:
            found.append((f"{count} of {count} {section}", {kind: count}, "all that are owned"))
    total, every = sum(rest.values()), existing.total()
    if total > limits.total:
        found.append((f"{total} objects", rest, f"more than {limits.total}"))
    elif not found and 2 * total > every >= FEW and not options.by_name:
        found.append((f"{total} of {every} owned objects", rest, "more than half"))
    for what, counts, why in found:
        flags = " ".join(f"--allow-delete {kind}={count}" for kind, count in counts.items())
        draft.out.error(
            "too-many-deletes",
            f"{what} would be destroyed, {why}",
            hint=f"if this is intended: `{flags}`",
        )


def _replacements(draft: PlanDraft) -> None:
    """Refuse to replace objects that others refer to: the old one is deleted first."""
    held = draft.matching.entries.items() if draft.replaced else ()
    users = reversed_edges({address: entry.depends_on for address, entry in held})
    for address in sorted(draft.replaced):
        for other in sorted(set(users.get(address, ())) - draft.replaced):
            step = draft.graph.steps.get(f"{other}:delete")
            if step is None or step.op is not Op.DELETE:
                _referred(draft, address, other)


def _referred(draft: PlanDraft, address: Address, other: Address) -> None:
    draft.out.error(
        "replace-referred",
        f"`{address}` cannot be replaced while `{other}` refers to it",
        address=address,
        hint="remove that reference first, or replace both",
    )
