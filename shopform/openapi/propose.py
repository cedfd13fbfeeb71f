"""Propose `kinds:` for the endpoints of a document that no kind manages.

A proposal says nothing that the document does not: what it cannot know, such as the columns that
identify an object, is to be checked by people, so it is never used without them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shopform.kinds import Catalogue
from shopform.kinds.base import COMPUTED
from shopform.kinds.catalogue import RUNTIME
from shopform.openapi.endpoints import (
    DocumentedColumn,
    DocumentedEndpoint,
    operations_of,
    plural_of,
)

_NAMES: Final = ("name", "headline", "title", "code", "tag")  # likely to identify an object
_FLAGS: Final = ("is_", "no_", "in_", "has_")  # integers, but 1 or 0 (dossier 2.4)
_PATH: Final = "rewrite_url"
_IMAGES: Final = "images"  # responses have them in another form, but they can be sent (dossier 4.6)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A kind for `kinds:` of a project, by the keys of its declaration; `why_not` is the reason
    where there can be none."""

    endpoint: DocumentedEndpoint
    name: str = ""
    declaration: Mapping[str, Any] | None = None
    why_not: str = ""


def propose(endpoint: DocumentedEndpoint, catalogue: Catalogue) -> Proposal:
    """Return a kind for an endpoint, or why there is none."""
    name = endpoint.name.replace("_", "-")
    done = {*operations_of(endpoint)}
    if name in RUNTIME:
        return Proposal(endpoint, why_not="its objects are made while the shop is open")
    if "/" in name or not {"list", "create", "update"} <= done:
        lacking = " or ".join(sorted({"list", "create", "update"} - done)) or "object of its own"
        return Proposal(endpoint, why_not=f"it has no {lacking}")
    number = _id(endpoint)
    columns = [column for column in _sendable(endpoint) if column.name != number]
    fields: dict[str, dict[str, Any]] = {}
    for column in columns:
        if declared := _field(column, name, catalogue):
            fields.setdefault(_name(column, catalogue), declared)
    identity = _identity(columns)
    if not number or not identity:
        lacking = "a column with the id" if not number else "a string that identifies an object"
        return Proposal(endpoint, why_not=f"the document does not show {lacking}")
    fields[identity]["required"] = True  # what identifies an object is always declared
    declaration: dict[str, Any] = {
        "section": plural_of(endpoint.name).replace("_", "-"),
        "endpoint": endpoint.name,
        "id": number,
        "list_key": endpoint.list_key or plural_of(endpoint.name),
        "identity": [identity],
    }
    if _PATH in fields:
        declaration["path"] = _PATH
    declaration["fields"] = fields
    why_not = _refused(catalogue, name, declaration)
    return Proposal(endpoint, why_not=why_not) if why_not else Proposal(endpoint, name, declaration)


def _refused(catalogue: Catalogue, name: str, declaration: Mapping[str, Any]) -> str:
    """Return why a project could not declare the kind; empty if it could."""
    from pydantic import ValidationError

    from shopform.kinds.declared.checks import problems
    from shopform.kinds.declared.spec import KindSpec

    try:
        spec = KindSpec.model_validate(declaration)
    except ValidationError as refused:
        first = refused.errors()[0]
        return f"`{'.'.join(map(str, first['loc']))}` has a form that `kinds` does not have"
    return next((each.summary for each in problems(catalogue, {name: spec})), "")


def _id(endpoint: DocumentedEndpoint) -> str:
    """Return the column with the id: by pattern, by the parameter of the path, or plainly `id`."""
    names = (f"{endpoint.name.replace('-', '_')}_id", endpoint.number, "id")
    return next((name for name in names if name in endpoint.columns), "")


def _sendable(endpoint: DocumentedEndpoint) -> Iterator[DocumentedColumn]:
    for name, column in endpoint.columns.items():
        computed = name in COMPUTED.value and name != _IMAGES
        unsent = endpoint.has_requests and column.sent is None
        if not (column.read_only or unsent or computed):
            yield column


def _identity(columns: list[DocumentedColumn]) -> str:
    strings = {column.name: column for column in columns if _types(column) == {"string"}}
    required = [name for name, column in strings.items() if column.required]
    likely = [name for name in _NAMES if name in strings]
    both = [name for name in likely if name in required]
    return next(iter((*both, *likely, *required)), "")


def _types(column: DocumentedColumn) -> set[str]:
    return (column.sent or column.shown or set()) - {"null"}


def _field(column: DocumentedColumn, name: str, catalogue: Catalogue) -> dict[str, Any] | None:
    """Return the declaration of a field; None for forms that no type of field has."""
    kind = _type(column)
    target = _target(column, name, catalogue)
    if not kind and not target:
        return None
    found: dict[str, Any] = {"type": "reference", "to": target} if target else {"type": kind}
    if target:
        found["wire"] = column.name
    if kind == "choice":
        found["values"] = [*column.allowed]
    if column.required:
        found["required"] = True
    if column.description:
        # A kind cannot use a variable, so `${` is not allowed.
        found["description"] = " ".join(column.description.split())[:200].replace("${", "{")
    return found


def _type(column: DocumentedColumn) -> str:
    types = _types(column)
    if types == {"array"}:
        item = column.items
        if column.name == _IMAGES and item and "image_id" in item.properties:
            return "images"
        return "set" if item and item.types == {"string"} else ""
    flags = column.name.startswith(_FLAGS) or {*column.allowed} - {""} == {"0", "1"}
    if types == {"boolean"} or (flags and types and types <= {"boolean", "integer", "string"}):
        return "flag"
    if types and types <= {"integer", "string"} and "integer" in types:
        return "number"
    if types != {"string"}:
        return ""
    if column.name == _PATH or (column.allowed and all(column.allowed)):
        return "path" if column.name == _PATH else "choice"
    return "html" if "html" in f"{column.format} {column.description}".lower() else "text"


def _target(column: DocumentedColumn, name: str, catalogue: Catalogue) -> str:
    """Return the kind to which a column refers; empty for other columns."""
    if "integer" not in _types(column):
        return ""
    ids = {kind.wire.id.value[0]: kind.name for kind in catalogue.kinds}
    return ids.get(column.name, name if column.name == "parent_id" else "")


def _name(column: DocumentedColumn, catalogue: Catalogue) -> str:
    return column.name.removesuffix("_id") if _target(column, "-", catalogue) else column.name
