"""Suppliers: whom products are ordered from."""

from shopform.kinds.base import Fact, Grade, Kind, Policy, Wire, named
from shopform.kinds.spec import Spec, may, must


class Supplier(Spec):
    """A supplier that products can be ordered from."""

    name: str = must("The name, which also recognises the supplier.")
    dropshipping_mail: str | None = may("Where orders for direct delivery are mailed to.")


SUPPLIER = Kind(
    name="supplier",
    section="suppliers",
    spec=Supplier,
    wire=Wire(
        endpoint=Fact("supplier", Grade.DOCUMENTED, "D1"),
        id=Fact(("supplier_id", "id"), Grade.CLIENT, "M-sup"),
        list_key=Fact("suppliers", Grade.ASSUMED, "by pattern; M-svc saw a bare array"),
        fields=named(Grade.DOCUMENTED, "D1, M-sup", "name", "dropshipping_mail"),
    ),
    policy=Policy(
        identity=("name",),
        # M-sup types the column "string or null": null is what a supplier without one has.
        defaults={"dropshipping_mail": ""},
        counted_by="supplier_id",
        local=("dropshipping_mail",),
    ),
)
