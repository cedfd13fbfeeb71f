"""The pydantic model of each kind, made from its rows on first use."""

from functools import cache
from typing import Any

from pydantic import create_model

from shopform.kinds import Catalogue, Kind
from shopform.kinds.spec import DeliverySpec, Key, Spec, may, must


@cache
def model_of(catalogue: Catalogue, kind: Kind) -> type[Spec]:
    """Return the model of one declared object of a kind.

    Its fields are those of the kind, then the sections of children, and where a generated secret
    is delivered.
    """
    fields: dict[str, Any] = {
        name: (row.type.annotation(), must(row.about))
        if row.required
        else (row.type.annotation() | None, may(row.about))
        for name, row in kind.declarable.items()
    }
    for inner in catalogue.children[kind.name]:
        if inner.nesting:
            by_key: Any = dict[Key, Any]
            choices = by_key | list[str] | None if inner.nesting.short else by_key | None
            fields[inner.nesting.section] = (choices, may(inner.nesting.about))
    if kind.generated:
        about = "Where to write the secret instead of secrets/SHOP.json."
        fields["secret_to"] = (DeliverySpec | None, may(about))
    return create_model(kind.name.title(), __base__=Spec, __doc__=kind.about, **fields)
