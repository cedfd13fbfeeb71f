"""A saved document back to the Plan it was made from."""

from collections.abc import Mapping
from typing import Any

from shopform.diagnostics import Diagnostic, Severity, Span
from shopform.errors import ShopformError
from shopform.kinds import BY_NAME
from shopform.model.desired import Delivery
from shopform.model.plan import (
    Basis,
    Calls,
    Change,
    FieldChange,
    Op,
    Plan,
    Settled,
    Step,
)
from shopform.model.prior import Anchor, Entry
from shopform.model.shop import WireNames
from shopform.model.values import Address, Ref, Secret
from shopform.render.json.plan_document import ACTIONS, FORMAT
from shopform.render.json.plan_schema import plan_schema
from shopform.render.json.schema_check import conform
from shopform.render.json.step_records import Document

NAMED = {tuple(words): action for action, words in ACTIONS.items()}


def read_document(data: object) -> Plan:
    """The plan. Raises ShopformError when it is not one, or one of another major format.

    Secrets come back without their text.
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
        conform(data, plan_schema())
        return _plan(data)
    except (KeyError, TypeError, ValueError) as problem:
        raise ShopformError(f"the plan is damaged: {problem}", hint="plan again") from None


def _plan(data: Document) -> Plan:
    records = data["resource_changes"]
    stays = [_change(record) for record in records if record["shopform"].get("settled")]
    return Plan(
        basis=_basis(data["basis"]),
        destroy=data["destroy"],
        refresh_only=data["refresh_only"],
        changes=tuple(_change(r) for r in records if not r["shopform"].get("settled")),
        drift=tuple(_change(record) for record in data["resource_drift"]),
        steps=tuple(_step(record) for record in data["steps"]),
        diagnostics=tuple(_note(record) for record in data["notes"]),
        calls=Calls(**data["calls"]),
        names={kind: dict(names) for kind, names in data["names"].items()},
        absent=tuple(map(Address, data["absent"])),
        settled={change.address: Settled(_number(change), change.values) for change in stays},
        unchanged=data["unchanged"],
        unmanaged=dict(data["unmanaged"]),
        digest=data["digest"],
    )


def _basis(record: Document) -> Basis:
    digests = {Address(a): dict(fields) for a, fields in record["fingerprints"].items()}
    wire = {kind: WireNames(**names) for kind, names in record["wire"].items()}
    held = record.get("anchor")
    anchor = (
        Anchor(**{name: held[name] for name in ("kind", "id", "host", "name")}) if held else None
    )
    return Basis(**{**record, "wire": wire, "fingerprints": digests, "anchor": anchor})


def _number(change: Change) -> int:
    if change.id is None:
        raise ValueError(f"{change.address} without an id")
    return change.id


def _change(record: Document) -> Change:
    address, body, more = Address(record["address"]), record["change"], record["shopform"]
    before, after = body["before"] or {}, body["after"] or {}
    secret = {**(body["before_sensitive"] or {}), **(body["after_sensitive"] or {})}
    fields = tuple(
        FieldChange(
            name=part["name"],
            before=_value(address.kind, part["name"], before.get(part["name"])),
            after=_value(address.kind, part["name"], part.get("after", after.get(part["name"]))),
            unknown=part["name"] in body["after_unknown"],
            sensitive=part["name"] in secret,
            reason=part.get("reason", ""),
        )
        for part in more["fields"]
    )
    kept = {**before, **after}.keys() - {field.name for field in fields} - {"id"}
    held = {**after, **before}
    values = {n: _value(address.kind, n, held[n], n in secret) for n in held if n in kept}
    return Change(
        address=address,
        kind=address.kind,
        action=NAMED[tuple(body["actions"])],
        id=more["id"],
        fields=fields,
        unchanged=more["unchanged"],
        values=values,
        reason=record.get("action_reason", ""),
        importing="importing" in body,
        previous=Address(record["previous_address"]) if "previous_address" in record else None,
        notes=tuple(more["notes"]),
    )


def _value(kind_name: str, name: str, value: object, secret: bool = False) -> object:
    """A shown value as the planner made it: references, sets and secrets are themselves again."""
    kind = BY_NAME[kind_name]
    if secret:
        return Secret("", "")
    if name in kind.refers and isinstance(value, str) and not value.startswith("#"):
        return Ref(Address(value))
    listing = kind.type(name).listed
    listed = value if isinstance(value, list) else [value]
    fits = isinstance(value, list) is listing or value is None
    inner = [p for item in listed for p in (item.values() if isinstance(item, dict) else [item])]
    if not fits or any(isinstance(part, list | dict) for part in inner):
        raise ValueError(f"`{name}` has a value that is none for it")
    return tuple(value) if isinstance(value, list) else value


def _untagged(value: object) -> Any:
    if isinstance(value, list):
        return tuple(_untagged(item) for item in value)
    if not isinstance(value, Mapping):
        return value
    if "$ref" in value and isinstance(value["$ref"], str):
        return Ref(Address(value["$ref"]))
    if "$secret" in value and isinstance(value["$secret"], str):
        return Secret(value["$secret"], "")
    return {str(key): _untagged(item) for key, item in value.items()}


def _entry(record: Document) -> Entry:
    return Entry(
        id=record["id"],
        identity=_untagged(record["identity"]),
        sent=_untagged(record["sent"]),
        stored=_untagged(record["stored"]),
        parent=Address(record["parent"]) if record["parent"] else None,
        depends_on=tuple(map(Address, record["depends_on"])),
        protect=record["protect"],
        keep=record["keep"],
        origin=record["origin"],
        unclaimed=tuple(record["unclaimed"]),
        made=record.get("made", 0),
    )


def _step(record: Document) -> Step:
    deliver = record.get("deliver")
    return Step(
        key=record["key"],
        op=Op(record["op"]),
        address=Address(record["address"]),
        kind=Address(record["address"]).kind,
        id=record.get("id"),
        parent=Ref(Address(record["parent"])) if "parent" in record else None,
        fields=_untagged(record.get("fields", {})),
        entry=_entry(record["entry"]) if "entry" in record else None,
        previous=Address(record["previous"]) if "previous" in record else None,
        after=tuple(record.get("after", ())),
        confirm=record.get("confirm", False),
        temporary=record.get("temporary", False),
        linking=record.get("linking", False),
        importing=record.get("importing", False),
        children=tuple(record.get("children", ())),
        counted=record.get("counted"),
        deliver=Delivery(file=deliver["file"], command=tuple(deliver["command"]))
        if deliver
        else None,
    )


def _note(record: Document) -> Diagnostic:
    place = record["range"]
    return Diagnostic(
        severity=Severity(record["severity"]),
        code=record["code"],
        summary=record["summary"],
        detail=record["detail"],
        hint=record["hint"],
        span=_span(place) if place else None,
        related=tuple((each["text"], _span(each["range"])) for each in record.get("related", ())),
        address=record["address"],
    )


def _span(place: Document) -> Span:
    start, end = place["start"], place["end"]
    return Span(place["filename"], start["line"], start["column"], end["line"], end["column"])
