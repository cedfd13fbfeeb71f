"""Attributes of a product profile: size, colour, material."""

from functools import partial

from shopform.kinds.base import Fact, Field, Grade, Kind, Nesting, Wire
from shopform.kinds.field_types import Choice, Flag, Number, Text

documented = partial(Field, grade=Grade.DOCUMENTED, source="D1")

ATTRIBUTE = Kind(
    name="attribute",
    section="attributes",
    about="An attribute of a product profile. It cannot move to another profile.",
    wire=Wire(
        endpoint=Fact("profile-attribute", Grade.DOCUMENTED, "D1"),
        id=Fact(("attribute_id", "profile_attribute_id", "id"), Grade.DOCUMENTED, "D1, L, TPL G"),
        list_key=Fact("profile_attributes", Grade.ASSUMED, "by pattern"),
        parent=Fact("profile_id", Grade.DOCUMENTED, "D1: query string, on POST too"),
    ),
    identity=("name",),
    nesting=Nesting(
        kind="profile", section="attributes", about="The attributes of this profile, by key."
    ),
    rows=(
        documented(
            "name",
            Text(),
            "The name; identifies the attribute within its profile.",
            required=True,
        ),
        Field(
            "type",
            Choice(("valuelist", "string", "integer", "boolean")),
            "Type of the attribute; only a `valuelist` has values.",
            # D1 writes `type`; the template getter is called data_type (TPL G).
            aliases=("data_type",),
            grade=Grade.DOCUMENTED,
            source="D1; TPL G for data_type",
        ),
        documented("is_variant", Flag(), "Whether each value is a variant of the product."),
        documented("has_price", Flag(), "Whether variants may have their own prices."),
        documented("weight", Number(), "Sort order among the attributes, lowest first."),
    ),
)
