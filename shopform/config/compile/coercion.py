"""Nodes to plain data for a model, and the model's complaints to messages with places."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shopform.config.compile.field_types import (
    FLAGS,
    Shape,
    Takes,
    fraction,
    number,
    sentence,
    shape_of,
)
from shopform.config.compile.interpolation import Resolver
from shopform.config.compile.settings_spec import PATTERNS
from shopform.config.read.files import one_of
from shopform.config.read.yaml_nodes import NULLS, Mapping, Node, Scalar, Sequence
from shopform.diagnostics import Collector, Span, did_you_mean
from shopform.kit.text import is_damaged, shorten
from shopform.model.values import Secret

TOLD: Final = object()  # stands for what could not be read and has been complained about
_SHOWN = 40


class Reader:
    """Turns nodes into data. What a field cannot take stays a node, so that its model refuses it.

    Without a resolver placeholders stay as written.
    """

    def __init__(self, collector: Collector, resolver: Resolver | None = None) -> None:
        self._collector = collector
        self._resolver = resolver

    def read(self, node: Node, shape: Shape, active: bool = True) -> object:
        """The data of one field; a Secret only where the field itself is a text with one."""
        if type(node) is Scalar:
            return self.scalar(node, shape, active)
        if type(node) is Sequence and shape.takes is Takes.LIST and shape.inner:
            return [self._inside(each, shape.inner, active) for each in node.items]
        if type(node) is Mapping and shape.takes is Takes.KEYS and shape.inner:
            inner = shape.inner
            return {k: self._inside(each, inner, active) for k, (_, each) in node.entries.items()}
        if type(node) is Mapping and shape.takes is Takes.MODEL:
            return {
                name: self._inside(each, shape.fields[name], active)
                if name in shape.fields
                else each
                for name, (_, each) in node.entries.items()
            }
        return node

    def scalar(self, node: Scalar, shape: Shape, active: bool) -> object:
        found: object
        text, plain, takes = node.text, node.plain, shape.takes
        if plain and text in NULLS:
            return None
        if "${" in text and self._resolver is not None:
            resolved = self._resolver.resolve(node, active=active)
            if resolved is None:
                return TOLD
            if isinstance(resolved, Secret):
                if takes is not Takes.TEXT:
                    return self.misplaced(node)
                return resolved if self._whole(node, resolved.text) else TOLD
            text, plain = resolved, True
        if takes in _TEXTS or shape.alone:
            return text if self._whole(node, text) else TOLD
        found = None
        if takes is Takes.FLAG and plain:
            found = FLAGS.get(text)
        elif takes is Takes.NUMBER:
            found = number(text, plain)
        elif takes is Takes.FRACTION:
            found = fraction(text)
        return node if found is None else found

    def _inside(self, node: Node, shape: Shape, active: bool) -> object:
        found = self.read(node, shape, active)
        return self.misplaced(node) if isinstance(found, Secret) else found

    def _whole(self, node: Scalar, text: str) -> bool:
        """Whether it can be sent: UTF-8 has no bytes for a half, and shops end strings at a NUL."""
        if not is_damaged(text):
            return True
        code, what, hint = "half-character", "this contains half a character, a surrogate", _HALF
        if "\0" in text:
            code, what, hint = "nul-character", "this contains a NUL character (U+0000)", _NUL
        self._collector.error(code, what, hint=hint, span=node.span)
        return False

    def text(self, node: Scalar, active: bool) -> str | None:
        """A text that is no secret, such as a path; None where that has been complained about."""
        found = self.scalar(node, _TEXT, active)
        if isinstance(found, Secret):
            found = self.misplaced(node)
        return found if isinstance(found, str) else None

    def misplaced(self, node: Node) -> object:
        """Tell that a secret stands where it would be shown."""
        self._collector.error(
            "secret-misplaced",
            "a secret is not allowed here: it would be shown",
            hint="`${env:...}` and `${file:...}` belong in string fields of a resource",
            span=node.span,
        )
        return TOLD


_HALF: Final = "write the character itself, or both halves"
_NUL: Final = "remove it: no shop can store it"
_TEXT: Final = Shape(Takes.TEXT)
_TEXTS: Final = frozenset({Takes.TEXT, Takes.WORD, Takes.ANY})


class _Found:
    """Where a complaint points: the nearest key and node, what was read there, what it takes."""

    def __init__(self, node: Node, data: object, shape: Shape, path: Iterable[Any]) -> None:
        self.key: Scalar | None = None
        self.listed = False
        self.node = node
        self.data = data
        self.shape: Shape | None = shape
        for step in path:
            self._down(step)

    def _down(self, step: Any) -> None:
        # Steps that name a branch of a choice, such as `list[str]`, lead nowhere and are passed.
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


def explain(
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
    """Report what a model refused, and return the names of the fields of `node` that are wrong.

    `at` is the place of what is missing, if not the node; fields that were `reported` are left out.
    """
    shape, at = shape_of(model), at or node.span
    wrong: set[str] = set()
    seen: set[tuple[Span, str]] = set()
    for error in refused.errors(include_url=False):
        path = error["loc"]
        if path and path[0] in reported:
            continue
        if path:
            wrong.add(str(path[0]))
        if error["type"] == "missing":
            _missing(_Found(node, data, shape, path[:-1]), str(path[-1]), at, collector, address)
            continue
        found = _Found(node, data, shape, path)
        if found.data is TOLD:
            continue
        if error["type"] == "extra_forbidden":
            inside = _Found(node, data, shape, path[:-1]).shape
            _unknown(found, str(path[-1]), inside, collector, address)
            continue
        if path[-1:] == ("[key]",) and found.key is not None:
            collector.error(
                "invalid-key",
                f"`{found.key.text}` cannot be a name here",
                hint=_spelled(error),
                span=found.key.span,
            )
            continue
        code, summary, hint = _wrong(found, error, str(path[-1]) if path else "")
        if (found.node.span, code) not in seen:
            seen.add((found.node.span, code))
            collector.error(code, summary, hint=hint, span=found.node.span, address=address)
    return wrong


def _missing(holder: _Found, name: str, at: Span, collector: Collector, address: str) -> None:
    span = holder.node.span if holder.listed else holder.key.span if holder.key else at
    collector.error(
        "missing-field",
        f"`{name}` is missing",
        hint=f"add `{name}:` to it",
        span=span,
        address=address,
    )


def prune(data: object, path: Iterable[Any]) -> None:
    """Take out of `data` what lies at `path`, or the nearest thing around it that has a name."""
    held: tuple[dict[Any, Any], Any] | None = None
    for step in path:
        if isinstance(data, dict) and step in data:
            held = (data, step)
            data = data[step]
        elif isinstance(data, list) and isinstance(step, int):
            data = data[step]
    if held is not None:
        del held[0][held[1]]


def _unknown(
    found: _Found, name: str, inside: Shape | None, collector: Collector, address: str
) -> None:
    names = tuple(inside.fields) if inside else ()
    collector.error(
        "unknown-field",
        f"unknown field `{name}`",
        hint=did_you_mean(name, names, f"fields are {one_of(names)}"),
        span=(found.key or found.node).span,
        address=address,
    )


def _wrong(found: _Found, error: ErrorDetails, step: str) -> tuple[str, str, str]:
    """Code, summary and hint for a field that is there and wrong."""
    name = found.key.text if found.key else step
    shape, node, kind = found.shape, found.node, error["type"]
    limits = error.get("ctx", {})
    if isinstance(node, Scalar) and node.null:
        return (
            "null-field",
            f"`{name}` must not be null",
            "write a value; `~`, `null` and an empty value mean null",
        )
    written = node.text if isinstance(node, Scalar) else _CALLED[type(node)]
    written = shorten(written, _SHOWN)
    if isinstance(node, Scalar):
        written = f"`{written}`"
    if shape is not None and shape.takes is Takes.WORD:
        words = one_of(shape.words)
        hint = did_you_mean(str(found.data), shape.words, f"it takes {words}")
        return "unknown-word", f"`{name}` does not take {written}", hint
    for limit, words in (("ge", "at least"), ("le", "at most")):
        if limit in limits:
            hint = f"write {words} {limits[limit]}"
            return "out-of-range", f"`{name}` cannot be {written}", hint
    if (kind.startswith("string_") and kind != "string_type") or shape is None:
        return "wrong-text", f"`{name}` cannot be {written}", _spelled(error)
    return "wrong-type", f"`{name}` takes {sentence(shape)}, not {written}", _advice(shape, node)


def _spelled(error: ErrorDetails) -> str:
    return PATTERNS.get(error.get("ctx", {}).get("pattern", ""), "write at least one character")


def _advice(shape: Shape, node: Node) -> str:
    if shape.takes is Takes.FLAG and isinstance(node, Scalar):
        word = node.text.lower()
        if word in ("yes", "on", "y", "true"):
            return "YAML 1.2: write `true`, without quotes"
        return "YAML 1.2: write `true` or `false`, without quotes"
    return _ADVICE[shape.takes]


_CALLED: Final = {Mapping: "a mapping", Sequence: "a list"}
_ADVICE: Final = {
    Takes.TEXT: "put one value after the colon, in quotes if it starts with `[` or `{`",
    Takes.WORD: "use one of its allowed values",
    Takes.FLAG: "write `true` or `false`",
    Takes.NUMBER: "write digits only",
    Takes.FRACTION: "write a number such as `0.3`",
    Takes.LIST: "write each on its own line, behind a dash",
    Takes.KEYS: "write a key and a colon before each",
    Takes.MODEL: "write its fields below it, each with a colon",
    Takes.ANY: "see the reference",
}
