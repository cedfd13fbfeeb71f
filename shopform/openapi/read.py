"""Read the endpoints of an OpenAPI document, of Swagger 2 or OpenAPI 3."""

from typing import Any, Final

from shopform.errors import ConfigError
from shopform.kit.text import backquoted
from shopform.openapi.endpoints import (
    DocumentedColumn,
    DocumentedEndpoint,
    Operation,
    Reading,
    plural_of,
)
from shopform.openapi.schemas import MAX_NODES, DocumentPart, Schemas, SchemaShape

METHODS: Final = ("get", "post", "put", "patch", "delete")
# Properties beside the list of an envelope (dossier 2.2; other APIs use the others).
_PAGING: Final = frozenset({"paging", "pagination", "meta"})


def read(document: Any, limit: int = MAX_NODES) -> Reading:
    """Return what a parsed document says.

    Raises ConfigError if it is not an OpenAPI document, or has more than `limit` nodes.
    """
    root = DocumentPart(document, "#")
    paths = root.child("paths")
    version = next(
        (
            f"{name} {root.content[key]}"
            for key, name in _FORMATS.items()
            if root.child(key).content
        ),
        "",
    )
    if not isinstance(paths.content, dict) or not version:
        keys = backquoted(map(str, [*document][:10])) if isinstance(document, dict) else ""
        raise ConfigError(
            "this is not an OpenAPI document: it needs `openapi` or `swagger`, and `paths`",
            hint=f"its keys are {keys}" if keys else "pass the file that the Swagger page loads",
        )
    reader = _Reader(Schemas(document, limit))
    for path, item in paths.entries():
        reader.path(path, item)
    info = root.child("info")
    return Reading(
        str(info.child("title").content or ""),
        str(info.child("version").content or ""),
        version,
        reader.endpoints,
        reader.schemas.problems,
    )


_FORMATS: Final = {"openapi": "OpenAPI", "swagger": "Swagger"}


