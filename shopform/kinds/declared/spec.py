"""The form in which a project defines a kind of its own."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from shopform.kinds.field_types import (
    Choice,
    Decimal,
    FieldType,
    Flag,
    Html,
    Images,
    Number,
    Path,
    Reference,
    References,
    Set,
    Text,
)
from shopform.kinds.spec import Column, Key, StrictModel, may, must

FIELD_NAME: Final = r"^[a-z][a-z0-9_]*$"
ENDPOINT: Final = r"^[A-Za-z0-9_][A-Za-z0-9_-]*(/[A-Za-z0-9_-]+)*$"
FieldName = Annotated[str, Field(pattern=FIELD_NAME)]


class FieldSpec(StrictModel):
    """A field of a kind of the project's own."""

    type: Literal[
        "text",
        "html",
        "path",
        "flag",
        "number",
        "decimal",
        "choice",
        "reference",
        "references",
        "images",
        "set",
    ] = must("Its type.")
    to: Key | None = may("The kind that a `reference`, or a list of `references`, refers to.")
    values: list[str] = may("The allowed values of a `choice`.", [])
    wire: Column | None = may("Its name in the API; by default its name here.")
    aliases: list[Column] = may("Other names that the API may use.", [])
    required: bool = may("Whether every resource must declare it.", False)
    default: str | list[str] | None = may(
        "The shop's default: set when a resource no longer declares the field, and not dumped."
    )
    known: list[str] = may("Documented values of a `text` or `set`; others draw a warning.", [])
    local: bool = may(
        "Whether its value is specific to one shop, so that a clone needs another.", False
    )
    hides: bool | None = may("The value of a `flag` with which visitors do not see the object.")
    description: str = may("What it is, for editors and the reference.", "")


_PLAIN: Final[Mapping[str, type[FieldType]]] = {
    "text": Text,
    "html": Html,
    "path": Path,
    "flag": Flag,
    "number": Number,
    "decimal": Decimal,
    "images": Images,
    "set": Set,
}


def type_of(spec: FieldSpec) -> FieldType:
    """Return the type of a field."""
    if spec.type == "choice":
        return Choice(tuple(spec.values))
    if spec.type == "reference":
        return Reference(spec.to or "")
    if spec.type == "references":
        return References(spec.to or "")
    return _PLAIN[spec.type]()


class ParentSpec(StrictModel):
    """The parent of a kind whose objects are declared inside another resource."""

    kind: Key = must("The kind of the parent.")
    argument: Column = must("The query argument with the parent's id, in lists and creates.")
    short: FieldName | None = may("The field that a plain string in the section sets.")


class KindSpec(StrictModel):
    """A kind of the project's own."""

    description: str = may("What it is, for editors and the reference.", "")
    section: Key = must("The section of the files with its resources.")
    endpoint: Annotated[str, Field(pattern=ENDPOINT)] = must("The path below /REST.")
    id: Column | list[Column] = must("Field with an object's id; the first found of a list.")
    list_key: Column | None = may(
        "Key of the objects if a list comes in an envelope; by default the section."
    )
    identity: list[FieldName] = must("The fields by which an object is matched.")
    parent: ParentSpec | None = may("The kind inside whose resources it is declared.")
    path: FieldName | None = may("The field with the path of its page, unique in the shop.")
    slug: FieldName | None = may(
        "The field from which the shop derives the path of an object that is created without one."
    )
    fixed: Column | None = may("A boolean of the API: an object that has it is never deleted.")
    fields: dict[FieldName, FieldSpec] = must("Its fields, by name.")


Specs = Mapping[str, KindSpec]
