"""Describe what a run changed in plain sentences, with the objects' own names."""

from collections.abc import Iterator

from shopform.diagnostics import plural
from shopform.kit.text import shorten
from shopform.model.addresses import container_of
from shopform.model.plan import Action, Change, FieldChange
from shopform.model.run_log import Ending, LoggedChange, LoggedRun
from shopform.model.values import Address, Ref, with_refs
from shopform.render.labels import label, label_fields, label_of, sides

LONG = 60
VERBS = {
    Action.CREATE: "added",
    Action.DELETE: "deleted",
    Action.REPLACE: "deleted and added again",
    Action.FORGET: "no longer managed by shopform; it stays in the shop",
}


def ending_of(run: LoggedRun) -> str:
    """Say how a run ended; an empty string if it was complete."""
    bad = [each for each in run.changes if each.ending in (Ending.FAILED, Ending.PARTIAL)]
    count = f"{plural(len(bad), 'change')} not made" if bad else ""
    why = f": {run.stopped}" if run.stopped else ""
    match run.ending:
        case Ending.COMPLETE:
            return ""
        case Ending.PARTIAL:
            return f"partly applied{f', {count}' if count else ''}{why}"
        case Ending.FAILED:
            return f"failed, nothing was changed{why}"
    return "unknown: the run was killed, still runs, or was recorded by an older version"


def sentence(run: LoggedRun, logged: LoggedChange) -> str:
    """Return a sentence about a change, on one line and without a full stop."""
    change = logged.change
    subject = _subject(run, change)
    if logged.ending is Ending.FAILED:
        text = f"{subject} not {VERBS.get(change.action, 'changed')}"
    elif verb := VERBS.get(change.action):
        text = f"{subject} {verb}"
    else:
        text = _updated(run, change, subject)
    if logged.ending is Ending.PARTIAL:
        text += " (only in part)"
    text += f": {logged.error}" if logged.error else ""
    return " ".join(text.split())


def _subject(run: LoggedRun, change: Change) -> str:
    """Name an object by its kind, its name before the change, and its parent."""
    kind = run.catalogue[change.kind]
    before, after = sides(change)
    held = before or after or {}
    name = label(kind, held) or label_of(kind, change) or change.address.keys[-1]
    found = f"{_words(kind.name).capitalize()} {name}"
    target = held.get(kind.route.target) if kind.route else None
    found += f" to {target}" if isinstance(target, str) else ""
    container = container_of(run.catalogue, change.previous or change.address)
    return f"{found} of {_name(run, container)}" if container else found


def _name(run: LoggedRun, address: Address) -> str:
    return run.names.get(address) or address.keys[-1]


def _updated(run: LoggedRun, change: Change, subject: str) -> str:
    kind = run.catalogue[change.kind]
    old, new = (label(kind, side or {}) for side in sides(change))
    renamed = bool(old and new and old != new)
    own = label_fields(kind) if renamed else []
    fields = [_field(run, each) for each in change.fields if each.name not in own]
    head = subject
    if renamed:
        head += f" {'renamed' if own == ['name'] else 'changed'} to {new}"
    if change.importing:
        fields.insert(0, "now managed by shopform")
    if change.action is Action.NO_OP:
        fields += [*_edits(change)]
    return f"{head}{'; ' if renamed else ': '}{'; '.join(fields)}" if fields else head


def _edits(change: Change) -> Iterator[str]:
    """Yield the changes of the state only."""
    if change.previous:
        yield f"address changed from {change.previous}"
    elif not change.importing:
        yield "entry in the state updated"


def _field(run: LoggedRun, field: FieldChange) -> str:
    name, before, after = _words(field.name), field.before, field.after
    if field.reason == "released":
        return f"{name} no longer managed"
    if isinstance(before, bool) or isinstance(after, bool):
        return f"{name} switched {'on' if after else 'off'}"
    if field.sensitive:
        return f"{name} changed (secret)"
    if isinstance(before, tuple) or isinstance(after, tuple):
        return _listed(name, *(_named(run, side) for side in (before, after)))
    old, new = (_value(run, side) for side in (before, after))
    if len(old) > LONG or len(new) > LONG:
        return f"{name} changed"
    if not new:
        return f"{name} removed"
    return f"{name} changed from {old} to {new}" if old else f"{name} set to {new}"


def _listed(name: str, before: object, after: object) -> str:
    old, new = (side if isinstance(side, tuple) else () for side in (before, after))
    if not all(isinstance(item, str) for item in (*old, *new)):
        return f"{name} changed"
    sets = {"added": [x for x in new if x not in old], "removed": [x for x in old if x not in new]}
    parts = [f"{shorten(', '.join(found), LONG)} {how}" for how, found in sets.items() if found]
    return f"{name}: {', '.join(parts)}" if parts else f"{name} in another order"


def _named(run: LoggedRun, side: object) -> object:
    return with_refs(side, lambda ref: _name(run, ref.address))


def _value(run: LoggedRun, value: object) -> str:
    if value in (None, ""):
        return ""
    if isinstance(value, Ref):
        return _name(run, value.address)
    return f'"{value}"' if isinstance(value, str) else str(value)


def _words(name: str) -> str:
    return name.replace("_", " ")