class _Reader:
    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        self.endpoints: dict[str, DocumentedEndpoint] = {}

    def path(self, path: str, item: DocumentPart) -> None:
        """Read the operations of one path."""
        self.schemas.visit()
        found = self.schemas.follow(item)
        if not isinstance(found.content, dict):
            self.schemas.problem(item.place, "is not a path")
            return
        name, single, asked = _route(path)
        if not name:
            return
        endpoint = self.endpoints.setdefault(name, DocumentedEndpoint(name, path, item.place))
        if single:
            endpoint.number = path.rstrip("/").rpartition("/")[2].strip("{}:<>")
        shared = found.child("parameters")
        for method in METHODS:
            operation = found.child(method)
            if isinstance(operation.content, dict):
                self._operation(endpoint, method, single, operation, shared, asked)
            elif operation.content is not None:
                self.schemas.problem(operation.place, "is not an operation")

    def _operation(
        self,
        endpoint: DocumentedEndpoint,
        method: str,
        single: bool,
        node: DocumentPart,
        shared: DocumentPart,
        asked: frozenset[str],
    ) -> None:
        query, required = {*asked}, {*asked}
        for each in (*shared.items(), *node.child("parameters").items()):
            parameter = self.schemas.follow(each)
            name, place = parameter.child("name").content, parameter.child("in").content
            if not isinstance(name, str):
                continue
            if place == "query":
                query.add(name)
                required |= {name} if parameter.child("required").content is True else set()
            elif place == "formData":
                column = self._column(endpoint, name, parameter)
                self._sent(column, self.schemas.shape(parameter), method)
                column.required |= method == "post" and parameter.content.get("required") is True
                endpoint.described.add(method.upper())
            elif place == "body":
                self._request(endpoint, method, parameter.child("schema"))
        endpoint.operations[method.upper(), single] = Operation(
            method.upper(), single, node.place, frozenset(query), frozenset(required)
        )
        body = self.schemas.follow(node.child("requestBody"))
        if body.content is not None:
            self._request(endpoint, method, self._content(body))
        self._responses(endpoint, method, single, node.child("responses"))

    def _content(self, node: DocumentPart) -> DocumentPart:
        """Return the schema of a body or response: of JSON, or of its first type."""
        types = node.child("content")
        media = next(
            (each for name, each in types.entries() if "json" in name),
            next((each for _, each in types.entries()), DocumentPart(None, node.place)),
        )
        return self._first(media.child("schema"), media)

    def _first(self, schema: DocumentPart, beside: DocumentPart) -> DocumentPart:
        """Return a schema, or what has examples beside it if only they say what is in it."""
        found = (each for each in (schema, beside) if self.schemas.shape(each).inner)
        return next(found, schema)

    def _request(self, endpoint: DocumentedEndpoint, method: str, schema: DocumentPart) -> None:
        body = self.schemas.shape(schema)
        if body.inner and not body.partial:
            endpoint.described.add(method.upper())
        shape = self._object(body)
        for name, part in shape.properties.items():
            column = self._column(endpoint, name, part)
            self._sent(column, self.schemas.shape(part), method)
            column.required |= method == "post" and name in shape.required

    def _sent(self, column: DocumentedColumn, shape: SchemaShape, method: str) -> None:
        if not shape.read_only and method in ("post", "put", "patch"):
            column.sent = (column.sent or set()) | shape.types

    def _responses(
        self, endpoint: DocumentedEndpoint, method: str, single: bool, responses: DocumentPart
    ) -> None:
        """Read the first response of success that has a schema."""
        for status, each in responses.entries():
            if method == "delete" or not (status.startswith("2") or status == "default"):
                continue
            response = self.schemas.follow(each)
            schema = (
                self._content(response)
                if response.child("content").content
                else response.child("schema")
            )
            # Swagger 2 has its examples by type.
            none = DocumentPart(None, schema.place)
            example = next((e for _, e in response.child("examples").entries()), none)
            beside = DocumentPart({"example": example.content}, example.place)
            shape = self.schemas.shape(self._first(schema, beside))
            if method == "get" and not single:
                shape = self._list(endpoint, shape)
            shape = self._object(shape)
            for name, part in shape.properties.items():
                column = self._column(endpoint, name, part)
                column.shown = (column.shown or set()) | self.schemas.shape(part).types
            if shape.properties:
                return

    def _list(self, endpoint: DocumentedEndpoint, shape: SchemaShape) -> SchemaShape:
        """Return the items of a list: bare, or in an envelope."""
        if shape.items:
            return self.schemas.shape(shape.items)
        lists = {}
        for name, part in shape.properties.items():
            inner = self.schemas.shape(part)
            if inner.items:
                lists[name] = self.schemas.shape(inner.items)
        keys = {plural_of(endpoint.name)} & lists.keys()
        if (
            not keys
            and len(lists) == 1
            and (len(shape.properties) < 3 or _PAGING & {*shape.properties})
        ):
            keys = {*lists}
        for key in keys:
            endpoint.list_key = key
            return lists[key]
        return shape

    def _object(self, shape: SchemaShape) -> SchemaShape:
        """Return the object in a list, or alone in another."""
        if shape.items:
            shape = self.schemas.shape(shape.items)
        if len(shape.properties) == 1:
            (part,) = shape.properties.values()
            inner = self.schemas.shape(part)
            if inner.properties:
                return inner
        return shape

    def _column(
        self, endpoint: DocumentedEndpoint, name: str, node: DocumentPart
    ) -> DocumentedColumn:
        self.schemas.visit()
        shape = self.schemas.shape(node)
        column = endpoint.columns.setdefault(name, DocumentedColumn(name, node.place))
        column.allowed |= shape.allowed
        column.read_only |= shape.read_only
        column.description = column.description or shape.description
        column.format = column.format or shape.format
        if shape.items and not column.items:
            column.items = self.schemas.shape(shape.items)
        return column


def _route(path: str) -> tuple[str, bool, frozenset[str]]:
    """Return the endpoint of a path, whether it has an id, and the arguments in its query."""
    plain, _, query = path.partition("?")
    steps = [step for step in plain.split("/") if step]
    for number, step in enumerate(steps):
        if step.upper() == "REST":
            steps = steps[number + 1 :]
            break
    single = bool(steps) and _is_parameter(steps[-1])
    asked = (part.partition("=")[0] for part in query.split("&"))
    name = "/".join("{}" if _is_parameter(s) else s for s in (steps[:-1] if single else steps))
    return name, single, frozenset(filter(None, asked))


def _is_parameter(step: str) -> bool:
    return step[0] in "{:<"
