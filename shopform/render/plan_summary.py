"""The parts of a plan that every format shows: changes in order, verdict and counts."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict

from shopform.diagnostics import plural
from shopform.kit.text import join_first, rounded
from shopform.model.plan import Action, Calls, Change, Op, Plan, Step
from shopform.render.text.style import DRIFTED, MOVED, REASONS, ActionStyle, printable, style_of

DESTROYED = (Action.DELETE, Action.REPLACE)
NO_CHANGES = "No changes. Your infrastructure matches the configuration."
EDITS_SHOWN = 5
Styled = list[tuple[Change, ActionStyle]]


def planned(plan: Plan) -> Styled:
    """Return the changes that have anything to show, deletes first."""
    return [(c, style_of(c)) for c in _deletes_first(plan.changes) if _visible(c)]


def drifted(plan: Plan) -> Styled:
    return [(c, DRIFTED.get(c.action, DRIFTED[Action.UPDATE])) for c in _deletes_first(plan.drift)]


def _deletes_first(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: change.action not in DESTROYED)


def render_calls(calls: Calls) -> str:
    """Render the calls that the plan needs, on one line."""
    left = ""
    if calls.left is not None:
        of = f" of {calls.daily:,}" if calls.daily else ""
        left = f" ({calls.left:,}{of} left today)"
    parts = {"read": calls.read, "write": calls.write, "verify": calls.verify}
    return f"Calls: {', '.join(f'{n:,} to {verb}' for verb, n in parts.items())}{left}."


def coverage(plan: Plan) -> str:
    """Return what the plan knows from a snapshot, as a sentence; empty without one."""
    found = plan.coverage
    if not found:
        return ""
    if found.offline:
        taken = f"{found.taken[:10]} {found.taken[11:16]} UTC, {rounded(found.age)} old"
        return f"Planned from a snapshot of {taken}. It cannot be applied."
    oldest = f"; oldest unchecked: {rounded(found.age)}" if found.taken else ""
    never = f"; {plural(found.never, 'list')} not read yet" if found.never else ""
    return f"Checked {found.checked:,} of {plural(found.objects, 'object')}{never}{oldest}."


def _visible(change: Change) -> bool:
    """Return whether a change has anything to show; changes of the state only may not."""
    shown = change.importing or change.previous or change.fields or change.notes or change.reason
    return change.action is not Action.NO_OP or bool(shown)


def comments(change: Change, style: ActionStyle) -> Iterator[str]:
    """Yield a change's reason, previous address, import and notes, a sentence each."""
    if change.reason:
        known = REASONS.get(change.reason)
        yield known.format(address=change.address) if known else change.reason
    if change.previous and style is not MOVED:
        yield f"moved from {change.previous}"
    if change.importing:
        yield "imported" if change.id is None else f'imported from "{change.id}"'
    yield from change.notes


def wire_names(plan: Plan) -> Iterator[str]:
    """Return the wire names that the project sets for this shop."""
    for kind in sorted({step.kind for step in plan.steps} & plan.basis.wire.keys()):
        names = asdict(plan.basis.wire[kind])
        fields = names.pop("fields")
        shown = (f"`{n}` is `{text}`" for n, text in {**names, **fields}.items() if text)
        yield printable(f"Wire names of {kind}: {', '.join(shown)}.")


def verdict(plan: Plan) -> str:
    """Return the verdict of a plan; like the exit code it depends on `Plan.differs`."""
    if not plan.differs and not plan.refused:
        return NO_CHANGES
    if not plan.refresh_only:
        return plan_line(plan)
    deleted = sum(change.action is Action.DELETE for change in plan.drift)
    return f"Drift: {len(plan.drift) - deleted:,} changed, {deleted:,} deleted outside of shopform."


def plan_line(plan: Plan) -> str:
    """Return the counts in Terraform's words, which tools parse."""
    counts = change_counts(plan.changes)
    before = f"{counts['import']} to import, " if counts["import"] else ""
    after = f", {counts['forget']} to forget" if counts["forget"] else ""
    changes = ", ".join(f"{counts[c]} to {c}" for c in ("add", "change", "destroy"))
    return f"Plan: {before}{changes}{after}."


def own_counts(moved: int, steps: Sequence[Step]) -> Iterator[str]:
    """Return the counts that Terraform's line does not have, one per line."""
    ops = [step.op for step in steps]
    named = {"Moved": moved, "Adopted": ops.count(Op.ADOPT)}
    yield from (f"{name}: {number:,}." for name, number in named.items() if number)
    if edits := list(dict.fromkeys(step.address for step in steps if step.op is Op.EDIT)):
        yield f"State edits: {len(edits):,} ({join_first(edits, EDITS_SHOWN)})."


def change_counts(changes: Collection[Change]) -> dict[str, int]:
    """Return Terraform's counts: a replacement adds and destroys, a move alone counts nowhere."""
    actions = [c.action for c in changes]
    replaced = actions.count(Action.REPLACE)
    return {
        "import": sum(c.importing for c in changes),
        "add": actions.count(Action.CREATE) + replaced,
        "change": actions.count(Action.UPDATE),
        "destroy": actions.count(Action.DELETE) + replaced,
        "forget": actions.count(Action.FORGET),
        "move": sum(c.previous is not None for c in changes),
    }
