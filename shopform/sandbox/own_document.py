"""The OpenAPI document of the sandbox, from its tables and switches as they are now."""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from shopform import __version__
from shopform.model.json_values import JSON_TYPES
from shopform.openapi.document import (
    COUNT,
    ColumnFacts,
    FactEvidence,
    Schema,
    TableFacts,
    document,
    schema_name,
)
from shopform.sandbox.behaviour.columns import STRINGS, Column, ColumnType
from shopform.sandbox.behaviour.table import Table, World
from shopform.sandbox.behaviour.tables import Endpoints
from shopform.sandbox.gate import APP_STATUS
from shopform.sandbox.messages import JSON, TEXT

_FLAGS: dict[str, list[object]] = {
    "integer": [0, 1],
    "string": ["0", "1"],
    "boolean": [False, True],
    "null": [None],
}
_ABOUT = {
    "limit": "the size of a part of the list",
    "offset": "the number of objects before that part",
    "fields": "the columns to return, with commas between them",
    "search": "a part of the name",
}


def own_document(
    world: World,
    tables: Iterable[Table],
    endpoints: Endpoints,
    root: str,
    installed: Mapping[str, object],
) -> dict[str, Any]:
    """Return the document of a shop with these tables, whose API is below `root`.

    `installed` is an item of the list that an app requests.
    """
    errors = JSON if world.switches["errors"] == "json" else TEXT.partition(";")[0]
    present = {table.endpoint: table for table in tables}
    return document(
        [*(_facts(table, endpoints, present) for table in present.values()), _app_list(installed)],
        title="Sandbox of shopform",
        version=__version__,
        url=world.origin + root,
        errors=errors,
    )


def _app_list(installed: Mapping[str, object]) -> TableFacts:
    """Return the list of the shops that installed an app."""
    evidence, assumed = FactEvidence("DOC", "P"), FactEvidence("ASSUMED", "P")
    return TableFacts(
        endpoint=APP_STATUS,
        about="The shops that installed an app, for the token of the app.",
        id="",
        list_key="",
        paging={},
        columns=tuple(
            ColumnFacts(name, {"type": JSON_TYPES[type(value)]}, None, False, "", assumed)
            for name, value in installed.items()
        ),
        evidence=evidence,
        update=evidence,
        read_only=True,
        security="app",
    )


def _embedded(table: Table, present: Container[str]) -> Iterator[ColumnFacts]:
    """Yield the children in responses, if the shop has them there."""
    name, grade, source = table.embeds
    if name and table.switches[f"{table.endpoint}_embeds"] == "yes":
        endpoint = table.contains[0]
        known = {"$ref": f"#/components/schemas/{schema_name(endpoint)}"}
        items = known if endpoint in present else {"type": "object"}
        shown: Schema = {"type": "array", "items": items}
        yield ColumnFacts(name, shown, None, False, "", FactEvidence(grade, source))


def _facts(table: Table, endpoints: Endpoints, present: Container[str]) -> TableFacts:
    switches, kind = table.switches, endpoints.kinds.get(table.endpoint)
    forms = {"create": switches["post"], "update": switches["put"], "delete": switches["delete"]}
    evidence = update = given = FactEvidence(*table.evidence)
    if kind:
        evidence = FactEvidence(kind.wire.endpoint.grade, kind.wire.endpoint.source)
        update = FactEvidence(kind.wire.update.grade, kind.wire.update.source)
    enveloped = switches[f"shape.{table.endpoint}"] == "envelope"
    list_key = table.like.list_key or table.surface.list_key
    paging = {"offset": COUNT, "limit": COUNT}
    if switches["paging_count"] != "none":
        paging["count"] = COUNT
    if switches["total"] != "none":
        paging["total"] = {"type": "string"} if switches["total"] == "string" else COUNT
    return TableFacts(
        endpoint=table.endpoint,
        about=kind.about if kind else "",
        id=table.like.id or table.shown(table.surface.id)[0],
        list_key=list_key if enveloped else "",
        read_only=table.read_only,
        paging=paging,
        parent=table.surface.parent,
        filters={name: _ABOUT.get(name, "") for name in (*_ABOUT, *table.filters)},
        columns=(*_columns(table, endpoints), *_embedded(table, present)),
        statuses={
            word: 201 if word == "create" else 204 if form == "empty204" else 200
            for word, form in forms.items()
        },
        bodies={word: _body(table, form) for word, form in forms.items()},
        evidence=evidence,
        update=update,
        list_endpoint=table.list_endpoint,
        list_columns=tuple(
            ColumnFacts(name, None, _schema(column, _taken(column, ())), False, "", given)
            for name, column in table.list_columns.items()
        ),
    )


