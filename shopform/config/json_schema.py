"""The JSON Schema of project files, generated from the kinds and the settings.

It is for editors, and accepts what shopform accepts: a string field may be `0123`, and a boolean
or a number may be a placeholder.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shopform.config.compile.field_values import free_text_fields
from shopform.config.compile.kind_models import model_of
from shopform.config.compile.settings_spec import FromAppSpec, ProjectSpec, TableSpec
from shopform.config.compile.shapes import Accepts, Shape, shape_of
from shopform.config.read.project import FROM_APP
from shopform.kinds import Catalogue, Kind
from shopform.model.values import KEY

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_KEYS: Schema = {"pattern": f"^{KEY.pattern.removesuffix('Z').removesuffix(chr(92))}$"}
_SCALAR = ["string", "number", "boolean"]
_SHARED: dict[str, Schema] = {
    "placeholder": {
        "type": "string",
        "pattern": r"\$\{",
        "description": "A string with `${var.NAME}`.",
    },
    "from_file": {
        "type": "object",
        "properties": {
            "file": {"type": "string", "description": "The file, relative to this one."}
        },
        "required": ["file"],
        "additionalProperties": False,
        "description": "A string from a file beside this one.",
    },
}


def project_schema(catalogue: Catalogue) -> Schema:
    """Return the schema (draft 2020-12) of the files of a project."""
    sections = {section: _section(kind) for section, kind in catalogue.sections.items()}
    resources = {name: _resource(catalogue, kind) for name, kind in catalogue.items()}
    settings = _model(ProjectSpec)
    settings["properties"]["shops"]["properties"] = {FROM_APP: _model(FromAppSpec)}
    shapes = (shape_of(model_of(catalogue, kind)) for kind in catalogue.kinds)
    recursive = {_name(model): _model(model) for shape in shapes for model in _recursive(shape)}
    return {
        "$schema": _DIALECT,
        "title": "A file of a shopform project",
        "description": "Settings go into shopform.yaml, resources into any file of the project.",
        "type": ["object", "null"],
        "properties": settings["properties"] | sections,
        "additionalProperties": False,
        "$defs": _SHARED | {"table": _model(TableSpec)} | recursive | resources,
    }


def _section(kind: Kind) -> Schema:
    by_key = {
        "type": ["object", "null"],
        "propertyNames": _KEYS,
        "additionalProperties": {"$ref": f"#/$defs/{kind.name}"},
    }
    return {
        "description": kind.about,
        "anyOf": [by_key, {"$ref": "#/$defs/table"}],
    }


def _resource(catalogue: Catalogue, kind: Kind) -> Schema:
    """The schema of one object of a kind, with the sections of its children."""
    schema = _model(model_of(catalogue, kind))
    properties = schema["properties"]
    for name in free_text_fields(kind):
        choices = properties[name]
        plain = {"type": choices.pop("type")}
        choices["anyOf"] = [plain, {"$ref": "#/$defs/from_file"}]
    for inner in catalogue.children[kind.name]:
        section = _section(inner)
        if inner.nesting and inner.nesting.short:
            strings = {"type": "array", "items": {"type": _SCALAR}}
            section = {"anyOf": [section, strings]}
        description = properties[inner.section]["description"]
        properties[inner.section] = section | {"description": description}
    return schema


def _model(model: type[BaseModel]) -> Schema:
    shapes = shape_of(model).fields
    fields = {info.alias or name: info for name, info in model.model_fields.items()}
    schema: Schema = {
        "type": "object",
        "description": (model.__doc__ or "").strip(),
        "properties": {name: _field(shapes[name], info) for name, info in fields.items()},
        "additionalProperties": False,
    }
    required = [name for name, info in fields.items() if info.is_required()]
    return schema | ({"required": required} if required else {})


def _recursive(shape: Shape, around: tuple[object, ...] = ()) -> Iterator[type[BaseModel]]:
    """Yield the models in a shape that contain themselves."""
    if shape.model is not None and shape.model in around:
        yield shape.model
        return
    for each in (*shape.fields.values(), *([shape.inner] if shape.inner else ())):
        yield from _recursive(each, (*around, shape.model))


def _name(model: type[BaseModel]) -> str:
    return model.__name__.lower()


def _field(shape: Shape, info: FieldInfo) -> Schema:
    schema = _or_null(shape)
    for limit, keyword in (("ge", "minimum"), ("le", "maximum")):
        for each in info.metadata:
            if hasattr(each, limit):
                schema[keyword] = getattr(each, limit)
    schema["description"] = info.description or ""
    default = info.get_default(call_default_factory=True) if not info.is_required() else None
    if default not in (None, "", [], {}) and not isinstance(default, BaseModel):
        schema["default"] = default
    return schema


def _or_null(shape: Shape) -> Schema:
    schema = _accepted(shape)
    if not shape.nullable:
        return schema
    if "anyOf" in schema:
        return schema | {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    found = schema["type"]
    return schema | {"type": [*(found if isinstance(found, list) else [found]), "null"]}


def _accepted(shape: Shape) -> Schema:
    """The schema of a field's values, without its description."""
    placeholder = {"$ref": "#/$defs/placeholder"}
    if shape.accepts in (Accepts.STRING, Accepts.SCALAR):
        return {"type": list(_SCALAR)}
    if shape.accepts is Accepts.CHOICE:
        return {"anyOf": [{"enum": list(shape.choices)}, placeholder]}
    if shape.accepts is Accepts.BOOLEAN:
        return {"anyOf": [{"type": "boolean"}, {"enum": [0, 1]}, placeholder]}
    if shape.accepts is Accepts.INTEGER:
        quoted = {"type": "string", "pattern": "^[-+]?[0-9]+$"}
        return {"anyOf": [{"type": "integer"}, quoted, placeholder]}
    if shape.accepts is Accepts.NUMBER:
        return {"type": "number"}
    if shape.accepts is Accepts.MODEL and shape.model is not None:
        if shape.model in _recursive(shape):
            return {"$ref": f"#/$defs/{_name(shape.model)}"}
        return _model(shape.model)
    if shape.inner is None:
        return {"type": [*_SCALAR, "object", "array"]}
    if shape.accepts is Accepts.MAPPING:
        return {"type": "object", "additionalProperties": _or_null(shape.inner)}
    inner = _accepted(shape.inner)
    listed = {"type": "array", "items": inner}
    return {"anyOf": [inner, listed]} if shape.or_string else listed
