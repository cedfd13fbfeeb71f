"""A plan as JSON: Terraform's plan representation with additions.

Terraform's keys have the meaning they have there, so that its tools work. The additions are
`basis`, `calls`, `coverage`, `steps`, `digest`, `integrity`, `notes`, `names`, `absent`,
`unchanged`, `unmanaged`, `kinds`, and `shopform` in each change. `plan_schema.py` has the types;
`plan_reader.py` reads the document.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from operator import attrgetter
from typing import Any, Literal

from shopform import __version__
from shopform.kinds import Catalogue
from shopform.kit.documents import Document, write
from shopform.kit.json_stream import Items, complete
from shopform.model.json_values import shown
from shopform.model.plan import Action, Change, Plan, Step
from shopform.model.values import Address, Secret
from shopform.render.json.plan_schema import (
    FORMAT,
    Body,
    ChangedField,
    ChangeRecord,
    Imported,
    Module,
    Note,
    Own,
    PlanDocument,
    PlannedObject,
    PlannedValues,
    as_in_plan,
)

INTEGRITY = "integrity"
# What differs between two versions of shopform that write the same format.
VERSIONS = ("terraform_version", "shopform_version")
TERRAFORM = "1.11.4"
PROVIDER = "registry.terraform.io/shopform/shoporama"
MADE = (Action.CREATE, Action.REPLACE)
Side = Callable[[Change], dict[str, object] | None]


def document(plan: Plan) -> Document:
    """Return the plan as JSON data in a fixed order of keys; equal plans give equal documents.

    It has no secrets: a field made from one is null, and true under `after_sensitive`.
    """
    found: Document = complete(outline(plan))
    return found


def outline(plan: Plan) -> Document:
    """Return the document with its long lists as `Items`, to be written without holding them."""
    made = PlanDocument(
        format_version=FORMAT,
        terraform_version=TERRAFORM,
        shopform_version=__version__,
        applyable=not (plan.refused or plan.empty or plan.offline),
        complete=not any(d.code == "targeting" for d in plan.diagnostics),
        errored=plan.refused,
        variables={},
        planned_values=PlannedValues(root_module=Module()),
        resource_changes=(),
        resource_drift=tuple(_change(plan.catalogue, change) for change in plan.drift),
        relevant_attributes=[],
        output_changes={},
        prior_state={},
        configuration={},
        checks=[],
        notes=tuple(map(Note.of, plan.diagnostics)),
        kinds=plan.catalogue.definitions,
        **{**as_in_plan(plan), "steps": ()},
    )
    found: Document = write(PlanDocument, made)
    return found | _lists(plan)


def _lists(plan: Plan) -> Document:
    """Return the keys of the document that have a list as long as the plan."""
    settled = [
        Change(address=a, action=Action.NO_OP, id=s.id, values=s.values)
        for a, s in sorted(plan.settled.items())
    ]
    every = sorted([*plan.changes, *settled], key=attrgetter("address"))
    side, record = partial(after, plan.catalogue), partial(_change, plan.catalogue)
    planned, held = _module(every, side), _module(every, before)

    def records() -> Iterator[Document]:
        yield from (write(ChangeRecord, record(change)) for change in plan.changes)
        yield from (write(ChangeRecord, record(change, settled=True)) for change in settled)

    return {
        "planned_values": {"root_module": planned},
        "resource_changes": Items(records),
        "prior_state": _prior_state(held),
        "configuration": _configuration(plan.catalogue, every),
        "steps": Items(lambda: (write(Step, step) for step in plan.steps)),
    }


def sealed(plan: Plan) -> Document:
    """Return the document with a digest over all of it, to detect accidental changes."""
    body = document(plan)
    return {**body, INTEGRITY: integrity_of(body)}


def integrity_of(data: Document) -> str:
    """Return the digest of a document's canonical form: sorted keys, without this digest."""
    rest = {name: part for name, part in data.items() if name != INTEGRITY}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def before(change: Change) -> dict[str, object] | None:
    """Return the declared and managed fields before a change; None if there is no object."""
    if change.action is Action.CREATE or _absent(change):
        return None
    values = {field.name: field.before for field in change.fields}
    return _identified(change, {**change.values, **values})


