"""Values of an attribute: the sizes, the colours."""

from shopform.kinds.base import Fact, Form, Grade, Kind, Nesting, Policy, Wire, named
from shopform.kinds.spec import Spec, may, must


class AttributeValue(Spec):
    """One value that a product may have for an attribute."""

    val: str = must("The text, which also recognises the value within its attribute.")
    weight: int | None = may("Order among the values, smallest first.")
    tag: str | None = may("A word for themes and feeds.")


VALUE = Kind(
    name="value",
    section="values",
    spec=AttributeValue,
    wire=Wire(
        endpoint=Fact("profile-attribute-value", Grade.DOCUMENTED, "D1"),
        id=Fact(
            ("attribute_value_id", "profile_attribute_value_id", "id"),
            Grade.DOCUMENTED,
            "D1 (orders, and the discount text for the alias), L",
        ),
        list_key=Fact("profile_attribute_values", Grade.ASSUMED, "by pattern"),
        parent=Fact("attribute_id", Grade.DOCUMENTED, "D1: query string and body"),
        fields=named(Grade.DOCUMENTED, "D1", "val", "weight", "tag"),
    ),
    policy=Policy(
        identity=("val",),
        nesting=Nesting(
            kind="attribute", section="values", short="val", only=("type", "valuelist")
        ),
        forms={"weight": Form.NUMBER},
    ),
)
