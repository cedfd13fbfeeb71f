"""Write an OpenAPI 3.1 document of the tables of a shop, with the evidence for each fact."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

Schema = Mapping[str, object]
# What a request may be answered instead; 3.3 and 3.4 of the dossier.
_REFUSALS: Final = {
    400: "the request is not valid",
    401: "the key is missing or wrong",
    403: "the key has no right to it",
    404: "no object had this id",
    410: "the object was deleted",
    429: "the calls of the day are used up",
}
_KEY: Final = {"type": "apiKey", "in": "header", "name": "Authorization"}
_SECURITY: Final = {
    "key": _KEY,
    "bearer": {"type": "http", "scheme": "bearer"},
    "app": {**_KEY, "description": "`App `, and the token of an app"},  # P
}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}


class FactEvidence(NamedTuple):
    """How well a fact is known, and from where."""

    grade: str
    source: str

    def extensions(self) -> dict[str, object]:
        return {"x-grade": self.grade, "x-source": self.source}


class ColumnFacts(NamedTuple):
    """A column: its schemas in responses and in requests, without one where they do not have it."""

    name: str
    shown: Schema | None
    sent: Schema | None
    required: bool
    about: str
    evidence: FactEvidence


WRITES: Final = frozenset({"post", "put", "delete"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """One endpoint. `id` is the column with an object's id, empty if only the list can be read;
    `list_key` is empty for bare lists. `security` is that of the endpoint, if it is another one.

    `paging` are the types of what an envelope has beside the list. `statuses` are those of a
    create, update and delete, `bodies` the schemas of their responses, None for an empty one.
    `list_endpoint` is another endpoint, to which a list of values of several objects is posted.
    """

    endpoint: str
    about: str
    id: str
    list_key: str
    paging: Mapping[str, Schema]
    parent: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[ColumnFacts, ...] = ()
    statuses: Mapping[str, int] = field(default_factory=dict)
    bodies: Mapping[str, Schema | None] = field(default_factory=dict)
    evidence: FactEvidence
    update: FactEvidence
    list_endpoint: str = ""
    list_columns: tuple[ColumnFacts, ...] = ()
    read_only: bool = False
    security: str = ""


def document(
    tables: Iterable[TableFacts], *, title: str, version: str, url: str, errors: str
) -> dict[str, Any]:
    """Return the document of a shop at a URL, whose errors have this media type."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for table in tables:
        name = schema_name(table.endpoint)
        schemas[name] = _object(table.columns, shown=True)
        found = _paths(table, name) if table.id else _list_only(table, name)
        if not table.read_only:
            schemas[f"{name}Request"] = _object(table.columns, shown=False)
        else:
            found = {
                at: {k: v for k, v in each.items() if k not in WRITES} for at, each in found.items()
            }
        paths |= found
    error: Schema = {"type": "string"}
    if errors.endswith("json"):
        error = {"type": "object", "properties": {"error": {"type": "string"}, "status": COUNT}}
    refusals = {
        f"Refused{status}": {"description": why, "content": {errors: {"schema": error}}}
        for status, why in _REFUSALS.items()
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": url}],
        "security": [{"key": []}, {"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": refusals,
            "securitySchemes": _SECURITY,
        },
    }


def schema_name(endpoint: str) -> str:
    return "".join(part.title() for part in endpoint.split("-"))


def _object(columns: Iterable[ColumnFacts], *, shown: bool) -> Schema:
    """Return the schema of an object in responses, or in requests."""
    forms = ((column, column.shown if shown else column.sent) for column in columns)
    return {
        "type": "object",
        "properties": {
            column.name: {
                **schema,
                **({"description": column.about} if column.about else {}),
                **column.evidence.extensions(),
            }
            for column, schema in forms
            if schema is not None
        },
    }


def _list_only(table: TableFacts, name: str) -> dict[str, Any]:
    whole: Schema = {"$ref": f"#/components/schemas/{name}"}
    read = _operation(table, "list", _list(table, whole), [])
    about = {"description": table.about}
    return {f"/{table.endpoint}": {**about, "get": read | {"security": [{table.security: []}]}}}


def _paths(table: TableFacts, name: str) -> dict[str, Any]:
    whole: Schema = {"$ref": f"#/components/schemas/{name}"}
    request: Schema = {"$ref": f"#/components/schemas/{name}Request"}
    create = request
    required = [column.name for column in table.columns if column.required and column.sent]
    if required:
        create = {"allOf": [request, {"required": required}]}
    parent = [_argument(table.parent, "the parent's id", required=True)] if table.parent else []
    number = {"name": table.id, "in": "path", "required": True, "schema": {"type": "integer"}}
    bodies, one = table.bodies, [400, 404, 410]
    more: dict[str, Any] = {}
    if table.list_endpoint:
        listed = {"type": "array", "items": _object(table.list_columns, shown=False)}
        operation = _operation(table, "set", None, [400]) | {"requestBody": _body(listed)}
        more[f"/{table.list_endpoint}"] = {"post": operation}
    return more | {
        f"/{table.endpoint}": {
            **({"description": table.about} if table.about else {}),
            "get": {
                **_operation(table, "list", _list(table, whole), [400]),
                "parameters": [*parent, *(_argument(*each) for each in table.filters.items())],
            },
            "post": {
                **_operation(table, "create", bodies["create"], [400]),
                "parameters": parent,
                "requestBody": _body(create),
            },
        },
        f"/{table.endpoint}/{{{table.id}}}": {
            "parameters": [number],
            "get": _operation(table, "read", whole, [404, 410]),
            "put": {
                **_operation(table, "update", bodies["update"], one),
                "requestBody": _body(request),
            },
            "delete": _operation(table, "delete", bodies["delete"], one),
        },
    }


def _operation(
    table: TableFacts, word: str, schema: Schema | None, refused: Iterable[int]
) -> dict[str, Any]:
    """Return an operation with its responses; `schema` is that of success."""
    response: dict[str, Any] = {"description": word}
    if schema is not None:
        response["content"] = {"application/json": {"schema": schema}}
    codes = sorted({401, 403, 429, *refused})
    evidence = table.update if word == "update" else table.evidence
    return {
        "operationId": f"{word}{schema_name(table.endpoint)}",
        "summary": f"{word.capitalize()} /{table.endpoint}",
        "tags": [table.endpoint],
        "responses": {
            str(table.statuses.get(word, 200)): response,
            **{str(c): {"$ref": f"#/components/responses/Refused{c}"} for c in codes},
        },
        **evidence.extensions(),
    }


def _list(table: TableFacts, item: Schema) -> Schema:
    items = {"type": "array", "items": item}
    if not table.list_key:
        return items
    paging = {"type": "object", "properties": table.paging}
    return {"type": "object", "properties": {"paging": paging, table.list_key: items}}


def _body(schema: Schema) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _argument(name: str, about: str, *, required: bool = False) -> dict[str, Any]:
    schema = {"type": "string"}
    return {
        "name": name,
        "in": "query",
        "description": about,
        "required": required,
        "schema": schema,
    }