def after(catalogue: Catalogue, change: Change) -> dict[str, object] | None:
    """Return the fields known after a change; None if there is no object then."""
    if change.action in (Action.DELETE, Action.FORGET) or _absent(change):
        return None
    values = {field.name: field.after for field in change.fields}
    later = _later(catalogue, change)
    held = {**change.values, **values}
    known = {name: value for name, value in held.items() if name not in later}
    return known if change.action in MADE else _identified(change, known)


def _absent(change: Change) -> bool:
    """Return whether a state edit is about an object that is not in the shop."""
    stays = change.action is Action.NO_OP and not change.importing and not change.previous
    return stays and not (change.fields or change.values)


def _later(catalogue: Catalogue, change: Change) -> dict[str, Literal[True]]:
    """Return the fields known after apply, such as the id and generated fields of a new object."""
    names = {field.name for field in change.fields if field.unknown}
    if change.action in MADE:
        names |= {"id", *_generated(catalogue, change)}
    return dict.fromkeys(sorted(names), True)


def _change(catalogue: Catalogue, change: Change, *, settled: bool = False) -> ChangeRecord:
    was, will = before(change), after(catalogue, change)
    body = Body(
        actions=change.action,
        before=shown(was),
        after=shown(will),
        after_unknown={} if will is None else _later(catalogue, change),
        before_sensitive={} if was is None else _sensitive(change),
        after_sensitive={}
        if will is None
        else _sensitive(change, _generated(catalogue, change) if change.action in MADE else set()),
        replace_paths=[] if change.action is Action.REPLACE else None,
        importing=Imported(id=str(change.id)) if change.importing else None,
    )
    own = Own(
        id=change.id,
        fields=tuple(
            ChangedField(
                name=field.name,
                reason=field.reason,
                after=shown(field.after) if field.unknown else None,
            )
            for field in change.fields
        ),
        unchanged=change.unchanged,
        notes=change.notes,
        settled=settled,
    )
    return ChangeRecord(
        address=change.address,
        previous_address=change.previous,
        **_named(change.address),
        change=body,
        action_reason=change.reason,
        shopform=own,
    )


def _identified(change: Change, values: Mapping[str, object]) -> dict[str, object]:
    """Add the id, which tools expect of an existing object."""
    return {**({} if change.id is None else {"id": str(change.id)}), **values}


def _sensitive(change: Change, made: Collection[str] = ()) -> dict[str, Literal[True]]:
    masked = {field.name for field in change.fields if field.sensitive}
    masked |= {name for name, value in change.values.items() if isinstance(value, Secret)}
    return dict.fromkeys(sorted({*masked, *made}), True)


def _generated(catalogue: Catalogue, change: Change) -> set[str]:
    """Return the fields that the shop generates, which are written to the secrets file only."""
    return set(catalogue[change.kind].generated) - {field.name for field in change.fields}


def _named(address: Address) -> dict[str, Any]:
    return {
        "mode": "managed",
        "type": address.kind,
        "name": ".".join(address.keys),
        "provider_name": PROVIDER,
    }


def _module(changes: Iterable[Change], side: Side) -> Document:
    """Return the objects that exist on one side of the changes, with their values."""

    def objects() -> Iterator[Document]:
        for change in changes:
            values = side(change)
            if values is not None:
                yield write(PlannedObject, _planned(change.address, values))

    return {"resources": Items(objects)} if any(side(c) is not None for c in changes) else {}


def _planned(address: Address, values: Mapping[str, object]) -> PlannedObject:
    return PlannedObject(
        address=address,
        **_named(address),
        schema_version=0,
        values=shown(values),
        sensitive_values={n: True for n, v in values.items() if isinstance(v, Secret)},
    )


def _prior_state(held: Document) -> Document:
    return {
        "format_version": "1.0",
        "terraform_version": TERRAFORM,
        "values": {"root_module": held},
    }


def _configuration(catalogue: Catalogue, changes: Iterable[Change]) -> Document:
    def declared() -> Iterator[Document]:
        there = (c.address for c in changes if after(catalogue, c) is not None)
        return (_configured(catalogue, address) for address in there)

    return {
        "provider_config": {"shoporama": {"name": "shoporama", "full_name": PROVIDER}},
        "root_module": {"resources": Items(declared)},
    }


def _configured(catalogue: Catalogue, address: Address) -> Document:
    kind = catalogue[address.kind]
    return {
        "address": str(address),
        **{k: v for k, v in _named(address).items() if k != "provider_name"},
        "provider_config_key": "shoporama",
        "expressions": {},
        "schema_version": 0,
        **({"depends_on": []} if kind.nesting else {}),
    }
