"""JSON documents: read with care, and checked, written and described by one type each.

The types are dataclasses. pydantic makes of each what reads, writes and describes it, when a run
first needs that.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Hashable

    from pydantic import TypeAdapter, ValidationError
    from pydantic_core import ErrorDetails, SchemaValidator

Document = dict[str, Any]
_LIST, _MAPPING = "should be a list", "should be a mapping"
_EMPTY = "is empty"
# For errors whose own message is about Python.
_COMPLAINTS = {
    "missing": "is missing",
    "unexpected_keyword_argument": "is not a known key",
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _MAPPING,
    "dataclass_type": _MAPPING,
    "too_short": _EMPTY,
    "string_too_short": _EMPTY,
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Exact:
    """A number or a boolean as it is: no text that looks like one, and no boolean as a number."""

    least: int | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        bound = {} if self.least is None else {"ge": self.least}
        return {**handler(source), "strict": True, **bound}


Number = Annotated[int, Exact()]
Count = Annotated[int, Exact(0)]
Flag = Annotated[bool, Exact()]


def about(description: str) -> dict[str, str]:
    """The metadata of a field that the JSON Schema describes."""
    return {"description": description}


class Closed:
    """A dataclass whose documents have no other keys than its fields."""

    __slots__ = ()
    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Stored:
    """How a value is written in a document if its type does not say so: as a `form`.

    `read` makes the value of that and may raise ValueError, `write` the reverse.
    """

    form: Any
    read: Callable[[Any], Any]
    write: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        form = handler.generate_schema(self.form)
        writing = core_schema.plain_serializer_function_ser_schema(self.write, return_schema=form)
        return core_schema.no_info_after_validator_function(self.read, form, serialization=writing)


class Whole:
    """All fields of the dataclass are in the document, whatever their defaults."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        schema = handler.resolve_ref_schema(handler(source))
        # Without its reference: elsewhere the same dataclass may leave out what is at its default.
        own = {name: part for name, part in schema.items() if name != "ref"}
        fields = [{**each, "schema": _required(each["schema"])} for each in own["schema"]["fields"]]
        return {**own, "schema": {**own["schema"], "fields": fields}}


def parse_object(data: bytes) -> Document:
    """The JSON object in `data`. Raises ValueError, also where it has a key twice.

    Python's own parser: pydantic's takes the last of two equal keys, as a merge of two branches
    may leave them, and refuses half a surrogate pair, which shops answer.
    """
    text = data.decode()
    if text.startswith("\ufeff"):
        raise ValueError("it begins with a byte order mark")
    found = _DECODER.decode(text)
    if not isinstance(found, dict):
        raise ValueError("an object is expected")
    return found


def depth(data: Any) -> int:
    """How deep lists and mappings are nested."""
    level, found = [data], 0
    while level:
        parts = [each.values() if type(each) is dict else each for each in level]
        level = [part for each in parts for part in each if type(part) in (dict, list)]
        found += 1
    return found


def read(kind: type[T], data: object) -> T:
    """The value of this type that JSON data stands for. Raises ValueError with the place.

    Accepts what `write` makes of that value and nothing else, unknown keys apart.
    """
    from pydantic import ValidationError

    try:
        found: T = _reader(cast("Hashable", kind)).validate_python(data)
        return found
    except ValidationError as problem:
        raise ValueError(_reason(problem)) from None


def write(kind: type[T], value: T) -> Any:
    """A value as JSON data; fields at their defaults are left out.

    Raises ValueError for what has no place in a document, such as a secret.
    """
    return _adapter(cast("Hashable", kind)).dump_python(
        value, mode="json", exclude_defaults=True, warnings="error"
    )


def schema_of(kind: type, title: str, description: str) -> Document:
    """The JSON Schema of the documents of this type."""
    from shopform.kit.document_schema import DocumentSchema

    found = DocumentSchema().generate(_canonical(_adapter(kind).core_schema))
    about = {"title": title, "description": description}
    return {"$schema": DocumentSchema.schema_dialect, **found, **about}


@cache
def _adapter(kind: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


@cache
def _reader(kind: Any) -> "SchemaValidator":
    from pydantic_core import SchemaValidator

    return SchemaValidator(_canonical(_adapter(kind).core_schema))


def _canonical(schema: Any) -> Any:
    """The schema, with a key refused that has its default, since `write` leaves it out.

    What a document says is then said in one way only: a reviewer cannot be shown `null` or
    `false` where an absent key means the same.
    """
    if isinstance(schema, list):
        return [_canonical(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _canonical(part) for name, part in schema.items()}
    if made.get("type") != "default":
        return made
    default = made["default"] if "default" in made else made["default_factory"]()
    return {**made, "schema": _without(default, made["schema"])}


def _without(default: object, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of all values but this one: null, false, zero, or what is empty."""
    if schema["type"] == "function-after":
        return {**schema, "schema": _without(default, schema["schema"])}
    if schema["type"] == "nullable" and default is None:
        inner: dict[str, Any] = schema["schema"]
        return inner
    if default is False:
        return {"type": "literal", "expected": [True]}
    return {**schema, ("ge" if default == 0 else "min_length"): 1}


def _required(schema: Any) -> Any:
    return schema["schema"] if schema["type"] == "default" else schema


def _reason(problem: "ValidationError") -> str:
    """The first error, with its place."""
    first = problem.errors(include_url=False, include_input=False)[0]
    return f"`/{'/'.join(map(str, first['loc']))}` {_complaint(first)}"


def _complaint(found: "ErrorDetails") -> str:
    if found["type"] == "value_error":
        return f"is wrong: {found['ctx']['error']}"
    return _COMPLAINTS.get(found["type"]) or found["msg"].removeprefix("Input ")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"`{twice}` is there twice")
    return found


def _no_constant(text: str) -> object:
    raise ValueError(f"`{text}` is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
