"""Convert nodes to data for a model, and the model's validation errors to messages with places."""

from collections.abc import Collection, Iterable
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shopform.config.compile.interpolation import Resolver
from shopform.config.compile.settings_spec import PATTERNS
from shopform.config.compile.shapes import (
    Accepts,
    Shape,
    describe,
    integer,
    number,
    scalar,
    shape_of,
)
from shopform.config.read.yaml_nodes import NULLS, Mapping, Node, Scalar, Sequence
from shopform.diagnostics import Collector, Span, did_you_mean
from shopform.kinds.field_types.flag import BOOLEANS
from shopform.kit.text import backquoted, is_damaged, shorten
from shopform.model.lookups import Lookup, LookupText, check_lookup
from shopform.model.values import Secret

M = TypeVar("M", bound=BaseModel)
REPORTED: Final = object()  # in place of a value that could not be read: its error is reported
_SHOWN = 40


class Reader:
    """Converts nodes to data. A value of the wrong type stays a node, which its model refuses.

    Without a resolver, placeholders stay as written.
    """

    def __init__(self, collector: Collector, resolver: Resolver | None = None) -> None:
        self._collector = collector
        self._resolver = resolver

    def read(self, node: Node, shape: Shape, active: bool = True, lookups: bool = False) -> object:
        """Return the data of one field: a Secret only if the field itself is a string with one.

        With `lookups`, look-ups may be anywhere in it.
        """
        if type(node) is Scalar:
            return self.scalar(node, shape, active)
        if type(node) is Sequence and shape.accepts is Accepts.LIST and shape.inner:
            return [self._inside(each, shape.inner, active, lookups) for each in node.items]
        if type(node) is Mapping and shape.accepts is Accepts.MAPPING and shape.inner:
            inner = shape.inner
            return {
                name: self._inside(each, inner, active, lookups)
                for name, (_, each) in node.entries.items()
            }
        if type(node) is Mapping and shape.accepts is Accepts.MODEL:
            return {
                name: self._inside(each, shape.fields[name], active, lookups)
                if name in shape.fields
                else each
                for name, (_, each) in node.entries.items()
            }
        return node

    def scalar(self, node: Scalar, shape: Shape, active: bool) -> object:
        found: object
        text, plain, accepts = node.text, node.plain, shape.accepts
        if plain and text in NULLS:
            return None
        if "${" in text and self._resolver is not None:
            resolved = self._resolver.resolve(node, active=active)
            if resolved is None:
                return REPORTED
            if isinstance(resolved, Secret | LookupText):
                return self._deferred(node, resolved, accepts)
            text, plain = resolved, True
        if accepts in _STRINGS or shape.or_string:
            found = scalar(text) if accepts is Accepts.SCALAR and node.plain else text
            fine = (text.isascii() and "\0" not in text) or self._encodable(node, text)
            return found if fine else REPORTED
        found = None
        if accepts is Accepts.BOOLEAN and plain:
            found = BOOLEANS.get(text)
        elif accepts is Accepts.INTEGER:
            found = integer(text, plain)
        elif accepts is Accepts.NUMBER:
            found = number(text)
        return node if found is None else found

    def _deferred(self, node: Scalar, found: Secret | LookupText, accepts: Accepts) -> object:
        if isinstance(found, LookupText):
            return found.number if accepts is Accepts.INTEGER else found
        if accepts is not Accepts.STRING:
            return self.misplaced(node)
        return found if self._encodable(node, found.text) else REPORTED

    def _inside(self, node: Node, shape: Shape, active: bool, lookups: bool) -> object:
        found = self.read(node, shape, active, lookups)
        if isinstance(found, Lookup) and not lookups:
            check_lookup(found, None, self._collector)
            return REPORTED
        return self.misplaced(node) if isinstance(found, Secret) else found

    def _encodable(self, node: Scalar, text: str) -> bool:
        """Report strings that cannot be sent: UTF-8 encodes no surrogates; shops cut at a NUL."""
        if not is_damaged(text):
            return True
        code, summary, hint = "half-character", "this contains half a character, a surrogate", _HALF
        if "\0" in text:
            code, summary, hint = "nul-character", "this contains a NUL character (U+0000)", _NUL
        self._collector.error(code, summary, hint=hint, span=node.span)
        return False

    def text(self, node: Scalar, active: bool) -> str | None:
        """Return a string, never a secret or an id, such as a path; None if reported."""
        found = self._inside(node, _TEXT, active, lookups=False)
        return found if isinstance(found, str) else None

    def misplaced(self, node: Node) -> object:
        """Report a secret in a field whose value is shown; return REPORTED."""
        self._collector.error(
            "secret-misplaced",
            "a secret is not allowed here: it would be shown",
            hint="secrets, such as `${env:...}`, belong in string fields of a resource",
            span=node.span,
        )
        return REPORTED


_HALF: Final = "write the character itself, or both halves"
_NUL: Final = "remove it: no shop can store it"
_TEXT: Final = Shape(Accepts.STRING)
_STRINGS: Final = frozenset({Accepts.STRING, Accepts.CHOICE, Accepts.SCALAR, Accepts.ANY})


class _Location:
    """Where a validation error is: the nearest key and node, the data there and its shape."""

    def __init__(self, node: Node, data: object, shape: Shape, path: Iterable[Any]) -> None:
        self.key: Scalar | None = None
        self.listed = False
        self.node = node
        self.data = data
        self.shape: Shape | None = shape
        for step in path:
            self._step(step)

    def _step(self, step: Any) -> None:
        # Steps that name a branch of a union, such as `list[str]`, have no node and are skipped.
        node, data, shape = self.node, self.data, self.shape
        if isinstance(node, Mapping) and step in node.entries:
            self.key, self.node = node.entries[step]
            self.listed = False
            self.shape = shape and (shape.fields.get(step) or shape.inner)
            self.data = data.get(step) if isinstance(data, dict) else None
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            self.node = node.items[step]
            self.listed = True
            self.shape = shape and shape.inner
            self.data = data[step] if isinstance(data, list) else None


