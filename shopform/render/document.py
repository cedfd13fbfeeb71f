"""A plan as the document that is saved: Terraform's plan representation, and what shopform adds.

Everything under Terraform's own keys means what it means there, so that tools made for it work.
shopform's additions stand beside them: `basis`, `calls`, `steps`, `digest`, `notes`, `names`,
`absent`, `unchanged`, `unmanaged`, and `shopform` in each change. Reading it back is `reading.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from shopform import __version__
from shopform.changes import Action, Basis, Calls, Change, FieldChange, Plan, Step, plain
from shopform.diagnostics import Diagnostic, Span
from shopform.kinds import BY_NAME
from shopform.model import Address, Entry, Ref, Secret

FORMAT = "1.2"
PROVIDER = "registry.terraform.io/shopform/shoporama"
ACTIONS = {
    Action.NO_OP: ["no-op"],
    Action.CREATE: ["create"],
    Action.UPDATE: ["update"],
    Action.DELETE: ["delete"],
    Action.REPLACE: ["delete", "create"],
    Action.FORGET: ["forget"],
}
Document = dict[str, Any]


def document(plan: Plan) -> Document:
    """The plan as JSON data, in a fixed order of keys; equal plans give equal documents.

    Holds no secret: a field that came from one is null, and true under `after_sensitive`.
    """
    return {
        "format_version": FORMAT,
        "terraform_version": "1.11.4",
        "shopform_version": __version__,
        "applyable": not plan.refused and not plan.empty,
        "complete": not any(d.code == "targeting" for d in plan.diagnostics),
        "errored": plan.refused,
        "variables": {},
        "planned_values": {"root_module": _module(_planned(plan))},
        "resource_changes": [_change(change) for change in plan.changes],
        "resource_drift": [_change(change) for change in plan.drift],
        "relevant_attributes": [],
        "output_changes": {},
        "prior_state": {
            "format_version": "1.0",
            "terraform_version": "1.11.4",
            "values": {"root_module": _module(_prior(plan))},
        },
        "configuration": {
            "provider_config": {"shoporama": {"name": "shoporama", "full_name": PROVIDER}},
            "root_module": {"resources": [_configured(a) for a, _ in _planned(plan)]},
        },
        "checks": [],
        "destroy": plan.destroy,
        "refresh_only": plan.refresh_only,
        "digest": plan.digest,
        "basis": _basis(plan.basis),
        "calls": _calls(plan.calls),
        "notes": [_note(note) for note in plan.diagnostics],
        "unchanged": plan.unchanged,
        "unmanaged": dict(plan.unmanaged),
        "absent": list(map(str, plan.absent)),
        "names": {kind: dict(names) for kind, names in plan.names.items()},
        "steps": [_step(step) for step in plan.steps],
    }


def tagged(value: object) -> Any:
    """A value of a step as JSON that can be told apart when it is read back."""
    if isinstance(value, Ref):
        return {"$ref": str(value.address)}
    if isinstance(value, Secret):
        return {"$secret": value.source}
    if isinstance(value, list | tuple):
        return [tagged(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): tagged(item) for key, item in value.items()}
    return value


def before(change: Change) -> dict[str, object]:
    """The object as it is, as far as it is declared or managed."""
    values = {field.name: field.before for field in change.fields}
    return {**change.values, **values}


def after(change: Change) -> dict[str, object]:
    """The object as it will be; what is known only later is left out."""
    values = {field.name: field.after for field in change.fields if not field.unknown}
    unknown = {field.name for field in change.fields if field.unknown}
    kept = {name: value for name, value in change.values.items() if name not in unknown}
    return {**kept, **values}


def _change(change: Change) -> Document:
    created = change.action is Action.CREATE
    gone = change.action in (Action.DELETE, Action.FORGET)
    secret = _sensitive(change)
    body: Document = {
        "actions": ACTIONS[change.action],
        "before": None if created else plain(_identified(change, before(change))),
        "after": None if gone else plain(_identified(change, after(change))),
        "after_unknown": {f.name: True for f in change.fields if f.unknown},
        "before_sensitive": {} if created else secret,
        "after_sensitive": {} if gone else secret,
    }
    if change.action is Action.REPLACE:
        body["replace_paths"] = []
    if change.importing:
        body["importing"] = {"id": str(change.id)}
    record: Document = {
        "address": str(change.address),
        **({"previous_address": str(change.previous)} if change.previous else {}),
        **_named(change.address),
        "change": body,
        **({"action_reason": change.reason} if change.reason else {}),
    }
    record["shopform"] = {
        "id": change.id,
        "fields": [_field(field) for field in change.fields],
        "unchanged": change.unchanged,
        "notes": list(change.notes),
    }
    return record


def _field(change: FieldChange) -> Document:
    """What the document does not say of a field elsewhere."""
    later = {"after": plain(change.after)} if change.unknown else {}
    return {"name": change.name, **({"reason": change.reason} if change.reason else {}), **later}


def _identified(change: Change, values: Mapping[str, object]) -> dict[str, object]:
    """With the id, which tools expect of an object that exists."""
    if change.id is None or change.action is Action.CREATE:
        return dict(values)
    return {"id": str(change.id), **values}


def _sensitive(change: Change) -> dict[str, bool]:
    masked = {field.name for field in change.fields if field.sensitive}
    masked |= {name for name, value in change.values.items() if isinstance(value, Secret)}
    return dict.fromkeys(sorted(masked), True)


def _named(address: Address) -> Document:
    return {
        "mode": "managed",
        "type": address.kind,
        "name": ".".join(address.keys),
        "provider_name": PROVIDER,
    }


def _planned(plan: Plan) -> list[tuple[Address, dict[str, object]]]:
    gone = (Action.DELETE, Action.FORGET)
    found = [(c.address, _identified(c, after(c))) for c in plan.changes if c.action not in gone]
    return sorted([*found, *((a, {"id": str(s.id), **s.values}) for a, s in plan.settled.items())])


def _prior(plan: Plan) -> list[tuple[Address, dict[str, object]]]:
    new = (Action.CREATE, Action.REPLACE)
    found = [(c.address, _identified(c, before(c))) for c in plan.changes if c.action not in new]
    return sorted([*found, *((a, {"id": str(s.id), **s.values}) for a, s in plan.settled.items())])


def _module(objects: Iterable[tuple[Address, Mapping[str, object]]]) -> Document:
    resources = [
        {
            "address": str(address),
            **_named(address),
            "schema_version": 0,
            "values": plain(values),
            "sensitive_values": {n: True for n, v in values.items() if isinstance(v, Secret)},
        }
        for address, values in objects
    ]
    return {"resources": resources} if resources else {}


def _configured(address: Address) -> Document:
    kind = BY_NAME[address.kind]
    return {
        "address": str(address),
        **{k: v for k, v in _named(address).items() if k != "provider_name"},
        "provider_config_key": "shoporama",
        "expressions": {},
        "schema_version": 0,
        **({"depends_on": []} if kind.policy.nesting else {}),
    }


def _basis(basis: Basis) -> Document:
    return {
        "shop": basis.shop,
        "url": basis.url,
        "lineage": basis.lineage,
        "serial": basis.serial,
        "source": basis.source,
        "fingerprints": {str(a): dict(digests) for a, digests in basis.fingerprints.items()},
    }


def _calls(calls: Calls) -> Document:
    return {field.name: getattr(calls, field.name) for field in fields(calls)}


def _note(note: Diagnostic) -> Document:
    return {
        "severity": str(note.severity),
        "code": note.code,
        "summary": note.summary,
        "detail": note.detail,
        "hint": note.hint,
        "address": str(note.address),
        "range": _range(note.span),
        "related": [{"text": text, "range": _range(span)} for text, span in note.related],
    }


def _range(span: Span | None) -> Document | None:
    if span is None:
        return None
    return {
        "filename": span.file,
        "start": {"line": span.line, "column": span.column},
        "end": {"line": span.end_line, "column": span.end_column},
    }


def entry(record: Entry) -> Document:
    return {
        "id": record.id,
        "identity": tagged(record.identity),
        "sent": tagged(record.sent),
        "stored": tagged(record.stored),
        "parent": str(record.parent) if record.parent else None,
        "depends_on": list(map(str, record.depends_on)),
        "protect": record.protect,
        "keep": record.keep,
        "origin": record.origin,
        "unclaimed": list(record.unclaimed),
    }


def _step(step: Step) -> Document:
    """Only what says something: an absent key is the field's default."""
    deliver = step.deliver
    parts: Document = {
        "key": step.key,
        "op": str(step.op),
        "address": str(step.address),
        "id": step.id,
        "parent": str(step.parent.address) if step.parent else None,
        "fields": tagged(step.fields),
        "entry": entry(step.entry) if step.entry else None,
        "previous": str(step.previous) if step.previous else None,
        "after": list(step.after),
        "confirm": step.confirm,
        "temporary": step.temporary,
        "linking": step.linking,
        "importing": step.importing,
        "deliver": {"file": deliver.file, "command": list(deliver.command)} if deliver else None,
    }
    return {name: part for name, part in parts.items() if part not in (None, False, [], {})}
