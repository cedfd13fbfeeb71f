"""The JSON Schema of the state file."""

from typing import Any

from shopform.model.values import KEY
from shopform.state.format import FORMAT

_PART = KEY.pattern.removesuffix(r"\Z")
_ADDRESS = {
    "description": "The kind and the keys of a resource, joined by dots.",
    "pattern": rf"^{_PART}(\.{_PART})+$",
    "type": "string",
}


def state_schema() -> dict[str, Any]:
    """A schema that every state file of the current format satisfies."""
    text = {"type": "string"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "shopform state",
        "description": "What shopform remembers of one shop. Written by shopform; keep it in git.",
        "type": "object",
        "properties": {
            "format_version": {"const": FORMAT},
            "shopform_version": {**text, "description": "The version that wrote the file."},
            "lineage": {**text, "minLength": 1, "description": "Made once, at the first write."},
            "serial": {
                "type": "integer",
                "minimum": 0,
                "description": "Rises with every recorded change, and never falls.",
            },
            "shop": {**text, "description": "The host of the shop this state belongs to."},
            "source": {**text, "description": "The host of the shop that is copied, if one is."},
            "anchor": _anchor(),
            "keys": {
                "type": "array",
                "items": text,
                "description": "Salted digests of the API keys that wrote this state.",
            },
            "resources": {
                "type": "object",
                "propertyNames": _ADDRESS,
                "additionalProperties": {"$ref": "#/$defs/entry"},
            },
        },
        "required": ["format_version", "lineage", "resources", "serial", "shop"],
        "additionalProperties": False,
        "$defs": {"entry": _entry()},
    }


def _anchor() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "The shop's front page: another one is another shop.",
        "properties": {
            "kind": text,
            "id": {"type": "integer"},
            "host": {**text, "description": "The shop's own host, whatever the API's is."},
            "name": {**text, "description": "Its name, for messages."},
        },
        "required": ["kind", "id"],
        "additionalProperties": False,
    }


def _entry() -> dict[str, Any]:
    fields = {"type": "object"}
    return {
        "type": "object",
        "properties": {
            "id": {"type": "integer", "description": "The id in the shop."},
            "identity": {"type": "array", "description": "What the object is recognised by."},
            "sent": {**fields, "description": "Each managed field as it was last sent."},
            "stored": {**fields, "description": "What the shop kept, where that differs."},
            "parent": {**_ADDRESS, "description": "The resource that contains this one."},
            "depends_on": {
                "type": "array",
                "items": _ADDRESS,
                "description": "Resources that may be deleted only after this one.",
            },
            "protect": {"type": "boolean", "description": "Whether deleting it is refused."},
            "keep": {
                "type": "boolean",
                "description": "Whether it stays in the shop once it is no longer declared.",
            },
            "origin": {
                "type": "integer",
                "description": "The id, in the shop it was copied from, of what it is a copy of.",
            },
            "unclaimed": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Undeclared fields that were filled when it was taken over.",
            },
            "made": {
                "type": "integer",
                "description": "The serial that the run began with which created it.",
            },
        },
        "required": ["id"],
        "additionalProperties": False,
    }