def validated(model: type[M], node: Node, collector: Collector) -> M | None:
    """Return a node as its model, with placeholders as written; None if errors were reported."""
    data = Reader(collector).read(node, shape_of(model))
    try:
        return model.model_validate(data)
    except ValidationError as refused:
        report_invalid(refused, model, node, data, collector)
    return None


def report_invalid(
    refused: ValidationError,
    model: type[BaseModel],
    node: Node,
    data: object,
    collector: Collector,
    *,
    at: Span | None = None,
    address: str = "",
    reported: Collection[str] = (),
) -> set[str]:
    """Report what a model refused; return the names of the invalid fields of `node`.

    Missing fields are reported at `at`, by default the node. Fields in `reported` are skipped.
    """
    report = _Report(node, data, shape_of(model), collector, at or node.span, address)
    errors = [
        e for e in refused.errors(include_url=False) if not e["loc"] or e["loc"][0] not in reported
    ]
    for error in errors:
        report.add(error)
    return {str(error["loc"][0]) for error in errors if error["loc"]}


class _Report:
    """Reports the validation errors of one node."""

    def __init__(
        self,
        node: Node,
        data: object,
        shape: Shape,
        collector: Collector,
        at: Span,
        address: str,
    ) -> None:
        self._root = (node, data, shape)
        self._collector = collector
        self._at = at
        self._address = address
        self._seen: set[Span] = set()

    def add(self, error: ErrorDetails) -> None:
        path, kind = error["loc"], error["type"]
        name = str(path[-1]) if path else ""
        found, parent = _Location(*self._root, path), _Location(*self._root, path[:-1])
        either = isinstance(found.data, list) and found.shape and found.shape.or_string
        if kind == "missing":
            span = parent.key.span if parent.key else self._at
            span = parent.node.span if parent.listed else span
            self._error("missing-field", f"`{name}` is missing", f"add `{name}:` to it", span)
        elif found.data is REPORTED or (either and kind == "string_type"):
            return
        elif kind == "extra_forbidden":
            names = tuple(parent.shape.fields) if parent.shape else ()
            hint = did_you_mean(name, names, f"fields are {backquoted(names)}")
            span = (found.key or found.node).span
            self._error("unknown-field", f"unknown field `{name}`", hint, span)
        elif name == "[key]" and found.key is not None:
            summary = f"`{found.key.text}` cannot be a name here"
            self._error("invalid-key", summary, _pattern_hint(error), found.key.span)
        else:
            code, summary, hint = _invalid(found, error, name)
            if found.node.span not in self._seen:  # each branch of a union reports its value
                self._seen.add(found.node.span)
                self._error(code, summary, hint, found.node.span)

    def _error(self, code: str, summary: str, hint: str, span: Span) -> None:
        self._collector.error(code, summary, hint=hint, span=span, address=self._address)


def _invalid(found: _Location, error: ErrorDetails, step: str) -> tuple[str, str, str]:
    """Return the code, summary and hint for an invalid value."""
    name = found.key.text if found.key else step
    shape, node, kind = found.shape, found.node, error["type"]
    limits = error.get("ctx", {})
    if isinstance(node, Scalar) and node.null:
        return (
            "null-field",
            f"`{name}` must not be null",
            "write a value; `~`, `null` and an empty value mean null",
        )
    written = node.text if isinstance(node, Scalar) else _CONTAINERS[type(node)]
    written = shorten(written, _SHOWN)
    if isinstance(node, Scalar):
        written = f"`{written}`"
    if shape is not None and shape.accepts is Accepts.CHOICE:
        words = backquoted(shape.choices)
        hint = did_you_mean(str(found.data), shape.choices, f"allowed: {words}")
        return "unknown-word", f"`{name}` cannot be {written}", hint
    for limit, words in (("ge", "at least"), ("le", "at most")):
        if limit in limits:
            hint = f"write {words} {limits[limit]}"
            return "out-of-range", f"`{name}` cannot be {written}", hint
    if (kind.startswith("string_") and kind != "string_type") or shape is None:
        return "wrong-text", f"`{name}` cannot be {written}", _pattern_hint(error)
    return "wrong-type", f"`{name}` must be {describe(shape)}, not {written}", _hint(shape, node)


def _pattern_hint(error: ErrorDetails) -> str:
    return PATTERNS.get(error.get("ctx", {}).get("pattern", ""), "write at least one character")


def _hint(shape: Shape, node: Node) -> str:
    if shape.accepts is Accepts.BOOLEAN and isinstance(node, Scalar):
        word = node.text.lower()
        if word in ("yes", "on", "y", "true"):
            return "YAML 1.2: write `true`, without quotes"
        return "YAML 1.2: write `true` or `false`, without quotes"
    return _HINTS[shape.accepts]


_CONTAINERS: Final = {Mapping: "a mapping", Sequence: "a list"}
_HINTS: Final = {
    Accepts.STRING: "write one value after the colon, in quotes if it starts with `[` or `{`",
    Accepts.CHOICE: "use one of its allowed values",
    Accepts.BOOLEAN: "write `true` or `false`",
    Accepts.INTEGER: "write digits only",
    Accepts.NUMBER: "write a number such as `0.3`",
    Accepts.LIST: "write each item on its own line, after a dash",
    Accepts.MAPPING: "write a key and a colon before each item",
    Accepts.MODEL: "write its fields below it, each with a colon",
    Accepts.SCALAR: "write one value after the colon",
    Accepts.ANY: "see the reference",
}
