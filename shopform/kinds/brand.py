"""Brands: whose name products carry."""

from shopform.kinds.base import Fact, Grade, Kind, Policy, Wire, named
from shopform.kinds.spec import Spec, must


class Brand(Spec):
    """A brand that products can carry."""

    name: str = must("The name, which also recognises the brand.")


BRAND = Kind(
    name="brand",
    section="brands",
    spec=Brand,
    wire=Wire(
        endpoint=Fact("brand", Grade.DOCUMENTED, "A1, A2"),
        id=Fact(("brand_id", "id"), Grade.OBSERVED, "K-cap: a product column"),
        list_key=Fact("brands", Grade.ASSUMED, "by pattern: an envelope like menus"),
        fields=named(Grade.TEMPLATE, "TPL: the template object has a name", "name"),
    ),
    policy=Policy(identity=("name",), counted_by="brand_id"),
)
