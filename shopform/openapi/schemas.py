"""Resolve the schemas of an OpenAPI document, within limits.

Documents of vendors are incomplete and contradict the specification, so what cannot be used is a
problem with its place, and the rest is read.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from shopform.errors import ConfigError
from shopform.model.json_values import JSON_TYPES

MAX_NODES: Final = 1_000_000
MAX_DEPTH: Final = 64  # of schemas in schemas, and of references to references
_EXAMPLE_DEPTH: Final = 6  # an envelope, its list, an object, a list in it, and its items
_TYPES: Final = {
    **dict.fromkeys(("string", "str", "text", "date", "datetime", "date-time", "file"), "string"),
    **dict.fromkeys(("integer", "int", "long", "int32", "int64"), "integer"),
    **dict.fromkeys(("number", "float", "double", "decimal"), "number"),
    **dict.fromkeys(("boolean", "bool"), "boolean"),
    **dict.fromkeys(("array", "list"), "array"),
    **dict.fromkeys(("object", "map"), "object"),
    "null": "null",
}


class DocumentPart(NamedTuple):
    """A part of the document, and its place as a JSON pointer."""

    content: Any
    place: str

    def child(self, name: str | int) -> "DocumentPart":
        """Return the entry of a mapping or list; its content is None if there is none."""
        step = str(name).replace("~", "~0").replace("/", "~1")
        try:
            found = self.content[name]
        except (KeyError, IndexError, TypeError):
            found = None
        return DocumentPart(found, f"{self.place}/{step}")

    def entries(self) -> Iterator[tuple[str, "DocumentPart"]]:
        """Yield the entries of a mapping; nothing for anything else."""
        if isinstance(self.content, dict):
            yield from ((str(name), self.child(name)) for name in self.content)

    def items(self) -> Iterator["DocumentPart"]:
        """Yield the items of a list; nothing for anything else."""
        if isinstance(self.content, list):
            yield from (self.child(number) for number in range(len(self.content)))


@dataclass(slots=True)
class SchemaShape:
    """What a schema says of a value; empty where it says nothing.

    `types` are types of JSON, `allowed` the values that it enumerates, as strings. `properties`
    and `items` are schemas, to be resolved when they are needed. `partial`: an example shows them,
    which may lack some.
    """

    place: str
    types: set[str] = field(default_factory=set)
    allowed: dict[str, None] = field(default_factory=dict)
    properties: dict[str, DocumentPart] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    items: DocumentPart | None = None
    description: str = ""
    format: str = ""
    read_only: bool = False
    partial: bool = False

    @property
    def inner(self) -> bool:
        """Whether it says what is in the object or list."""
        return bool(self.properties or self.items)


class Schemas:
    """The schemas of one document, each resolved once.

    `problems` are what could not be used, by place; `visited` counts the nodes that were looked
    at. Raises ConfigError for more than `limit` of them.
    """

    def __init__(self, document: Mapping[str, Any], limit: int = MAX_NODES) -> None:
        self.visited = 0
        self.problems: dict[str, str] = {}
        self._root = DocumentPart(document, "#")
        self._limit = limit
        self._open: set[int] = set()
        # By id: aliases of YAML are the same object. It is kept, since its id could be reused.
        self._known: dict[int, tuple[object, SchemaShape]] = {}

    def follow(self, node: DocumentPart) -> DocumentPart:
        """Return the node to which references lead; its content is None if they lead nowhere."""
        for _ in range(MAX_DEPTH):
            self.visit()
            if not isinstance(node.content, dict) or "$ref" not in node.content:
                return node
            target = node.content["$ref"]
            if not isinstance(target, str):
                return self._nowhere(node, "`$ref` is not a string")
            if not target.startswith("#"):
                reason = f"refers to `{target[:200]}`, outside of the document, which is not read"
                return self._nowhere(node, reason)
            found = self._at(target)
            if found.content is None:
                return self._nowhere(node, f"refers to `{target[:200]}`, which does not exist")
            node = found
        return self._nowhere(node, "refers to itself, or through too many references")

    def shape(self, node: DocumentPart) -> SchemaShape:
        """Return what a schema says, with the parts that it is composed of."""
        return self._shape(node, 0)

    def visit(self, number: int = 1) -> None:
        self.visited += number
        if self.visited > self._limit:
            raise ConfigError(
                f"the document has more than {self._limit:,} nodes",
                hint="compare with a smaller one, of the endpoints that you use",
            )

    def problem(self, place: str, why: str) -> None:
        self.problems.setdefault(place, why)

    def _nowhere(self, node: DocumentPart, why: str) -> DocumentPart:
        self.problem(node.place, why)
        return DocumentPart(None, node.place)

    def _at(self, reference: str) -> DocumentPart:
        node = self._root
        for step in unquote(reference).removeprefix("#").split("/")[1:]:
            self.visit()
            name: str | int = step.replace("~1", "/").replace("~0", "~")
            if isinstance(node.content, list) and step.isdecimal() and len(step) < 10:
                name = int(step)
            node = node.child(name)
        return node

    def _shape(self, node: DocumentPart, depth: int) -> SchemaShape:
        node = self.follow(node)
        content = node.content
        known = self._known.get(id(content))
        if known:
            return known[1]
        shape = SchemaShape(node.place)
        if not isinstance(content, dict):
            if content not in (None, True, False):
                self.problem(node.place, "is not a schema")
            return shape
        if id(content) in self._open or depth > MAX_DEPTH:
            self.problem(node.place, "is a part of itself, or composed of too many parts")
            return shape
        self._open.add(id(content))
        self._own(shape, node)
        for word in ("allOf", "oneOf", "anyOf"):
            for part in node.child(word).items():
                self._merge(shape, self._shape(part, depth + 1), every=word == "allOf")
        if not shape.inner and shape.types <= {"object", "array", "null"}:
            self._by_example(shape, node, depth)
        if shape.properties or shape.items:
            shape.types = shape.types or {"object" if shape.properties else "array"}
        self._open.discard(id(content))
        self._known[id(content)] = (content, shape)
        return shape

    def _own(self, shape: SchemaShape, node: DocumentPart) -> None:
        """Set what a schema says itself."""
        content = node.content
        shape.types |= _types(content)
        for name in ("enum", "const"):
            given = content.get(name)
            listed = given if isinstance(given, list) else [given] if name in content else []
            self.visit(len(listed))
            shape.allowed |= {str(n): None for n in listed if isinstance(n, str | int | float)}
            if not shape.types:
                shape.types |= {JSON_TYPES.get(type(each), "string") for each in listed}
        for name, part in node.child("properties").entries():
            self.visit()
            shape.properties[name] = part
            if isinstance(part.content, dict) and part.content.get("required") is True:
                shape.required.add(name)  # as Swagger 1 wrote it
        for each in node.child("required").items():
            if isinstance(each.content, str):
                shape.required.add(each.content)
        items = node.child("items")
        first = next(items.items(), items)
        shape.items = first if isinstance(first.content, dict) else None
        for name in ("description", "format"):
            if isinstance(content.get(name), str):
                setattr(shape, name, content[name])
        shape.read_only = content.get("readOnly") is True

    def _merge(self, shape: SchemaShape, part: SchemaShape, *, every: bool) -> None:
        """Add a part: all of `allOf` are true at once, of the others one or another."""
        self.visit(len(part.properties) + len(part.allowed))
        if not (every and shape.types):
            shape.types |= part.types
        shape.allowed |= part.allowed
        for name, each in part.properties.items():
            shape.properties.setdefault(name, each)
        if every:
            shape.required |= part.required
        shape.items = shape.items or part.items
        shape.description = shape.description or part.description
        shape.format = shape.format or part.format
        shape.read_only = shape.read_only or part.read_only
        shape.partial = shape.partial or part.partial

    def _by_example(self, shape: SchemaShape, node: DocumentPart, depth: int) -> None:
        """Take what an example shows for a schema that does not say it."""
        example = next(self._examples(node), None)
        if example is None:
            return
        schema = self._schema_of(example, _EXAMPLE_DEPTH)
        self._merge(shape, self._shape(DocumentPart(schema, node.place), depth + 1), every=True)
        shape.partial = True

    def _examples(self, node: DocumentPart) -> Iterator[Any]:
        several = node.child("examples")
        found = [node.child("example"), *several.items()]
        found += [self.follow(each).child("value") for _, each in several.entries()]
        for each in found:
            content = each.content
            if isinstance(content, str) and content.lstrip()[:1] in ("{", "["):
                try:
                    content = json.loads(content)
                except (ValueError, RecursionError):
                    continue
            if content is not None:
                yield content

    def _schema_of(self, example: Any, depth: int) -> dict[str, Any]:
        """Return a schema of what an example shows, as deep as asked."""
        self.visit()
        found: dict[str, Any] = {"type": JSON_TYPES.get(type(example), "string")}
        if depth and isinstance(example, dict):
            found["properties"] = {
                str(name): self._schema_of(each, depth - 1) for name, each in example.items()
            }
        if depth and isinstance(example, list) and example:
            found["items"] = self._schema_of(example[0], depth - 1)
        return found


def _types(content: dict[str, Any]) -> set[str]:
    given = content.get("type")
    words = given if isinstance(given, list) else [given]
    found = {
        _TYPES[word.lower()] for word in words if isinstance(word, str) and word.lower() in _TYPES
    }
    if found and (content.get("nullable") is True or content.get("x-nullable") is True):
        found.add("null")
    return found
