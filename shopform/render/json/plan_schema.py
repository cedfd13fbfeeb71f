"""The types of a saved plan, which validate and write it and give its JSON Schema.

Terraform's keys have the meaning they have there. Readers should ignore unknown keys: a minor
version may add some.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from shopform.diagnostics import Diagnostic, Severity, Span
from shopform.kinds import Catalogue
from shopform.kit.documents import Count, Document, Flag, Stored, Whole, about, schema_of
from shopform.kit.immutable import immutable
from shopform.model.coverage import Coverage
from shopform.model.plan import Action, Basis, Calls, ObjectId, Plan, Step
from shopform.model.values import ADDRESS, Address

FORMAT = "1.2"
ACTIONS = {
    Action.NO_OP: ["no-op"],
    Action.CREATE: ["create"],
    Action.UPDATE: ["update"],
    Action.DELETE: ["delete"],
    Action.REPLACE: ["delete", "create"],
    Action.FORGET: ["forget"],
}
Marks = Mapping[str, Literal[True]]


def _action(words: list[str]) -> Action:
    for action, known in ACTIONS.items():
        if words == known:
            return action
    raise ValueError("these actions do not exist")


Actions = Annotated[list[str], WithJsonSchema({"enum": list(ACTIONS.values())})]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    line: Count
    column: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A place in a file, as Terraform writes it."""

    filename: str
    start: Point
    end: Point

    @classmethod
    def of(cls, span: Span) -> "Range":
        return cls(
            filename=span.file,
            start=Point(line=span.line, column=span.column),
            end=Point(line=span.end_line, column=span.end_column),
        )

    @property
    def span(self) -> Span:
        start, end = self.start, self.end
        return Span(self.filename, start.line, start.column, end.line, end.column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    text: str
    range: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    severity: Severity
    code: str
    summary: str
    detail: str
    hint: str
    address: str
    range: Range | None
    related: tuple[Related, ...] = ()

    @classmethod
    def of(cls, message: Diagnostic) -> "Note":
        return cls(
            severity=message.severity,
            code=message.code,
            summary=message.summary,
            detail=message.detail,
            hint=message.hint,
            address=message.address,
            range=Range.of(message.span) if message.span else None,
            related=tuple(Related(text=t, range=Range.of(s)) for t, s in message.related),
        )

    @property
    def diagnostic(self) -> Diagnostic:
        return Diagnostic(
            severity=self.severity,
            code=self.code,
            summary=self.summary,
            detail=self.detail,
            hint=self.hint,
            span=self.range.span if self.range else None,
            related=tuple((each.text, each.range.span) for each in self.related),
            address=self.address,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    id: str


@immutable
class Body:
    actions: Annotated[Action, Stored(Actions, _action, ACTIONS.__getitem__)]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    after_unknown: Marks
    before_sensitive: Marks
    after_sensitive: Marks
    replace_paths: list[Any] | None = None
    importing: Imported | None = None


@immutable
class ChangedField:
    """What Terraform's keys lack of a field; `after` is set if the field is known after apply."""

    name: str
    reason: str = ""
    after: str | None = None


@immutable
class Own:
    id: ObjectId | None
    fields: tuple[ChangedField, ...]
    unchanged: Count
    notes: tuple[str, ...]
    settled: Flag = field(
        default=False, metadata=about("The object is as declared: nothing is done to it.")
    )


@immutable
class ChangeRecord:
    address: Address
    previous_address: Address | None = None
    mode: Literal["managed"]
    type: str
    name: str
    provider_name: str
    change: Body
    action_reason: str = ""
    shopform: Own


@immutable
class PlannedObject:
    address: Address
    mode: Literal["managed"]
    type: str
    name: str
    provider_name: str
    schema_version: Count
    values: dict[str, Any]
    sensitive_values: Marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    resources: tuple[PlannedObject, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedValues:
    root_module: Module


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDocument:
    format_version: Annotated[str, Field(pattern=r"^1\.\d+$")]
    terraform_version: str
    shopform_version: str
    applyable: Flag = field(metadata=about("Whether apply would do anything with it."))
    complete: Flag = field(metadata=about("False when targets left a part of the project out."))
    errored: Flag = field(metadata=about("Whether a guard, a policy or a read refused it."))
    variables: dict[str, Any]
    planned_values: PlannedValues
    resource_changes: tuple[ChangeRecord, ...]
    resource_drift: tuple[ChangeRecord, ...]
    relevant_attributes: list[Any]
    output_changes: dict[str, Any]
    prior_state: dict[str, Any]
    configuration: dict[str, Any]
    checks: list[Any]
    destroy: Flag
    refresh_only: Flag = field(metadata=about("The files were left out: only drift is shown."))
    digest: str = field(metadata=about("Of what a reviewer approves: shop, changes, steps."))
    integrity: str = field(default="", metadata=about("A digest of the rest of the document."))
    basis: Annotated[Basis, Whole()]
    calls: Annotated[Calls, Whole()]
    notes: tuple[Note, ...]
    coverage: Annotated[Coverage, Whole()] | None = field(
        default=None, metadata=about("What is known from a snapshot, if one was used.")
    )
    kinds: Mapping[str, dict[str, Any]] = field(
        default_factory=dict, metadata=about("The kinds that the project declares, as defined.")
    )
    unchanged: Count
    unmanaged: Mapping[str, Count]
    absent: tuple[Address, ...]
    names: Mapping[str, Mapping[str, str]]
    steps: tuple[Step, ...]


_SHARED = {field.name for field in fields(PlanDocument)} & {field.name for field in fields(Plan)}


def as_in_plan(held: Plan | PlanDocument) -> dict[str, Any]:
    """Return the fields that a plan and its document have in common."""
    return {name: getattr(held, name) for name in _SHARED}


def address_pattern(catalogue: Catalogue) -> str:
    """Return the pattern of an address: a kind, and a key for each parent and itself."""
    depths: dict[int, list[str]] = {}
    for name in catalogue:
        depths.setdefault(len(catalogue.lineage(name)), []).append(name)
    key = r"\.[a-z0-9][a-z0-9_-]*"
    forms = [f"({'|'.join(names)})({key}){{{depth}}}" for depth, names in sorted(depths.items())]
    return f"^({'|'.join(forms)})$"


def plan_schema(catalogue: Catalogue) -> Document:
    schema = schema_of(PlanDocument, "A plan of shopform", "What `shopform plan --out` writes.")
    text = json.dumps(schema).replace(json.dumps(ADDRESS), json.dumps(address_pattern(catalogue)))
    found: Document = json.loads(text)
    step = found["$defs"]["Step"]["properties"]
    step["children"]["items"] = {"enum": list(catalogue)}
    return found
