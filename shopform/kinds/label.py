"""Labels of products, such as "new" or "sale"."""

from shopform.kinds.base import Fact, Field, Grade, Kind, Wire
from shopform.kinds.field_types import Text

LABEL = Kind(
    name="label",
    section="labels",
    about="A label of products. Labels of orders are another kind, which is not managed.",
    wire=Wire(
        endpoint=Fact("product-label", Grade.ASSUMED, "by pattern; F1 says labels are managed"),
        id=Fact(("product_label_id", "id"), Grade.OBSERVED, "K-cap: a key of product labels"),
        list_key=Fact("product_labels", Grade.OBSERVED, "K-cap: a product column"),
    ),
    identity=("name",),
    rows=(
        Field(
            "name",
            Text(),
            "The name; identifies the label.",
            required=True,
            grade=Grade.OBSERVED,
            source="K-cap: a key of product labels",
        ),
    ),
)
