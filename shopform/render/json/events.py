"""Events of a run as JSON objects of Terraform's types. Pure: the caller adds the time.

Counts are called `add`, `change` and `remove` here, and `destroy` in text output: parsers of
Terraform's output expect both.
"""

from collections.abc import Iterator
from typing import Any

from shopform import __version__
from shopform.diagnostics import Diagnostic, Span
from shopform.model.plan import Action, Change, Outcome, Plan, Step
from shopform.model.values import Address
from shopform.render.plan_summary import change_counts

UI = "1.2"
Message = dict[str, Any]
VERBS = {"create": "Creation", "update": "Modifications", "delete": "Destruction"}


def version() -> Message:
    """Return the version event, which is always the first."""
    return _message(
        "version", f"shopform {__version__}", terraform="1.11.4", shopform=__version__, ui=UI
    )


def planned(plan: Plan) -> Iterator[Message]:
    """Yield the events of a plan: drift, changes, diagnostics and summary."""
    for change in plan.drift:
        yield _message(
            "resource_drift",
            f"{change.address}: Drift detected ({_action(change)})",
            change=_change(change),
        )
    for change in plan.changes:
        yield _message(
            "planned_change",
            f"{change.address}: Plan to {_action(change)}",
            change=_change(change),
        )
    yield from map(diagnostic, plan.diagnostics)
    last = summary(change_counts(plan.changes), "destroy" if plan.destroy else "plan")
    if plan.refresh_only:
        from shopform.render.plan_summary import verdict

        last["@message"] = verdict(plan)
    yield last


def diagnostic(each: Diagnostic) -> Message:
    return _message(
        "diagnostic",
        f"{each.severity.capitalize()}: {each.summary}",
        level="error" if each.severity == "error" else "warn",
        diagnostic={
            "severity": str(each.severity),
            "summary": each.summary,
            "detail": each.detail or each.hint,
            "code": each.code,
            "hint": each.hint,
            **({"address": str(each.address)} if each.address else {}),
            **({"range": _range(each.span)} if each.span else {}),
        },
    )


def _range(span: Span) -> Message:
    # Imported late: few commands report places as JSON.
    from shopform.kit.documents import write
    from shopform.render.json.plan_schema import Range

    found: Message = write(Range, Range.of(span))
    return found


def applying(event: str, step: Step) -> Message:
    """Return the event of a step for `start`, `done` or `failed`."""
    kind = {"start": "apply_start", "done": "apply_complete", "failed": "apply_errored"}[event]
    verb = VERBS.get(step.op, str(step.op).capitalize())
    text = {"start": "...", "done": " complete", "failed": " errored"}[event]
    hook: Message = {"resource": _resource(step.address), "action": str(step.op)}
    if step.id is not None:
        hook |= {"id_key": "id", "id_value": str(step.id)}
    return _message(kind, f"{step.address}: {verb}{text}", hook=hook)


def applied(plan: Plan, outcome: Outcome) -> Iterator[Message]:
    """Yield the events at the end of an apply: warnings, errors and the summary."""
    yield from map(diagnostic, outcome.warnings)
    for failure in outcome.failed:
        yield diagnostic(failure.diagnostic)
    if outcome.stopped:
        yield from map(diagnostic, outcome.stopped.diagnostics)
    counts = {**outcome.count(), "not_run": len(outcome.not_run), "failed": len(outcome.failed)}
    yield summary(counts, "destroy" if plan.destroy else "apply")


def summary(counts: dict[str, int], operation: str) -> Message:
    changes = {
        "add": counts["add"],
        "change": counts["change"],
        "import": counts["import"],
        "remove": counts["destroy"],
        "forget": counts["forget"],
        "operation": operation,
    }
    more = {name: counts[name] for name in ("failed", "not_run") if name in counts}
    parts = f"{counts['add']} to add, {counts['change']} to change, {counts['destroy']} to destroy"
    if operation == "plan":
        text = f"Plan: {parts}."
    else:
        done = f"{counts['add']} added, {counts['change']} changed, {counts['destroy']} destroyed"
        text = f"{operation.capitalize()}: {done}."
    return _message("change_summary", text, changes={**changes, **more})


def _change(change: Change) -> Message:
    found: Message = {"resource": _resource(change.address), "action": _action(change)}
    if change.reason:
        found["reason"] = change.reason
    if change.previous:
        found["previous_resource"] = _resource(change.previous)
    if change.importing:
        found["importing"] = {"id": str(change.id)}
    return found


def _action(change: Change) -> str:
    if change.previous and change.action is Action.NO_OP:
        return "move"
    if change.importing and change.action is Action.NO_OP:
        return "import"
    return "noop" if change.action is Action.NO_OP else str(change.action)


def _resource(address: Address) -> Message:
    return {
        "addr": str(address),
        "module": "",
        "resource": str(address),
        "implied_provider": "shoporama",
        "resource_type": address.kind,
        "resource_name": ".".join(address.keys),
        "resource_key": None,
    }


def _message(type_: str, text: str, *, level: str = "info", **more: Any) -> Message:
    return {
        "@level": level,
        "@message": text,
        "@module": "shopform.ui",
        "type": type_,
        **more,
    }
