"""JSON Schemas of documents as pydantic makes them, made a little stricter and shorter."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema


class DocumentSchema(GenerateJsonSchema):
    """Fields have no titles of their own; every key of a mapping has the pattern of its keys."""

    def field_title_should_be_set(self, _schema: Any) -> bool:
        return False

    def dict_schema(self, schema: core_schema.DictSchema) -> dict[str, Any]:
        found = super().dict_schema(schema)
        if "patternProperties" in found:
            ((pattern, values),) = found.pop("patternProperties").items()
            found |= {"additionalProperties": values, "propertyNames": {"pattern": pattern}}
        return found
