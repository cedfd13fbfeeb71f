"""Attributes of a product profile: size, colour, material."""

from typing import Any, Literal

from shopform.kinds.base import Fact, Form, Grade, Kind, Nesting, Policy, Wire, named
from shopform.kinds.spec import Key, Spec, may, must

Type = Literal["valuelist", "string", "integer", "boolean"]


class Attribute(Spec):
    """An attribute of a product profile. It belongs to its profile for good."""

    name: str = must("The name, which also recognises the attribute within its profile.")
    type: Type | None = may("What a product may have here; only a `valuelist` has values.")
    is_variant: bool | None = may("Whether each value makes a variant of the product.")
    has_price: bool | None = may("Whether variants may have prices of their own.")
    weight: int | None = may("Order among the attributes, smallest first.")
    values: dict[Key, Any] | list[str] | None = may("Values to choose from, by key or as texts.")


ATTRIBUTE = Kind(
    name="attribute",
    section="attributes",
    spec=Attribute,
    wire=Wire(
        endpoint=Fact("profile-attribute", Grade.DOCUMENTED, "D1"),
        id=Fact(("attribute_id", "profile_attribute_id", "id"), Grade.DOCUMENTED, "D1, L, TPL G"),
        list_key=Fact("profile_attributes", Grade.ASSUMED, "by pattern"),
        parent=Fact("profile_id", Grade.DOCUMENTED, "D1: query string, on POST too"),
        fields={
            **named(Grade.DOCUMENTED, "D1", "name", "is_variant", "has_price", "weight"),
            # D1 writes `type`; the template getter is called data_type (TPL G).
            **named(Grade.DOCUMENTED, "D1; TPL G for data_type", type=("type", "data_type")),
        },
    ),
    policy=Policy(
        identity=("name",),
        nesting=Nesting(kind="profile", section="attributes"),
        forms={"is_variant": Form.FLAG, "has_price": Form.FLAG, "weight": Form.NUMBER},
    ),
)
