"""Values of an attribute: the sizes, the colours."""

from functools import partial

from shopform.kinds.base import Fact, Field, Grade, Kind, Nesting, Wire
from shopform.kinds.field_types import Number, Text

documented = partial(Field, grade=Grade.DOCUMENTED, source="D1")

VALUE = Kind(
    name="value",
    section="values",
    about="An allowed value of an attribute.",
    wire=Wire(
        endpoint=Fact("profile-attribute-value", Grade.DOCUMENTED, "D1"),
        id=Fact(
            ("attribute_value_id", "profile_attribute_value_id", "id"),
            Grade.DOCUMENTED,
            "D1 (orders, and the discount text for the alias), L",
        ),
        list_key=Fact("profile_attribute_values", Grade.ASSUMED, "by pattern"),
        parent=Fact("attribute_id", Grade.DOCUMENTED, "D1: query string and body"),
    ),
    identity=("val",),
    nesting=Nesting(
        kind="attribute",
        section="values",
        about="The allowed values, by key or as strings.",
        short="val",
        only=("type", "valuelist"),
    ),
    rows=(
        documented(
            "val",
            Text(),
            "The value; identifies it within its attribute.",
            required=True,
        ),
        documented("weight", Number(), "Sort order among the values, lowest first."),
        documented("tag", Text(), "A tag for themes and feeds."),
    ),
)