def _body(table: Table, form: str) -> Schema | None:
    """Return the schema of a response to a write; None if it is empty."""
    whole: Schema = {"$ref": f"#/components/schemas/{schema_name(table.endpoint)}"}
    if form == "wrapped":
        return {"type": "object", "properties": {table.endpoint.replace("-", "_"): whole}}
    return whole if form in ("object", "object200", "id_only") else None


def _columns(table: Table, endpoints: Endpoints) -> Iterator[ColumnFacts]:
    kind = endpoints.kinds.get(table.endpoint)
    rows = {row.wire: row for row in kind.rows} if kind else {}
    parent = table.surface.parent
    ids = {table.surface.id: kind and kind.wire.id, parent: kind and kind.wire.parent}
    keys = dict.fromkeys(filter(None, ids), table.id_column)
    for name, column in (keys | dict(table.columns)).items():
        fact = rows.get(name) or ids.get(name)
        evidence = FactEvidence(fact.grade, fact.source) if fact else FactEvidence(*table.evidence)
        row = rows.get(name)
        types = _types(column, table)
        if row and column.type_ is ColumnType.OPAQUE:
            types = row.type.shown_as
        asks = column.set_by <= table.world.set_by or name in table.settled
        asked, shown = table.asked(name), table.shown(name)
        for each in dict.fromkeys((asked, *shown)):
            yield ColumnFacts(
                each,
                _schema(column, types) if each in shown else None,
                _schema(column, _taken(column, types))
                if each == asked and asks and name not in keys
                else None,
                name in table.required,
                row.about if row else "",
                evidence,
            )


def _types(column: Column, table: Table) -> tuple[str, ...]:
    """Return the types of JSON that responses have, by the switches."""
    empty_text, typing = table.switches["empty_text"], table.typing
    if column.type_ is ColumnType.OPAQUE:
        return ("array",)
    if column.type_ in STRINGS:
        null = empty_text == "null" or (empty_text == "as_is" and column.default is None)
        return ("string", "null") if null else ("string",)
    form = "number" if column.type_ is ColumnType.PRICE else "integer"
    if typing == "strings" or (typing == "mixed" and not column.cast):
        form = "string"
    elif typing == "bools" and column.type_ is ColumnType.FLAG:
        form = "boolean"
    return (form, "null") if column.default is None else (form,)


def _taken(column: Column, shown: tuple[str, ...]) -> tuple[str, ...]:
    """Return the types of JSON that requests may have; null and "" clear the column."""
    if column.type_ is ColumnType.OPAQUE:
        return (*shown, "null")
    if column.type_ in STRINGS:
        return ("string", "null")
    return ("number" if column.type_ is ColumnType.PRICE else "integer", "string", "null")


def _schema(column: Column, types: tuple[str, ...]) -> Schema:
    found: dict[str, object] = {"type": types[0] if len(types) == 1 else list(types)}
    if "array" in types:
        found["items"] = {}
    if column.words:
        found["enum"] = list(column.words)
    if column.type_ is ColumnType.FLAG:
        found["enum"] = [each for form in types for each in _FLAGS[form]]
    return found
