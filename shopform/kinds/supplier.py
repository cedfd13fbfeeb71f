"""Suppliers, from whom products are ordered."""

from shopform.kinds.base import Fact, Field, Grade, Kind, Probe, Wire
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
    counted=("product", "supplier_id"),
    probe=Probe(
        # Every rewriting of names that the sandbox knows changes it in another way.
        create={
            "name": "{name} Sø  Æ&amp;B & e\u0301",
            "dropshipping_mail": "{name}@example.invalid",
        },
        update={"name": "{name} 2"},
        clear="dropshipping_mail",
    ),
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
