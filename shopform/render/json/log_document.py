"""The log of runs as JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from shopform.model.json_values import shown
from shopform.model.plan import FieldChange
from shopform.model.run_log import LoggedChange, LoggedRun
from shopform.render.change_sentences import sentence


def log_document(runs: Iterable[LoggedRun]) -> list[dict[str, Any]]:
    """Return the runs in their order; what is not known or not there is left out."""
    return [_filled(_run(run)) for run in runs]


def _run(run: LoggedRun) -> dict[str, Any]:
    origin = {name: text for name, text in asdict(run.origin).items() if text}
    return {
        "name": run.name,
        "verb": run.verb,
        "time": run.time,
        "ended": run.ended,
        "who": run.who,
        "ci": origin,
        "digest": run.digest,
        "undoes": run.undoes,
        "allowed": run.allowed,
        "result": run.ending,
        "stopped": run.stopped,
        "counts": run.counts,
        "changes": [_filled(_change(run, each)) for each in run.changes],
    }


def _change(run: LoggedRun, logged: LoggedChange) -> dict[str, Any]:
    change = logged.change
    return {
        "address": change.address,
        "previous_address": change.previous,
        "id": change.id,
        "action": change.action,
        "imported": change.importing,
        "result": logged.ending,
        "error": logged.error,
        "summary": sentence(run, logged),
        "fields": [_field(each) for each in change.fields],
    }


def _field(field: FieldChange) -> dict[str, Any]:
    if field.sensitive:
        return {"name": field.name, "sensitive": True}
    return {"name": field.name, "before": shown(field.before), "after": shown(field.after)}


def _filled(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value or name in ("counts", "changes")}
