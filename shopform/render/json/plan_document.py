"""A plan as the document that is saved: Terraform's plan representation, and what shopform adds.

Everything under Terraform's own keys means what it means there, so that tools made for it work.
shopform's additions stand beside them: `basis`, `calls`, `steps`, `digest`, `integrity`, `notes`,
`names`, `absent`, `unchanged`, `unmanaged`, and `shopform` in each change.
Reading it back is `reading.py`.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields

from shopform import __version__
from shopform.diagnostics import Diagnostic, Span
from shopform.kinds import BY_NAME
from shopform.model.plan import Action, Basis, Calls, Change, FieldChange, Plan, plain
from shopform.model.values import Address, Secret
from shopform.render.json.step_records import Document, recorded

FORMAT = "1.2"
INTEGRITY = "integrity"
PROVIDER = "registry.terraform.io/shopform/shoporama"
ACTIONS = {
    Action.NO_OP: ["no-op"],
    Action.CREATE: ["create"],
    Action.UPDATE: ["update"],
    Action.DELETE: ["delete"],
    Action.REPLACE: ["delete", "create"],
    Action.FORGET: ["forget"],
}
MADE = (Action.CREATE, Action.REPLACE)
Objects = list[tuple[Address, dict[str, object]]]
Side = Callable[[Change], dict[str, object] | None]


def document(plan: Plan) -> Document:
    """The plan as JSON data, in a fixed order of keys; equal plans give equal documents.

    Holds no secret: a field that came from one is null, and true under `after_sensitive`.
    """
    settled = [
        Change(address=a, kind=a.kind, action=Action.NO_OP, id=s.id, values=s.values)
        for a, s in sorted(plan.settled.items())
    ]
    every = [*plan.changes, *settled]
    planned = _there(every, after)
    return {
        "format_version": FORMAT,
        "terraform_version": "1.11.4",
        "shopform_version": __version__,
        "applyable": not plan.refused and not plan.empty,
        "complete": not any(d.code == "targeting" for d in plan.diagnostics),
        "errored": plan.refused,
        "variables": {},
        "planned_values": {"root_module": _module(planned)},
        "resource_changes": [
            *(_change(change) for change in plan.changes),
            *(_change(change, settled=True) for change in settled),
        ],
        "resource_drift": [_change(change) for change in plan.drift],
        "relevant_attributes": [],
        "output_changes": {},
        "prior_state": {
            "format_version": "1.0",
            "terraform_version": "1.11.4",
            "values": {"root_module": _module(_there(every, before))},
        },
        "configuration": {
            "provider_config": {"shoporama": {"name": "shoporama", "full_name": PROVIDER}},
            "root_module": {"resources": [_configured(a) for a, _ in planned]},
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
        "steps": [recorded(step) for step in plan.steps],
    }


def sealed(plan: Plan) -> Document:
    """The document as it leaves shopform: with a digest over the whole of it.

    Whoever changes it by accident, or without computing that again, is found out.
    """
    body = json.loads(json.dumps(document(plan)))
    return {**body, INTEGRITY: integrity_of(body)}


def integrity_of(data: Document) -> str:
    """The digest over a document's canonical form: sorted keys, and all but this digest itself."""
    rest = {name: part for name, part in data.items() if name != INTEGRITY}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def before(change: Change) -> dict[str, object] | None:
    """The object as it is, as far as it is declared or managed; None where there is none."""
    if change.action is Action.CREATE or _absent(change):
        return None
    values = {field.name: field.before for field in change.fields}
    return _identified(change, {**change.values, **values})


def after(change: Change) -> dict[str, object] | None:
    """The object as it will be, without what is known only later; None where there is none."""
    if change.action in (Action.DELETE, Action.FORGET) or _absent(change):
        return None
    values = {field.name: field.after for field in change.fields}
    held = {**change.values, **values}
    known = {name: value for name, value in held.items() if name not in _later(change)}
    return known if change.action in MADE else _identified(change, known)


def _absent(change: Change) -> bool:
    """Whether the state edit is about an object that is no longer in the shop."""
    stays = change.action is Action.NO_OP and not change.importing and not change.previous
    return stays and not (change.fields or change.values)


def _later(change: Change) -> dict[str, bool]:
    """What is known only after apply: the shop makes the id and some fields of a new object."""
    names = {field.name for field in change.fields if field.unknown}
    if change.action in MADE:
        names |= {"id", *_generated(change)}
    return dict.fromkeys(sorted(names), True)


def _change(change: Change, *, settled: bool = False) -> Document:
    was, will = before(change), after(change)
    body: Document = {
        "actions": ACTIONS[change.action],
        "before": plain(was),
        "after": plain(will),
        "after_unknown": {} if will is None else _later(change),
        "before_sensitive": {} if was is None else _sensitive(change),
        "after_sensitive": {} if will is None else _sensitive(change, change.action in MADE),
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
        **({"settled": True} if settled else {}),
    }
    return record


def _field(change: FieldChange) -> Document:
    """What the document does not say of a field elsewhere."""
    later = {"after": plain(change.after)} if change.unknown else {}
    return {"name": change.name, **({"reason": change.reason} if change.reason else {}), **later}


def _identified(change: Change, values: Mapping[str, object]) -> dict[str, object]:
    """With the id, which tools expect of an object that exists."""
    return {**({} if change.id is None else {"id": str(change.id)}), **values}


def _sensitive(change: Change, made: bool = False) -> dict[str, bool]:
    masked = {field.name for field in change.fields if field.sensitive}
    masked |= {name for name, value in change.values.items() if isinstance(value, Secret)}
    masked |= _generated(change) if made else set()
    return dict.fromkeys(sorted(masked), True)


def _generated(change: Change) -> set[str]:
    """The fields that the shop makes, and that only the place for secrets is told."""
    return set(BY_NAME[change.kind].generated) - {field.name for field in change.fields}


def _named(address: Address) -> Document:
    return {
        "mode": "managed",
        "type": address.kind,
        "name": ".".join(address.keys),
        "provider_name": PROVIDER,
    }


def _there(changes: Iterable[Change], side: Side) -> Objects:
    """The objects that exist on one side of the changes, with their values."""
    found = ((change.address, side(change)) for change in changes)
    return sorted((address, values) for address, values in found if values is not None)


def _module(objects: Objects) -> Document:
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
        **({"depends_on": []} if kind.nesting else {}),
    }


def _basis(basis: Basis) -> Document:
    return {
        "shop": basis.shop,
        "url": basis.url,
        "state": basis.state,
        "wire": {kind: asdict(names) for kind, names in sorted(basis.wire.items())},
        "lineage": basis.lineage,
        "serial": basis.serial,
        "source": basis.source,
        "fingerprints": {str(a): dict(digests) for a, digests in basis.fingerprints.items()},
        "anchor": asdict(basis.anchor) if basis.anchor else None,
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
