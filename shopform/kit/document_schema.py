"""JSON Schemas of documents as pydantic makes them, made a little stricter and shorter."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema


class DocumentSchema(GenerateJsonSchema):
    """Fields have no titles and defaults of their own; a mapping's keys have all one pattern."""

    def field_title_should_be_set(self, _schema: Any) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def dict_schema(self, schema: core_schema.DictSchema) -> dict[str, Any]:
        found = super().dict_schema(schema)
        if "patternProperties" in found:
            ((pattern, values),) = found.pop("patternProperties").items()
            found |= {"additionalProperties": values, "propertyNames": {"pattern": pattern}}
        return found
