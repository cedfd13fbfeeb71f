"""Brands of products."""

from shopform.kinds.base import Fact, Field, Grade, Kind, Wire
from shopform.kinds.field_types import Text

BRAND = Kind(
    name="brand",
    section="brands",
    about="A brand of products.",
    wire=Wire(
        endpoint=Fact("brand", Grade.DOCUMENTED, "A1, A2"),
        id=Fact(("brand_id", "id"), Grade.OBSERVED, "K-cap: a product column"),
        list_key=Fact("brands", Grade.ASSUMED, "by pattern: an envelope like menus"),
    ),
    identity=("name",),
    counted=("product", "brand_id"),
    rows=(
        Field(
            "name",
            Text(),
            "The name; identifies the brand.",
            required=True,
            grade=Grade.TEMPLATE,
            source="TPL: the template object has a name",
        ),
    ),
)
