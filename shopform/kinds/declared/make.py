"""Make kinds from the definitions of a project, or of a document that was made with them."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from shopform.kinds.base import SLUG_OF_NAME, UNKNOWN, Fact, Field, Grade, Kind, Nesting, Wire
from shopform.kinds.catalogue import Catalogue
from shopform.kinds.declared.checks import problems
from shopform.kinds.declared.spec import FieldSpec, KindSpec, Specs, type_of
from shopform.kit.graphs import dependencies_first

Definition = dict[str, Any]
SOURCE: Final = "the project's `kinds`"
_EMPTY: Final = {"reference": None, "references": (), "decimal": None, "set": ()}


def extended(catalogue: Catalogue, specs: Specs) -> Catalogue:
    """Return the kinds with those of a project after them, parents before children.

    Kinds that identify another come before it too, since objects are matched in this order. The
    specs must have no problems.
    """

    def before(name: str) -> list[str]:
        spec = specs[name]
        named = [spec.parent.kind] if spec.parent else []
        named += [spec.fields[field].to or "" for field in spec.identity]
        return [each for each in named if each in specs]

    order = dependencies_first(specs, before)
    return catalogue.plus(_kind(name, specs[name]) for name in order)


def redefined(catalogue: Catalogue, definitions: Mapping[str, Definition]) -> Catalogue:
    """Return shopform's kinds with the kinds of a document, which replace those of the project.

    Raises ValueError if a definition is invalid.
    """
    own = catalogue.without_declared()
    try:
        specs = {name: KindSpec.model_validate(each) for name, each in definitions.items()}
    except ValidationError as refused:
        raise ValueError(f"a kind is invalid: {refused.errors()[0]['msg']}") from None
    for problem in problems(own, specs):
        raise ValueError(f"the kind `{problem.path[0]}`: {problem.summary}")
    return extended(own, specs)


def _kind(name: str, spec: KindSpec) -> Kind:
    ids = (spec.id,) if isinstance(spec.id, str) else tuple(spec.id)
    above = spec.parent
    about = spec.description or f"A kind of this project, `/{spec.endpoint}` of the API."
    key = spec.list_key or spec.section.replace("-", "_")
    return Kind(
        name=name,
        section=spec.section,
        about=about,
        wire=Wire(
            endpoint=_fact(spec.endpoint),
            id=_fact(ids),
            list_key=_fact(key),
            parent=_fact(above.argument) if above else None,
        ),
        rows=tuple(_row(each, field) for each, field in spec.fields.items()),
        identity=tuple(spec.identity),
        nesting=Nesting(kind=above.kind, section=spec.section, about=about, short=above.short or "")
        if above
        else None,
        path=spec.path or "",
        slug=SLUG_OF_NAME._replace(source=spec.slug) if spec.slug else None,
        fixed=spec.fixed or "",
        definition=spec.model_dump(mode="json", exclude_unset=True),
    )


def _fact(value: Any) -> Fact[Any]:
    return Fact(value, Grade.ASSUMED, SOURCE)


def _row(name: str, spec: FieldSpec) -> Field:
    type_, default = type_of(spec), UNKNOWN
    if "default" in spec.model_fields_set:
        written = spec.default
        default = type_.canonical(None) if written is None else type_.default(written)
    return Field(
        name,
        type_,
        spec.description,
        grade=Grade.ASSUMED,
        source=SOURCE,
        wire=spec.wire or "",
        aliases=tuple(spec.aliases),
        required=spec.required,
        default=default,
        empty=_EMPTY.get(spec.type, ""),
        known=frozenset(spec.known),
        local=spec.local,
        hides=UNKNOWN if spec.hides is None else spec.hides,
    )
