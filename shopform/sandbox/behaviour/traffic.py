"""Redirects and webhooks."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from shopform.kinds.redirect import REDIRECT
from shopform.kinds.webhook import WEBHOOK
from shopform.sandbox.behaviour.columns import Column, ColumnType, SetBy, columns_of
from shopform.sandbox.behaviour.rewriting import path
from shopform.sandbox.behaviour.surface import Surface
from shopform.sandbox.behaviour.table import Table, View
from shopform.sandbox.messages import Refusal
from shopform.sandbox.store import PendingRow, Row

# A3 shows `product`, `stock` and `order`; H1, H2, F2 and P have the others.
DOCUMENTED = frozenset(
    {"product", "stock", "order", "category", "order_created", "order_withdrawn", "paid"}
    | {"new_status", "new_return", "customer_created", "newsletter_subscribe", "approved"}
    | {"add_to_basket", "update_basket", "view_basket", "view_address", "view_shipping"}
    | {"view_approve", "view_thanks"}
)


class Redirects(Table):
    """No source documents the names of fields, so they are a switch (4.7)."""

    surface = Surface.of(REDIRECT.wire)
    first_id = 601
    label = "source"
    required = ("source",)
    newest_first = True
    columns = columns_of(
        source=Column(),
        target=Column(),
        status=Column(ColumnType.NUMBER, 301),
    )

    def asked(self, name: str) -> str:
        return (self.shown(name) or ("",))[0]

    def shown(self, name: str) -> tuple[str, ...]:
        if name == self.surface.id:
            return (self.switches["redirect_id"],)
        names = self.switches["redirect_names"].split(",")
        number = list(self.columns).index(name)
        return tuple(names[number : number + 1])

    def settle(self, draft: PendingRow) -> None:
        row = draft.row
        if row["status"] not in (301, 302):
            raise Refusal(400, f"{self.asked('status')} must be 301 or 302")
        if not row["target"] and not (draft.before and draft.before["target"] == ""):
            raise Refusal(400, f"{self.asked('target')} is missing")
        # An empty target is the front page (4.5: an empty path is the root).
        host = urlsplit(self.world.origin).hostname or ""
        for name in ("source", "target"):
            row[name] = path(row[name], self.switches["redirect_path"], host)
        if row["source"] == row["target"] != "":
            raise Refusal(400, "it would redirect to itself")


class Webhooks(Table):
    """The shop generates the secret and shows it once (A3, F2, H1)."""

    surface = Surface.of(WEBHOOK.wire)
    first_id = 701
    label = "url"
    settled = ("events",)
    required = ("url", "events")
    newest_first = True
    columns = columns_of(
        url=Column(),
        events=Column(ColumnType.OPAQUE, set_by=SetBy.SHOP),
        secret=Column(set_by=SetBy.SHOP),
    )

    def shown(self, name: str) -> tuple[str, ...]:
        return (self.switches["webhook_id"],) if name == self.surface.id else (name,)

    def settle(self, draft: PendingRow) -> None:
        row = draft.row
        if draft.before is None:
            row["secret"] = secrets.token_hex(32)
        if row["url"] and not row["url"].startswith(("http://", "https://")):
            raise Refusal(400, "url must start with https://")
        if "events" in draft.body:
            row["events"] = self._events(draft.body["events"])

    def _events(self, given: object) -> list[str]:
        if isinstance(given, str) and self.switches["webhook_events"] == "comma":
            given = [word.strip() for word in given.split(",") if word.strip()]
        if not isinstance(given, list) or not all(isinstance(word, str) for word in given):
            raise Refusal(400, "events must be a list of strings")
        unknown = sorted(set(given) - DOCUMENTED)
        if unknown and self.switches["webhook_unknown_event"] == "refuse":
            raise Refusal(400, f"unknown event {unknown[0]}")
        return sorted(set(given))

    def answer(self, row: Row, view: View) -> dict[str, Any]:
        shown = super().answer(row, view)
        if self.switches["webhook_events"] == "comma":
            shown["events"] = ",".join(row["events"])
        if view is not View.CREATED and self.switches["webhook_secret"] == "once":  # noqa: S105
            del shown["secret"]
        return shown
