"""Kinds that are proposed for endpoints that nothing manages."""

from typing import Any

from shopform.kinds.standard import STANDARD
from shopform.openapi.propose import Proposal, propose
from shopform.openapi.read import read

MEMO: dict[str, Any] = {
    "required": ["headline"],
    "properties": {
        "memo_id": {"type": "integer", "readOnly": True},
        "headline": {"type": "string", "description": "The\n heading."},
        "text": {"type": "string", "format": "html"},
        "rewrite_url": {"type": "string"},
        "no_index": {"type": "integer"},
        "is_front": {"type": "boolean", "readOnly": True},
        "weight": {"type": "integer"},
        "category_id": {"type": "integer"},
        "parent_id": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "images": {
            "type": "array",
            "items": {"properties": {"image_id": {}, "description": {"type": "string"}}},
        },
        "layout": {"type": "string", "enum": ["wide", "narrow"]},
        "files": {"type": "array", "items": {"type": "object"}},
        "price": {"type": "number"},
        "url": {"type": "string"},
        "created": {"type": "string"},
    },
}


def proposed(name: str, schema: dict[str, Any], *methods: str) -> Proposal:
    media = {"content": {"application/json": {"schema": schema}}}
    envelope = {"properties": {"paging": {}, "rows": {"type": "array", "items": schema}}}
    listed = {"content": {"application/json": {"schema": envelope}}}
    item: dict[str, Any] = {"get": {"responses": {"200": listed}}}
    item |= {"post": {"requestBody": media, "responses": {"201": media}}} if methods else {}
    one = {method: {"requestBody": media} for method in methods}
    paths = {f"/REST/{name}": item, f"/REST/{name}/{{memo_id}}": one}
    found = read({"openapi": "3.0.0", "paths": paths})
    return propose(found.endpoints[name], STANDARD)


def test_kind_is_proposed_of_what_the_document_shows_and_nothing_else() -> None:
    found = proposed("memo", MEMO, "put", "delete")
    assert found.name == "memo"
    assert found.declaration == {
        "section": "memos",
        "endpoint": "memo",
        "id": "memo_id",
        "list_key": "rows",
        "identity": ["headline"],
        "path": "rewrite_url",
        "fields": {
            "headline": {"type": "text", "required": True, "description": "The heading."},
            "text": {"type": "html"},
            "rewrite_url": {"type": "path"},
            "no_index": {"type": "flag"},
            "weight": {"type": "number"},
            "category": {"type": "reference", "to": "category", "wire": "category_id"},
            "parent": {"type": "reference", "to": "memo", "wire": "parent_id"},
            "tags": {"type": "set"},
            "images": {"type": "images"},
            "layout": {"type": "choice", "values": ["wide", "narrow"]},
        },
    }


def test_why_there_is_none() -> None:
    assert proposed("order", MEMO, "put").why_not == "its objects are made while the shop is open"
    assert proposed("country", MEMO).why_not == "it has no create or update"
    assert proposed("thing", {"properties": {"name": {"type": "string"}}}, "put").why_not == (
        "the document does not show a column with the id"
    )
    taken = {"properties": {**MEMO["properties"], "copy": {"type": "string"}}}
    assert proposed("memo", taken, "put").why_not == "`copy` cannot be the name of a field"
    capital = {"properties": {**MEMO["properties"], "Title": {"type": "string"}}}
    assert proposed("memo", capital, "put").why_not == (
        "`fields.Title.[key]` has a form that `kinds` does not have"
    )
    number = {"properties": {"thing_id": {"type": "integer"}}}
    assert proposed("thing", number, "put").why_not == (
        "the document does not show a string that identifies an object"
    )
