"""Objects that are only looked up: nothing of them is ever written."""

from shopform.kinds.base import Fact, Field, Grade, Kind, Wire
from shopform.kinds.field_types import Text


def _lookup(
    name: str,
    section: str,
    about: str,
    number: Fact[tuple[str, ...]],
    list_key: Fact[str],
    by: Fact[str],
) -> Kind:
    """Return a kind with an id and the field by which it is looked up. The paths: A3."""
    return Kind(
        name=name,
        section=section,
        about=about,
        wire=Wire(
            endpoint=Fact(name, Grade.DOCUMENTED, "A3"),
            id=number,
            list_key=list_key,
        ),
        identity=(by.value,),
        rows=(Field(by.value, Text(), "", grade=by.grade, source=by.source, required=True),),
    )


_TPL, _CLI, _ASSUMED = Grade.TEMPLATE, Grade.CLIENT, Grade.ASSUMED
LOOKUPS = (
    _lookup(
        "country",
        "countries",
        "A country of delivery.",
        Fact(("country_id", "id"), _TPL, "TPL: G, Alaska2"),
        Fact("countries", _ASSUMED, "by pattern"),
        Fact("name", _TPL, "TPL: G, Alaska2"),
    ),
    _lookup(
        "shipping",
        "shippings",
        "A form of shipping.",
        Fact(("shipping_id", "id"), _TPL, "TPL: G"),
        Fact("shippings", _ASSUMED, "by pattern; K read a bare array"),
        Fact("name", _TPL, "TPL: G"),
    ),
    _lookup(
        "payment-gateway",
        "payment gateways",
        "A form of payment.",
        Fact(("payment_gateway_id", "id"), _TPL, "TPL: G"),
        Fact("payment_gateways", _ASSUMED, "by pattern"),
        Fact("name", _TPL, "TPL: G"),
    ),
    _lookup(
        "voucher",
        "vouchers",
        "A discount code, looked up by its code.",
        Fact(("voucher_id", "id"), Grade.DOCUMENTED, "D1: an order column"),
        Fact("vouchers", _CLI, "K, weak"),
        Fact("code", _CLI, "K compares it without case"),
    ),
    _lookup(
        "landing-page",
        "landing pages",
        "A landing page.",
        Fact(("landing_page_id", "id"), _CLI, "K"),
        Fact("landing_pages", _CLI, "K, weak"),
        Fact("name", _TPL, "TPL: G, Alaska2"),
    ),
)
