"""Read a saved plan."""

import re
from collections.abc import Iterator
from functools import partial

from shopform.errors import ShopformError
from shopform.kinds import Catalogue, Kind
from shopform.kit.documents import depth, read
from shopform.model.json_values import from_json
from shopform.model.plan import Change, FieldChange, Plan, Settled
from shopform.model.values import Address, Ref, Secret
from shopform.render.json.plan_schema import (
    FORMAT,
    ChangeRecord,
    PlanDocument,
    address_pattern,
    as_in_plan,
)

DEPTH = 40


def read_document(data: object, catalogue: Catalogue) -> Plan:
    """Return the plan of a document, with secrets without their values.

    Its kinds are shopform's, and those that the project declared when it was made. Raises
    ShopformError if it is not a plan, or has another major format.
    """
    if not isinstance(data, dict) or "format_version" not in data:
        raise ShopformError("the file is not a plan", hint="make one with `shopform plan --out`")
    version = str(data["format_version"])
    if version.partition(".")[0] != FORMAT.partition(".")[0]:
        raise ShopformError(
            f"the plan has format {version}, and this shopform reads {FORMAT}",
            hint="plan again with this version",
        )
    try:
        if depth(data) > DEPTH:
            raise ValueError("it is nested too deeply")
        found = read(PlanDocument, data)
        if found.kinds:
            from shopform.kinds.declared.make import redefined

            catalogue = redefined(catalogue, found.kinds)
        return _plan(found, catalogue)
    except ValueError as problem:
        raise ShopformError(f"the plan is damaged: {problem}", hint="plan again") from None


def _plan(data: PlanDocument, catalogue: Catalogue) -> Plan:
    known = re.compile(address_pattern(catalogue))
    for address in _addresses(data):
        if not known.match(address):
            raise ValueError(f"`{address}` is not an address")
    unknown = {kind for step in data.steps for kind in step.children} - catalogue.keys()
    if unknown:
        raise ValueError(f"`{min(unknown)}` is not a kind")
    for step in data.steps:
        if not step.fields.keys() >= {*step.hides}:
            raise ValueError(f"`{step.key}` does not send what it hides by")
    records, change = data.resource_changes, partial(_change, catalogue)
    stays = [change(record) for record in records if record.shopform.settled]
    return Plan(
        catalogue=catalogue,
        changes=tuple(change(record) for record in records if not record.shopform.settled),
        drift=tuple(map(change, data.resource_drift)),
        diagnostics=tuple(note.diagnostic for note in data.notes),
        settled={each.address: Settled(_number(each), each.values) for each in stays},
        **as_in_plan(data),
    )


def _addresses(data: PlanDocument) -> Iterator[Address]:
    yield from data.absent
    for record in (*data.resource_changes, *data.resource_drift):
        yield from (a for a in (record.address, record.previous_address) if a)
    for step in data.steps:
        yield from (a for a in (step.address, step.previous) if a)
        if step.parent:
            yield step.parent.address
        if step.entry:
            yield from step.entry.depends_on
            yield from (a for a in (step.entry.parent,) if a)


def _number(change: Change) -> int:
    if change.id is None:
        raise ValueError(f"{change.address} without an id")
    return change.id


def _change(catalogue: Catalogue, record: ChangeRecord) -> Change:
    kind, body, own = catalogue[record.address.kind], record.change, record.shopform
    before, after = body.before or {}, body.after or {}
    secret = {**body.before_sensitive, **body.after_sensitive}

    def value(name: str, held: object, masked: bool = False) -> object:
        return _value(kind, name, held, masked)

    fields = tuple(
        FieldChange(
            name=part.name,
            before=value(part.name, before.get(part.name)),
            after=value(part.name, after.get(part.name) if part.after is None else part.after),
            unknown=part.name in body.after_unknown,
            sensitive=part.name in secret,
            reason=part.reason,
        )
        for part in own.fields
    )
    kept = {**before, **after}.keys() - {field.name for field in fields} - {"id"}
    held = {**after, **before}
    return Change(
        address=record.address,
        action=body.actions,
        id=own.id,
        fields=fields,
        unchanged=own.unchanged,
        values={n: value(n, held[n], n in secret) for n in held if n in kept},
        reason=record.action_reason,
        importing=body.importing is not None,
        previous=record.previous_address,
        notes=own.notes,
    )


def _value(kind: Kind, name: str, value: object, secret: bool = False) -> object:
    """Return a value as the planner made it, with references, sets and secrets restored."""
    if secret:
        return Secret("", "")
    type_ = kind.type(name)
    if type_.targets:
        return type_.with_links(from_json(value), _reference)
    listing = type_.listed
    listed = value if isinstance(value, list) else [value]
    fits = isinstance(value, list) is listing or value is None
    inner = [p for item in listed for p in (item.values() if isinstance(item, dict) else [item])]
    if not fits or any(isinstance(part, list | dict) for part in inner):
        raise ValueError(f"`{name}` has a value of the wrong type")
    return tuple(value) if isinstance(value, list) else value


def _reference(_target: str, given: object) -> object:
    """Restore what is shown for a reference: an address, or an id after `#`."""
    return Ref(Address(given)) if isinstance(given, str) and given[:1] != "#" else given
