"""The login page of the vendor, as its guides describe it: it asks, and leads back with a key."""

import http.client
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from listening import listening

TOKEN = "canary0123456789abcdef0123456789"
PAGE = """<!doctype html><title>Log in</title>
<p>{client_id} asks for access</p>
<form method="post" action="/admin/oauth/allow?{query}"><button>Allow</button></form>
<script>if ({pressed}) document.querySelector("button").click()</script>
"""


@dataclass
class Vendor:
    """Where the page is, what it was asked, and what it answers: `answer` changes parameters."""

    url: str
    shop_url: str
    asked: list[dict[str, str]] = field(default_factory=list)
    answer: dict[str, str | None] = field(default_factory=dict)
    pressed: bool = False

    def leads_to(self) -> str:
        asked = self.asked[-1]
        found: dict[str, str | None] = {
            "token": TOKEN,
            "shop_url": self.shop_url,
            "shop_name": "Krus & Kopper",
            "api_endpoint": "https://www.shoporama.dk/REST",
            "webshop_id": "7",
            "access_level": "write",
            "state": asked["state"],
            **self.answer,
        }
        kept = {name: text for name, text in found.items() if text is not None}
        return f"{asked['redirect_uri']}?{urlencode(kept)}"


@contextmanager
def vendor(shop_url: str) -> Iterator[Vendor]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            if address.path != "/admin/oauth/login":
                self.send_error(404)
                return
            made.asked.append(dict(parse_qsl(address.query)))
            page = PAGE.format(
                client_id=made.asked[-1]["client_id"],
                query=address.query,
                pressed="true" if made.pressed else "false",
            )
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def do_POST(self) -> None:
            self.send_response(302)
            self.send_header("Location", made.leads_to())
            self.end_headers()

    with listening(Page) as url:
        made = Vendor(url, shop_url)
        yield made


def ask(method: str, url: str, **headers: str) -> tuple[int, str, str]:
    """The status, the address that it leads to, and the body."""
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=60)) as connection:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, headers=headers)
        response: Any = connection.getresponse()
        return response.status, response.headers.get("Location", ""), response.read().decode()
