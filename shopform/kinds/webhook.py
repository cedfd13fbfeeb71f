"""Webhooks: URLs that the shop calls on events."""

from shopform.kinds.base import Fact, Field, Grade, Kind, Probe, Wire
from shopform.kinds.field_types import Set, Text

# H1, H2: the event table; P and F2 add the checkout steps.
EVENTS = frozenset(
    "order_created paid new_status new_return order_withdrawn product stock category "
    "customer_created newsletter_subscribe order add_to_basket update_basket view_basket "
    "view_address view_shipping view_approve view_thanks approved".split()
)

WEBHOOK = Kind(
    name="webhook",
    section="webhooks",
    about="A URL that the shop calls on events. The shop generates a secret for it, shown once.",
    wire=Wire(
        endpoint=Fact("webhook", Grade.DOCUMENTED, "A3"),
        id=Fact(("webhook_id", "id"), Grade.ASSUMED, "by pattern"),
        list_key=Fact("webhooks", Grade.ASSUMED, "by pattern: an envelope like menus"),
    ),
    identity=("url",),
    probe=Probe(
        create={"url": "https://{name}.invalid/", "events": ("stock",)},
        update={"events": ("product", "stock")},
    ),
    rows=(
        Field(
            "url",
            Text(),
            "The URL to call; identifies the webhook.",
            required=True,
            local=True,
            grade=Grade.DOCUMENTED,
            source="A3",
        ),
        Field(
            "events",
            Set(),
            "Events to send, in any order.",
            required=True,
            known=EVENTS,
            empty=(),
            grade=Grade.DOCUMENTED,
            source="A3; array or string in responses: unknown",
        ),
        Field(
            "secret",
            Text(),
            "Signs the requests.",
            generated=True,
            grade=Grade.DOCUMENTED,
            source="A3, F2, H1: at creation; later: unknown",
        ),
    ),
)
