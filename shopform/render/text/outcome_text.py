"""Render an outcome as text: steps that ran, those that did not, and what to do next."""

from collections.abc import Iterator

from shopform.model.plan import Op, Outcome, Plan, Step
from shopform.render.plan_summary import own_counts
from shopform.render.text.style import BOLD, GREEN, RED, Ink, wrap

# Failures that recur until the files change.
REFUSALS = frozenset({"request-refused"})
NOT_RUN_SHOWN = 20


def render_outcome(plan: Plan, outcome: Outcome, *, color: bool, width: int = 100) -> str:
    """Render the outcome of a plan."""
    ink = Ink(color)
    word = "Destroy" if plan.destroy else "Apply"
    failed = {f.step.address for f in outcome.failed}
    waiting: dict[str, list[Step]] = {}
    for step in outcome.not_run:
        if step.address not in failed:
            waiting.setdefault(step.address, []).append(step)
    done = _resources(outcome.count(), plan.destroy)
    if not (outcome.failed or outcome.not_run or outcome.stopped):
        lines = [ink.paint(f"{word} complete! Resources: {done}.", BOLD, GREEN)]
    else:
        written = bool(outcome.applied) and not (outcome.failed or outcome.not_run)
        missed = f"{len(outcome.failed):,} failed, {len(waiting):,} not run"
        if written:
            missed = "all steps ran, the stored values were not verified"
        lines = [ink.paint(f"{word} incomplete. Resources: {done}; {missed}.", BOLD, RED)]
        lines += _unfinished(outcome, waiting, ink, width)
        effect = "it continues from here"
        again = "the same command" if plan.basis.source else f"`shopform {word.lower()}`"
        refused = {f.diagnostic.code for f in outcome.failed} & REFUSALS
        run = (
            f"Correct what the shop refused, then run {again}" if refused else f"Run {again} again"
        )
        if written:
            run, effect = "Run `shopform plan`", "it compares the shop with the files"
        lines.append(f"{run}: {effect}.")
    moved = {s.address for s in outcome.applied if s.previous}
    lines += own_counts(len(moved), outcome.applied)
    secrets = (f"Secret: {where}." for where in _secrets(plan, outcome))
    return "\n".join([*secrets, *lines, f"Calls: {outcome.calls:,} spent."])


def _secrets(plan: Plan, outcome: Outcome) -> Iterator[str]:
    """Yield where generated secrets were written; one that the shop did not show is warned of."""
    lost = {str(each.address) for each in outcome.warnings if each.code == "secret-lost"}
    for step in outcome.applied:
        if str(step.address) in lost:
            continue
        names = plan.catalogue[step.kind].generated if step.kind in plan.catalogue else ()
        if names and step.op in (Op.CREATE, Op.ADOPT):
            to = step.deliver
            where = f"`secrets/{plan.basis.shop}.json`, mode 0600, ignored by git"
            if to:
                where = f"`{to.file}`" if to.file else f"the command `{to.command[0]}`"
            yield f"`{'`, `'.join(names)}` of `{step.address}` went to {where}"


def _resources(counts: dict[str, int], destroy: bool) -> str:
    words = {"add": "added", "change": "changed", "destroy": "destroyed"}
    if destroy and not (counts["add"] or counts["change"]):
        words = {"destroy": "destroyed"}
    if counts["import"]:
        words = {"import": "imported"} | words
    if counts["forget"]:
        words |= {"forget": "forgotten"}
    return ", ".join(f"{counts[name]} {word}" for name, word in words.items())


def _unfinished(
    outcome: Outcome, waiting: dict[str, list[Step]], ink: Ink, width: int
) -> Iterator[str]:
    if outcome.stopped:
        reason = outcome.stopped.diagnostics[0]
        yield from wrap(f"Stopped: {reason.summary or reason.code}", width)
    for failure in outcome.failed:
        error, failed = failure.diagnostic, failure.step.address
        text = f"{failed}: {error.summary.removeprefix(f'`{failed}`: ')}"
        first, *rest = wrap(text, width, "  failed   ", " " * 11)
        yield first.replace("failed", ink.paint("failed", RED), 1)
        yield from [*rest, *wrap(error.hint, width, " " * 11)]
    unfinished = [failure.step for failure in outcome.failed] + list(outcome.not_run)
    owners = {step.key: step.address for step in unfinished}
    for address, steps in list(waiting.items())[:NOT_RUN_SHOWN]:
        keys = dict.fromkeys(key for step in steps for key in step.after)
        waits = dict.fromkeys(owners[key] for key in keys if owners.get(key, address) != address)
        why = f"waits for {', '.join(waits)}" if waits else "the run ended before it"
        yield from wrap(f"{address}: {why}", width, "  not run  ", " " * 11)
    if len(waiting) > NOT_RUN_SHOWN:
        yield f"{' ' * 11}... and {len(waiting) - NOT_RUN_SHOWN:,} more"
