"""What Terraform's documentation of its plan representation says, checked over a document.

https://developer.hashicorp.com/terraform/internals/json-format: the representation of plans, of
changes and of values; the rules between them are those that policy tools rely on.
"""

from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]

OBJECT = {"type": "object"}
ABSENT = {"type": "null"}
NAMED = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
ANONYMOUS = {"type": "object", "not": {"required": ["id"]}}
MADE_LATER = {"type": "object", "required": ["id"], "properties": {"id": {"const": True}}}
NOTHING_LATER = {"type": "object", "maxProperties": 0}
# For each list of actions: what stands before, after, and what is known later.
SIDES: dict[tuple[str, ...], tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    ("no-op",): (NAMED, NAMED, NOTHING_LATER),
    ("create",): (ABSENT, ANONYMOUS, MADE_LATER),
    ("update",): (NAMED, NAMED, OBJECT),
    ("delete", "create"): (NAMED, ANONYMOUS, MADE_LATER),
    ("delete",): (NAMED, ABSENT, NOTHING_LATER),
    ("forget",): (NAMED, ABSENT, NOTHING_LATER),
}
RESOURCE = {
    "type": "object",
    "required": ["address", "mode", "type", "name", "provider_name", "schema_version", "values"],
    "properties": {"mode": {"enum": ["managed", "data"]}, "values": NAMED | {"required": []}},
}
MODULE = {"type": "object", "properties": {"resources": {"type": "array", "items": RESOURCE}}}
VALUES = {"type": "object", "properties": {"root_module": MODULE}}
CHANGE = {
    "type": "object",
    "required": ["actions", "before", "after", "after_unknown"],
    "properties": {
        "replace_paths": {"type": "array", "items": {"type": "array"}},
        "importing": {"type": "object", "properties": {"id": {"type": "string"}}},
    },
    "oneOf": [
        # Of an object that somebody else deleted nothing is left but the entry in the state.
        {"properties": {"actions": {"const": ["no-op"]}, "before": ABSENT, "after": ABSENT}},
        *(
            {
                "properties": {
                    "actions": {"const": list(actions)},
                    "before": before,
                    "after": after,
                    "after_unknown": later,
                }
            }
            for actions, (before, after, later) in SIDES.items()
        ),
    ],
}
RECORD = {
    "type": "object",
    "required": ["address", "mode", "type", "name", "provider_name", "change"],
    "properties": {"change": CHANGE, "action_reason": {"type": "string", "minLength": 1}},
}
PLAN = {
    "type": "object",
    "required": ["format_version", "planned_values", "resource_changes", "prior_state"],
    "properties": {
        "format_version": {"type": "string", "pattern": r"^1\."},
        "planned_values": VALUES,
        "prior_state": {
            "type": "object",
            "required": ["format_version", "values"],
            "properties": {"values": VALUES},
        },
        "resource_changes": {"type": "array", "items": RECORD},
        "resource_drift": {"type": "array", "items": RECORD},
    },
}
_VALIDATOR = jsonschema.Draft202012Validator(PLAN)


def violations(document: dict[str, Any]) -> list[str]:
    """Everything in a document that Terraform's own would not have, a sentence each."""
    return [*(f"{e.json_path}: {e.message}" for e in _VALIDATOR.iter_errors(document))] or [
        *_between(document)
    ]


def _between(document: dict[str, Any]) -> Iterator[str]:
    records = document["resource_changes"]
    prior = _values(document["prior_state"]["values"])
    planned = _values(document["planned_values"])
    changes = {record["address"]: record["change"] for record in records}
    if len(changes) != len(records):
        yield "an address has several changes"
    for held, side in ((prior, "before"), (planned, "after")):
        told = {a: c[side] for a, c in changes.items() if c[side] is not None}
        for address in sorted(held.keys() | told.keys()):
            if held.get(address) != told.get(address):
                yield f"{address}: {side} is {told.get(address)}, the values {held.get(address)}"
    for address, change in changes.items():
        yield from (f"{address}: {text}" for text in _one(change))


def _one(change: dict[str, Any]) -> Iterator[str]:
    before, after, later = change["before"], change["after"], change["after_unknown"]
    for name in sorted(later.keys() & (after or {}).keys()):
        yield f"{name} is known only later, and stands in after"
    if change["actions"] == ["no-op"] and before != after:
        yield "no-op, with another value"
    if change["actions"] == ["update"] and before["id"] != after["id"]:
        yield "updated, with another id"
    if (change["actions"] == ["delete", "create"]) != ("replace_paths" in change):
        yield "replace_paths says why something is replaced"
    if "importing" in change and change["importing"]["id"] != before["id"]:
        yield "imported by another id"
    for side, masked in ((before, "before_sensitive"), (after, "after_sensitive")):
        for name in sorted(change[masked].keys() - (side or {}).keys() - later.keys()):
            yield f"{masked} has {name}, which is not there"


def _values(values: dict[str, Any]) -> dict[str, Any]:
    module = values["root_module"]
    return {each["address"]: each["values"] for each in module.get("resources", ())}
