"""Webhooks: addresses the shop calls when something happens."""

from shopform.kinds.base import Fact, Form, Grade, Kind, Policy, Wire, named
from shopform.kinds.spec import DeliverySpec, Spec, may, must

# H1, H2: the event table; P and F2 add the checkout steps.
EVENTS = frozenset(
    "order_created paid new_status new_return order_withdrawn product stock category "
    "customer_created newsletter_subscribe order add_to_basket update_basket view_basket "
    "view_address view_shipping view_approve view_thanks approved".split()
)


class Webhook(Spec):
    """An address that is called on events. The shop makes a secret for it, shown once."""

    url: str = must("The address called; it also recognises the webhook.")
    events: list[str] = must("The events that are told, in any order.")
    secret_to: DeliverySpec | None = may("Where the secret goes instead of secrets/SHOP.json.")


WEBHOOK = Kind(
    name="webhook",
    section="webhooks",
    spec=Webhook,
    wire=Wire(
        endpoint=Fact("webhook", Grade.DOCUMENTED, "A3"),
        id=Fact(("webhook_id", "id"), Grade.ASSUMED, "by pattern"),
        list_key=Fact("webhooks", Grade.ASSUMED, "by pattern: an envelope like menus"),
        fields={
            **named(Grade.DOCUMENTED, "A3", "url"),
            **named(Grade.DOCUMENTED, "A3; array or text in answers: unknown", "events", empty=()),
            **named(Grade.DOCUMENTED, "A3, F2, H1: at creation; later: unknown", "secret"),
        },
    ),
    policy=Policy(
        identity=("url",),
        forms={"events": Form.SET},
        generated=("secret",),
        known={"events": EVENTS},
        local=("url",),
    ),
)
