"""The JSON Schema of a saved plan."""

from typing import Any

from shopform.diagnostics import Severity
from shopform.kinds import BY_NAME, KINDS
from shopform.model.plan import Op
from shopform.render.json.plan_document import ACTIONS

TEXT: dict[str, Any] = {"type": "string"}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
FLAG: dict[str, Any] = {"type": "boolean"}
OBJECT: dict[str, Any] = {"type": "object"}
TEXTS: dict[str, Any] = {"type": "object", "additionalProperties": TEXT}
FLAGS: dict[str, Any] = {"type": "object", "additionalProperties": {"const": True}}


def _address_pattern() -> str:
    """What an address looks like: a kind, and a key for it and for each object that it lies in."""
    depths: dict[int, list[str]] = {}
    for kind in KINDS:
        depth, above = 1, kind.nesting
        while above:
            depth, above = depth + 1, BY_NAME[above.kind].nesting
        depths.setdefault(depth, []).append(kind.name)
    key = r"\.[a-z0-9][a-z0-9_-]*"
    forms = [f"({'|'.join(names)})({key}){{{depth}}}" for depth, names in sorted(depths.items())]
    return f"^({'|'.join(forms)})$"


ADDRESS: dict[str, Any] = {"type": "string", "pattern": _address_pattern()}


def plan_schema() -> dict[str, Any]:
    """What `plan --out` writes: Terraform's keys, and shopform's beside them.

    Readers should ignore keys they do not know: a minor version may add some.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A plan of shopform",
        **_object(
            {
                "format_version": {"type": "string", "pattern": r"^1\.\d+$"},
                "terraform_version": TEXT,
                "shopform_version": TEXT,
                "applyable": _about(FLAG, "Whether apply would do anything with it."),
                "complete": _about(FLAG, "False when targets left a part of the project out."),
                "errored": _about(FLAG, "Whether a guard, a policy or a read refused it."),
                "variables": OBJECT,
                "planned_values": _object({"root_module": _module()}),
                "resource_changes": _list(_change()),
                "resource_drift": _list(_change()),
                "relevant_attributes": _list({}),
                "output_changes": OBJECT,
                "prior_state": OBJECT,
                "configuration": OBJECT,
                "checks": _list({}),
                "destroy": FLAG,
                "refresh_only": _about(FLAG, "The files were left out: only drift is shown."),
                "digest": _about(TEXT, "Of what a reviewer approves: shop, changes, steps."),
                "integrity": _about(TEXT, "A digest of the rest of the document."),
                "basis": _basis(),
                "calls": _calls(),
                "notes": _list(_note()),
                "unchanged": COUNT,
                "unmanaged": {"type": "object", "additionalProperties": COUNT},
                "absent": _list(ADDRESS),
                "names": {"type": "object", "additionalProperties": TEXTS},
                "steps": _list(_step()),
            },
            optional=("integrity",),
        ),
    }


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "required": required, "properties": properties}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _about(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {**schema, "description": description}


def _module() -> dict[str, Any]:
    resource = {
        "address": TEXT,
        "mode": {"const": "managed"},
        "type": TEXT,
        "name": TEXT,
        "provider_name": TEXT,
        "schema_version": COUNT,
        "values": OBJECT,
        "sensitive_values": FLAGS,
    }
    return _object({"resources": _list(_object(resource))}, optional=("resources",))


def _change() -> dict[str, Any]:
    maybe = {"type": ["object", "null"]}
    body = {
        "actions": {"enum": list(ACTIONS.values())},
        "before": maybe,
        "after": maybe,
        "after_unknown": FLAGS,
        "before_sensitive": FLAGS,
        "after_sensitive": FLAGS,
        "replace_paths": _list({}),
        "importing": _object({"id": TEXT}),
    }
    own = {
        "id": {"type": ["integer", "null"], "minimum": 1},
        "fields": _list(_object({"name": TEXT, "reason": TEXT, "after": {}}, ("reason", "after"))),
        "unchanged": COUNT,
        "notes": _list(TEXT),
        "settled": _about({"const": True}, "The object is as declared: nothing is done to it."),
    }
    record = {
        "address": ADDRESS,
        "previous_address": ADDRESS,
        "mode": {"const": "managed"},
        "type": TEXT,
        "name": TEXT,
        "provider_name": TEXT,
        "change": _object(body, optional=("replace_paths", "importing")),
        "action_reason": TEXT,
        "shopform": _object(own, optional=("settled",)),
    }
    return _object(record, optional=("previous_address", "action_reason"))


def _basis() -> dict[str, Any]:
    names = dict.fromkeys(("endpoint", "id", "list_key"), TEXT)
    wire = _object({**names, "fields": TEXTS})
    anchor = {"kind": TEXT, "id": COUNT, "host": TEXT, "name": TEXT}
    return _object(
        {
            "shop": TEXT,
            "url": TEXT,
            "state": _about(TEXT, "Where the state is, as the shop's settings say."),
            "wire": _about(
                {"type": "object", "additionalProperties": wire},
                "The wire names that the shop's settings give, by kind.",
            ),
            "lineage": TEXT,
            "serial": COUNT,
            "source": _about(TEXT, "The shop that a clone copies."),
            "fingerprints": _about(
                {"type": "object", "additionalProperties": TEXTS},
                "A digest of each field of the live objects that are touched.",
            ),
            "anchor": _about(
                {**_object(anchor), "type": ["object", "null"]},
                "The shop's front page, if that was read.",
            ),
        }
    )


def _calls() -> dict[str, Any]:
    left = {"type": ["integer", "null"]}
    return _object(
        {
            "read": COUNT,
            "write": COUNT,
            "verify": COUNT,
            "recheck": COUNT,
            "left": left,
            "daily": COUNT,
        }
    )


def _note() -> dict[str, Any]:
    severities = {"enum": [str(severity) for severity in Severity]}
    point = _object({"line": COUNT, "column": COUNT})
    place = _object({"filename": TEXT, "start": point, "end": point})
    texts = dict.fromkeys(("code", "summary", "detail", "hint", "address"), TEXT)
    related = _list(_object({"text": TEXT, "range": place}))
    properties = {
        "severity": severities,
        **texts,
        "range": {**place, "type": ["object", "null"]},
        "related": related,
    }
    return _object(properties, optional=("related",))


def _entry() -> dict[str, Any]:
    return _object(
        {
            "id": COUNT,
            "identity": _list({}),
            "sent": OBJECT,
            "stored": OBJECT,
            "parent": {**ADDRESS, "type": ["string", "null"]},
            "depends_on": _list(ADDRESS),
            "protect": FLAG,
            "keep": FLAG,
            "origin": COUNT,
            "unclaimed": _list(TEXT),
            "made": COUNT,
        },
        optional=("made",),
    )


def _step() -> dict[str, Any]:
    properties = {
        "key": TEXT,
        "op": {"enum": [str(op) for op in Op]},
        "address": ADDRESS,
        "id": {"type": "integer", "minimum": 1},
        "parent": ADDRESS,
        "fields": OBJECT,
        "entry": _entry(),
        "previous": ADDRESS,
        "after": _list(TEXT),
        "confirm": FLAG,
        "temporary": FLAG,
        "linking": FLAG,
        "importing": FLAG,
        "children": _list({"enum": [kind.name for kind in KINDS]}),
        "counted": COUNT,
        "deliver": _object({"file": TEXT, "command": _list(TEXT)}),
    }
    always = ("key", "op", "address")
    return _object(properties, optional=tuple(name for name in properties if name not in always))
