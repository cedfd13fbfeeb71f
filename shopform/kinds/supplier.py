"""Suppliers, from whom products are ordered."""

from shopform.kinds.base import Fact, Field, Grade, Kind, Wire
from shopform.kinds.field_types import Text

SUPPLIER = Kind(
    name="supplier",
    section="suppliers",
    about="A supplier of products.",
    wire=Wire(
        endpoint=Fact("supplier", Grade.DOCUMENTED, "D1"),
        id=Fact(("supplier_id", "id"), Grade.CLIENT, "M-sup"),
        list_key=Fact("suppliers", Grade.ASSUMED, "by pattern; M-svc saw a bare array"),
    ),
    identity=("name",),
    counted_by="supplier_id",
    rows=(
        Field(
            "name",
            Text(),
            "The name; identifies the supplier.",
            required=True,
            grade=Grade.DOCUMENTED,
            source="D1, M-sup",
        ),
        Field(
            "dropshipping_mail",
            Text(),
            "E-mail address for drop-shipping orders.",
            # M-sup types the column "string or null": null without one.
            default="",
            local=True,
            grade=Grade.DOCUMENTED,
            source="D1, M-sup",
        ),
    ),
)
